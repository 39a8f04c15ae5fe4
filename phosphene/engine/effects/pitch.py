"""Pitch: up or down by semitones, tempo and beginnings kept; channels move together, as one sound."""

import math
from typing import NamedTuple

import numpy as np

from phosphene.engine.common.params import Param
from phosphene.engine.effects.parts import glide, wsola
from phosphene.engine.effects.parts.history import QUANTUM, write
from phosphene.engine.native import kernel

PARAMS = (
    Param("semitones", 0.0, low=-12.0, high=12.0),
    Param("mix", 1.0, low=0.0, high=1.0),
)
GLIDE = 0.05  # seconds
MAX_DRIFT = 0.016  # seconds from its time that a sound may stray; twice that is a period of 31 Hz
FADE = 0.008  # seconds that a jump fades through


class State(NamedTuple):
    splice: wsola.Wsola
    heard: np.ndarray  # (2,), PARAMS as they sound now
    rate: float


def latency(rate):
    """The mean: a sound strays from it by less than 20 ms, and is always less than 60 ms late."""
    return wsola.read_ahead(MAX_DRIFT, FADE, rate)


def init(rate, channels):
    delay = latency(rate)
    head = wsola.make_wsola(MAX_DRIFT, FADE, delay, rate, channels)
    head.places[:] = -delay
    heard = np.array([p.default for p in PARAMS])
    return State(head, heard, rate)


@kernel
def process(state, params, block, out):
    line, made = state.splice.line, state.splice.made
    pull = 1.0 - math.exp(-QUANTUM / (GLIDE * state.rate))
    n = 0
    while n < block.shape[0]:
        done = line.counts[0] & (QUANTUM - 1)
        if done == 0:
            was = state.heard[1]
            glide.step_toward(state.heard, params, pull)
            aim = int(state.splice.places[0])
            wsola.render_quantum(state.splice, 2.0 ** (state.heard[0] / 12.0), 1.0)
            if min(was, state.heard[1]) < 1.0:
                mix_in_dry(state, aim, was)
        count = min(QUANTUM - done, block.shape[0] - n)
        write(line, block, n, count)
        for k in range(count):
            for c in range(block.shape[1]):
                out[n + k, c] = made[done + k, c]
        n += count


@kernel
def mix_in_dry(state, aim, was):
    """Mix in what was heard, delayed by the latency."""
    line, made, mix = state.splice.line, state.splice.made, state.heard[1]
    for c in range(made.shape[1]):
        dry = 2 * c * line.size + (aim & (line.size - 1))
        for n in range(QUANTUM):
            share = np.float32(was + (mix - was) * (n + 1) / QUANTUM)
            made[n, c] = line.sound[dry + n] + share * (made[n, c] - line.sound[dry + n])
