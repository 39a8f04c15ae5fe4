"""Pitch: frequency, timing, and attacks that are not repeated."""

import numpy as np
import pytest

from phosphene.engine.effects import pitch

RATE = 48_000.0
RNG = np.random.default_rng(5)


def shifted(x, semitones, mix=1.0, rate=RATE, block=1_024):
    state, params, y = pitch.init(rate, x.shape[1]), np.array([semitones, mix]), np.empty_like(x)
    state.smoothed[:] = params
    for at in range(0, len(x), block):
        pitch.process(state, params, x[at : at + block], y[at : at + block])
    return y


def tone(partials, seconds=2.2, rate=RATE):
    time = np.arange(int(seconds * rate)) / rate
    return sum(0.3 / k * np.sin(2 * np.pi * f * time + k) for k, f in enumerate(partials, 1))[:, None].astype(
        np.float32
    )


def cents(y, expected, rate=RATE):
    """Deviation in cents of the strongest partial near a frequency."""
    power = np.log(np.abs(np.fft.rfft(y * np.blackman(len(y)), 4 * len(y))) + 1e-12)
    bins = np.fft.rfftfreq(4 * len(y), 1 / rate)
    band = np.flatnonzero((bins > 0.8 * expected) & (bins < 1.25 * expected))
    k = band[power[band].argmax()]
    offset = (power[k - 1] - power[k + 1]) / (power[k - 1] - 2 * power[k] + power[k + 1]) / 2
    return 1200 * np.log2((k + offset) * bins[1] / expected)


def clusters(y, gap=0.02 * RATE):
    """The centre of each group of samples above half of the peak."""
    loud = np.flatnonzero(np.abs(y) > np.abs(y).max() / 2)
    return np.array([(c[0] + c[-1]) / 2 for c in np.split(loud, np.flatnonzero(np.diff(loud) > gap) + 1)])


@pytest.mark.parametrize("semitones", [-12, -7, -1, 0.3, 4, 7, 12])
@pytest.mark.parametrize(
    "partials",
    [[55], [110], [440.3], [1731.7], [4000], [110 * k for k in range(1, 20)]],
    ids=["55", "110", "440", "1732", "4000", "harmonic"],
)
def test_tone_is_shifted_by_the_semitones(partials, semitones):
    y = shifted(tone(partials), semitones)[-int(1.5 * RATE) :, 0]
    assert abs(cents(y, partials[0] * 2 ** (semitones / 12))) < 5


@pytest.mark.parametrize("rate", [8_000.0, 44_100.0, 192_000.0])
def test_tone_is_shifted_at_any_rate(rate):
    y = shifted(tone([220, 440, 660], rate=rate), 5.0, rate=rate)[-int(1.5 * rate) :, 0]
    assert abs(cents(y, 220 * 2 ** (5 / 12), rate)) < 5


@pytest.mark.parametrize("semitones", [-12, -7, 7, 12])
def test_sine_stays_a_sine(semitones):
    y = shifted(tone([440.3]), semitones)[-int(1.5 * RATE) :, 0]
    power = np.abs(np.fft.rfft(y * np.blackman(len(y)))) ** 2
    bins = np.fft.rfftfreq(len(y), 1 / RATE)
    inside = np.abs(1200 * np.log2(np.maximum(bins, 1) / (440.3 * 2 ** (semitones / 12)))) < 50
    assert power[inside].sum() > 1e6 * power[~inside].sum()


def test_frequencies_that_would_alias_are_removed():
    y = shifted(tone([16_000]), 12.0)[-int(RATE) :]
    assert np.sqrt(np.mean(y**2)) < 0.01 * 0.3 / np.sqrt(2)


@pytest.mark.parametrize("semitones", [-12, -7, -3, -1, 1, 4, 7, 12])
@pytest.mark.parametrize("ground", [0.0, 0.05], ids=["silence", "tone"])
def test_click_stays_one_click(semitones, ground):
    for seed in range(4):
        rng = np.random.default_rng(seed)
        clicks = np.cumsum(rng.uniform(0.12, 0.5, 8) * RATE).astype(int) + 4_000
        x = ground / 0.3 * tone([220 + 90 * seed], 4.2)
        x[clicks] += 0.9
        found = clusters(shifted(x, semitones)[:, 0], gap=0.004 * RATE) - pitch.latency(RATE)
        assert len(found) == len(clicks) and np.abs(found - clicks).max() < 0.02 * RATE


def test_crossfading_delay_line_doubles_clicks():
    """The control: two taps that sweep through 30 ms and crossfade."""
    x, step, sweep = np.zeros(int(4 * RATE)), 2 ** (7 / 12), 0.03 * RATE
    clicks = np.cumsum(RNG.uniform(0.12, 0.5, 8) * RATE).astype(int) + 4_000
    x[clicks] = 0.9
    n, y = np.arange(len(x)), np.zeros(len(x))
    for offset in (0.0, 0.5):
        phase = ((1 - step) * n / sweep + offset) % 1
        y += np.sin(np.pi * phase) ** 2 * np.interp(n - phase * sweep, n, x)
    assert len(clusters(y, gap=0.004 * RATE)) != len(clicks)


def test_zero_shift_is_a_delay():
    x = RNG.normal(0, 0.1, (20_000, 2)).astype(np.float32)
    latency = pitch.latency(RATE)
    for mix in (1.0, 0.5, 0.0):
        np.testing.assert_array_equal(shifted(x, 0.0, mix)[latency:], x[:-latency])
    np.testing.assert_array_equal(shifted(x, 7.0, 0.0)[latency:], x[:-latency])


def test_return_to_zero_shift_is_the_same_delay():
    x, latency = tone([220, 331, 557]), pitch.latency(RATE)
    state, y = pitch.init(RATE, 1), np.empty_like(x)
    pitch.process(state, np.array([7.0, 1.0]), x[:40_000], y[:40_000])
    pitch.process(state, np.array([0.0, 1.0]), x[40_000:], y[40_000:])
    assert np.abs(y[38_000:40_000] - x[38_000 - latency : 40_000 - latency]).max() > 0.01
    np.testing.assert_array_equal(y[-20_000:], x[-20_000 - latency : -latency])


@pytest.mark.parametrize("rate", [8_000.0, 44_100.0, 48_000.0, 192_000.0])
def test_sound_is_never_more_than_60_ms_late(rate):
    largest_deviation = pitch.MAX_DRIFT + pitch.wsola.SLACK + pitch.FADE / 2  # half of a fade at an octave
    assert pitch.latency(rate) / rate + largest_deviation <= 0.06


@pytest.mark.parametrize("semitones", [-5.0, 5.0])
def test_stereo_image_is_kept(semitones):
    """Scaled copies of one sound in all channels stay scaled copies."""
    levels = np.array([1.0, 0.5, -1.0, 0.25])
    x = (tone([196, 392, 523]) + RNG.normal(0, 0.02, (int(2.2 * RATE), 1))).astype(np.float32)
    y = shifted((x * levels).astype(np.float32), semitones)
    np.testing.assert_allclose(y, y[:, :1] * levels, rtol=0, atol=1e-6)
    assert np.abs(y).max() > 0.1


def test_channels_of_opposite_sign_are_shifted():
    x = tone([440.3])
    y = shifted(np.concatenate([x, -x], axis=1), 4.0)[-int(1.5 * RATE) :, 0]
    assert abs(cents(y, 440.3 * 2 ** (4 / 12))) < 5


def test_glide_makes_no_step():
    x, state = tone([220.0]), pitch.init(RATE, 1)
    y = np.empty_like(x)
    for at, semitones in zip(range(0, len(x), 9_600), [0, 12, -12, 3, 0, -7, 12, 0, 5, -5, 0]):
        pitch.process(state, np.array([float(semitones), 1.0]), x[at : at + 9_600], y[at : at + 9_600])
    steepest = 0.3 * 2 * np.pi * 440 / RATE  # a sine an octave up
    assert np.abs(np.diff(y[pitch.latency(RATE) + 1 :, 0])).max() < 1.5 * steepest


@pytest.mark.parametrize("invalid", [np.nan, np.inf, 3e38])
def test_invalid_samples_are_forgotten(invalid):
    x = tone([440.3], 4.0)
    x[20_000:20_100:7] = invalid
    y = shifted(x, 7.0)[-int(2.5 * RATE) :, 0]
    assert np.isfinite(y).all() and abs(cents(y, 440.3 * 2 ** (7 / 12))) < 5
    assert 0.25 < np.abs(y).max() < 0.35
