"""Trim: removes the silence of a file, gates a stream, and keeps attacks in both."""

import numpy as np
import pytest

from phosphene.engine.common.params import default_values
from phosphene.engine.effects import trim
from tests.support.core_player import RATE

LATENCY = trim.latency(RATE)


def make_params(**params):
    return np.array(list({**default_values(trim.PARAMS), **params}.values()))


def gate(x, **params):
    out = np.empty_like(x)
    trim.process(trim.init(float(RATE), x.shape[1]), make_params(**params), x, out)
    return out


def tone(frames, level=0.5, channels=2):
    x = level * np.sin(2 * np.pi * 440 * np.arange(frames) / RATE)
    return np.repeat(x[:, None], channels, axis=1).astype(np.float32)


def between_silences(before=RATE, sound=RATE, after=RATE, level=0.5):
    return np.concatenate([np.zeros((before, 2)), tone(sound, level), np.zeros((after, 2))]).astype(np.float32)


def test_gate_passes_sound_from_its_first_sample_and_removes_hiss():
    hiss = np.random.default_rng(1).normal(0, 1e-4, (3 * RATE, 2)).astype(np.float32)
    x = between_silences() + hiss
    y = gate(x)[LATENCY:]
    np.testing.assert_array_equal(y[RATE : 2 * RATE], x[RATE : 2 * RATE])
    assert not y[: RATE - LATENCY].any() and not y[-RATE // 4 :].any()


def test_gate_closes_smoothly_after_its_hold():
    x = between_silences(0) + tone(2 * RATE, 5e-4)
    y = gate(x, hold=0.25, release=0.1)[LATENCY:]
    envelope = np.abs(y).max(axis=1)
    np.testing.assert_array_equal(y[: RATE + RATE // 5], x[: RATE + RATE // 5])
    assert envelope[RATE + RATE // 5 :].any() and not envelope[round(1.4 * RATE) :].any()
    assert np.abs(np.diff(y[RATE + 10 :], axis=0)).max() < 5e-5


def test_level_between_both_thresholds_keeps_the_gate_open_only():
    low, high = tone(RATE, 10 ** (-44 / 20)), tone(RATE // 10, 10 ** (-30 / 20))
    x = np.concatenate([low, high, low, low])
    y = gate(x, threshold=-40.0, hysteresis=6.0)[LATENCY:]
    assert not y[: RATE - LATENCY].any()
    np.testing.assert_array_equal(y[RATE:], x[RATE : len(y)])
    assert not gate(x, threshold=-40.0, hysteresis=0.0)[-RATE:].any()


def test_one_channel_opens_both():
    x = between_silences()
    x[:, 1] *= 1e-3
    y = gate(x, threshold=-20.0)[LATENCY:]
    np.testing.assert_array_equal(y[RATE : 2 * RATE], x[RATE : 2 * RATE])


def test_file_keeps_its_sound_with_a_margin():
    x = between_silences(RATE, RATE, 2 * RATE)
    y = trim.render(x, RATE, make_params(hold=0.1))
    assert RATE < len(y) <= RATE + round((trim.LOOKAHEAD + 0.1) * RATE) + 2
    lead = round(trim.LOOKAHEAD * RATE)
    np.testing.assert_allclose(y[lead : lead + RATE - 9], x[RATE + 1 : 2 * RATE - 8], atol=0.06)
    assert not np.shares_memory(x, y)


@pytest.mark.parametrize(("start", "end"), [(0.25, 0.5), (0.0, 0.1), (0.9, 1.0)])
def test_file_is_cut_to_start_and_end(start, end):
    x = tone(4 * RATE)
    assert abs(len(trim.render(x, RATE, make_params(start=start, end=end))) - (end - start) * len(x)) < 200


@pytest.mark.parametrize(
    "x", [np.zeros((RATE, 2), np.float32), tone(0), tone(1)], ids=["silence", "nothing", "a sample"]
)
def test_silent_and_empty_files_are_accepted(x):
    assert len(trim.render(x, RATE, make_params())) <= len(x)
    assert len(trim.render(x, RATE, make_params(start=0.8, end=0.2))) == 0
