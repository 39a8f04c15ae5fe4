"""What a fade promises: its length, its power, and silence at both ends."""

import numpy as np
import pytest

from phosphene.engine.effects import fade
from tests.effects.test_effects import RATE, SPLITS, calling, values


def ones(frames, channels=1):
    return np.ones((frames, channels), np.float32)


def commanded(*steps, rate=RATE, sizes=(256,)):
    """A constant one under a list of (frames, parameters)."""
    run, heard = calling(fade, 1, rate), []
    for frames, named in steps:
        x, start, turn = ones(frames), 0, 0
        while start < frames:
            block = x[start : start + sizes[turn % len(sizes)]]
            run(values(fade, **named), block, block)
            start, turn = start + len(block), turn + 1
        heard.append(x[:, 0])
    return np.concatenate(heard)


@pytest.mark.parametrize("rate", [8_000.0, 48_000.0, 192_000.0])
def test_it_opens_along_a_sine_of_the_stated_length(rate):
    y, length = commanded((int(rate), {"fade_in": 0.5}), rate=rate), int(rate / 2)
    np.testing.assert_allclose(y[:length], np.sin(0.5 * np.pi * np.arange(length) / length), atol=1e-6)
    assert (y[length:] == 1.0).all()


def test_one_that_closes_while_another_opens_keeps_the_power():
    named = {"fade_in": 0.3, "fade_out": 0.3}
    out = commanded((24_000, named), (24_000, {**named, "closed": 1.0}))[24_000:]
    power = out.astype(float) ** 2 + commanded((24_000, named)).astype(float) ** 2
    np.testing.assert_allclose(power, 1.0, atol=1e-6)
    assert not out[14_400:].any()


@pytest.mark.parametrize("sizes", SPLITS.values(), ids=SPLITS)
def test_a_command_is_heard_alike_in_any_blocks(sizes):
    steps = [(5_003, {"fade_in": 0.2}), (7_001, {"closed": 0.8, "fade_out": 0.3}), (9_000, {"closed": 0.1})]
    np.testing.assert_array_equal(commanded(*steps, sizes=sizes), commanded(*steps, sizes=[99_999]))


def test_a_command_without_a_length_does_not_click():
    none = {"fade_in": 0.0, "fade_out": 0.0}
    y = commanded((1_000, none), (1_000, {**none, "closed": 1.0}), (1_000, none))
    assert (y[:1_000] == 1.0).all(), "there was nothing to fade in from"
    assert np.abs(np.diff(y)).max() < 1.01 * 0.5 * np.pi / (fade.MIN_FADE * RATE)
    assert y[1_999] == 0.0 and y[-1] == 1.0


def test_in_between_it_stands_still_on_the_curve():
    for closed in (0.25, 0.5, 0.75):
        assert commanded((9_000, {"closed": closed}))[-1] == pytest.approx(np.cos(0.5 * np.pi * closed), abs=1e-6)


def whole(x, **named):
    return fade.render(x, RATE, values(fade, **named))


def test_a_file_is_silent_at_both_ends_and_untouched_between():
    x = np.random.default_rng(2).normal(0, 0.1, (48_000, 3)).astype(np.float32)
    kept = x.copy()
    y = whole(x, fade_in=0.1, fade_out=0.3)
    np.testing.assert_array_equal(x, kept)
    np.testing.assert_array_equal(y[4_800 : 48_000 - 14_401], x[4_800 : 48_000 - 14_401])
    assert not y[0].any() and not y[-1].any() and y.dtype == np.float32
    np.testing.assert_allclose(whole(x[::-1].copy(), fade_in=0.3, fade_out=0.1)[::-1], y, atol=1e-7)


def test_what_is_streamed_is_what_a_file_begins_with():
    x = np.random.default_rng(2).normal(0, 0.1, (48_000, 2)).astype(np.float32)
    y = np.empty_like(x)
    calling(fade, 2)(values(fade, fade_in=0.2), x, y)
    np.testing.assert_array_equal(whole(x, fade_in=0.2, fade_out=0.1)[:43_000], y[:43_000])


def test_no_fade_is_no_change():
    x = np.random.default_rng(2).normal(0, 0.1, (500, 2)).astype(np.float32)
    np.testing.assert_array_equal(whole(x, fade_in=0.0, fade_out=0.0), x)


@pytest.mark.parametrize("frames", [0, 2, 3, 100, 4_801])
def test_a_file_too_short_for_both_shares_itself_out(frames):
    y = whole(ones(frames, 2), fade_in=3.0, fade_out=1.0)[:, 0]
    assert y.shape == (frames,) and not y[:1].any() and not y[-1:].any()
    if frames >= 100:
        top = int(y.argmax())
        assert top == pytest.approx(0.75 * frames, abs=2) and y[top] > 0.99
        assert (np.diff(y[: top + 1]) > 0).all() and (np.diff(y[top:]) < 0).all()
