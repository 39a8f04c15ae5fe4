"""Noise reduction: noise goes, speech stays, and nobody has to say which is which."""

import numpy as np
import pytest

from phosphene.engine.effects import noise_reduction

RATE = 48_000.0
SECONDS = 6


def reduce(x, rate=RATE, **named):
    """The sound, without the latency."""
    late, frames = noise_reduction.latency(rate), len(x)
    x = np.ascontiguousarray(np.append(x, np.zeros((late, x.shape[1])), axis=0), np.float32)
    out, params = np.empty_like(x), np.array([named.get(p.name, p.default) for p in noise_reduction.PARAMS])
    noise_reduction.process(noise_reduction.init(rate, x.shape[1]), params, x, out)
    return out[late:].astype(float)[:frames]


def hiss(frames, level=0.05, seed=1, channels=1):
    return level * np.random.default_rng(seed).normal(size=(frames, channels))


def pink(frames, level=0.05, seed=2):
    half = np.fft.rfft(hiss(frames, 1.0, seed)[:, 0])
    x = np.fft.irfft(half / np.sqrt(np.maximum(np.arange(len(half)), 20 * frames / RATE)), frames)
    return level * (x / x.std())[:, None]


def speech(frames, seed=3):
    """Syllables of a gliding voice under two formants, some after a hiss, with pauses between them."""
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


@pytest.mark.parametrize(("noise", "least"), [(hiss, 6.0), (pink, 3.0)], ids=["white", "pink"])
@pytest.mark.parametrize("snr", [0.0, 5.0, 10.0])
def test_speech_comes_out_of_the_noise(noise, least, snr):
    added = noise(len(CLEAN), 0.1 * 10 ** (-snr / 20))
    heard = reduce(CLEAN + added)
    assert decibels(added) - decibels(heard - CLEAN) > least


def test_speech_without_noise_loses_little():
    assert decibels(reduce(CLEAN) - CLEAN) < decibels(CLEAN) - 20.0


def rough(x):
    """How unevenly power lies over time and frequency: two for noise, more where single bins ring."""
    frames = np.lib.stride_tricks.sliding_window_view(x, 1024)[::512] * np.hanning(1024)
    power = np.abs(np.fft.rfft(frames)[:, 5:400]) ** 2
    return np.mean(power**2) / np.mean(power) ** 2


@pytest.mark.parametrize("floor", [-6.0, -12.0, -18.0])
def test_what_is_left_of_noise_is_as_deep_as_asked_and_does_not_warble(floor):
    x = hiss(SECONDS * int(RATE))
    rest = reduce(x, floor=floor)[2 * int(RATE) :]
    assert decibels(rest) - decibels(x) == pytest.approx(floor, abs=0.5)
    assert rough(rest[:, 0]) < 1.2 * rough(x[:, 0])


@pytest.mark.parametrize("rate", [8_000.0, 11_025.0, 44_100.0, 48_000.0, 192_000.0])
def test_without_strength_the_sound_is_late_and_else_untouched(rate):
    x = hiss(int(rate / 4), channels=3)
    assert noise_reduction.latency(rate) <= 0.021 * rate
    np.testing.assert_allclose(reduce(x, rate, strength=0.0), x, rtol=0, atol=2e-7)


def test_a_first_syllable_is_not_noise():
    x = CLEAN[np.abs(CLEAN[:, 0]).argmax() - 3_000 :][:12_000]
    assert decibels(reduce(x) - x) < decibels(x) - 15.0


def test_it_needs_no_seconds_to_find_the_noise():
    x = hiss(int(RATE))
    assert decibels(reduce(x)[int(0.6 * RATE) :]) < decibels(x) - 12.0


@pytest.mark.parametrize("change", [-20.0, 20.0])
def test_it_follows_noise_that_changes(change):
    x, turn = hiss(6 * int(RATE)), 3 * int(RATE)
    x[turn:] *= 10 ** (change / 20)
    y = reduce(x)
    assert decibels(y[turn + 2 * int(RATE) :]) - decibels(x[turn:]) == pytest.approx(-18.0, abs=1.0)


def test_digital_silence_teaches_nothing_and_stays_silent():
    x, second = hiss(6 * int(RATE)), int(RATE)
    x[3 * second : 5 * second] = 0.0
    y = reduce(x)
    assert not y[3 * second + 2_000 : 5 * second - 1_000].any()  # within a window of sound there is some
    assert decibels(y[5 * second + 2_000 :]) < decibels(x[5 * second :]) - 16.0


def test_the_stereo_image_stays():
    x = np.hstack([CLEAN, 0.25 * CLEAN]) + 0.3 * hiss(len(CLEAN)) * [1.0, 0.25]
    y = reduce(x)
    np.testing.assert_allclose(y[:, 1], 0.25 * y[:, 0], rtol=0, atol=1e-6)


@pytest.mark.parametrize("channels", [1, 2, 8])
def test_the_work_of_a_hop_is_spread_over_it(channels):
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


def test_it_recovers_from_what_no_transform_can_hold():
    x = hiss(3 * int(RATE))
    x[2_000:3_000] = 3e38
    y = reduce(x)[int(RATE) :]
    assert np.isfinite(y).all() and decibels(y[int(RATE) :]) < decibels(x[int(RATE) :]) - 12.0
