"""DC blocker: removes the constant offset of a sound."""

import math
from typing import NamedTuple

import numpy as np

from phosphene.engine.common.params import Param
from phosphene.engine.native import kernel

PARAMS = (Param("corner", 8.0, low=2.0, high=40.0, unit="Hz", curve="exp"),)


class State(NamedTuple):
    mean: np.ndarray  # (channels,), slow average of the input, which is subtracted
    rate: float


def init(rate, channels):
    return State(np.zeros(channels), rate)


@kernel
def process(state, params, block, out):
    coefficient = 1.0 - math.exp(-2.0 * math.pi * params[0] / state.rate)
    for c in range(block.shape[1]):
        mean = state.mean[c]
        for n in range(block.shape[0]):
            mean += coefficient * (block[n, c] - mean)
            out[n, c] = block[n, c] - mean
        state.mean[c] = mean
