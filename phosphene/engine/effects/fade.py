"""Fade: in and out along a quarter of a sine, so that a fade out and a fade in at once keep their power."""

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
MIN_FADE = 0.005  # seconds; a command is not followed faster, for it would click


class State(NamedTuple):
    way: np.ndarray  # (1,), how far open: 0 silent, 1 full; NaN before the first block
    rate: float


def init(rate, channels):
    return State(np.array([np.nan]), rate)


@kernel
def process(state, params, block, out):
    goal = 1.0 - params[2]
    if math.isnan(state.way[0]):
        state.way[0] = 0.0 if params[0] > 0.0 else goal
    span = max(params[0] if goal > state.way[0] else params[1], MIN_FADE)
    apply_fade(state.way, goal, 1.0 / (span * state.rate), block, out)


@kernel
def apply_fade(way, goal, step, block, out):
    """Open or close by a step a frame; then hold."""
    at, n = way[0], 0
    while n < block.shape[0] and at != goal:
        gain = math.sin(0.5 * math.pi * at)
        for c in range(block.shape[1]):
            out[n, c] = block[n, c] * gain
        at += math.copysign(min(step, abs(goal - at)), goal - at)
        n += 1
    if n < block.shape[0]:
        at = goal
        still, done = np.float32(math.sin(0.5 * math.pi * at)), n * block.shape[1]
        given, made = flat(block)[done:], flat(out)[done:]
        for k in range(given.shape[0]):
            made[k] = given[k] * still
    way[0] = at


def render(x, rate, params):
    """A whole file: opens from its first frame and is closed at its last.

    A file too short for both fades shortens them in proportion.

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
    wanted = level * rate * params[:2]
    opening, closing = np.ceil(wanted * min(1.0, last / max(wanted.sum(), 1.0))).astype(int)
    turn = last - closing if closing else len(x)
    way, y = np.array([0.0 if opening else level]), np.empty_like(x)
    apply_fade(way, level, level / max(opening, 1), x[:turn], y[:turn])
    apply_fade(way, 0.0, level / max(closing, 1), x[turn:], y[turn:])
    return y
