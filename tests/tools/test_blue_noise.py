"""Blue noise: what dither leaves of a grey is nowhere in clouds, as white noise would be, nor stays where it is."""

from itertools import pairwise

import numpy as np

from phosphene.engine.gl.shader_source import SHADERS
from tests.support.finish_chain import FinishChain
from tools.assets.blue_noise import SIDE, tile

SIZE = (SIDE, SIDE)
AWAY = np.hypot(*np.meshgrid(np.fft.fftfreq(SIDE), np.fft.fftfreq(SIDE)))
CLOUDS = (AWAY > 0) & (AWAY < 1 / 8)  # cycles a pixel: what an eye sees from its seat
GREYS = np.linspace(0.1, 0.9, 9)


def clouds(plane, low=CLOUDS):
    """The power of what lies in clouds, as a part of white noise's of the same variance."""
    power = np.abs(np.fft.fft2(plane - plane.mean())) ** 2
    return power[low].mean() / power[AWAY > 0].mean()


def left(dither):
    """What dither leaves of greys between two steps, on average."""
    return np.mean([clouds(np.floor(grey + dither)) for grey in GREYS])


def interleaved():
    """Interleaved gradient noise."""
    rows, columns = np.indices((SIDE, SIDE))
    return 52.9829189 * (0.06711056 * columns + 0.00583715 * rows % 1) % 1


def test_the_tile_is_what_the_tool_makes():
    np.testing.assert_array_equal(np.load(SHADERS / "noise.npy", allow_pickle=False), tile())


def test_every_step_of_blue_noise_is_there_as_often():
    assert (np.bincount(tile()[..., 0].ravel(), minlength=256) == SIDE * SIDE // 256).all()


def test_the_tile_is_blue_and_the_grain_has_no_clouds():
    blue, grain = np.moveaxis(tile() / 255, -1, 0)
    white = np.random.default_rng(1).random((SIDE, SIDE))
    assert clouds(white) > 0.8 and clouds(blue) < 0.002 and clouds(interleaved()) > 0.03
    assert left(blue) < 0.5 * left(interleaved()) and left(blue) < 0.06 * left(white)
    beside = np.corrcoef(grain.ravel(), np.roll(grain, 1, 1).ravel())[0, 1]
    assert clouds(grain, (AWAY > 0) & (AWAY < 1 / 32)) < 0.8 and beside > 0.3, "specks are soft"


def greys(context, frames=8):
    """What the screen shows of a dark grey, and what it should, in steps."""
    with FinishChain(context, SIZE) as chain:
        shown = np.array([chain.show(0.04)[..., 0] for _ in range(frames)], float)
    light = 1 - np.exp(-np.float16(0.04).astype(float))
    return shown, 255 * (1.055 * light ** (1 / 2.4) - 0.055)


def test_the_screen_shows_the_tile_and_no_frame_the_same(context):
    shown, grey = greys(context)
    assert set(np.unique(shown)) == {np.floor(grey), np.ceil(grey)}
    assert abs(shown.mean() - grey) < 0.12, "the curve is exact to so much"
    white = np.random.default_rng(1).random(shown.shape) < grey % 1
    assert max(map(clouds, shown)) < 0.1 * min(map(clouds, white.astype(float)))
    assert all((a != b).mean() > 0.2 for a, b in pairwise(shown))
    assert shown.mean(axis=0).std() < 1.15 * white.mean(axis=0).std(), "what one frame misses the next ones have"


def test_what_is_black_or_white_stays_so(context):
    with FinishChain(context, SIZE) as chain:
        assert (chain.show(0.0)[..., :3] == 0).all() and (chain.show(60.0)[..., :3] == 255).all()
