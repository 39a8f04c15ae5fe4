"""Crystal scene: the growth never dies, never fills up, and answers to drums."""

import numpy as np
import pytest

from tests.support.scene_renderer import RATE, SceneRenderer, analysed, music, silence

SLOW = 12  # pictures per second: growth follows the clock, whatever the frame rate
MIN_GROWN, MAX_GROWN = 0.08, 0.30  # of what can grow


def read_cells(scene):
    """(rows, columns, 4): substrate, growth, heat."""
    picture = scene.renderer.deck.targets["crystal", "cell"].picture
    return np.frombuffer(picture.read(), np.float32).reshape(picture.height, picture.width, 4)


def fill_cells(scene, value):
    """Set every cell to a value."""
    for texture in scene.renderer.deck.targets["crystal", "cell"].textures:
        texture.write(np.tile(np.array(value, np.float32), (texture.width * texture.height, 1)).tobytes())


def grow(scene, first, last):
    """Draw some seconds; returns the growth of each cell."""
    for frame in range(round(first * SLOW), round(last * SLOW)):
        scene.picture(frame * RATE / SLOW)
    return read_cells(scene)[..., 1]


@pytest.mark.parametrize("sound", [music, silence])
@pytest.mark.parametrize("params", [{}, {"form": 0.0}, {"form": 1.0, "grain": 1.0}, {"growth": 1.3, "shock": 1.0}])
def test_growth_neither_dies_nor_fills_up(context, sound, params):
    with SceneRenderer(context, analysed(sound(6.0)), "crystal", params=params) as scene:
        grown = [grow(scene, at, at + 5.0) for at in np.arange(0.0, 30.0, 5.0)]
    assert all(MIN_GROWN / 2 < each.mean() < MAX_GROWN for each in grown), [
        round(float(each.mean()), 3) for each in grown
    ]
    assert all(each.std() > 0.06 for each in grown[1:]), "it has no structure"
    assert np.abs(grown[-1] - grown[-2]).mean() > 1e-3, "it stands still"


@pytest.mark.parametrize(
    "value", [(1.0, 0.0, 0.0, 1.0), (0.0, 1.0, 0.0, 1.0), (0.0, 0.0, 0.0, 0.0), (1.0, 1.0, 2.0, 1.0)]
)
def test_growth_recovers_from_any_state(context, value):
    with SceneRenderer(context, analysed(silence(1.0)), "crystal") as scene:
        grow(scene, 0.0, 5.0)
        fill_cells(scene, value)
        grown = grow(scene, 5.0, 30.0)
    assert MIN_GROWN < grown.mean() < MAX_GROWN and grown.std() > 0.06


def test_nan_cells_do_not_spread(context):
    with SceneRenderer(context, analysed(silence(1.0)), "crystal") as scene:
        grow(scene, 0.0, 3.0)
        (target,) = [each for key, each in scene.renderer.deck.targets.items() if key[1] == "cell"]
        cells = read_cells(scene).copy()
        cells[40:44, 60:64] = np.nan
        for texture in target.textures:
            texture.write(cells.tobytes())
        grow(scene, 3.0, 3.0 + 2 / SLOW)
        assert np.isfinite(read_cells(scene)).all()


def test_onset_seeds_and_kick_heats(context):
    def mean_heat(seconds, **params):
        with SceneRenderer(context, analysed(music(3.0)), "crystal", params=params) as scene:
            scene.pictures(seconds)
            return read_cells(scene)[..., 2].mean()

    with SceneRenderer(context, analysed(silence(3.0)), "crystal") as scene:
        scene.pictures(2.5)
        calm = read_cells(scene)[..., 2].mean()
    assert mean_heat(2.5) > 2.0 * calm
    assert mean_heat(2.5, shock=1.0) > mean_heat(2.5, shock=0.0)


@pytest.mark.parametrize("fps", [24, 60, 144])
def test_growth_is_alike_at_any_frame_rate(context, fps):
    with SceneRenderer(context, analysed(music(6.0)), "crystal") as scene:
        scene.pictures(5.0, fps)
        grown = read_cells(scene)[..., 1]
    assert grown.mean() == pytest.approx(0.18, abs=0.02) and grown.std() == pytest.approx(0.13, abs=0.02)
