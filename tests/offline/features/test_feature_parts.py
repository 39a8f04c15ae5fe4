"""Parts of a feature file: beats from a ramp, the waveform outline, downsampled arrays."""

import itertools

import numpy as np
import pytest

from phosphene.engine.listening.waveform_overview import (
    COLUMNS,
    extend_overview,
    make_waveform_overview,
    overview_columns,
)
from phosphene.engine.offline.features.columns import BeatFinder, bar_starts
from phosphene.engine.offline.features.downsample import downsample
from tests.support.listen_output import RATE, drum_loop, listen_json, load_arrays
from tests.support.sound_files import noise, write_sound


@pytest.mark.parametrize("sizes", [[1], [2, 3], [7], [1_000]], ids=str)
def test_beats_are_where_the_ramp_passes_whole_numbers(sizes):
    rng = np.random.default_rng(5)
    rises = rng.choice([0.0, 0.02, 0.3, 1.0, 2.6], 1_000)
    ramp, times = np.cumsum(rises) - rises[0], np.arange(1_000) * 0.01
    wanted = np.array([], float)
    for t, a, b in zip(times, ramp, ramp[1:]):
        passed = np.arange(np.ceil(a), np.ceil(b))
        wanted = np.concatenate([wanted, t + 0.01 * (passed - a) / max(b - a, 1e-9)])
    beats, edges = (
        BeatFinder(),
        [0, *itertools.takewhile(lambda n: n < 1_000, itertools.accumulate(sizes * 1_000)), 1_000],
    )
    found = np.concatenate([beats.find(times[a:b], ramp[a:b], np.ones(b - a)) for a, b in itertools.pairwise(edges)])
    np.testing.assert_allclose(found, wanted, atol=1e-12)
    assert len(found) == np.ceil(ramp[-1]) and (np.diff(found) >= 0).all()


def test_constant_ramp_has_no_beat():
    for place in (0.0, 3.7):
        assert len(BeatFinder().find(np.arange(9) / 9, np.full(9, place), np.ones(9))) == 0


def test_uncertain_beats_are_left_out():
    times, confidence = np.arange(100) / 10, np.repeat([0.0, 1.0], 50)
    assert BeatFinder().find(times, times + 0.05, confidence).min() == pytest.approx(5.95)


@pytest.mark.parametrize("frames", [1, 100, COLUMNS, COLUMNS + 1, 5 * COLUMNS + 77])
def test_outline_covers_the_sound(frames):
    x, outline = noise(frames), make_waveform_overview()
    for start in range(0, frames, 1_111):
        extend_overview(outline, x[start : start + 1_111])
    low, high, stretch = overview_columns(outline)
    assert len(low) == -(-frames // stretch) <= COLUMNS < 2 * max(len(low), COLUMNS // 2 + 1)
    for column in range(len(low)):
        part = x[column * stretch : (column + 1) * stretch]
        assert (low[column], high[column]) == (part.min(), part.max())


@pytest.mark.parametrize("width", [1, 7, 50, 10_000])
def test_downsampling_keeps_means_and_maxima(folder, capsys, width):
    write_sound("x.wav", drum_loop(2 * RATE), RATE)
    listen_json(capsys, "x.wav", "-o", "x.npz")
    arrays = load_arrays("x.npz")
    for name, ufunc, whole in (("mel", np.add, np.mean), ("onset", np.maximum, np.max)):
        rows = len(arrays[name])
        parts = np.split(arrays[name], np.arange(1, min(width, rows)) * rows // min(width, rows))
        wanted = [whole(part.astype(float), axis=0) for part in parts]
        np.testing.assert_allclose(downsample("x.npz", name, width, ufunc), wanted, rtol=1e-6)


def test_bars_start_where_the_phase_wraps_and_are_certain():
    phase = np.array([0.0, 0.5, 0.9, 0.1, 0.6, 0.2, 0.7, 0.1])
    confidence = np.array([0.0, 0.0, 0.0, 0.0, 0.5, 0.5, 0.5, 0.5])
    assert bar_starts(phase, confidence).tolist() == [6]
    assert bar_starts(phase, confidence + 0.5).tolist() == [2, 6]
