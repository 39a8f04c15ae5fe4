"""The line: what was heard lately, where in it something began, and an outline of it to compare by."""

import math
from typing import NamedTuple

import numpy as np

from phosphene.engine.native import dot, kernel

QUANTUM = 32  # frames between two looks at the line
DECIMATED_RATE = 6000.0  # hertz, about; how often the outline has a point
MAX_ONSETS = 16  # remembered
ONSET_RISE = 4.0  # times the energy held from before: a beginning, and no period of a tone that goes on
ENERGY_RELEASE = 0.04  # seconds; twice a period of the lowest note, half of the time between two strokes of a drum
MIN_ENERGY = 1e-8  # energy a frame; what rises from below that is not heard to begin


class History(NamedTuple):
    """Everything is kept twice, one copy behind the other, so that no run of it ever wraps."""

    sound: np.ndarray  # (channels * 2 * size,) float32, a channel after the other
    outline: np.ndarray  # (2 * size // grain,) float32, mono
    onsets: np.ndarray  # (ONSETS,) int64, the frames near which something began, in a circle
    counts: np.ndarray  # (3,) int64: frames written, frames looked at, onsets
    held: np.ndarray  # (1,), energy of the high frequencies, falling slowly
    mono: np.ndarray  # (QUANTUM,) float32, work space
    edges: np.ndarray  # (QUANTUM,) float32, work space
    size: int  # frames, a power of two
    grain: int  # frames in a point of the outline, a power of two
    channels: int
    rate: float


def make_history(seconds, rate, channels):
    size = 1 << max(math.ceil(math.log2(seconds * rate + 4 * QUANTUM)), 8)
    grain = 1 << min(max(round(math.log2(rate / DECIMATED_RATE)), 0), 5)
    return History(
        np.zeros(channels * 2 * size, np.float32),
        np.zeros(2 * size // grain, np.float32),
        np.full(MAX_ONSETS, -(1 << 40)),
        np.zeros(3, np.int64),
        np.zeros(1),
        np.zeros(QUANTUM, np.float32),
        np.zeros(QUANTUM, np.float32),
        size,
        grain,
        channels,
        rate,
    )


@kernel
def write(line, block, start, count):
    """Add `count` rows of a block, which must not reach beyond the end of a quantum."""
    for c in range(line.channels):
        at = 2 * c * line.size + (line.counts[0] & (line.size - 1))
        for n in range(count):
            line.sound[at + n] = block[start + n, c]
            line.sound[at + line.size + n] = block[start + n, c]
    line.counts[0] += count


@kernel
def analyse(line, known):
    """Look at what was written before the frame `known`, quantum by quantum."""
    while line.counts[1] < known:
        begin = line.counts[1] & (line.size - 1)
        mono, edges, energy = line.mono, line.edges, 0.0
        for n in range(QUANTUM):
            mono[n] = 0.0
        for c in range(line.channels):
            at = (2 * c + 1) * line.size + begin
            share = np.float32(1.0 / (c + 1))  # unequal, so that channels of opposite sign do not cancel
            for n in range(QUANTUM):
                mono[n] += share * line.sound[at + n]
                edges[n] = line.sound[at + n] - line.sound[at + n - 1]
            energy += dot(edges, 0, edges, 0, QUANTUM)
        write_decimated(line, mono, begin // line.grain)
        if energy > ONSET_RISE * line.held[0] + MIN_ENERGY * QUANTUM:
            line.onsets[line.counts[2] & (MAX_ONSETS - 1)] = line.counts[1]
            line.counts[2] += 1
        line.held[0] = max(energy, line.held[0] * math.exp(-QUANTUM / (ENERGY_RELEASE * line.rate)))
        line.counts[1] += QUANTUM


@kernel
def write_decimated(line, mono, at):
    """A point is the mean of its frames. What that folds down agrees with itself at the same lags, so it may."""
    for point in range(QUANTUM // line.grain):
        total = np.float32(0.0)
        for n in range(line.grain):
            total += mono[point * line.grain + n]
        line.outline[at + point] = total
        line.outline[at + point + line.size // line.grain] = total
