"""Changes of matrix rows: rows that stay keep their memory, the others glide; trajectories in rows."""

import numpy as np
import pytest

from phosphene.engine.modulation.kernel import GLIDE_SECONDS
from phosphene.engine.modulation.trajectory.trajectory import (
    TrajectorySpec,
    advance_trajectory,
    coordinates,
    make_trajectory,
)
from tests.support.matrix_inputs import HOP, RATE, levels, matrix, modulation, moves_of, row, targets_of
from tests.support.scene_renderer import music
from tests.visuals.test_audio_signals import records

STEP = HOP / RATE  # seconds
LOUD = [0.2] * 30 + [0.9] * 30
SLOW = {"attack": 0.5, "release": 0.5}


def moves_after_change(first, *then, glide=True, **sources):
    """The moves of a matrix over LOUD, whose rows are changed before frame 40."""
    mod_matrix, frames = matrix(*first, **sources), levels(LOUD)
    previous = moves_of(mod_matrix, frames[:40])
    mod_matrix.change(modulation(*then, **sources), glide=glide)
    return np.concatenate([previous, moves_of(mod_matrix, frames[40:])])


def test_the_same_rows_again_change_nothing():
    thump = {"kind": "envelope", "on": "kick", "attack": 0.1, "release": 0.5}
    rows = row("listening.low", **SLOW), row("listening.low", 1, when="beat", **SLOW), row("sources.thump", 2)
    whole = moves_of(matrix(*rows, thump=thump), levels(LOUD))
    np.testing.assert_array_equal(moves_after_change(rows, *rows, thump=thump), whole)


def test_row_that_stays_keeps_its_memory_in_another_order():
    kept = row("listening.low", **SLOW)
    whole = moves_of(matrix(kept), levels(LOUD))[:, 0]
    others = row("listening.mid", 4), kept, row("listening.low", 5, **SLOW, when="beat")
    np.testing.assert_array_equal(moves_after_change([kept], *others)[:, 0], whole)


@pytest.mark.parametrize(
    "then",
    [[], [row("listening.low", range=(5.0, 6.0), amount=0.5)], [row("listening.mid"), row("clock.day", amount=0.9)]],
    ids=["none", "another range", "others"],
)
def test_a_change_of_rows_does_not_jump(then):
    values, fresh = moves_after_change([row("listening.low")], *then)[:, 0], moves_of(matrix(*then), levels(LOUD))[:, 0]
    remaining = (values - fresh)[40:]
    start = moves_of(matrix(row("listening.low")), levels(LOUD))[39, 0] - fresh[39]
    exact = start * np.exp(-np.arange(1, 21)[:, None] * STEP / GLIDE_SECONDS)
    np.testing.assert_allclose(remaining, exact, atol=1e-9)


def test_removed_rows_fade_to_nothing():
    mod_matrix = matrix(row("listening.low", range=(0.0, 20_000.0)))
    moves_of(mod_matrix, levels(LOUD))
    mod_matrix.change(modulation())
    assert mod_matrix.moved.any()
    last = moves_of(mod_matrix, levels([0.5] * 1_000, start=60 * HOP))
    assert last[0].any() and not last[-1].any()


def test_change_without_glide_is_immediate():
    values = moves_after_change([row("listening.low")], row("listening.low", range=(5.0, 6.0)), glide=False)
    assert values[40, 0, 1] == pytest.approx(5.9)


def test_rows_set_before_the_first_frame():
    mod_matrix = matrix()
    mod_matrix.change(modulation(row("listening.low")))
    assert targets_of(mod_matrix, levels([0.7]))[0] == 0.7


def test_row_follows_a_trajectory():
    spec = {"anchors": "pulse", "wander": 0.5}
    with_rows = matrix(row("trajectory.0"), row("trajectory.3", 1), trajectory=spec, seed=5)
    trajectory = make_trajectory(TrajectorySpec(**spec), 5, RATE)
    frames = records(music(3.0))
    rows = []
    for frame in frames:
        advance_trajectory(trajectory, frame)
        with_rows.step(frame)
        rows.append((*coordinates(trajectory)[[0, 3]], *with_rows.moved[:2, 1]))
    values = np.array(rows)
    np.testing.assert_array_equal(values[:, :2], values[:, 2:])
    assert np.ptp(values, axis=0).min() > 0.1, "no motion, so nothing is tested"
    other = matrix(row("trajectory.0"), trajectory=spec, seed=6)
    assert moves_of(other, frames)[-1, 0, 1] != values[-1, 2]


def test_trajectory_continues_if_its_rows_stay():
    spec, frames = {"anchors": "drift"}, records(music(2.0))
    unchanged, other = (matrix(row("trajectory.1"), trajectory=spec) for _ in range(2))
    for frame in frames[:90]:
        unchanged.step(frame)
        other.step(frame)
    other.change(modulation(row("trajectory.1"), row("listening.bass_fast", 1), trajectory=spec))
    np.testing.assert_allclose(moves_of(unchanged, frames[90:])[:, 0, 1], moves_of(other, frames[90:])[:, 0, 1])
