"""Speed: plays a source faster or slower and keeps its pitch.

A live stream has no future to read, so in a plan `process` passes sound through unchanged. Because of PULLS_SOURCE
the engine reads the source through `frames_needed` and `stretch` instead; a whole file goes through `render`.
"""

import math
from typing import NamedTuple

import numpy as np

from phosphene.engine.common.params import Param
from phosphene.engine.effects.parts import glide, wsola
from phosphene.engine.effects.parts.history import QUANTUM, WRITTEN, write
from phosphene.engine.native import flat, kernel

PARAMS = (Param("ratio", 1.0, low=0.5, high=2.0, curve="exp"),)
PULLS_SOURCE = True
GLIDE = 0.05  # seconds
MAX_DRIFT = 0.035  # seconds of the source by which a sound may be early or late
FADE = 0.012  # seconds of the source in the crossfade at a jump
LOOKAHEAD = 0.12  # seconds of the source known in advance, so that a jump can avoid the onsets that follow


class State(NamedTuple):
    stretcher: wsola.Stretcher
    smoothed: np.ndarray  # (1,), current ratio
    future: np.ndarray  # (1,), work space
    used: np.ndarray  # (1,) int64, frames of the quantum already returned
    rate: float


def init(rate, channels):
    stretcher = wsola.make_stretcher(MAX_DRIFT, FADE, math.ceil(LOOKAHEAD * rate), rate, channels)
    return State(stretcher, np.array([PARAMS[0].default]), np.zeros(1), np.full(1, QUANTUM), rate)


@kernel
def process(state, params, block, out):
    source, target = flat(block), flat(out)
    for n in range(source.shape[0]):
        target[n] = source[n]


@kernel
def glide_coefficient(state):
    return 1.0 - math.exp(-QUANTUM / (GLIDE * state.rate))


@kernel
def frames_needed(state, params, frames):
    """How many more frames of the source the next `frames` of output need, if the params stay."""
    target, known = state.stretcher.positions[wsola.TARGET], state.stretcher.history.counts[WRITTEN]
    state.future[0] = state.smoothed[0]
    remaining = frames - (QUANTUM - state.used[0])
    while remaining > 0:
        known = max(known, wsola.required_end(state.stretcher, target))
        glide.step_toward(state.future, params, glide_coefficient(state))
        target += QUANTUM * state.future[0]
        remaining -= QUANTUM
    return known - state.stretcher.history.counts[WRITTEN]


@kernel
def source_position(state):
    """The position in the source of the next output frame."""
    return state.stretcher.positions[wsola.TARGET] - (QUANTUM - state.used[0]) * state.smoothed[0]


@kernel
def stretch(state, params, source, out):
    """Stretch rows of `source` into `out` until either is used up; returns (rows read, rows written)."""
    stretcher, taken, written = state.stretcher, 0, 0
    while written < out.shape[0]:
        if state.used[0] == QUANTUM:
            while stretcher.history.counts[WRITTEN] < wsola.required_end(stretcher, stretcher.positions[wsola.TARGET]):
                count = min(source.shape[0] - taken, QUANTUM - (stretcher.history.counts[WRITTEN] & (QUANTUM - 1)))
                if count == 0:
                    return taken, written
                write(stretcher.history, source, taken, count)
                taken += count
            glide.step_toward(state.smoothed, params, glide_coefficient(state))
            wsola.render_quantum(stretcher, 1.0, state.smoothed[0])
            state.used[0] = 0
        used = state.used[0]
        count = min(QUANTUM - used, out.shape[0] - written)
        for n in range(count):
            for c in range(out.shape[1]):
                out[written + n, c] = stretcher.output[used + n, c]
        state.used[0] += count
        written += count
    return taken, written


def render(x, rate, params):
    """A whole sound at another speed; the result has `round(len(x) / ratio)` frames."""
    state = init(float(rate), x.shape[1])
    state.smoothed[:] = params
    out = np.empty((round(len(x) / params[0]), x.shape[1]), np.float32)
    silence = np.zeros((max(frames_needed(state, params, len(out)) - len(x), 0), x.shape[1]), np.float32)
    stretch(state, params, np.concatenate([x, silence]), out)
    return out
