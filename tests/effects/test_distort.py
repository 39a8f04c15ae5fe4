"""Distort: what aliases, what stays as it was, and what the bits and the tone take away."""

import numpy as np
import pytest

from phosphene.engine.effects import distort

RATE, SIZE = 48_000.0, 1 << 14
DELAY = distort.latency(RATE)


def play(x, **named):
    """The sound, without the latency, through an operator that has settled."""
    x = np.ascontiguousarray(np.append(x, np.zeros(DELAY))[:, None], np.float32)
    out, params = np.empty_like(x), np.array([named.get(p.name, p.default) for p in distort.PARAMS])
    distort.process(distort.init(RATE, 1), params, x, out)
    return out[DELAY:, 0].astype(float)


def sine(turns, frames=SIZE):
    """So many turns in SIZE frames."""
    return np.sin(2 * np.pi * turns * np.arange(frames) / SIZE)


def steady(turns, level=1.0, **named):
    """The spectrum of one period of a periodic answer."""
    return np.fft.rfft(play(level * sine(turns, 3 * SIZE), **named)[SIZE : 2 * SIZE]) / (SIZE / 2)


def astray(spectrum, turns):
    """Power off the harmonics over power on them, in dB."""
    power = np.abs(spectrum) ** 2
    on = power[turns::turns].sum()
    return 10 * np.log10((power[1:].sum() - on) / on)


@pytest.mark.parametrize("turns", [1707, 341, 2731])  # 5001, 999 and 8001 Hz; odd, so that no alias meets a harmonic
def test_it_aliases_thirty_decibels_less_than_a_plain_curve(turns):
    plain = np.fft.rfft(np.tanh(10 * sine(turns)))
    assert astray(steady(turns, drive=20.0), turns) < astray(plain, turns) - 30.0


def test_without_drive_nothing_happens_up_to_twenty_kilohertz():
    for turns in (*range(7, 6144, 511), 6826):
        heard = steady(turns, drive=0.0)[turns]
        assert 20 * np.log10(abs(heard)) == pytest.approx(0.0, abs=0.3)
        assert np.angle(heard * 1j) == pytest.approx(0.0, abs=3e-3), "the latency is what it says"


@pytest.mark.parametrize("drive", [0.0, 6.0, 20.0, 40.0])
def test_quiet_sound_gets_louder_by_the_drive_and_full_scale_stays(drive):
    quiet, full = steady(101, 1e-4, drive=drive), play(sine(5, 3 * SIZE), drive=drive)
    assert 20 * np.log10(abs(quiet[101]) / 1e-4) == pytest.approx(drive, abs=0.15)
    assert astray(quiet, 101) < -90.0
    assert 0.95 < np.abs(full[SIZE : 2 * SIZE]).max() < 1.3


def test_a_dry_mix_is_the_sound_itself_in_time_with_the_wet():
    x = sine(341, 3 * SIZE) * 0.9
    dry, wet, half = (play(x, drive=24.0, mix=mix) for mix in (0.0, 1.0, 0.5))
    np.testing.assert_allclose(dry[SIZE : 2 * SIZE], x[SIZE : 2 * SIZE], atol=0.02)
    np.testing.assert_allclose(half, 0.5 * (dry + wet), atol=1e-6)


@pytest.mark.parametrize("bits", [1.0, 2.0, 4.0, 7.5, 12.0])
def test_bits_leave_so_many_steps(bits):
    x, grain = sine(341, SIZE), 2 ** (1 - bits)
    whole, coarse = play(x, drive=0.0), play(x, drive=0.0, bits=bits)
    np.testing.assert_allclose(coarse / grain, np.round(coarse / grain), atol=1e-4)
    assert 0.4 * grain < np.abs(coarse - whole).max() <= 0.5 * grain + 1e-6


def test_the_tone_is_a_gentle_low_pass():
    for hertz in (500.0, 1_000.0, 2_000.0):
        turns = round(hertz * SIZE / RATE)
        parts = np.array([abs(steady(k, 0.01, drive=0.0, tone=hertz)[k]) for k in (turns // 8, turns, 4 * turns)])
        assert 20 * np.log10(parts / 0.01) == pytest.approx([0.0, -3.0, -12.3], abs=1.5)


def test_nothing_steps_when_a_parameter_moves():
    x = (0.25 * sine(50, SIZE)).astype(np.float32)[:, None]
    state, out = distort.init(RATE, 1), np.empty_like(x)
    for part, (drive, mix) in enumerate([(0.0, 1.0), (30.0, 1.0), (30.0, 0.0), (0.0, 1.0)]):
        here = slice(part * SIZE // 4, (part + 1) * SIZE // 4)
        distort.process(state, np.array([drive, 24.0, 20_000.0, mix]), x[here], out[here])
    steepest = 2 * np.pi * 50 / SIZE * 10 ** (30 / 20) * 0.25
    assert np.abs(np.diff(out[:, 0])).max() < steepest


@pytest.mark.parametrize("rate", [8_000.0, 44_100.0, 192_000.0])
@pytest.mark.parametrize("channels", [1, 8])
def test_it_is_the_same_at_any_rate_and_in_any_channel(rate, channels):
    x = np.repeat(sine(341, 4_096)[:, None].astype(np.float32), channels, axis=1)
    x, out, params = np.ascontiguousarray(x), np.empty_like(x), np.array([p.default for p in distort.PARAMS])
    distort.process(distort.init(rate, channels), params, x, out)
    np.testing.assert_array_equal(out, np.repeat(out[:, :1], channels, axis=1))
    np.testing.assert_array_equal(out[DELAY:, 0], play(x[:, 0])[: len(x) - DELAY].astype(np.float32))


def test_it_recovers_from_what_no_filter_can_hold():
    x = np.append(np.full(2_000, 3e38), sine(341, 24_000)).astype(np.float32)[:, None]
    state, out = distort.init(RATE, 1), np.empty_like(x)
    params = np.array([40.0, 8.0, 500.0, 1.0])
    distort.process(state, params, x, out)
    assert np.isfinite(out).all() and np.abs(out[-12_000:]).max() < 1.3
