"""Crystal: it never dies, never fills up, and knows its drums."""

import numpy as np
import pytest

from tests.support.scene_renderer import RATE, Easel, heard, music, silence

SLOW = 12  # pictures a second: the stone grows by the clock, whatever the frame rate
LEAST, MOST = 0.08, 0.30  # of what can grow


def stone(easel):
    """(cells, 4): what feeds, what grows, how hot."""
    picture = easel.painter.deck.targets["crystal", "cell"].picture
    return np.frombuffer(picture.read(), np.float32).reshape(picture.height, picture.width, 4)


def fill(easel, value):
    """Make all of the stone the same."""
    for texture in easel.painter.deck.targets["crystal", "cell"].textures:
        texture.write(np.tile(np.array(value, np.float32), (texture.width * texture.height, 1)).tobytes())


def through(easel, first, last):
    """Live through some seconds."""
    for frame in range(round(first * SLOW), round(last * SLOW)):
        easel.picture(frame * RATE / SLOW)
    return stone(easel)[..., 1]


@pytest.mark.parametrize("sound", [music, silence])
@pytest.mark.parametrize("params", [{}, {"form": 0.0}, {"form": 1.0, "grain": 1.0}, {"growth": 1.3, "shock": 1.0}])
def test_it_neither_dies_nor_fills_up(context, sound, params):
    with Easel(context, heard(sound(6.0)), "crystal", params=params) as easel:
        grown = [through(easel, at, at + 5.0) for at in np.arange(0.0, 30.0, 5.0)]
    assert all(LEAST / 2 < each.mean() < MOST for each in grown), [round(float(each.mean()), 3) for each in grown]
    assert all(each.std() > 0.06 for each in grown[1:]), "it has a form"
    assert np.abs(grown[-1] - grown[-2]).mean() > 1e-3, "it goes on"


@pytest.mark.parametrize(
    "value", [(1.0, 0.0, 0.0, 1.0), (0.0, 1.0, 0.0, 1.0), (0.0, 0.0, 0.0, 0.0), (1.0, 1.0, 2.0, 1.0)]
)
def test_it_comes_back_from_anything(context, value):
    with Easel(context, heard(silence(1.0)), "crystal") as easel:
        through(easel, 0.0, 5.0)
        fill(easel, value)
        grown = through(easel, 5.0, 30.0)
    assert LEAST < grown.mean() < MOST and grown.std() > 0.06


def test_a_spot_that_is_no_number_does_not_spread(context):
    with Easel(context, heard(silence(1.0)), "crystal") as easel:
        through(easel, 0.0, 3.0)
        (target,) = [each for key, each in easel.painter.deck.targets.items() if key[1] == "cell"]
        cells = stone(easel).copy()
        cells[40:44, 60:64] = np.nan
        for texture in target.textures:
            texture.write(cells.tobytes())
        through(easel, 3.0, 3.0 + 2 / SLOW)
        assert np.isfinite(stone(easel)).all()


def test_an_onset_seeds_it_and_a_kick_heats_it(context):
    def hottest(seconds, **params):
        with Easel(context, heard(music(3.0)), "crystal", params=params) as easel:
            easel.pictures(seconds)
            return stone(easel)[..., 2].mean()

    with Easel(context, heard(silence(3.0)), "crystal") as easel:
        easel.pictures(2.5)
        calm = stone(easel)[..., 2].mean()
    assert hottest(2.5) > 2.0 * calm
    assert hottest(2.5, shock=1.0) > hottest(2.5, shock=0.0)


@pytest.mark.parametrize("fps", [24, 60, 144])
def test_it_grows_alike_at_any_frame_rate(context, fps):
    with Easel(context, heard(music(6.0)), "crystal") as easel:
        easel.pictures(5.0, fps)
        grown = stone(easel)[..., 1]
    assert grown.mean() == pytest.approx(0.18, abs=0.02) and grown.std() == pytest.approx(0.13, abs=0.02)
