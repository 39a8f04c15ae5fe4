"""The guard: the output of a gene is valid for any input, and the gene recovers soon."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phosphene.engine.audio.core import BLOCK
from phosphene.engine.common.params import default_values
from phosphene.engine.effects import EFFECTS
from phosphene.engine.effects.chain import guard, limiter
from phosphene.engine.effects.chain import plan as chain
from phosphene.engine.effects.chain.genome import PLAY_WHOLE, apply_limiter, render
from phosphene.engine.native import make_descriptor
from phosphene.engine.rings import board_layout
from tests.support.core_player import RATE, noise

PART = 1_500  # frames
SQUARE = np.where(np.arange(PART) // 24 % 2, 1.0, -1.0)
SOUNDS = {
    "silence": np.zeros(PART),
    "denormals": np.where(np.arange(PART) % 2, 1e-40, -3e-39),
    "square": SQUARE,
    "far too loud": 1e9 * SQUARE,
    "dc": np.ones(PART),
    "a click": np.where(np.arange(PART) == 700, 1.0, 0.0),
    "not a number": np.where(np.arange(PART) % 100, 0.5, np.nan),
    "without an end": np.where(np.arange(PART) % 3, np.inf, -np.inf),
    "noise": noise(PART, channels=1)[:, 0],
}


def play_plan(genome, x):
    """The output of a plan including its latency, and the number of muted genes."""
    plan, out = chain.build(genome, 1, RATE, x.shape[1]), np.array(x, np.float32)
    words = make_descriptor(plan.words)
    muted = PLAY_WHOLE(chain.play_whole.address)(
        words.ctypes.data, plan.values.ctypes.data, out.ctypes.data, *out.shape
    )
    return out, muted


def level(x):
    return np.sqrt(np.mean(x[-RATE // 2 :].astype(float) ** 2))


@pytest.mark.parametrize("op", EFFECTS)
@settings(max_examples=25, deadline=None, derandomize=True)
@given(data=st.data())
def test_operator_survives_any_input_and_parameters(op, data):
    """Any input and parameters give a finite output, and a second later the operator sounds like a new one."""
    shares = [data.draw(st.sampled_from([0.0, 1.0]) | st.floats(0, 1), param.name) for param in EFFECTS[op].PARAMS]
    params = {p.name: p.low + share * (p.high - p.low) for p, share in zip(EFFECTS[op].PARAMS, shares)}
    kinds = data.draw(st.lists(st.sampled_from(sorted(SOUNDS)), min_size=1, max_size=6))
    bad = np.concatenate([SOUNDS[kind] for kind in kinds])[:, None].repeat(2, axis=1)
    good = noise(RATE + RATE // 2)
    y, muted = play_plan([(op, params)], np.concatenate([bad, good]).astype(np.float32))
    unaffected, _ = play_plan([(op, params)], good)
    assert np.isfinite(y).all() and np.abs(y).max() <= guard.CEILING and not muted
    assert level(y) >= 0.5 * level(unaffected)
    assert np.abs(apply_limiter(y, RATE)).max() <= limiter.CEILING


@pytest.mark.parametrize("op", EFFECTS)
def test_file_of_nan_becomes_silence(op):
    x = np.full((RATE, 2), np.nan, np.float32)
    y = render([(op, default_values(EFFECTS[op].PARAMS))], x, RATE)
    assert np.isfinite(y).all() and np.abs(y).max(initial=0.0) < 1e-3


def test_only_very_loud_output_is_clipped_softly():
    t = np.arange(RATE) / RATE
    x = (t * np.sin(2 * np.pi * 1_000 * t))[:, None].repeat(2, axis=1).astype(np.float32)
    y, _ = play_plan([("volume", {"gain": 24.0})], x)
    wanted = 10 ** (24 / 20) * x
    quiet = np.abs(wanted) < guard.KNEE - 0.05
    np.testing.assert_allclose(y[quiet], wanted[quiet], atol=0.05)  # the DC blocker shifts the signal a little
    peaks = np.abs(y[:, 0]).reshape(-1, 48).max(axis=1).astype(float)
    assert guard.KNEE < peaks[-1] <= guard.CEILING and (np.diff(peaks) > 0).all(), "clipped softly, not hard"


def test_guard_removes_dc_and_keeps_20_hz():
    t = np.arange(4 * RATE) / RATE
    x = (0.5 + 0.25 * np.sin(2 * np.pi * 20 * t))[:, None].repeat(2, axis=1).astype(np.float32)
    y, _ = play_plan([("volume", {"gain": 0.0})] * board_layout.GENES, x)
    settled = y[2 * RATE :, 0].astype(float)
    assert abs(settled.mean()) < 1e-4
    assert 20 * np.log10(np.sqrt(2 * np.mean(settled**2)) / 0.25) > -1.0


@pytest.mark.parametrize("first", [0, 1, 511, BLOCK, 2_000])
def test_failed_gene_is_bypassed_from_the_failing_frame(first):
    x = noise(3_000)
    plan = chain.build([("volume", {"gain": -6.0}), ("dc_blocker", {"corner": 8.0})], 1, RATE, 2)
    state = next(kept for kept in plan.keep_alive if isinstance(kept, EFFECTS["dc_blocker"].State))
    words, play, out = make_descriptor(plan.words), PLAY_WHOLE(chain.play_whole.address), x.copy()
    addresses = words.ctypes.data, plan.values.ctypes.data
    assert play(*addresses, out.ctypes.data, first, 2) == 0
    state.mean[0] = np.nan
    assert play(*addresses, out[first:].ctypes.data, len(x) - first, 2) == 1
    halved, _ = play_plan([("volume", {"gain": -6.0})], x)
    assert np.isfinite(out).all()
    np.testing.assert_allclose(out[first:], halved[first:], atol=5e-3)
