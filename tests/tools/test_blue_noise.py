"""Blue noise: dithered greys have no clouds, as white noise has, and their error does not stay in place."""

from itertools import pairwise

import numpy as np

from phosphene.engine.gl.shader_source import SHADERS
from tests.support.finish_chain import FinishChain
from tools.assets.blue_noise import SIDE, make_tile

SIZE = (SIDE, SIDE)
FREQUENCY = np.hypot(*np.meshgrid(np.fft.fftfreq(SIDE), np.fft.fftfreq(SIDE)))
CLOUDS = (FREQUENCY > 0) & (FREQUENCY < 1 / 8)  # cycles a pixel: visible from a distance
GREYS = np.linspace(0.1, 0.9, 9)


def cloud_power(plane, low=CLOUDS):
    """The power at the low frequencies, relative to white noise of the same variance."""
    power = np.abs(np.fft.fft2(plane - plane.mean())) ** 2
    return power[low].mean() / power[FREQUENCY > 0].mean()


def dither_error(dither):
    """Mean cloud power of dithered greys between two steps."""
    return np.mean([cloud_power(np.floor(grey + dither)) for grey in GREYS])


def interleaved_noise():
    """Interleaved gradient noise."""
    rows, columns = np.indices((SIDE, SIDE))
    return 52.9829189 * (0.06711056 * columns + 0.00583715 * rows % 1) % 1


def test_noise_file_is_the_result_of_the_tool():
    np.testing.assert_array_equal(np.load(SHADERS / "noise.npy", allow_pickle=False), make_tile())


def test_blue_noise_has_a_flat_histogram():
    assert (np.bincount(make_tile()[..., 0].ravel(), minlength=256) == SIDE * SIDE // 256).all()


def test_noise_is_blue_and_grain_has_no_clouds():
    blue, grain = np.moveaxis(make_tile() / 255, -1, 0)
    white = np.random.default_rng(1).random((SIDE, SIDE))
    assert cloud_power(white) > 0.8 and cloud_power(blue) < 0.002 and cloud_power(interleaved_noise()) > 0.03
    assert dither_error(blue) < 0.5 * dither_error(interleaved_noise())
    assert dither_error(blue) < 0.06 * dither_error(white)
    beside = np.corrcoef(grain.ravel(), np.roll(grain, 1, 1).ravel())[0, 1]
    assert cloud_power(grain, (FREQUENCY > 0) & (FREQUENCY < 1 / 32)) < 0.8 and beside > 0.3, "specks must be soft"


def show_grey(context, frames=8):
    """(frames, expected) of a dark grey: what the screen shows, and the exact value, in steps of 8 bits."""
    with FinishChain(context, SIZE) as chain:
        shown = np.array([chain.show(0.04)[..., 0] for _ in range(frames)], float)
    light = 1 - np.exp(-np.float16(0.04).astype(float))
    return shown, 255 * (1.055 * light ** (1 / 2.4) - 0.055)


def test_screen_dithers_every_frame_differently(context):
    shown, grey = show_grey(context)
    assert set(np.unique(shown)) == {np.floor(grey), np.ceil(grey)}
    assert abs(shown.mean() - grey) < 0.12, "the mean differs from the exact value"
    white = np.random.default_rng(1).random(shown.shape) < grey % 1
    assert max(map(cloud_power, shown)) < 0.1 * min(map(cloud_power, white.astype(float)))
    assert all((a != b).mean() > 0.2 for a, b in pairwise(shown))
    assert shown.mean(axis=0).std() < 1.15 * white.mean(axis=0).std(), "the error must average out over frames"


def test_black_and_white_stay_exact(context):
    with FinishChain(context, SIZE) as chain:
        assert (chain.show(0.0)[..., :3] == 0).all() and (chain.show(60.0)[..., :3] == 255).all()
