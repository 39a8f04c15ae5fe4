"""Noise reduction: removes noise and keeps speech, without being told which is which."""

import numpy as np
import pytest

from phosphene.engine.effects import noise_reduction

RATE = 48_000.0
SECONDS = 6


def reduce(x, rate=RATE, **params):
    """The processed sound without the latency."""
    latency, frames = noise_reduction.latency(rate), len(x)
    x = np.ascontiguousarray(np.append(x, np.zeros((latency, x.shape[1])), axis=0), np.float32)
    out, params = np.empty_like(x), np.array([params.get(p.name, p.default) for p in noise_reduction.PARAMS])
    noise_reduction.process(noise_reduction.init(rate, x.shape[1]), params, x, out)
    return out[latency:].astype(float)[:frames]


def hiss(frames, level=0.05, seed=1, channels=1):
    return level * np.random.default_rng(seed).normal(size=(frames, channels))


def pink(frames, level=0.05, seed=2):
    half = np.fft.rfft(hiss(frames, 1.0, seed)[:, 0])
    x = np.fft.irfft(half / np.sqrt(np.maximum(np.arange(len(half)), 20 * frames / RATE)), frames)
    return level * (x / x.std())[:, None]


def speech(frames, seed=3):
    """Syllables of a gliding voice with two formants, some after a hiss, with pauses between them."""
    rng, x, at = np.random.default_rng(seed), np.zeros(frames), 2_400
    while at < frames - 30_000:
        if rng.random() < 0.5:
            size = int(rng.uniform(2_400, 4_800))
            x[at : at + size] += np.diff(rng.normal(0, 0.02, size + 1)) * np.hanning(size)
            at += size
        size = int(rng.uniform(6_000, 14_000))
        pitch = rng.uniform(90, 150) * np.linspace(1, rng.uniform(0.8, 1.2), size)
        phase, low, high = np.cumsum(pitch) / RATE, *rng.uniform((300, 1_000), (800, 2_500))
        for k in range(1, 40):
            level = sum(1 / (1 + ((k * pitch - formant) / 90) ** 2) for formant in (low, high)) + 0.03 / k
            x[at : at + size] += (
                0.2 * level * np.sin(2 * np.pi * k * phase) * np.sin(np.pi * np.arange(size) / size) ** 0.5
            )
        at += size + int(rng.uniform(0, 1) < 0.4) * int(rng.uniform(4_800, 24_000))
    return 0.1 * (x / x.std())[:, None]


def decibels(x):
    return 10 * np.log10(np.mean(np.square(x)))


CLEAN = speech(SECONDS * int(RATE))


@pytest.mark.parametrize(("noise", "minimum"), [(hiss, 6.0), (pink, 3.0)], ids=["white", "pink"])
@pytest.mark.parametrize("snr", [0.0, 5.0, 10.0])
def test_noise_in_speech_is_reduced(noise, minimum, snr):
    added = noise(len(CLEAN), 0.1 * 10 ** (-snr / 20))
    reduced = reduce(CLEAN + added)
    assert decibels(added) - decibels(reduced - CLEAN) > minimum


def test_clean_speech_loses_little():
    assert decibels(reduce(CLEAN) - CLEAN) < decibels(CLEAN) - 20.0


def roughness(x):
    """Unevenness of power over time and frequency: 2 for noise, more if single bins ring."""
    frames = np.lib.stride_tricks.sliding_window_view(x, 1024)[::512] * np.hanning(1024)
    power = np.abs(np.fft.rfft(frames)[:, 5:400]) ** 2
    return np.mean(power**2) / np.mean(power) ** 2


@pytest.mark.parametrize("floor", [-6.0, -12.0, -18.0])
def test_residual_noise_is_at_the_floor_and_does_not_warble(floor):
    x = hiss(SECONDS * int(RATE))
    residue = reduce(x, floor=floor)[2 * int(RATE) :]
    assert decibels(residue) - decibels(x) == pytest.approx(floor, abs=0.5)
    assert roughness(residue[:, 0]) < 1.2 * roughness(x[:, 0])


@pytest.mark.parametrize("rate", [8_000.0, 11_025.0, 44_100.0, 48_000.0, 192_000.0])
def test_zero_strength_is_a_delay(rate):
    x = hiss(int(rate / 4), channels=3)
    assert noise_reduction.latency(rate) <= 0.021 * rate
    np.testing.assert_allclose(reduce(x, rate, strength=0.0), x, rtol=0, atol=2e-7)


def test_first_syllable_is_kept():
    x = CLEAN[np.abs(CLEAN[:, 0]).argmax() - 3_000 :][:12_000]
    assert decibels(reduce(x) - x) < decibels(x) - 15.0


def test_noise_is_found_within_a_second():
    x = hiss(int(RATE))
    assert decibels(reduce(x)[int(0.6 * RATE) :]) < decibels(x) - 12.0


@pytest.mark.parametrize("change", [-20.0, 20.0])
def test_changing_noise_is_followed(change):
    x, turn = hiss(6 * int(RATE)), 3 * int(RATE)
    x[turn:] *= 10 ** (change / 20)
    y = reduce(x)
    assert decibels(y[turn + 2 * int(RATE) :]) - decibels(x[turn:]) == pytest.approx(-18.0, abs=1.0)


def test_digital_silence_stays_silent_and_keeps_the_noise_estimate():
    x, second = hiss(6 * int(RATE)), int(RATE)
    x[3 * second : 5 * second] = 0.0
    y = reduce(x)
    assert not y[3 * second + 2_000 : 5 * second - 1_000].any()  # windows that overlap the sound are excluded
    assert decibels(y[5 * second + 2_000 :]) < decibels(x[5 * second :]) - 16.0


def test_stereo_image_is_kept():
    x = np.hstack([CLEAN, 0.25 * CLEAN]) + 0.3 * hiss(len(CLEAN)) * [1.0, 0.25]
    y = reduce(x)
    np.testing.assert_allclose(y[:, 1], 0.25 * y[:, 0], rtol=0, atol=1e-6)


@pytest.mark.parametrize("channels", [1, 2, 8])
def test_computation_of_a_hop_is_spread_evenly(channels):
    state, params = noise_reduction.init(RATE, channels), np.array([p.default for p in noise_reduction.PARAMS])
    hop = noise_reduction.latency(RATE) // noise_reduction.RING_HOPS
    one, done = np.zeros((1, channels), np.float32), []
    for _ in range(hop):
        done.append(int(state.counts[1]))
        noise_reduction.process(state, params, one, one)
    steps = np.diff(done)
    assert state.counts[1] == 0 and done[-1] > 12 * ((channels + 1) // 2)
    assert steps.max() <= 1, "one small step a frame, at most"
    assert np.abs(done - np.arange(hop) * (done[-1] + 1) / hop).max() <= 1.0


def test_huge_samples_are_forgotten():
    x = hiss(3 * int(RATE))
    x[2_000:3_000] = 3e38
    y = reduce(x)[int(RATE) :]
    assert np.isfinite(y).all() and decibels(y[int(RATE) :]) < decibels(x[int(RATE) :]) - 12.0
