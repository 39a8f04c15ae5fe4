"""Distort: aliasing, response without drive, drive, mix, bits and tone."""

import numpy as np
import pytest

from phosphene.engine.effects import distort

RATE, SIZE = 48_000.0, 1 << 14
DELAY = distort.latency(RATE)


def play(x, **params):
    """The processed sound without the latency."""
    x = np.ascontiguousarray(np.append(x, np.zeros(DELAY))[:, None], np.float32)
    out, params = np.empty_like(x), np.array([params.get(p.name, p.default) for p in distort.PARAMS])
    distort.process(distort.init(RATE, 1), params, x, out)
    return out[DELAY:, 0].astype(float)


def sine(cycles, frames=SIZE):
    """A sine with this number of cycles in SIZE frames."""
    return np.sin(2 * np.pi * cycles * np.arange(frames) / SIZE)


def periodic_spectrum(cycles, level=1.0, **params):
    """The spectrum of one period of the response to a sine."""
    return np.fft.rfft(play(level * sine(cycles, 3 * SIZE), **params)[SIZE : 2 * SIZE]) / (SIZE / 2)


def off_harmonic_level(spectrum, cycles):
    """Power outside the harmonics divided by power of the harmonics, in dB."""
    power = np.abs(spectrum) ** 2
    on = power[cycles::cycles].sum()
    return 10 * np.log10((power[1:].sum() - on) / on)


@pytest.mark.parametrize("cycles", [1707, 341, 2731])  # 5001, 999 and 8001 Hz; odd, so that no alias meets a harmonic
def test_aliasing_is_30_db_below_a_plain_curve(cycles):
    plain = np.fft.rfft(np.tanh(10 * sine(cycles)))
    assert off_harmonic_level(periodic_spectrum(cycles, drive=20.0), cycles) < off_harmonic_level(plain, cycles) - 30.0


def test_without_drive_the_response_is_flat_to_20_khz():
    for cycles in (*range(7, 6144, 511), 6826):
        response = periodic_spectrum(cycles, drive=0.0)[cycles]
        assert 20 * np.log10(abs(response)) == pytest.approx(0.0, abs=0.3)
        assert np.angle(response * 1j) == pytest.approx(0.0, abs=3e-3), "the latency is as declared"


@pytest.mark.parametrize("drive", [0.0, 6.0, 20.0, 40.0])
def test_drive_raises_quiet_sound_and_keeps_full_scale(drive):
    quiet, full = periodic_spectrum(101, 1e-4, drive=drive), play(sine(5, 3 * SIZE), drive=drive)
    assert 20 * np.log10(abs(quiet[101]) / 1e-4) == pytest.approx(drive, abs=0.15)
    assert off_harmonic_level(quiet, 101) < -90.0
    assert 0.95 < np.abs(full[SIZE : 2 * SIZE]).max() < 1.3


def test_dry_sound_is_aligned_with_the_wet():
    x = sine(341, 3 * SIZE) * 0.9
    dry, wet, half = (play(x, drive=24.0, mix=mix) for mix in (0.0, 1.0, 0.5))
    np.testing.assert_allclose(dry[SIZE : 2 * SIZE], x[SIZE : 2 * SIZE], atol=0.02)
    np.testing.assert_allclose(half, 0.5 * (dry + wet), atol=1e-6)


@pytest.mark.parametrize("bits", [1.0, 2.0, 4.0, 7.5, 12.0])
def test_bits_quantise_the_output(bits):
    x, grain = sine(341, SIZE), 2 ** (1 - bits)
    whole, coarse = play(x, drive=0.0), play(x, drive=0.0, bits=bits)
    np.testing.assert_allclose(coarse / grain, np.round(coarse / grain), atol=1e-4)
    assert 0.4 * grain < np.abs(coarse - whole).max() <= 0.5 * grain + 1e-6


def test_tone_is_a_first_order_low_pass():
    for hertz in (500.0, 1_000.0, 2_000.0):
        cycles = round(hertz * SIZE / RATE)
        around = cycles // 8, cycles, 4 * cycles
        gains = np.array([abs(periodic_spectrum(k, 0.01, drive=0.0, tone=hertz)[k]) for k in around])
        assert 20 * np.log10(gains / 0.01) == pytest.approx([0.0, -3.0, -12.3], abs=1.5)


def test_moved_parameter_makes_no_step():
    x = (0.25 * sine(50, SIZE)).astype(np.float32)[:, None]
    state, out = distort.init(RATE, 1), np.empty_like(x)
    for index, (drive, mix) in enumerate([(0.0, 1.0), (30.0, 1.0), (30.0, 0.0), (0.0, 1.0)]):
        part_of_block = slice(index * SIZE // 4, (index + 1) * SIZE // 4)
        distort.process(state, np.array([drive, 24.0, 20_000.0, mix]), x[part_of_block], out[part_of_block])
    steepest = 2 * np.pi * 50 / SIZE * 10 ** (30 / 20) * 0.25
    assert np.abs(np.diff(out[:, 0])).max() < steepest


@pytest.mark.parametrize("rate", [8_000.0, 44_100.0, 192_000.0])
@pytest.mark.parametrize("channels", [1, 8])
def test_output_is_the_same_at_any_rate_and_in_any_channel(rate, channels):
    x = np.repeat(sine(341, 4_096)[:, None].astype(np.float32), channels, axis=1)
    x, out, params = np.ascontiguousarray(x), np.empty_like(x), np.array([p.default for p in distort.PARAMS])
    distort.process(distort.init(rate, channels), params, x, out)
    np.testing.assert_array_equal(out, np.repeat(out[:, :1], channels, axis=1))
    np.testing.assert_array_equal(out[DELAY:, 0], play(x[:, 0])[: len(x) - DELAY].astype(np.float32))


def test_huge_samples_are_forgotten():
    x = np.append(np.full(2_000, 3e38), sine(341, 24_000)).astype(np.float32)[:, None]
    state, out = distort.init(RATE, 1), np.empty_like(x)
    params = np.array([40.0, 8.0, 500.0, 1.0])
    distort.process(state, params, x, out)
    assert np.isfinite(out).all() and np.abs(out[-12_000:]).max() < 1.3
