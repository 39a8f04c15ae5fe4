"""Pitch: shifts by semitones; tempo, attacks and the stereo image are kept."""

import math
from typing import NamedTuple

import numpy as np

from phosphene.engine.common.params import Param
from phosphene.engine.effects.parts import glide, wsola
from phosphene.engine.effects.parts.history import QUANTUM, WRITTEN, write
from phosphene.engine.native import kernel

PARAMS = (
    Param("semitones", 0.0, low=-12.0, high=12.0),
    Param("mix", 1.0, low=0.0, high=1.0),
)
GLIDE = 0.05  # seconds
MAX_DRIFT = 0.016  # seconds by which a sound may be early or late; twice that is a period of 31 Hz
FADE = 0.008  # seconds of the crossfade at a jump


class State(NamedTuple):
    stretcher: wsola.Stretcher
    smoothed: np.ndarray  # (2,), current values of PARAMS
    rate: float


def latency(rate):
    """The mean delay in frames. A sound deviates from it by less than 20 ms and is always less than 60 ms late."""
    return wsola.read_ahead(MAX_DRIFT, FADE, rate)


def init(rate, channels):
    delay = latency(rate)
    stretcher = wsola.make_stretcher(MAX_DRIFT, FADE, delay, rate, channels)
    stretcher.positions[:] = -delay
    smoothed = np.array([p.default for p in PARAMS])
    return State(stretcher, smoothed, rate)


@kernel
def process(state, params, block, out):
    history, output = state.stretcher.history, state.stretcher.output
    coefficient = 1.0 - math.exp(-QUANTUM / (GLIDE * state.rate))
    n = 0
    while n < block.shape[0]:
        offset = history.counts[WRITTEN] & (QUANTUM - 1)
        if offset == 0:
            previous_mix = state.smoothed[1]
            glide.step_toward(state.smoothed, params, coefficient)
            target = int(state.stretcher.positions[wsola.TARGET])
            wsola.render_quantum(state.stretcher, 2.0 ** (state.smoothed[0] / 12.0), 1.0)
            if min(previous_mix, state.smoothed[1]) < 1.0:
                mix_in_dry(state, target, previous_mix)
        count = min(QUANTUM - offset, block.shape[0] - n)
        write(history, block, n, count)
        for k in range(count):
            for c in range(block.shape[1]):
                out[n + k, c] = output[offset + k, c]
        n += count


@kernel
def mix_in_dry(state, target, previous_mix):
    """Mix in the dry sound, delayed by the latency."""
    history, output, mix = state.stretcher.history, state.stretcher.output, state.smoothed[1]
    for c in range(output.shape[1]):
        dry = 2 * c * history.size + (target & (history.size - 1))
        for n in range(QUANTUM):
            wet = np.float32(previous_mix + (mix - previous_mix) * (n + 1) / QUANTUM)
            output[n, c] = history.samples[dry + n] + wet * (output[n, c] - history.samples[dry + n])
