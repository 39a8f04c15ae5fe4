"""RGBA to YUV 4:2:0: the colours of BT.709, the top row first."""

import numpy as np
import pytest

from phosphene.engine.encode.yuv420 import rgba_to_yuv420
from phosphene.engine.encode.yuv420_gpu import Yuv420Readback
from phosphene.engine.gl.context import offscreen_context
from tests.support.gl_objects import count_gl_objects

REFERENCE_COLOURS = {  # BT.709 in limited range, from its tables
    "black": ((0, 0, 0), (16, 128, 128)),
    "white": ((255, 255, 255), (235, 128, 128)),
    "red": ((255, 0, 0), (63, 102, 240)),
    "green": ((0, 255, 0), (173, 42, 26)),
    "blue": ((0, 0, 255), (32, 240, 118)),
    "yellow": ((255, 255, 0), (219, 16, 138)),
    "cyan": ((0, 255, 255), (188, 154, 16)),
    "magenta": ((255, 0, 255), (78, 214, 230)),
}


def convert(picture):
    """The Y, U and V planes."""
    height, width = picture.shape[:2]
    out = np.full(height * width * 3 // 2, 7, np.uint8)
    rgba_to_yuv420(picture, out)
    y, u, v = np.split(out, [height * width, height * width * 5 // 4])
    return y.reshape(height, width), *(plane.reshape(height // 2, width // 2) for plane in (u, v))


def reference(picture):
    """The same in floating point, from the definition of BT.709."""
    rgb = picture[::-1, :, :3] / 255.0
    height, width = rgb.shape[:2]

    def luma(x):
        return 0.2126 * x[..., 0] + 0.7152 * x[..., 1] + 0.0722 * x[..., 2]

    mean = rgb.reshape(height // 2, 2, width // 2, 2, 3).mean((1, 3))
    blue = (mean[..., 2] - luma(mean)) / 1.8556
    red = (mean[..., 0] - luma(mean)) / 1.5748
    return 16 + 219 * luma(rgb), 128 + 224 * blue, 128 + 224 * red


def noise(height, width, seed=5):
    return np.random.default_rng(seed).integers(0, 256, (height, width, 4), np.uint8)


@pytest.mark.parametrize("size", [(2, 2), (2, 16), (18, 2), (34, 46), (270, 482), (90, 1280)])
def test_each_value_is_the_nearest_to_the_reference(size):
    picture = noise(*size)
    for plane, exact in zip(convert(picture), reference(picture)):
        assert np.abs(plane - exact).max() < 0.51, "half a step, and the rounding of the 16-bit weights"


def test_a_coarse_colour_cube_is_nearest_to_the_reference():
    steps = np.append(np.arange(0, 255, 4), 255)
    cube = np.stack([*np.meshgrid(steps, steps, steps), np.zeros([len(steps)] * 3)], -1).astype(np.uint8)
    picture = np.repeat(np.repeat(cube.reshape(1, -1, 4), 2, 0), 2, 1)
    for plane, exact in zip(convert(picture), reference(picture)):
        assert np.abs(plane - exact).max() < 0.51


@pytest.mark.parametrize("colour", REFERENCE_COLOURS)
def test_pure_colours_match_the_tables(colour):
    rgb, expected = REFERENCE_COLOURS[colour]
    picture = np.empty((4, 6, 4), np.uint8)
    picture[:] = *rgb, 99
    for plane, value in zip(convert(picture), expected):
        assert (plane == value).all(), plane


def test_greys_have_neutral_chroma():
    grey = np.repeat(np.arange(256, dtype=np.uint8), 2)
    picture = np.stack([np.broadcast_to(grey, (2, 512))] * 4, -1)
    y, u, v = convert(np.ascontiguousarray(picture))
    assert (u == 128).all() and (v == 128).all()
    np.testing.assert_array_equal(y[0], np.rint(16 + 219.0 * grey / 255))
    assert (y[0, 0], y[0, -1]) == (16, 235)


def test_the_bottom_row_comes_last():
    picture = np.zeros((6, 4, 4), np.uint8)
    picture[0] = 255
    y, _, _ = convert(picture)
    assert (y[-1] == 235).all() and (y[:-1] == 16).all()


def test_chroma_is_the_mean_of_its_four_pixels():
    """One red pixel anywhere changes one value of each chroma plane, by a quarter."""
    for row in range(4):
        for column in range(6):
            picture = np.zeros((4, 6, 4), np.uint8)
            picture[row, column, 0] = 255
            y, u, v = convert(picture)
            assert [*zip(*np.nonzero(y != 16))] == [(3 - row, column)]
            assert [*zip(*np.nonzero(v != 128))] == [*zip(*np.nonzero(u != 128))] == [((3 - row) // 2, column // 2)]
            assert v.max() == 128 + 112 // 4 and u.min() == round(128 + (102.34 - 128) / 4)


def test_alpha_is_ignored():
    picture = noise(16, 16)
    other = picture.copy()
    other[..., 3] = 255 - other[..., 3]
    for plane, same in zip(convert(picture), convert(other)):
        np.testing.assert_array_equal(plane, same)


def test_a_read_only_picture_is_converted_by_the_same_kernel():
    picture = noise(16, 16)
    read_only = np.frombuffer(picture.tobytes(), np.uint8).reshape(picture.shape)
    for plane, same in zip(convert(picture), convert(read_only)):
        np.testing.assert_array_equal(plane, same)
    assert picture.flags.writeable, "and a writable one stays writable"


def test_the_compute_shader_makes_the_same_bytes_and_releases_everything():
    with offscreen_context() as context:
        assert context.has_compute, "Mesa has compute shaders, and so has any card"
        before = count_gl_objects(context)
        for height, width in ((16, 18), (18, 18), (36, 64), (362, 642), (720, 1280)):
            readback = Yuv420Readback(context, (width, height))
            pictures = [noise(height, width, seed) for seed in (1, 2, 3)]
            for picture in pictures[:2]:
                readback.texture.write(picture)
                readback.request()
            for at, picture in enumerate(pictures):
                found = np.full(height * width * 3 // 2, 7, np.uint8)
                readback.fetch(found)
                for plane, same in zip(np.split(found, [height * width]), flat(convert(picture))):
                    np.testing.assert_array_equal(plane, same)
                if at == 0:
                    readback.texture.write(pictures[2])
                    readback.request()
            readback.release()
            assert count_gl_objects(context) == before
        assert context.gl.error == "GL_NO_ERROR"


def flat(planes):
    y, u, v = planes
    return y.ravel(), np.concatenate((u.ravel(), v.ravel()))
