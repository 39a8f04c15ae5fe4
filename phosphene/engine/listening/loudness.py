"""Loudness: RMS, peak, crest factor and EBU R128 loudness of a hop."""

import math
from typing import NamedTuple

import numpy as np

from phosphene.engine.listening.frame import AT, MIN_DECIBELS
from phosphene.engine.native import dot, kernel, peak

MOMENTARY_SECONDS = 0.4  # window of EBU R128's momentary loudness
LUFS_OFFSET = -0.691  # dB, of ITU-R BS.1770: a full-scale sine of 1 kHz in one channel is -3.01 LUFS


class LoudnessState(NamedTuple):
    weighting: np.ndarray  # (2, 5): the filters, high shelf and high-pass; b0, b1, b2, a1, a2
    memory: np.ndarray  # (2 channels, 6): the last two samples before, between and behind the filters
    squares: np.ndarray  # (hops,) circular: sums of the filtered squares, both channels
    next_row: np.ndarray  # (1,) int64: index into `squares`
    oldest_share: float  # of the oldest hop that lies within the window
    window_samples: float


def make_loudness(rate: float, hop: int) -> LoudnessState:
    hops = MOMENTARY_SECONDS * rate / hop
    rows = max(math.ceil(hops), 1)
    squares = np.zeros(rows)
    return LoudnessState(
        _weighting(rate), np.zeros((2, 6)), squares, np.zeros(1, np.int64), hops - rows + 1, hops * hop
    )


def _weighting(rate):
    """The two filters of ITU-R BS.1770 at any rate: the analogue prototypes, by the bilinear transform."""
    w, q, gain = (
        math.tan(math.pi * min(1681.974450955533 / rate, 0.49)),
        0.7071752369554196,
        10 ** (3.999843853973347 / 20),
    )
    top, edge = gain, gain**0.4996667741545416
    scale = 1 + w / q + w * w
    feedback = 2 * (w * w - 1) / scale, (1 - w / q + w * w) / scale
    shelf = (top + edge * w / q + w * w) / scale, 2 * (w * w - top) / scale, (top - edge * w / q + w * w) / scale
    w, q = math.tan(math.pi * min(38.13547087602444 / rate, 0.49)), 0.5003270373238773
    scale = 1 + w / q + w * w
    high_pass = 1.0, -2.0, 1.0, 2 * (w * w - 1) / scale, (1 - w / q + w * w) / scale
    return np.array([[*shelf, *feedback], high_pass])


@kernel
def measure_loudness(state, sound, hop, record):
    """Write the levels of a hop; `sound` is (2, hop or more), with zeros behind the hop."""
    length = sound.shape[1]
    power = 0.5 * (dot(sound[0], 0, sound[0], 0, length) + dot(sound[1], 0, sound[1], 0, length)) / hop
    highest = max(peak(sound[0], 0, length), peak(sound[1], 0, length))
    record[AT.rms_db] = decibels(power, MIN_DECIBELS)
    record[AT.peak_db] = decibels(highest * highest, MIN_DECIBELS)
    record[AT.crest] = record[AT.peak_db] - record[AT.rms_db]
    rows, row = state.squares.shape[0], state.next_row[0]
    state.squares[row] = k_weighted_squares(state, sound, hop)
    state.next_row[0] = row + 1 if row + 1 < rows else 0
    total = state.squares[state.next_row[0]] * (state.oldest_share - 1.0)
    for h in range(rows):
        total += state.squares[h]
    record[AT.loudness] = max(decibels(total / state.window_samples, MIN_DECIBELS) + LUFS_OFFSET, MIN_DECIBELS)


@kernel
def decibels(power, floor):
    """Decibels of a power; `floor`, in dB, is the lowest result."""
    return 10.0 * math.log10(max(power, 10.0 ** (floor / 10.0)))


@kernel
def k_weighted_squares(state, sound, hop):
    """The sum of the squares of both channels behind the filters."""
    f, total = state.weighting, 0.0
    left, right = load_memory(state.memory[0]), load_memory(state.memory[1])
    for n in range(hop):
        left, right = filter_sample(f, left, sound[0, n]), filter_sample(f, right, sound[1, n])
        total += left[4] * left[4] + right[4] * right[4]
    for k in range(6):
        state.memory[0, k], state.memory[1, k] = left[k], right[k]
    return total


@kernel
def load_memory(memory):
    return memory[0], memory[1], memory[2], memory[3], memory[4], memory[5]


@kernel
def filter_sample(f, past, x):
    """One sample through both filters. The part in brackets does not wait for the previous sample's result."""
    x1, x2, y1, y2, z1, z2 = past
    y = (f[0, 0] * x + f[0, 1] * x1 + f[0, 2] * x2 - f[0, 4] * y2) - f[0, 3] * y1
    z = (y - 2.0 * y1 + y2 - f[1, 4] * z2) - f[1, 3] * z1
    return x, x1, y, y1, z, z1
