"""Recent input of an operator: its samples, its onsets, and a decimated copy for comparisons."""

import math
from typing import NamedTuple

import numpy as np

from phosphene.engine.native import dot, kernel

QUANTUM = 32  # frames that are analysed at once
DECIMATED_RATE = 6000.0  # hertz, about; rate of the decimated copy
MAX_ONSETS = 16  # onsets kept
ONSET_RISE = 4.0  # times the recent peak energy: an onset, and not a period of a steady tone
ENERGY_RELEASE = 0.04  # seconds; twice the period of the lowest note, half the time between two drum hits
MIN_ENERGY = 1e-8  # energy per frame below which there is no onset
WRITTEN, ANALYSED, ONSETS_FOUND = range(3)  # in History.counts


class History(NamedTuple):
    """Samples are stored twice, one copy behind the other, so that no run of them ever wraps."""

    samples: np.ndarray  # (channels * 2 * size,) float32, channel by channel
    decimated: np.ndarray  # (2 * size // decimation,) float32, mono
    onsets: np.ndarray  # (MAX_ONSETS,) int64, circular: frames near which something began
    counts: np.ndarray  # (3,) int64: frames written, frames analysed, onsets found
    peak_energy: np.ndarray  # (1,), peak of the high-frequency energy, decaying slowly
    mono: np.ndarray  # (QUANTUM,) float32, work space
    differences: np.ndarray  # (QUANTUM,) float32, work space
    size: int  # frames, a power of two
    decimation: int  # frames per point of the decimated copy, a power of two
    channels: int
    rate: float


def make_history(seconds, rate, channels):
    size = 1 << max(math.ceil(math.log2(seconds * rate + 4 * QUANTUM)), 8)
    decimation = 1 << min(max(round(math.log2(rate / DECIMATED_RATE)), 0), 5)
    return History(
        np.zeros(channels * 2 * size, np.float32),
        np.zeros(2 * size // decimation, np.float32),
        np.full(MAX_ONSETS, -(1 << 40)),
        np.zeros(3, np.int64),
        np.zeros(1),
        np.zeros(QUANTUM, np.float32),
        np.zeros(QUANTUM, np.float32),
        size,
        decimation,
        channels,
        rate,
    )


@kernel
def write(history, block, start, count):
    """Append `count` rows of a block. They must not reach beyond the end of a quantum."""
    for c in range(history.channels):
        at = 2 * c * history.size + (history.counts[WRITTEN] & (history.size - 1))
        for n in range(count):
            history.samples[at + n] = block[start + n, c]
            history.samples[at + history.size + n] = block[start + n, c]
    history.counts[WRITTEN] += count


@kernel
def analyse(history, end):
    """Analyse what was written before the frame `end`, quantum by quantum: onsets and the decimated copy."""
    while history.counts[ANALYSED] < end:
        start = history.counts[ANALYSED] & (history.size - 1)
        mono, differences, energy = history.mono, history.differences, 0.0
        for n in range(QUANTUM):
            mono[n] = 0.0
        for c in range(history.channels):
            at = (2 * c + 1) * history.size + start
            weight = np.float32(1.0 / (c + 1))  # unequal weights, so that channels of opposite sign do not cancel
            for n in range(QUANTUM):
                mono[n] += weight * history.samples[at + n]
                differences[n] = history.samples[at + n] - history.samples[at + n - 1]
            energy += dot(differences, 0, differences, 0, QUANTUM)
        write_decimated(history, mono, start // history.decimation)
        if energy > ONSET_RISE * history.peak_energy[0] + MIN_ENERGY * QUANTUM:
            history.onsets[history.counts[ONSETS_FOUND] & (MAX_ONSETS - 1)] = history.counts[ANALYSED]
            history.counts[ONSETS_FOUND] += 1
        release = math.exp(-QUANTUM / (ENERGY_RELEASE * history.rate))
        history.peak_energy[0] = max(energy, history.peak_energy[0] * release)
        history.counts[ANALYSED] += QUANTUM


@kernel
def write_decimated(history, mono, at):
    """Append a quantum to the decimated copy: a point is the sum of its frames.

    This aliases, but aliases repeat at the same lags as the signal, so comparisons stay valid.
    """
    for point in range(QUANTUM // history.decimation):
        total = np.float32(0.0)
        for n in range(history.decimation):
            total += mono[point * history.decimation + n]
        history.decimated[at + point] = total
        history.decimated[at + point + history.size // history.decimation] = total
