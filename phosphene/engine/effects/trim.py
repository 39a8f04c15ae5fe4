"""Trim: removes silence. A file is cut before and after its sound; a stream is gated.

The gate opens before the sound begins and closes some time after it ends. The channels are linked.
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
LOOKAHEAD = 0.005  # seconds the gate takes to open, before the sound


class State(NamedTuple):
    buffer: LookaheadBuffer
    gate: np.ndarray  # (2,): openness from 0 to 1; seconds since the last sound
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
        n += exchange(state.buffer, block, out, n)
        if state.buffer.position[1] == 0:
            update_gate(state, params)


@kernel
def update_gate(state, params):
    """Compute how far the gate is open when the next quantum ends. Called when a quantum is complete."""
    gate, gains = state.gate, state.buffer.gains
    quantum = flat(newest_quantum(state.buffer))
    level = peak(quantum, 0, quantum.shape[0])
    threshold = 10.0 ** (params[THRESHOLD] / 20.0)
    if gate[0] > 0.0:
        threshold *= 10.0 ** (-params[HYSTERESIS] / 20.0)
    seconds = QUANTUM / state.rate
    gate[1] = 0.0 if level >= threshold else gate[1] + seconds
    if gate[1] <= params[HOLD]:
        gate[0] = min(gate[0] + 1.0 / (state.buffer.line.shape[0] - 1), 1.0)
    else:
        gate[0] = max(gate[0] - seconds / params[RELEASE], 0.0)
    gains[0] = gains[1]
    gains[1] = gate[0]


def render(x, rate, params):
    """The part of a file between `start` and `end`, cut to its first and last sound."""
    first, last = round(params[START] * len(x)), round(params[END] * len(x))
    loud = np.abs(x[first:last]) >= 10 ** (params[THRESHOLD] / 20)
    loud_frames = np.flatnonzero(np.logical_or.reduce(loud.T))
    if not len(loud_frames):
        return x[:0].copy()
    lead = round(LOOKAHEAD * rate)
    end = loud_frames[-1] + 1 + round(params[HOLD] * rate)
    return x[first + max(loud_frames[0] - lead, 0) : min(first + end, last)].copy()
