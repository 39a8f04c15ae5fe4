"""Tap tempo: steady from unsteady taps, exact from even ones, and quick to follow another tempo."""

import numpy as np
import pytest

from phosphene.engine.session.tempo.tap_tempo import DEBOUNCE_SECONDS, MAX_PAUSE_SECONDS, TapTempo

JITTER = 0.02  # seconds RMS by which taps are early or late
MAX_ERROR = 0.015  # of the tempo


def taps(tap_tempo, moments):
    """The answers to all taps."""
    return [tap_tempo.tap(moment) for moment in moments]


def unsteady(bpm, count, rng, start=100.0):
    return start + 60.0 / bpm * np.arange(count) + rng.normal(0, JITTER, count)


def errors(bpm, count, runs=400):
    """Errors of the tempo (relative) and of the beat (seconds) after `count` taps, for each of many runs."""
    rng, found = np.random.default_rng((int(bpm), count)), []
    for _ in range(runs):
        beat = [answer for answer in taps(TapTempo(), unsteady(bpm, count, rng)) if answer][-1]
        off = (beat.moment - 100.0) * bpm / 60.0
        found.append((beat.bpm / bpm - 1.0, (off - round(off)) * 60.0 / bpm))
    return np.array(found).T


def rms(x):
    return float(np.sqrt(np.mean(x**2)))


@pytest.mark.parametrize("bpm", [40, 60, 90, 120])
def test_eight_taps_are_steadier_than_two(bpm):
    eight, beats = errors(bpm, 8)
    two, first = errors(bpm, 2)
    assert np.percentile(np.abs(eight), 95) < MAX_ERROR
    assert rms(two) > 3 * rms(eight) and np.percentile(np.abs(two), 95) > MAX_ERROR, (
        "the taps after the second did nothing"
    )
    assert rms(beats) < 0.75 * rms(first), "nor for the beat"


def test_a_fast_tempo_is_near_the_theoretical_bound():
    bound = JITTER / np.sqrt(42.0) * 180 / 60.0  # of a line through eight points, in the mean square
    assert rms(errors(180, 8)[0]) < 1.2 * bound < MAX_ERROR


def test_the_fit_beats_the_mean_interval():
    """The mean interval depends on the first and the last tap only."""
    rng, found = np.random.default_rng(3), []
    for _ in range(1_000):
        moments = unsteady(120, 8, rng)
        beat = taps(TapTempo(), moments)[-1]
        found.append((beat.bpm / 120 - 1.0, 7 * 60.0 / (moments[-1] - moments[0]) / 120 - 1.0))
    ours, plain = np.array(found).T
    assert rms(ours) < 0.85 * rms(plain)


@pytest.mark.parametrize("bpm", [41.0, 75.5, 133.0, 239.0])
def test_even_taps_give_their_exact_tempo_and_beat(bpm):
    moments = 7.0 + 60.0 / bpm * np.arange(20)
    first, *answers = taps(TapTempo(), moments)
    assert first is None
    for moment, beat in zip(moments[1:], answers):
        assert beat == pytest.approx((bpm, moment), rel=1e-9)


@pytest.mark.parametrize("factor", [0.5, 2.0, 0.75, 1.3])
def test_another_tempo_is_followed_after_three_taps(factor):
    """Half and double time too."""
    rng, tap_tempo = np.random.default_rng(8), TapTempo()
    before = unsteady(100, 8, rng)
    taps(tap_tempo, before)
    after = unsteady(100 * factor, 4, rng, start=before[-1])[1:]
    assert taps(tap_tempo, after)[-1].bpm == pytest.approx(100 * factor, rel=0.06)


@pytest.mark.parametrize("what", ["late", "missing", "twice"])
def test_one_wrong_tap_changes_nothing(what):
    moments = list(0.5 * np.arange(1, 13))
    moments[8:9] = {"late": [moments[8] + 0.22], "missing": [], "twice": [moments[8] - 0.3, moments[8]]}[what]
    answers = [beat for beat in taps(TapTempo(), moments) if beat]
    assert [beat.bpm for beat in answers] == pytest.approx([120.0] * len(answers), rel=1e-9)
    assert len(answers) >= len(moments) - 3 and answers[-1].moment == pytest.approx(6.0)


@pytest.mark.parametrize(("bpm", "pause"), [(120, 2.6 * 0.5), (60, MAX_PAUSE_SECONDS + 0.01), (120, 60.0)])
def test_a_pause_starts_anew(bpm, pause):
    tap_tempo = TapTempo()
    moments = 60.0 / bpm * np.arange(8)
    taps(tap_tempo, 50.0 + moments)
    later = 50.0 + moments[-1] + pause
    assert tap_tempo.tap(later) is None
    assert tap_tempo.tap(later + 0.4) == pytest.approx((150.0, later + 0.4))


def test_a_repeating_key_taps_once():
    tap_tempo = TapTempo()
    assert tap_tempo.tap(10.0) is None
    assert taps(tap_tempo, 10.5 + 0.03 * np.arange(100))[1:] == [None] * 99
    assert DEBOUNCE_SECONDS < 60.0 / 240.0
