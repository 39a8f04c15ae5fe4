"""Trim: takes silence away. A file loses what lies before and behind the sound; a stream is gated.

The gate opens before what it lets through begins, and closes a while after; its channels are linked.
"""

import math
from typing import NamedTuple

import numpy as np

from phosphene.engine.common.params import Param
from phosphene.engine.effects.parts.lookahead import (
    QUANTUM,
    LookaheadBuffer,
    exchange,
    make_lookahead_buffer,
    newest_quantum,
)
from phosphene.engine.native import flat, kernel, peak

PARAMS = (
    Param("threshold", -60.0, low=-90.0, high=0.0, unit="dB"),
    Param("hysteresis", 6.0, low=0.0, high=24.0, unit="dB"),
    Param("hold", 0.1, low=0.01, high=2.0, unit="s"),
    Param("release", 0.1, low=0.005, high=2.0, unit="s"),
    Param("start", 0.0, low=0.0, high=1.0, unit="of a file"),
    Param("end", 1.0, low=0.0, high=1.0, unit="of a file"),
)
THRESHOLD, HYSTERESIS, HOLD, RELEASE, START, END = range(6)
LOOKAHEAD = 0.005  # seconds in which the gate opens


class State(NamedTuple):
    ahead: LookaheadBuffer
    gate: np.ndarray  # (2,): how far open, seconds since there was sound
    rate: float


def _opening_quanta(rate):
    return math.ceil(LOOKAHEAD * rate / QUANTUM)


def latency(rate):
    return (_opening_quanta(rate) + 1) * QUANTUM


def init(rate, channels):
    return State(make_lookahead_buffer(_opening_quanta(rate) + 1, channels), np.array([0.0, math.inf]), rate)


@kernel
def process(state, params, block, out):
    n = 0
    while n < block.shape[0]:
        n += exchange(state.ahead, block, out, n)
        if state.ahead.at[1] == 0:
            update_gate(state, params)


@kernel
def update_gate(state, params):
    """A quantum is whole: how far is the gate open when the one that goes out next ends?"""
    gate, gains = state.gate, state.ahead.gains
    sound = flat(newest_quantum(state.ahead))
    level = peak(sound, 0, sound.shape[0])
    threshold = 10.0 ** (params[THRESHOLD] / 20.0)
    if gate[0] > 0.0:
        threshold *= 10.0 ** (-params[HYSTERESIS] / 20.0)
    tick = QUANTUM / state.rate
    gate[1] = 0.0 if level >= threshold else gate[1] + tick
    if gate[1] <= params[HOLD]:
        gate[0] = min(gate[0] + 1.0 / (state.ahead.line.shape[0] - 1), 1.0)
    else:
        gate[0] = max(gate[0] - tick / params[RELEASE], 0.0)
    gains[0] = gains[1]
    gains[1] = gate[0]


def render(x, rate, params):
    """What lies between `start` and `end` of a file, from its first sound to its last."""
    first, last = round(params[START] * len(x)), round(params[END] * len(x))
    loud = np.abs(x[first:last]) >= 10 ** (params[THRESHOLD] / 20)
    heard = np.flatnonzero(np.logical_or.reduce(loud.T))
    if not len(heard):
        return x[:0].copy()
    lead = round(LOOKAHEAD * rate)
    end = heard[-1] + 1 + round(params[HOLD] * rate)
    return x[first + max(heard[0] - lead, 0) : min(first + end, last)].copy()
