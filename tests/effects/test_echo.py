"""Echo: time, level, side and damping of the repeats, and the bend of a moved time."""

import numpy as np
import pytest

from phosphene.engine.effects import echo
from tests.effects.test_effects import RATE, SPLITS, render, runner, values

QUICK = values(echo, time=0.01, feedback=0.6, damping=0.4, pingpong=0.3, mix=0.5)


def click(frames, channels):
    x = np.zeros((frames, channels), np.float32)
    x[0, 0] = 1.0
    return x


def settled(x, rate=RATE, **params):
    """The output for a sound after every parameter has arrived at its target."""
    run, target = runner(echo, x.shape[1], rate), values(echo, **params)
    silence = np.zeros((4 * int(rate), x.shape[1]), np.float32)
    run(target, silence, np.empty_like(silence))
    y = np.empty_like(x)
    run(target, x, y)
    return y


@pytest.mark.parametrize("rate", [8_000.0, 44_100.0, 192_000.0])
def test_repeats_are_on_time_and_fall_by_the_feedback(rate):
    y = settled(click(int(rate), 1), rate, time=0.1, feedback=0.5, damping=0.0, mix=0.5)[:, 0]
    expected = np.zeros_like(y)
    expected[np.arange(10) * round(0.1 * rate)] = [0.5, *0.5 ** np.arange(1, 10)]
    np.testing.assert_allclose(y, expected, atol=1e-7)


def test_dry_mix_is_the_input():
    x = np.random.default_rng(3).normal(0, 0.1, (9_000, 3)).astype(np.float32)
    np.testing.assert_array_equal(settled(x, mix=0.0, time=0.01), x)


@pytest.mark.parametrize("channels", [2, 3])
def test_ping_pong_alternates_and_leaves_an_odd_channel(channels):
    x = click(40_000, channels)
    x[0] = 1.0
    y = settled(x, time=0.1, feedback=0.5, damping=0.0, pingpong=1.0, mix=1.0)[::4_800][:5]
    expected = np.array([[0, 0], [1, 0], [0, 0.5], [0.25, 0], [0, 0.125]])
    np.testing.assert_allclose(y[:, :2], expected, atol=1e-7)
    if channels == 3:
        np.testing.assert_allclose(y[:, 2], expected.sum(axis=1), atol=1e-7)


def test_channels_are_separate_without_ping_pong():
    y = settled(click(9_600, 3), time=0.01, feedback=0.9)
    assert np.abs(y[480:, 0]).max() > 0.1 and not y[:, 1:].any()


def test_damping_has_the_documented_corner():
    for damping, corner in ((0.5, 4 * echo.DAMPING_HZ), (1.0, echo.DAMPING_HZ)):
        y = settled(click(9_600, 1), time=0.1, feedback=0.5, damping=damping, mix=1.0)[:, 0]
        gain = np.abs(np.fft.rfft(y[4_800 : 4_800 + 4_096]))
        at_corner = gain[round(corner * 4_096 / RATE)] / gain[0]
        assert 20 * np.log10(at_corner) == pytest.approx(-3.0, abs=0.3)


@pytest.mark.parametrize("sizes", SPLITS.values(), ids=SPLITS)
@pytest.mark.parametrize("channels", [1, 2, 3])
def test_output_does_not_depend_on_block_size_when_the_line_wraps(channels, sizes, monkeypatch):
    """Delays of a few frames in a line that wraps every few thousand."""
    x = np.random.default_rng(5).normal(0, 0.1, (20_000, channels)).astype(np.float32)
    moves = {0: 0.0, 4_001: 0.01, 9_000: 0.003, 15_000: 0.0}

    def short():
        state = echo.init(RATE, channels)
        state = state._replace(line=np.zeros((2_501, channels)))
        return lambda params, block, out: echo.process(state, params * [1, 1, 1, 1, 30], block, out)

    whole = render(short(), echo, x, [9_999], moves)
    np.testing.assert_array_equal(render(short(), echo, x, sizes, moves), whole)
    assert np.abs(whole - x).max() > 0.1, "the effect did nothing, so this would prove nothing"


def test_moved_time_bends_the_pitch_and_does_not_click():
    """The output for a sine stays as smooth as a bent sine. A jump of the tap is the control."""
    x = (0.5 * np.sin(2 * np.pi * 300 * np.arange(4 * int(RATE)) / RATE)).astype(np.float32)[:, None]
    run, y = runner(echo, 1), np.empty_like(x)
    for start, time in ((0, 0.3), (48_000, 0.1), (100_000, 0.35)):
        stop = {0: 48_000, 48_000: 100_000, 100_000: len(x)}[start]
        run(values(echo, time=time, feedback=0.0, damping=0.0, mix=1.0), x[start:stop], y[start:stop])
    curve = np.abs(np.diff(y[30_000:, 0].astype(float), 2))
    steepest = 0.5 * (2 * np.pi * 300 * (1 + echo.MAX_TAP_SPEED) / RATE) ** 2
    assert curve.max() < 1.5 * steepest
    jumped = np.concatenate([x[:9_600], x[9_633:]])[:, 0].astype(float)
    assert np.abs(np.diff(jumped, 2)).max() > 3 * steepest
    np.testing.assert_allclose(y[-5_000:, 0], x[-5_000 - 16_800 : -16_800, 0], atol=1e-6)


def test_highest_feedback_decays():
    x = np.random.default_rng(9).normal(0, 0.1, (48_000, 2)).astype(np.float32)
    y = settled(np.concatenate([x, np.zeros((480_000, 2), np.float32)]), time=0.01, feedback=0.95, pingpong=1.0)
    assert np.abs(y[:48_000]).max() > 0.1 and np.abs(y[-48_000:]).max() < 1e-12
