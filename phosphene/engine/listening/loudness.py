"""Level: how loud a hop is, by its samples and to the ear."""

import math
from typing import NamedTuple

import numpy as np

from phosphene.engine.listening.frame import AT, QUIETEST
from phosphene.engine.native import dot, kernel, peak

MOMENTARY = 0.4  # seconds under the window of EBU R128's momentary loudness
OFFSET = -0.691  # dB, of ITU-R BS.1770: a full-scale sine of 1 kHz on one side is -3.01 LUFS


class Level(NamedTuple):
    weighting: np.ndarray  # (2, 5): a shelf for the head, a high-pass; b0, b1, b2, a1, a2
    memory: np.ndarray  # (2 sides, 6): the last two samples before, between and behind the filters
    squares: np.ndarray  # (hops,) circular: weighted, summed over both sides
    turn: np.ndarray  # (1,) int64: row of squares to fill next
    share: float  # of the oldest hop that still lies under the window
    span: float  # samples under the window


def make_level(rate, hop):
    hops = MOMENTARY * rate / hop
    kept = max(math.ceil(hops), 1)
    squares = np.zeros(kept)
    return Level(_weighting(rate), np.zeros((2, 6)), squares, np.zeros(1, np.int64), hops - kept + 1, hops * hop)


def _weighting(rate):
    """ITU-R BS.1770's two filters at any rate: its analogue ones, by the bilinear transform."""
    w, q, gain = (
        math.tan(math.pi * min(1681.974450955533 / rate, 0.49)),
        0.7071752369554196,
        10 ** (3.999843853973347 / 20),
    )
    most, edge = gain, gain**0.4996667741545416
    scale = 1 + w / q + w * w
    back = 2 * (w * w - 1) / scale, (1 - w / q + w * w) / scale
    shelf = (most + edge * w / q + w * w) / scale, 2 * (w * w - most) / scale, (most - edge * w / q + w * w) / scale
    w, q = math.tan(math.pi * min(38.13547087602444 / rate, 0.49)), 0.5003270373238773
    scale = 1 + w / q + w * w
    rumble = 1.0, -2.0, 1.0, 2 * (w * w - 1) / scale, (1 - w / q + w * w) / scale
    return np.array([[*shelf, *back], rumble])


@kernel
def weigh(level, sound, hop, record):
    """Tell the level of a hop; `sound` is (2, hop or more), zeros behind the hop."""
    whole = sound.shape[1]
    power = 0.5 * (dot(sound[0], 0, sound[0], 0, whole) + dot(sound[1], 0, sound[1], 0, whole)) / hop
    highest = max(peak(sound[0], 0, whole), peak(sound[1], 0, whole))
    record[AT.rms_db] = decibels(power, QUIETEST)
    record[AT.peak_db] = decibels(highest * highest, QUIETEST)
    record[AT.crest] = record[AT.peak_db] - record[AT.rms_db]
    kept, turn = level.squares.shape[0], level.turn[0]
    level.squares[turn] = weighted(level, sound, hop)
    level.turn[0] = turn + 1 if turn + 1 < kept else 0
    total = level.squares[level.turn[0]] * (level.share - 1.0)
    for h in range(kept):
        total += level.squares[h]
    record[AT.loudness] = max(decibels(total / level.span, QUIETEST) + OFFSET, QUIETEST)


@kernel
def decibels(power, floor):
    return 10.0 * math.log10(max(power, 10.0 ** (floor / 10.0)))


@kernel
def weighted(level, sound, hop):
    """The squares of both sides behind the filters, summed."""
    f, total = level.weighting, 0.0
    left, right = recall(level.memory[0]), recall(level.memory[1])
    for n in range(hop):
        left, right = strain(f, left, sound[0, n]), strain(f, right, sound[1, n])
        total += left[4] * left[4] + right[4] * right[4]
    for k in range(6):
        level.memory[0, k], level.memory[1, k] = left[k], right[k]
    return total


@kernel
def recall(memory):
    return memory[0], memory[1], memory[2], memory[3], memory[4], memory[5]


@kernel
def strain(f, past, x):
    """One sample through both filters; the bracketed part needs nothing that is not long there."""
    x1, x2, y1, y2, z1, z2 = past
    y = (f[0, 0] * x + f[0, 1] * x1 + f[0, 2] * x2 - f[0, 4] * y2) - f[0, 3] * y1
    z = (y - 2.0 * y1 + y2 - f[1, 4] * z2) - f[1, 3] * z1
    return x, x1, y, y1, z, z1
