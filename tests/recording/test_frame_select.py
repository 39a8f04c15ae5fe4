"""The frames of a film: each shown frame once where it can be, else the nearest one."""

import math

import numpy as np
import pytest

from phosphene.engine.recording import frame_select
from phosphene.engine.recording.frame_select import FrameSelector

RATE = 48_000
PERIOD = RATE / 30


def select(shown, period=PERIOD):
    """The samples of the frames in a film, and its moments, for frames that were shown at the samples `shown`."""
    selector, film = FrameSelector(shown[0], period), []
    for sample in shown:
        selector.add(sample, sample)
        while selector.ready:
            selector.choose()
            film.append(selector.current[0])
    return np.array(film), shown[0] + period * np.arange(len(film))


def show_times(rate, seconds, *, drift=0.0, jitter=0.0):
    """Samples at which a display shows frames."""
    samples = np.arange(round(seconds * rate)) * RATE / rate * (1.0 + drift)
    return samples + np.random.default_rng(8).normal(0.0, jitter * RATE, len(samples))


def count_slips(shown, film):
    """(frames that are missing in the film, frames that are repeated)."""
    return len(np.setdiff1d(shown[shown <= film[-1]], film)), len(film) - len(np.unique(film))


@pytest.mark.parametrize("drift", [-2e-4, -5e-5, 0.0, 5e-5, 2e-4])
def test_each_frame_is_used_once_at_the_film_rate(drift, monkeypatch):
    """Ten minutes by two clocks: a drift is corrected once, without going back and forth."""
    shown = show_times(30, 600, drift=drift, jitter=1e-3)
    film, moments = select(shown)
    assert max(count_slips(shown, film)) <= math.ceil(abs(drift) * 600 * 30)
    assert np.abs(film - moments).max() <= (0.5 + frame_select.NEXT_FRAME_BONUS / 2) * PERIOD + 5e-3 * RATE
    monkeypatch.setattr(frame_select, "NEXT_FRAME_BONUS", 0.0)
    if abs(drift) == 5e-5:
        assert max(count_slips(shown, select(shown)[0])) > 3, (
            "without the bonus nothing slipped, so this proved nothing"
        )


@pytest.mark.parametrize("rate", [24, 29, 50, 60, 75, 144])
def test_nearest_frame_is_used_at_other_rates(rate):
    shown = show_times(rate, 60, jitter=1e-3)
    film, moments = select(shown)
    assert np.all(np.diff(film) >= 0) and len(film) > 0.99 * 60 * 30
    assert (
        np.abs(film - moments).max() <= 0.5 * RATE / rate + 0.5 * frame_select.NEXT_FRAME_BONUS * PERIOD + 5e-3 * RATE
    )


def test_frame_is_repeated_until_there_is_another():
    selector = FrameSelector(0.0, 100.0)
    for sample in (0.0, 100.0):
        selector.add(sample, sample)
        assert selector.ready
        assert selector.choose() == sample
    assert not selector.ready
    assert [selector.choose() for _ in range(5)] == [None] * 5
    selector.add(650.0, "late")
    selector.add(650.0, "while the sound stood still")
    selector.add(700.0, "in time")
    assert [selector.choose() for _ in range(2)] == ["in time", None]
