"""Volume: gain in decibels; it glides, so a moved fader never clicks."""

import math
from typing import NamedTuple

import numpy as np

from phosphene.engine.common.params import Param
from phosphene.engine.native import flat, kernel

PARAMS = (Param("gain", 0.0, low=-60.0, high=24.0, unit="dB"),)
GLIDE = 0.02  # seconds; feels immediate and does not click
SNAP = 1e-9  # of full scale: a gain this close snaps to its target, and the loop is one multiplication


class State(NamedTuple):
    smoothed: np.ndarray  # (1,), gain in dB at the end of the last block
    gain: np.ndarray  # (1,), linear gain of the last frame; NaN before the first block
    rate: float


def init(rate, channels):
    return State(np.array([PARAMS[0].default]), np.array([np.nan]), rate)


@kernel
def process(state, params, block, out):
    goal = 10.0 ** (params[0] / 20.0)
    gain = state.gain[0]
    if math.isnan(gain):
        gain = 10.0 ** (state.smoothed[0] / 20.0)
    coefficient = 1.0 - math.exp(-1.0 / (GLIDE * state.rate))
    n = 0
    while n < block.shape[0] and abs(goal - gain) > SNAP:
        gain += coefficient * (goal - gain)
        for c in range(block.shape[1]):
            out[n, c] = block[n, c] * gain
        n += 1
    if n < block.shape[0]:
        gain = goal
        steady, done = np.float32(goal), n * block.shape[1]
        source, target = flat(block)[done:], flat(out)[done:]
        for k in range(source.shape[0]):  # from 0: an index that could be negative is not vectorised
            target[k] = source[k] * steady
    state.smoothed[0] = params[0]
    state.gain[0] = gain
