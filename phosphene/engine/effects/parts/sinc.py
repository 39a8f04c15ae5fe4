"""Resampling by windowed sincs: one filter for each fraction of a frame and each step between frames."""

import math
from functools import cache

import numpy as np

from phosphene.engine.native import dot, kernel

TAPS, PHASES = 32, 512
SEMITONES = 12  # further tables for faster steps, a semitone apart, with a lower cutoff against aliasing
CUTOFF = 0.46  # of the rate, 6 dB down; the transition is from 0.42 to half the rate
READ_AHEAD = TAPS // 2  # frames that are read after the requested one


@cache
def make_tables():
    """Filter taps by (step, phase, tap), flattened, float32. One extra phase lets a phase be rounded up."""
    step = 2.0 ** (np.arange(SEMITONES + 1) / 12)[:, None, None]
    distance = np.arange(TAPS) - (READ_AHEAD - 1) - np.arange(PHASES + 1)[:, None] / PHASES
    window = np.i0(7.0 * np.sqrt(np.maximum(1.0 - (distance / READ_AHEAD) ** 2, 0.0)))
    taps = np.sinc(2.0 * CUTOFF / step * distance) * window
    return (taps / taps.sum(axis=-1, keepdims=True)).astype(np.float32).ravel()


@kernel
def table_offset(step):
    """Offset in `make_tables()` of the filters for a step."""
    semitones = math.ceil(12.0 * math.log2(step) - 1e-6)
    return min(max(semitones, 0), SEMITONES) * (PHASES + 1) * TAPS


@kernel
def read_resampled(history, tables, position, step, out):
    """Read `out` from a fractional position of a history, `step` frames per frame; whole frames are copied."""
    whole = math.floor(position)
    if step == 1.0 and position == whole:
        for c in range(out.shape[1]):
            start = 2 * c * history.size + (whole & (history.size - 1))
            for n in range(out.shape[0]):
                out[n, c] = history.samples[start + n]
        return
    table = table_offset(step)
    for n in range(out.shape[0]):
        current = position + n * step
        whole = math.floor(current)
        phase = table + int((current - whole) * PHASES + 0.5) * TAPS
        start = (whole - (READ_AHEAD - 1)) & (history.size - 1)
        for c in range(out.shape[1]):
            out[n, c] = dot(tables, phase, history.samples, 2 * c * history.size + start, TAPS)
