"""The audible clock: what it says is heard is what is heard, whatever the device says of it."""

import time
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phosphene.engine.audio import core as sound
from phosphene.engine.audio import playback_clock
from phosphene.engine.audio.clocks import StandbyClock
from phosphene.engine.audio.playback_clock import HOLD_SECONDS, PlaybackClock
from phosphene.engine.rings import allocate, timeline
from tests.support.core_player import CorePlayer
from tools.rig.sound_server import wait_for

RATE = 48_000
LATENCY = 0.04  # seconds
LATE = 0.004  # seconds by which a callback comes late, at most
FRAME = 1 / 60
BEGIN = 1_000.0  # when the first sample is heard


class Records(NamedTuple):
    """What a device tells, and the truth."""

    rows: np.ndarray  # (rows, 3): sample, time at which the device says it is heard, time at which it says so
    truth: np.ndarray  # (rows, 2): the first two as they are
    known: np.ndarray  # (rows,): the third as it is


def make_records(seconds, *, block=256, ppm=0.0, jitter=0.0, latency=LATENCY, sample=0, begin=BEGIN, seed=1):
    """A device that is `ppm` fast and whose times are off by `jitter` seconds, in the mean square."""
    rng = np.random.default_rng(seed)
    ahead = np.arange(0, seconds * RATE, block)
    heard = begin + ahead / (RATE * (1 + 1e-6 * ppm))
    known = heard - latency + rng.uniform(0, LATE, len(heard))
    rows = np.stack([sample + ahead, heard + rng.normal(0, jitter, len(heard)), known], axis=1)
    return Records(rows, np.stack([sample + ahead, heard], axis=1), known)


def with_wrong_times(records, wrong, what):
    """The same where some rows tell another time."""
    rows = records.rows.copy()
    rows[wrong, 1] = what(rows[wrong])
    return records._replace(rows=rows)


def join(*parts):
    return Records(*map(np.concatenate, zip(*parts)))


def naive(rows, moment):
    """The newest row, believed."""
    sample, heard, _ = rows[-1]
    return sample + RATE * (moment - heard)


def follow(records, *, calls=60.0, until=0.0):
    """Ask a clock `calls` times a second, `until` after the last row; gives moments, answers, and naive ones."""
    line, done = allocate(timeline.layout(64, 3)), 0
    clock = PlaybackClock(line, RATE)
    moments = np.arange(max(BEGIN, records.known[0]), records.known[-1] + until, 1 / calls)
    answers = np.zeros((2, len(moments)))
    for n, moment in enumerate(moments):
        while done < len(records.rows) and records.known[done] <= moment:
            timeline.publish(line, records.rows[done])
            done += 1
        answers[:, n] = clock.sample_at(moment), naive(records.rows[:done], moment)
    return moments, *answers


def errors(records, **options):
    """Moments since the first, by how many seconds the clock is ahead of what is heard, and the naive reading is."""
    moments, *answers = follow(records, **options)
    heard = np.interp(moments, records.truth[:, 1], records.truth[:, 0])
    return moments - BEGIN, *((answer - heard) / RATE for answer in answers)


def p99(error):
    return np.percentile(np.abs(error), 99)


def test_a_steady_device_is_followed_exactly():
    for block in (64, 256, 1024):
        assert np.abs(errors(make_records(5.0, block=block))[1]).max() < 1e-6


NOISY = [(0.001, 64), (0.001, 1024), (0.003, 64), (0.003, 1024), (0.01, 64), (0.01, 256)]  # more rows, more jitter


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize(("jitter", "block"), NOISY)
def test_jitter_is_averaged(jitter, block, seed):
    at, found, newest = errors(make_records(10.0, block=block, jitter=jitter, seed=seed))
    assert np.abs(found[at > 0.3]).max() < FRAME
    assert p99(found[at > 2.0]) < 0.002
    assert p99(newest[at > 2.0]) > 8 * p99(found[at > 2.0]), "the newest row alone would have done"


@pytest.mark.parametrize("ppm", [-200, 200])
@pytest.mark.parametrize("jitter", [0.0, 0.01])
def test_drift_is_learnt(monkeypatch, ppm, jitter):
    records = make_records(60.0, ppm=ppm, jitter=jitter)
    at, found, _ = errors(records, calls=30.0)
    assert p99(found[at > 2.0]) < 0.002
    assert abs(found[at > 30.0].mean()) < 1e-4
    monkeypatch.setattr(playback_clock, "MAX_DRIFT", 0.0)
    at, found, _ = errors(records, calls=30.0)
    assert abs(found[at > 30.0].mean()) > 5e-4, "there was nothing to learn"


LIES = {
    "zero": lambda rows: 0.0,
    "not a number": lambda rows: np.nan,
    "infinite": lambda rows: np.inf,
    "past": lambda rows: rows[:, 2] - 0.03,
    "far ahead": lambda rows: rows[:, 2] + 3.0,
    "a second late": lambda rows: rows[:, 1] + 1.0,
    "constant": lambda rows: rows[:1, 1] + 1.0,
}
LIARS = {  # rows, some 190 a second
    "scattered": np.random.default_rng(5).choice(1500, 300, replace=False),
    "in a row": np.arange(700, 790),
    "early": np.arange(2, 12),
}


@pytest.mark.parametrize("wrong", LIARS.values(), ids=LIARS)
@pytest.mark.parametrize("what", LIES.values(), ids=LIES)
def test_a_wrong_time_is_an_outlier(what, wrong):
    at, found, newest = errors(with_wrong_times(make_records(9.0, jitter=0.001), wrong, what))
    assert np.abs(found[at > 0.3]).max() < 0.003
    assert not np.abs(newest).max() < 0.02, "nothing was told that was wrong"


@pytest.mark.parametrize("what", LIES.values(), ids=LIES)
def test_without_plausible_times_a_sample_is_audible_at_once(what):
    at, found, _ = errors(with_wrong_times(make_records(6.0), slice(None), what))
    expected = -1.0 if what is LIES["a second late"] else LATENCY - LATE / 2  # who always lies alike is believed
    assert np.abs(found[at > 0.5] - expected).max() < 0.001


def test_with_rough_times_the_pace_is_right():
    rng = np.random.default_rng(6)
    at, found, newest = errors(
        with_wrong_times(make_records(20.0), slice(None), lambda rows: rows[:, 2] + rng.uniform(0, 2, len(rows)))
    )
    assert found[at > 2.0].std() < 0.01
    assert newest[at > 2.0].std() > 0.3


JUMPS = [(0.001, 10.0, 0.0), (0.01, 10.0, 0.0), (0.01, 0.25, 0.0), (0.01, 0.0, 0.15), (0.001, 0.0, 0.02)]


@pytest.mark.parametrize(("jitter", "ahead", "pause"), JUMPS)
def test_a_jump_is_not_smeared(jitter, ahead, pause):
    first = make_records(4.0, jitter=jitter)
    second = make_records(4.0, jitter=jitter, sample=round((4 + ahead) * RATE), begin=BEGIN + 4.0 + pause, seed=2)
    at, found, _ = errors(join(first, second))
    assert np.abs(found[at > 4.3 + pause]).max() < 0.006


def test_a_pause_stops_the_clock():
    first = make_records(3.0, jitter=0.003)
    second = make_records(3.0, jitter=0.003, sample=3 * RATE, begin=BEGIN + 6.0, seed=2)
    moments, found, newest = follow(join(first, second))
    at, last = moments - BEGIN, first.rows[-1, 0]
    silent = (at > 3.0 + HOLD_SECONDS + 0.05) & (at < 5.9)
    assert np.unique(found[silent]) == last + HOLD_SECONDS * RATE
    assert newest[silent].max() > last + 2 * RATE, "the newest row alone runs away"
    assert np.abs(found - RATE * (at - 3.0))[at > 6.3].max() < 0.004 * RATE


def test_the_clock_stops_with_the_audio_process():
    records = make_records(3.0)
    assert follow(records, until=100.0)[1][-1] == records.rows[-1, 0] + HOLD_SECONDS * RATE


@pytest.mark.parametrize("latency", [0.05, 0.3])
def test_the_next_device_may_have_more_latency(latency):
    first, second = (
        make_records(4.0, latency=0.0),
        make_records(4.0, latency=latency, sample=4 * RATE, begin=BEGIN + 4.0 + latency),
    )
    at, found, _ = errors(join(first, second))
    assert np.abs(found[at > 5.0 + 2 * latency]).max() < 0.001


@pytest.mark.parametrize("seconds", [-3600.0, 3600.0])
def test_a_step_of_the_system_clock_is_followed(seconds):
    records = make_records(6.0, jitter=0.001)
    records.rows[500:503, 1:] += seconds
    at, found, _ = errors(records)
    assert np.abs(found[at > 0.3]).max() < 0.001


def test_a_day_goes_by_without_a_step_back():
    """Big steps: the last of what is told in each, some of it lies, some of it after a pause."""
    rng, line, moment, begin = np.random.default_rng(11), allocate(timeline.layout(64, 3)), BEGIN + 1.0, BEGIN
    clock, answers, newest, row = PlaybackClock(line, RATE), [], [], np.zeros(3)
    while moment < BEGIN + 24 * 3600:
        moment += rng.choice([0.005, 0.02, 0.3, 30.0])
        if rng.random() < 0.001:
            begin, moment = begin + 3.0, moment + 3.0  # the sound stood still
        last = (moment - begin) * RATE // 256 * 256
        for sample in np.arange(max(last - 5 * 256, row[0] + 256), last + 1, 256):
            now = begin + sample / RATE
            row[:] = sample, now + LATENCY + rng.normal(0, 0.01), now
            if rng.random() < 0.01:
                row[1] = rng.choice([0.0, np.nan, now + 1.5])
            timeline.publish(line, row)
        answers.append(clock.sample_at(moment))
        newest.append(naive(row[None], moment))
    assert (np.diff(answers) >= 0).all() and np.isfinite(answers).all()
    assert np.nanmin(np.diff(newest)) < 0, "the newest row alone never steps back"
    assert abs(answers[-1] - RATE * (moment - begin - LATENCY)) < FRAME * RATE


@pytest.mark.parametrize("jitter", [0.0, 0.01])
def test_the_result_does_not_depend_on_how_often_it_is_called(jitter):
    records = make_records(10.0, ppm=150, jitter=jitter)
    rare, often = (follow(records, calls=calls) for calls in (30.0, 144.0))
    together = np.arange(0, min(len(rare[0]) // 5, len(often[0]) // 24))  # every sixth of a second
    np.testing.assert_allclose(rare[0][5 * together], often[0][24 * together], atol=1e-9)
    assert np.abs(rare[1][5 * together] - often[1][24 * together]).max() < 0.001 * RATE


def test_the_result_does_not_depend_on_the_block_size():
    small, large = (follow(make_records(20.0, block=block, ppm=500), calls=30.0)[1] for block in (64, 1024))
    count = min(len(small), len(large))
    assert np.abs(small[:count] - large[:count]).max() < 0.0002 * RATE


def test_a_new_reader_is_right_at_once():
    records, line = make_records(5.0), allocate(timeline.layout(64, 3))
    for row in records.rows:
        timeline.publish(line, row)
    moment = records.known[-1]
    assert PlaybackClock(line, RATE).sample_at(moment) == pytest.approx(RATE * (moment - BEGIN), abs=1.0)


def test_without_records_there_is_no_sample():
    line = allocate(timeline.layout(64, 3))
    clock = PlaybackClock(line, RATE)
    assert clock.sample_at(BEGIN) is None
    timeline.publish(line, np.full(3, np.nan))
    assert clock.sample_at(BEGIN) is None
    timeline.publish(line, np.array([0.0, BEGIN, BEGIN - LATENCY]))
    assert clock.sample_at(BEGIN) == 0.0


ANYTHING = st.floats()
NONSENSE = st.lists(st.tuples(st.integers(0, 4096), ANYTHING, ANYTHING, ANYTHING), max_size=80)


@settings(deadline=None, derandomize=True)
@given(NONSENSE)
def test_random_records_do_not_break_it(nonsense):
    line, sample, last = allocate(timeline.layout(64, 3)), 0.0, -np.inf
    clock = PlaybackClock(line, RATE)
    for step, heard, now, moment in nonsense:
        sample += step
        timeline.publish(line, np.array([sample, heard, now]))
        answer = clock.sample_at(moment)
        if answer is not None:
            assert last <= answer <= sample + HOLD_SECONDS * RATE
            last = answer
    records = make_records(3.0, sample=sample)
    for row in records.rows:
        timeline.publish(line, row)
        clock.sample_at(float(row[2]))
    assert abs(clock.sample_at(BEGIN + 3.0) - (sample + 3 * RATE)) < 0.004 * RATE


def test_the_standby_clock_publishes_time():
    player, line, row = CorePlayer(), allocate(timeline.layout(64, 3)), np.zeros(3)
    player.plans.change([], 1)
    before = time.perf_counter()
    standby = StandbyClock((sound.play.address, player.words.ctypes.data), (0, 0), RATE, line, player.meters)
    clock = PlaybackClock(line, RATE)
    for turn in range(5):
        assert wait_for(lambda records=turn: (standby.tick(), timeline.record_count(line) > records)[1], every=0.005)
        assert timeline.read(line, timeline.record_count(line) - 1, row)
        assert row[0] == player["position"] > 0 and row[1] == row[2]
        assert before <= row[1] <= time.perf_counter()
        assert clock.sample_at(row[1]) == pytest.approx(row[0], abs=1.0)
