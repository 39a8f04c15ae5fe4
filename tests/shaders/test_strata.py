"""Strata: what was heard lies as far back in the land as it is long ago, and what stands in front hides it."""

import numpy as np
import pytest

from tests.support.scene_renderer import RATE, Easel, heard, silence

PACE = 5.0  # rows a second


def grid(easel, name):
    """What a pass holds: (rows, columns, 4)."""
    picture = easel.painter.deck.targets["strata", name].picture
    return np.frombuffer(picture.read(), np.float32).reshape(picture.height, picture.width, 4)


@pytest.mark.parametrize("fps", [24, 60, 144])
def test_a_sound_lies_as_many_rows_back_as_it_is_long_ago(context, fps):
    sound = silence(4.0)
    sound[RATE : 2 * RATE] = np.random.default_rng(3).normal(0.0, 0.2, (RATE, 2))
    with Easel(context, heard(sound), "strata", params={"pace": PACE}) as easel:
        easel.pictures(3.5, fps)
        land = grid(easel, "land")
    loud = land[:, :, 2].mean(axis=1) > 0.5
    ago = 3.5 - 1.0 / fps - (np.arange(len(loud)) - 0.5 + land[0, 0, 3]) / PACE  # when the row became what it is
    assert loud.sum() == pytest.approx(PACE, abs=2)
    assert ((ago[loud] > 1.0 - 1.0 / PACE) & (ago[loud] < 2.2 + 1.0 / PACE)).all()


def test_a_pixel_finds_the_first_row_that_reaches_it(context):
    """The tree is cut from the skyline, and the skyline only ever rises."""
    with Easel(context, heard(silence(1.0)), "strata") as easel:
        easel.pictures(0.5)
        tops, tree = grid(easel, "skyline")[:, :, 0], grid(easel, "tree")
    assert (np.diff(tops, axis=0) >= 0.0).all() and tops[-1].min() > tops[0].min()
    for height in np.linspace(-0.2, 1.0, 41):
        block = (tree[5] <= height).sum(axis=1)
        row = 5 * block + (tree[block, np.arange(512)] <= height).sum(axis=1)
        assert np.array_equal(row, (tops <= height).sum(axis=0))
