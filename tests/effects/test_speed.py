"""Speed: length, unchanged pitch, and attacks that are on time and not repeated."""

import numpy as np
import pytest

from phosphene.engine.effects import speed
from tests.effects.test_pitch import RATE, cents, clusters, tone

RATIOS = [0.5, 0.8, 0.97, 1.25, 2.0]
RNG = np.random.default_rng(6)


def render(x, ratio, rate=RATE):
    return speed.render(x, rate, np.array([ratio]))


def stream(x, ratios, sizes, channels=2):
    """Stretch x in pieces, each with its own ratio; after its end, the source is silent."""
    state, outs, used = speed.init(RATE, channels), [], 0
    state.smoothed[:] = ratios[0]
    for size, ratio in zip(sizes, ratios):
        params, out = np.array([ratio]), np.empty((size, channels), np.float32)
        count = speed.frames_needed(state, params, size)
        source = np.zeros((count, channels), np.float32)
        source[: len(x[used : used + count])] = x[used : used + count]
        assert speed.stretch(state, params, source, out) == (count, size)
        used += count
        outs.append(out)
    return np.concatenate(outs)


@pytest.mark.parametrize("ratio", RATIOS)
@pytest.mark.parametrize("frames", [1, 100, 50_001])
def test_rendered_sound_has_the_expected_length(frames, ratio):
    assert render(np.zeros((frames, 2), np.float32), ratio).shape == (round(frames / ratio), 2)


def test_ratio_of_one_is_a_copy():
    x = RNG.normal(0, 0.1, (30_000, 2)).astype(np.float32)
    np.testing.assert_array_equal(render(x, 1.0), x)


@pytest.mark.parametrize("ratio", [*RATIOS, 1.0])
@pytest.mark.parametrize("size", [1, 17, 64, 257, 1_024, "random"])
def test_stream_in_pieces_equals_the_whole(ratio, size):
    x = RNG.normal(0, 0.1, (12_000, 2)).astype(np.float32)
    whole, sizes = render(x, ratio), []
    while sum(sizes) < len(whole):
        length = int(RNG.integers(1, 700)) if size == "random" else size
        sizes.append(min(length, len(whole) - sum(sizes)))
    np.testing.assert_array_equal(stream(x, [ratio] * len(sizes), sizes), whole)


def test_glide_does_not_depend_on_block_size():
    x = RNG.normal(0, 0.1, (60_000, 2)).astype(np.float32)
    coarse = stream(x, [1.0, 2.0, 0.5, 1.3], [8_192] * 4)
    fine = stream(x, np.repeat([1.0, 2.0, 0.5, 1.3], 128), [64] * 512)
    np.testing.assert_array_equal(coarse, fine)
    np.testing.assert_array_equal(coarse[:8_192], x[:8_192])


def test_short_source_makes_a_short_output():
    state, params = speed.init(RATE, 1), np.array([1.0])
    x, out = RNG.normal(0, 0.1, (9_000, 1)).astype(np.float32), np.full((9_000, 1), np.nan, np.float32)
    taken, made = speed.stretch(state, params, x, out)
    assert taken == len(x) and 0 < made < len(out)
    np.testing.assert_array_equal(out[:made], x[:made])
    assert np.isnan(out[made:]).all()


@pytest.mark.parametrize("ratio", RATIOS)
@pytest.mark.parametrize("partials", [[55], [440.3], [4000], [110 * k for k in range(1, 20)]], ids=str)
def test_tone_keeps_its_pitch(partials, ratio):
    y = render(tone(partials, 1.2 + 2 * ratio), ratio)[int(0.2 * RATE) :][: int(2 * RATE), 0]
    assert abs(cents(y, partials[0])) < 5


@pytest.mark.parametrize("ratio", RATIOS)
def test_click_stays_one_click_and_in_time(ratio):
    for seed in range(6):
        clicks = np.cumsum(np.random.default_rng(seed).uniform(0.1, 0.5, 9) * RATE).astype(int)
        x = 0.1 * tone([220 + 90 * seed], 5.0)
        x[clicks] += 0.9
        found = clusters(render(x, ratio)[:, 0], gap=0.004 * RATE)
        assert len(found) == len(clicks) and np.abs(found - clicks / ratio).max() < 0.02 * RATE


@pytest.mark.parametrize("rate", [8_000.0, 192_000.0])
def test_tone_keeps_its_pitch_at_any_rate(rate):
    y = render(tone([220, 440, 660], rate=rate), 1.25, rate)[-int(1.5 * rate) :, 0]
    assert abs(cents(y, 220, rate)) < 5


def test_process_is_a_copy():
    x, y = RNG.normal(0, 0.1, (1_000, 2)).astype(np.float32), np.zeros((1_000, 2), np.float32)
    speed.process(speed.init(RATE, 2), np.array([2.0]), x, y)
    np.testing.assert_array_equal(y, x)
