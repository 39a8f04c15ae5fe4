"""Sound between the frames: a windowed sinc for every place between two, and for every step through the sound."""

import math
from functools import cache

import numpy as np

from phosphene.engine.native import dot, kernel

TAPS, PHASES = 32, 512
SEMITONES = 12  # tables above the first, a semitone apart: what a step would fold back is cut off before
CUTOFF = 0.46  # of the rate, 6 dB down; the window makes the slope from 0.42 to half the rate
READ_AHEAD = TAPS // 2  # frames that are read after the one asked for


@cache
def make_tables():
    """(step, phase, tap) in one run, float32; a phase more than there are, so that one may be rounded up."""
    step = 2.0 ** (np.arange(SEMITONES + 1) / 12)[:, None, None]
    away = np.arange(TAPS) - (READ_AHEAD - 1) - np.arange(PHASES + 1)[:, None] / PHASES
    window = np.i0(7.0 * np.sqrt(np.maximum(1.0 - (away / READ_AHEAD) ** 2, 0.0)))
    taps = np.sinc(2.0 * CUTOFF / step * away) * window
    return (taps / taps.sum(axis=-1, keepdims=True)).astype(np.float32).ravel()


@kernel
def table_offset(step):
    """Where in `tables` those for a step begin."""
    semitones = math.ceil(12.0 * math.log2(step) - 1e-6)
    return min(max(semitones, 0), SEMITONES) * (PHASES + 1) * TAPS


@kernel
def read_resampled(line, tables, place, step, out):
    """Fill `out` from a place in a line on, which may lie between two frames; a copy where nothing lies between."""
    whole = math.floor(place)
    if step == 1.0 and place == whole:
        for c in range(out.shape[1]):
            begin = 2 * c * line.size + (whole & (line.size - 1))
            for n in range(out.shape[0]):
                out[n, c] = line.sound[begin + n]
        return
    table = table_offset(step)
    for n in range(out.shape[0]):
        at = place + n * step
        whole = math.floor(at)
        phase = table + int((at - whole) * PHASES + 0.5) * TAPS
        begin = (whole - (READ_AHEAD - 1)) & (line.size - 1)
        for c in range(out.shape[1]):
            out[n, c] = dot(tables, phase, line.sound, 2 * c * line.size + begin, TAPS)
