"""Fade: length, power, and silence at both ends."""

import numpy as np
import pytest

from phosphene.engine.effects import fade
from tests.effects.test_effects import RATE, SPLITS, runner, values


def ones(frames, channels=1):
    return np.ones((frames, channels), np.float32)


def faded_ones(*steps, rate=RATE, sizes=(256,)):
    """The output for a constant 1 under a list of (frames, parameters)."""
    run, outputs = runner(fade, 1, rate), []
    for frames, params in steps:
        x, start, turn = ones(frames), 0, 0
        while start < frames:
            block = x[start : start + sizes[turn % len(sizes)]]
            run(values(fade, **params), block, block)
            start, turn = start + len(block), turn + 1
        outputs.append(x[:, 0])
    return np.concatenate(outputs)


@pytest.mark.parametrize("rate", [8_000.0, 48_000.0, 192_000.0])
def test_fade_in_is_a_sine_of_the_given_length(rate):
    y, length = faded_ones((int(rate), {"fade_in": 0.5}), rate=rate), int(rate / 2)
    np.testing.assert_allclose(y[:length], np.sin(0.5 * np.pi * np.arange(length) / length), atol=1e-6)
    assert (y[length:] == 1.0).all()


def test_crossfade_keeps_the_power():
    params = {"fade_in": 0.3, "fade_out": 0.3}
    out = faded_ones((24_000, params), (24_000, {**params, "closed": 1.0}))[24_000:]
    power = out.astype(float) ** 2 + faded_ones((24_000, params)).astype(float) ** 2
    np.testing.assert_allclose(power, 1.0, atol=1e-6)
    assert not out[14_400:].any()


@pytest.mark.parametrize("sizes", SPLITS.values(), ids=SPLITS)
def test_output_does_not_depend_on_block_size(sizes):
    steps = [(5_003, {"fade_in": 0.2}), (7_001, {"closed": 0.8, "fade_out": 0.3}), (9_000, {"closed": 0.1})]
    np.testing.assert_array_equal(faded_ones(*steps, sizes=sizes), faded_ones(*steps, sizes=[99_999]))


def test_fade_without_length_does_not_click():
    no_fade = {"fade_in": 0.0, "fade_out": 0.0}
    y = faded_ones((1_000, no_fade), (1_000, {**no_fade, "closed": 1.0}), (1_000, no_fade))
    assert (y[:1_000] == 1.0).all(), "there was nothing to fade in from"
    assert np.abs(np.diff(y)).max() < 1.01 * 0.5 * np.pi / (fade.MIN_FADE * RATE)
    assert y[1_999] == 0.0 and y[-1] == 1.0


def test_partly_closed_fade_holds_its_gain():
    for closed in (0.25, 0.5, 0.75):
        assert faded_ones((9_000, {"closed": closed}))[-1] == pytest.approx(np.cos(0.5 * np.pi * closed), abs=1e-6)


def render_file(x, **params):
    return fade.render(x, RATE, values(fade, **params))


def test_file_is_silent_at_both_ends_and_unchanged_between():
    x = np.random.default_rng(2).normal(0, 0.1, (48_000, 3)).astype(np.float32)
    original = x.copy()
    y = render_file(x, fade_in=0.1, fade_out=0.3)
    np.testing.assert_array_equal(x, original)
    np.testing.assert_array_equal(y[4_800 : 48_000 - 14_401], x[4_800 : 48_000 - 14_401])
    assert not y[0].any() and not y[-1].any() and y.dtype == np.float32
    np.testing.assert_allclose(render_file(x[::-1].copy(), fade_in=0.3, fade_out=0.1)[::-1], y, atol=1e-7)


def test_streamed_fade_in_equals_that_of_a_file():
    x = np.random.default_rng(2).normal(0, 0.1, (48_000, 2)).astype(np.float32)
    y = np.empty_like(x)
    runner(fade, 2)(values(fade, fade_in=0.2), x, y)
    np.testing.assert_array_equal(render_file(x, fade_in=0.2, fade_out=0.1)[:43_000], y[:43_000])


def test_file_without_fades_is_unchanged():
    x = np.random.default_rng(2).normal(0, 0.1, (500, 2)).astype(np.float32)
    np.testing.assert_array_equal(render_file(x, fade_in=0.0, fade_out=0.0), x)


@pytest.mark.parametrize("frames", [0, 2, 3, 100, 4_801])
def test_short_file_shortens_both_fades_in_proportion(frames):
    y = render_file(ones(frames, 2), fade_in=3.0, fade_out=1.0)[:, 0]
    assert y.shape == (frames,) and not y[:1].any() and not y[-1:].any()
    if frames >= 100:
        top = int(y.argmax())
        assert top == pytest.approx(0.75 * frames, abs=2) and y[top] > 0.99
        assert (np.diff(y[: top + 1]) > 0).all() and (np.diff(y[top:]) < 0).all()
