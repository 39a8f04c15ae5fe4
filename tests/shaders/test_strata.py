"""Strata scene: past sound lies as far back in the land as it is old, and nearer rows hide it."""

import numpy as np
import pytest

from tests.support.scene_renderer import RATE, SceneRenderer, analysed, silence

PACE = 5.0  # rows per second


def read_pass(scene, name):
    """What a pass holds: (rows, columns, 4)."""
    picture = scene.renderer.deck.targets["strata", name].picture
    return np.frombuffer(picture.read(), np.float32).reshape(picture.height, picture.width, 4)


@pytest.mark.parametrize("fps", [24, 60, 144])
def test_sound_moves_back_row_by_row(context, fps):
    sound = silence(4.0)
    sound[RATE : 2 * RATE] = np.random.default_rng(3).normal(0.0, 0.2, (RATE, 2))
    with SceneRenderer(context, analysed(sound), "strata", params={"pace": PACE}) as scene:
        scene.pictures(3.5, fps)
        land = read_pass(scene, "land")
    loud = land[:, :, 2].mean(axis=1) > 0.5
    ago = 3.5 - 1.0 / fps - (np.arange(len(loud)) - 0.5 + land[0, 0, 3]) / PACE  # age of the row
    assert loud.sum() == pytest.approx(PACE, abs=2)
    assert ((ago[loud] > 1.0 - 1.0 / PACE) & (ago[loud] < 2.2 + 1.0 / PACE)).all()


def test_search_tree_finds_the_first_row_that_covers_a_pixel(context):
    """The skyline never falls from row to row, and the tree holds its heights."""
    with SceneRenderer(context, analysed(silence(1.0)), "strata") as scene:
        scene.pictures(0.5)
        tops, tree = read_pass(scene, "skyline")[:, :, 0], read_pass(scene, "tree")
    assert (np.diff(tops, axis=0) >= 0.0).all() and tops[-1].min() > tops[0].min()
    for height in np.linspace(-0.2, 1.0, 41):
        block = (tree[5] <= height).sum(axis=1)
        row = 5 * block + (tree[block, np.arange(512)] <= height).sum(axis=1)
        assert np.array_equal(row, (tops <= height).sum(axis=0))
