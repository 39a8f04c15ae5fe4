"""The trajectory: always on the shell, the same at any frame rate, moved by music, calm in silence."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import njit

from phosphene.engine.listening.frame import AT, CEPSTRA, FRAME, SCALARS
from phosphene.engine.modulation.trajectory.anchors import packaged_anchors
from phosphene.engine.modulation.trajectory.trajectory import (
    COORDINATE_COUNT,
    COORDINATE_NAMES,
    TrajectorySpec,
    advance_trajectory,
    coordinates,
    make_trajectory,
)
from phosphene.engine.modulation.trajectory.wander import RANK, smooth_fields
from tools.assets.anchors import play, records_of, spread
from tools.bench.trajectories import OTHER, PIECE, enlarged, onset_correlation, steps, travel, travel_by_older_rule

RATE = 48_000
ANCHOR_SETS = sorted(packaged_anchors())


@pytest.fixture(scope="module")
def music():
    """The records of twenty seconds with drums."""
    return records_of(play(*PIECE, seconds=20))


def record_of(**fields):
    """The record of an average sound, with some fields replaced."""
    record = np.zeros(1, FRAME)
    default = {param.name: param.default for param in SCALARS}
    for name, value in {**default, "level_fast": 0.6, "centroid": 900.0, "flatness": 0.02, **fields}.items():
        record[name] = value
    return record.view(float)


def steady(t):
    """Two beats a second; nothing else changes."""
    return {"beat": 2.0 * t, "confidence": 0.9, "mfcc": np.linspace(-200, 30, CEPSTRA)}


def moving(t):
    """Two beats a second; everything changes smoothly."""
    swing = np.sin(2 * np.pi * t * np.linspace(0.2, 1.5, CEPSTRA))
    level, centroid = 0.5 + 0.4 * np.sin(5 * t), 900 + 600 * np.cos(3 * t)
    return {**steady(t), "mfcc": 20 * swing, "level_fast": level, "centroid": centroid}


def latents(records, *, rate=RATE, seed=3, **spec):
    """The flattened latent after each record."""
    trajectory, path = make_trajectory(TrajectorySpec(**spec), seed, rate), []
    for record in records:
        advance_trajectory(trajectory, record)
        path.append(trajectory.latent.ravel())
    return np.array(path)


def latent_after(seconds, hertz, sound, rate=RATE):
    """The latent after `seconds` of a sound, at `hertz` records per second."""
    times = np.linspace(0, seconds, round(seconds * hertz) + 1)
    return latents((record_of(sample=t * rate, **sound(t)) for t in times), rate=rate, beats=0.5)[-1]


def rms(latent):
    return np.sqrt((latent**2).mean(axis=-1))


@pytest.mark.parametrize("name", ANCHOR_SETS)
def test_latent_is_always_on_the_shell(name, music):
    fresh = make_trajectory(TrajectorySpec(anchors=name), 3, RATE).latent
    assert fresh.shape == (4, 8, 8) and rms(fresh.ravel()) == pytest.approx(1, abs=1e-12)
    path = latents(music, anchors=name)
    assert rms(path) == pytest.approx(np.ones(len(path)), abs=1e-12)
    assert path.std(axis=1).min() > 0.9 > 0.7 > travel_by_older_rule(music, name)[0].std(axis=1).max()


EXTREME_FIELDS = ("level_fast", "centroid", "flatness", "onset", "beat", "crest", "sample")


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.lists(st.floats(-1e9, 1e9), min_size=20, max_size=20), min_size=1, max_size=6),
    st.sampled_from(ANCHOR_SETS),
    st.sampled_from([0.0, 0.25, 1.0]),
)
def test_latent_stays_on_the_shell_for_any_input(rows, name, onset):
    trajectory = make_trajectory(TrajectorySpec(anchors=name, wander=1.0, beats=0.5), 1, RATE)
    for row in rows:
        advance_trajectory(
            trajectory, record_of(mfcc=row[:CEPSTRA], onset_event=onset, **dict(zip(EXTREME_FIELDS, row[CEPSTRA:])))
        )
        assert rms(trajectory.latent.ravel()) == pytest.approx(1, abs=1e-9)
        assert coordinates(trajectory).min() >= 0 and coordinates(trajectory).max() <= 1


def test_first_record_sets_the_weights(music):
    trajectory = make_trajectory(TrajectorySpec(), 3, RATE)
    advance_trajectory(trajectory, music[700])
    np.testing.assert_array_equal(trajectory.smoothed, trajectory.targets[1])
    assert spread(trajectory.smoothed[:-1]) < 9, "nothing to move to, so nothing is tested"


@pytest.mark.parametrize("rate", [44_100, 48_000])
@pytest.mark.parametrize("hertz", [30, 144, 44_100 / 470])
@pytest.mark.parametrize(("sound", "tolerance"), [(steady, 1e-9), (moving, 0.05)])
def test_frame_rate_does_not_change_the_path(rate, hertz, sound, tolerance):
    default = latent_after(4, 93.75, sound)
    assert np.abs(latent_after(4, hertz, sound, rate) - default).max() < tolerance
    assert np.abs(latent_after(3, 93.75, sound) - default).max() > 0.1, "no motion, so nothing is tested"


def test_sample_rate_does_not_change_the_path():
    default = latent_after(4, 48_000 / 512, moving)
    assert np.abs(latent_after(4, 44_100 / 470, moving, 44_100) - default).max() < 1e-3


def test_block_size_does_not_change_the_path():
    sound = play(*PIECE, seconds=5)
    cut = np.cumsum(np.random.default_rng(4).integers(1, 3_000, 500))
    whole, parts = (latents(records) for records in (records_of(sound), records_of(sound, cut=cut[cut < len(sound)])))
    assert len(whole) > 400 and whole.tobytes() == parts.tobytes()


def test_seed_determines_the_wander(music):
    one, same, other = (make_trajectory(TrajectorySpec(), seed, RATE) for seed in (3, 3, 4))
    for trajectory in (one, same, other):
        for record in music[:300]:
            advance_trajectory(trajectory, record)
    assert one.latent.tobytes() == same.latent.tobytes()
    assert (
        one.smoothed[:-1].tobytes() == other.smoothed[:-1].tobytes() and np.abs(one.latent - other.latent).max() > 0.1
    )


def test_same_record_again_changes_nothing(music):
    trajectory = make_trajectory(TrajectorySpec(beats=0.5), 3, RATE)
    for record in music[:500]:
        advance_trajectory(trajectory, record)
        once = trajectory.latent
        advance_trajectory(trajectory, record)
        assert trajectory.latent.tobytes() == once.tobytes()


def test_steps_are_small(music):
    largest = {name: steps(latents(music, anchors=name)).max() for name in ANCHOR_SETS}
    assert max(largest.values()) < 45 and largest["drift"] < 12, largest


def test_music_moves_faster_than_noise_and_silence(music):
    noise = records_of(np.random.default_rng(2).normal(0, 0.1, (10 * RATE, 2)).astype(np.float32))
    silence = records_of(np.zeros((10 * RATE, 2), np.float32))
    lively, steadier, calm = (np.median(steps(latents(records)[100:])) * 93.75 for records in (music, noise, silence))
    assert lively > 5 * steadier and steadier > 5 * calm and 0.5 < calm < 6  # degrees a second


def test_onsets_move_the_latent(music):
    path, others = latents(music), records_of(play(*OTHER, seconds=20))
    assert onset_correlation(path, music) > 0.4 > 0.2 > onset_correlation(path, others)


def test_all_anchors_are_used_but_few_at_a_time(music):
    _, weights = travel(music)
    assert spread(weights.mean(axis=0)) > 8 and spread(weights).mean() < 5


@pytest.mark.parametrize("event", [{"onset_event": 1.0}, {"beat": 1.01, "confidence": 1.0}], ids=["onset", "beat"])
def test_onsets_and_beats_push_the_wander(event):
    passed = []
    for first in ({}, event):
        trajectory = make_trajectory(TrajectorySpec(beats=1.0), 3, RATE)
        for hop, extra in enumerate([{}, first, *[first | {"onset_event": 0.0}] * 90]):
            advance_trajectory(trajectory, record_of(sample=512 * hop, **extra))
        passed.append(trajectory.wander.passed[0])
    assert 0.3 < passed[1] - passed[0] < 1.0


def test_beats_do_not_push_at_beats_0():
    trajectory = make_trajectory(TrajectorySpec(beats=0.0), 3, RATE)
    for hop in range(100):
        advance_trajectory(trajectory, record_of(sample=512 * hop, beat=hop / 7, confidence=1.0, level_fast=0.0))
    assert trajectory.wander.passed[0] == pytest.approx(99 * 512 / RATE)


def test_without_wander_the_latent_is_a_blend_of_anchors(music):
    trajectory = make_trajectory(TrajectorySpec(wander=0.0), 3, RATE)
    for record in music[:500]:
        advance_trajectory(trajectory, record)
    anchors = trajectory.fields[:-RANK]
    found = np.linalg.lstsq(anchors.T, trajectory.latent.ravel(), rcond=None)[0]
    assert found.min() > -1e-9 and np.abs(found @ anchors - trajectory.latent.ravel()).max() < 1e-9


def test_longer_smoothing_is_slower(music):
    speeds = [np.median(steps(latents(music, smoothing=seconds))) for seconds in (0.05, 0.5, 5.0)]
    assert speeds[0] > 2 * speeds[1] > 4 * speeds[2]


def test_coordinates_use_their_range(music):
    trajectory, path = make_trajectory(TrajectorySpec(), 3, RATE), []
    for record in music:
        advance_trajectory(trajectory, record)
        path.append(coordinates(trajectory).copy())
    assert np.shape(path) == (len(music), COORDINATE_COUNT) and len(COORDINATE_NAMES) == COORDINATE_COUNT
    assert (np.ptp(path, axis=0) > 0.7).all() and (np.std(path, axis=0) > 0.15).all()
    assert np.corrcoef(np.array(path)[:, 0], music[:, AT.level_fast])[0, 1] > 0.4, (
        "the first coordinate goes from calm to loud"
    )


@pytest.mark.parametrize("shape", [(8, 16, 16), (40,), (3, 5, 4, 6)])
def test_latents_have_any_shape(shape, tmp_path, music):
    trajectory = make_trajectory(TrajectorySpec(anchors=enlarged(tmp_path, shape)), 3, RATE)
    for record in music[:200]:
        advance_trajectory(trajectory, record)
    assert trajectory.latent.shape == shape and rms(trajectory.latent.ravel()) == pytest.approx(1, abs=1e-12)


def test_fields_are_smooth_and_orthogonal():
    others = smooth_fields(np.random.default_rng(1), 5, (4, 16, 16), blur_width=0.1)
    fields = smooth_fields(np.random.default_rng(2), RANK, (4, 16, 16), others=others)
    whole = np.concatenate([others, fields])
    np.testing.assert_allclose(whole @ whole.T / 1024, np.eye(5 + RANK), atol=1e-12)
    planes = fields.reshape(RANK, 4, 16, 16)
    rough = np.mean((planes - np.roll(planes, 1, axis=3)) ** 2)  # 2 for white noise
    assert rough < 0.2


def test_advance_does_not_allocate(music):
    fresh = njit(advance_trajectory.py_func)  # a kernel from the cache has no code to inspect
    fresh(make_trajectory(TrajectorySpec(), 3, RATE), music[0])
    code = "".join(fresh.inspect_llvm().values())
    assert "advance" in code and not re.findall(r"NRT_\w*[aA]lloc\w*", code)
