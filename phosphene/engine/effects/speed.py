"""Speed: a source played faster or slower, its pitch kept.

What has no time to give cannot be played faster: in a plan, sound goes through untouched. The engine, finding
PULLS, reads the source through `needed` and `flow` instead; a whole file goes through `render`.
"""

import math
from typing import NamedTuple

import numpy as np

from phosphene.engine.common.params import Param
from phosphene.engine.effects.parts import glide, wsola
from phosphene.engine.effects.parts.history import QUANTUM, write
from phosphene.engine.native import flat, kernel

PARAMS = (Param("ratio", 1.0, low=0.5, high=2.0, curve="exp"),)
PULLS_SOURCE = True
GLIDE = 0.05  # seconds
MAX_DRIFT = 0.035  # seconds of the source that a sound may stray from its time
FADE = 0.012  # seconds of the source that a jump fades through
LOOKAHEAD = 0.12  # seconds of the source that are known beforehand, so that a jump minds the onsets it leads to


class State(NamedTuple):
    splice: wsola.Wsola
    heard: np.ndarray  # (1,), the ratio that sounds now
    coming: np.ndarray  # (1,), work space
    done: np.ndarray  # (1,) int64, frames of the quantum that were given away
    rate: float


def init(rate, channels):
    head = wsola.make_wsola(MAX_DRIFT, FADE, math.ceil(LOOKAHEAD * rate), rate, channels)
    return State(head, np.array([PARAMS[0].default]), np.zeros(1), np.full(1, QUANTUM), rate)


@kernel
def process(state, params, block, out):
    given, made = flat(block), flat(out)
    for n in range(given.shape[0]):
        made[n] = given[n]


@kernel
def glide_coefficient(state):
    return 1.0 - math.exp(-QUANTUM / (GLIDE * state.rate))


@kernel
def frames_needed(state, params, frames):
    """How many more frames of the source the next `frames` of sound take, if the params stay."""
    aim, known = state.splice.places[0], state.splice.line.counts[0]
    state.coming[0] = state.heard[0]
    left = frames - (QUANTUM - state.done[0])
    while left > 0:
        known = max(known, wsola.frames_needed(state.splice, aim))
        glide.step_toward(state.coming, params, glide_coefficient(state))
        aim += QUANTUM * state.coming[0]
        left -= QUANTUM
    return known - state.splice.line.counts[0]


@kernel
def source_position(state):
    """The frame of the source that ought to sound next."""
    return state.splice.places[0] - (QUANTUM - state.done[0]) * state.heard[0]


@kernel
def stretch(state, params, source, out):
    """Turn rows of a source into rows of sound until one of them is used up; gives how many of each."""
    head, taken, made = state.splice, 0, 0
    while made < out.shape[0]:
        if state.done[0] == QUANTUM:
            while head.line.counts[0] < wsola.frames_needed(head, head.places[0]):
                count = min(source.shape[0] - taken, QUANTUM - (head.line.counts[0] & (QUANTUM - 1)))
                if count == 0:
                    return taken, made
                write(head.line, source, taken, count)
                taken += count
            glide.step_toward(state.heard, params, glide_coefficient(state))
            wsola.render_quantum(head, 1.0, state.heard[0])
            state.done[0] = 0
        done = state.done[0]
        count = min(QUANTUM - done, out.shape[0] - made)
        for n in range(count):
            for c in range(out.shape[1]):
                out[made + n, c] = head.made[done + n, c]
        state.done[0] += count
        made += count
    return taken, made


def render(x, rate, params):
    """A whole sound at another speed: `round(len(x) / ratio)` frames."""
    state = init(float(rate), x.shape[1])
    state.heard[:] = params
    out = np.empty((round(len(x) / params[0]), x.shape[1]), np.float32)
    silence = np.zeros((max(frames_needed(state, params, len(out)) - len(x), 0), x.shape[1]), np.float32)
    stretch(state, params, np.concatenate([x, silence]), out)
    return out
