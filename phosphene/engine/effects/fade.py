"""Fade: in and out along a quarter of a sine; a fade out and a fade in at the same time keep the power."""

import math
from typing import NamedTuple

import numpy as np

from phosphene.engine.common.params import Param
from phosphene.engine.native import flat, kernel

PARAMS = (
    Param("fade_in", 0.05, low=0.0, high=10.0, unit="s"),
    Param("fade_out", 0.05, low=0.0, high=10.0, unit="s"),
    Param("closed", 0.0, low=0.0, high=1.0),
)
MIN_FADE = 0.005  # seconds; a faster change would click


class State(NamedTuple):
    position: np.ndarray  # (1,), 0 silent to 1 fully open; NaN before the first block
    rate: float


def init(rate, channels):
    return State(np.array([np.nan]), rate)


@kernel
def process(state, params, block, out):
    target = 1.0 - params[2]
    if math.isnan(state.position[0]):
        state.position[0] = 0.0 if params[0] > 0.0 else target
    span = max(params[0] if target > state.position[0] else params[1], MIN_FADE)
    apply_fade(state.position, target, 1.0 / (span * state.rate), block, out)


@kernel
def apply_fade(position, target, step, block, out):
    """Move `position` toward `target` by `step` per frame, then hold; write the faded block to `out`."""
    current, n = position[0], 0
    while n < block.shape[0] and current != target:
        gain = math.sin(0.5 * math.pi * current)
        for c in range(block.shape[1]):
            out[n, c] = block[n, c] * gain
        current += math.copysign(min(step, abs(target - current)), target - current)
        n += 1
    if n < block.shape[0]:
        current = target
        steady, offset = np.float32(math.sin(0.5 * math.pi * current)), n * block.shape[1]
        source, target_samples = flat(block)[offset:], flat(out)[offset:]
        for k in range(source.shape[0]):
            target_samples[k] = source[k] * steady
    position[0] = current


def render(x, rate, params):
    """Fade a whole file in from its first frame and out to its last.

    In a file too short for both fades, both are shortened in proportion.

    Parameters
    ----------
    x : float32 array, shape (frames, channels)
    rate : float
    params : float64 array
        In the order of PARAMS.

    Returns
    -------
    y : float32 array, shape (frames, channels)
    """
    level, last = 1.0 - params[2], max(len(x) - 1, 0)
    lengths = level * rate * params[:2]
    opening, closing = np.ceil(lengths * min(1.0, last / max(lengths.sum(), 1.0))).astype(int)
    fade_out_start = last - closing if closing else len(x)
    position, y = np.array([0.0 if opening else level]), np.empty_like(x)
    apply_fade(position, level, level / max(opening, 1), x[:fade_out_start], y[:fade_out_start])
    apply_fade(position, 0.0, level / max(closing, 1), x[fade_out_start:], y[fade_out_start:])
    return y
