"""DC blocker: takes away what a loudspeaker cannot move to, and nothing that an ear can hear."""

import math
from typing import NamedTuple

import numpy as np

from phosphene.engine.common.params import Param
from phosphene.engine.native import kernel

PARAMS = (Param("corner", 8.0, low=2.0, high=40.0, unit="Hz", curve="exp"),)


class State(NamedTuple):
    floor: np.ndarray  # (channels,), the slow mean that is taken away
    rate: float


def init(rate, channels):
    return State(np.zeros(channels), rate)


@kernel
def process(state, params, block, out):
    pull = 1.0 - math.exp(-2.0 * math.pi * params[0] / state.rate)
    for c in range(block.shape[1]):
        floor = state.floor[c]
        for n in range(block.shape[0]):
            floor += pull * (block[n, c] - floor)
            out[n, c] = block[n, c] - floor
        state.floor[c] = floor
