"""Volume: gain in decibels, gliding so that a moved fader never steps."""

import math
from typing import NamedTuple

import numpy as np

from phosphene.engine.common.params import Param
from phosphene.engine.native import flat, kernel

PARAMS = (Param("gain", 0.0, low=-60.0, high=24.0, unit="dB"),)
GLIDE = 0.02  # seconds; fast to the hand, slow to the ear
SNAP = 1e-9  # of full scale: nearer than this the glide has arrived, and the loop is one multiplication


class State(NamedTuple):
    heard: np.ndarray  # (1,), gain in dB as it was last asked for
    factor: np.ndarray  # (1,), gain as it sounds now; NaN before the first block
    rate: float


def init(rate, channels):
    return State(np.array([PARAMS[0].default]), np.array([np.nan]), rate)


@kernel
def process(state, params, block, out):
    goal = 10.0 ** (params[0] / 20.0)
    factor = state.factor[0]
    if math.isnan(factor):
        factor = 10.0 ** (state.heard[0] / 20.0)
    glide = 1.0 - math.exp(-1.0 / (GLIDE * state.rate))
    n = 0
    while n < block.shape[0] and abs(goal - factor) > SNAP:
        factor += glide * (goal - factor)
        for c in range(block.shape[1]):
            out[n, c] = block[n, c] * factor
        n += 1
    if n < block.shape[0]:
        factor = goal
        still, done = np.float32(goal), n * block.shape[1]
        given, made = flat(block)[done:], flat(out)[done:]
        for k in range(given.shape[0]):  # from 0: an index that could be negative is no work for the vector unit
            made[k] = given[k] * still
    state.heard[0] = params[0]
    state.factor[0] = factor
