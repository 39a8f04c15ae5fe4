"""Sixteen delay lines that feed each other: the inside of a room.

A network is worked in quanta. No line is shorter than one, so what leaves them in a quantum entered before it:
`leave` computes that ahead, `enter` mixes it with what came meanwhile and sends it round again.
"""

import math
from typing import NamedTuple

import numpy as np

from phosphene.engine.effects.parts.delays import QUANTUM, DelayLines, make_delay_lines, write_lanes
from phosphene.engine.native import aligned_zeros, flat, kernel
from phosphene.engine.native.simd import WIDE, load_wide, ramp_lanes, shift_lanes, store_lanes

LINES = 16
SHORTEST_LINE, LONGEST_LINE = 0.02, 0.08  # seconds, the lines of the largest room
MIN_SCALE = 0.3  # of that in the smallest; at 8 kHz a line must still outlast a quantum
MODULATION_DEPTH = 0.001  # seconds by which modulation lengthens and shortens a line
MIN_MODULATION_HZ, MAX_MODULATION_HZ = 0.3, 1.1  # Hz, how often
MAX_SIZE_CHANGE = (
    1 / 64 / (LONGEST_LINE * (1.0 - MIN_SCALE))
)  # of all sizes a second: a wall that moves faster is heard out of tune
DECAY_HZ = 1_000.0  # Hz, where the decay is true
FILTER_RATE = 48_000.0  # Hz; the filters' taps are one frame apart up to here, two up to the double


class Fdn(NamedTuple):
    lines: DelayLines
    taps: np.ndarray  # (16, quantum) float32, what leaves them
    filters: np.ndarray  # (16, 4) float32, the middle and one side of a symmetric filter, gain included
    full: np.ndarray  # (16,), frames of each in the largest room
    length: np.ndarray  # (16,), frames of each in this room
    reach: np.ndarray  # (16,), frames back that each is read at the end of a quantum
    cosine: np.ndarray  # (16,), of where each line is in its sway
    sine: np.ndarray  # (16,)
    turn_cosine: np.ndarray  # (16,), of how far it goes in a quantum
    turn_sine: np.ndarray  # (16,)
    spacing: int  # frames between the taps of a filter
    rate: float


def make_fdn(rate):
    line = np.arange(LINES)
    rank = (line >> 3) + 2 * (line & 1) + 4 * (line >> 1 & 3)  # both entrances and both exits have short and long ones
    full = rate * SHORTEST_LINE * (LONGEST_LINE / SHORTEST_LINE) ** (rank / (LINES - 1))
    irregular = line * (math.sqrt(5) - 1) / 2 % 1
    phase, step = (
        2 * np.pi * irregular,
        2 * np.pi * QUANTUM / rate * (MIN_MODULATION_HZ + (MAX_MODULATION_HZ - MIN_MODULATION_HZ) * irregular),
    )
    spacing = math.ceil(rate / FILTER_RATE)
    edge = -(-(QUANTUM + WIDE + 6 * spacing) // QUANTUM) * QUANTUM
    return Fdn(
        lines=make_delay_lines(LINES, (LONGEST_LINE + MODULATION_DEPTH) * rate + 3 * spacing + 1, edge),
        taps=aligned_zeros((LINES, QUANTUM), np.float32),
        filters=aligned_zeros((LINES, 4), np.float32),
        full=full,
        length=full.copy(),
        reach=full.copy(),
        cosine=np.cos(phase),
        sine=np.sin(phase),
        turn_cosine=np.cos(step),
        turn_sine=np.sin(step),
        spacing=spacing,
        rate=rate,
    )


@kernel
def set_lengths_and_filters(network, decay, size, damping, still):
    """Set lengths and filters; gives the share of its power that a round through the network leaves.

    A filter is (1 - d) + d * binomial, a low-pass that loses with frequency squared as air does, and in
    proportion to the length of its line, so that all lines lose alike. Its delay is none: it reads ahead.
    """
    rate, spacing = network.rate, network.spacing
    dense = rate / (FILTER_RATE * spacing)
    mild = 1.0 - math.cos(math.pi * DECAY_HZ * spacing / rate) ** 6
    left = 0.0
    for i in range(LINES):
        length = network.full[i] * (MIN_SCALE + (1.0 - MIN_SCALE) * size)
        if still:
            length = float(round(length))  # a fraction costs treble, so a line at rest has none
        network.length[i] = length
        d = damping * dense * dense * length / (LONGEST_LINE * rate)
        gain = min(10.0 ** (-3.0 * length / (decay * rate)) / (1.0 - d * mild), 1.0)
        left += gain * gain / LINES
        gain *= 0.25  # sixteen lines are mixed by sums and differences
        network.filters[i, 0] = gain * (1.0 - d * 44.0 / 64.0)
        network.filters[i, 1] = gain * d * 15.0 / 64.0
        network.filters[i, 2] = gain * d * 6.0 / 64.0
        network.filters[i, 3] = gain * d / 64.0
    return left


@kernel
def snap_delays(network):
    """Be at once where `tune` would go."""
    for i in range(LINES):
        network.reach[i] = network.length[i]


@kernel
def read_lines(network, clock, sway):
    """Compute what the lines give in the quantum that begins."""
    rows, taps, s = network.lines.rows, flat(network.taps), network.spacing
    line, cosine, sine = flat(rows), network.cosine, network.sine
    for i in range(LINES):
        x, y = cosine[i], sine[i]
        cosine[i] = x * network.turn_cosine[i] - y * network.turn_sine[i]
        sine[i] = y * network.turn_cosine[i] + x * network.turn_sine[i]
    for i in range(LINES):
        start, end = network.reach[i], network.length[i] + sway * network.rate * MODULATION_DEPTH * sine[i]
        network.reach[i] = end
        base = math.floor(-0.5 * (start + end))
        slope = np.float32((start - end) / QUANTUM)
        share = ramp_lanes(np.float32(-start - base), slope)
        at = i * rows.shape[1] + ((clock + int(base) - 3 * s - 1) & network.lines.mask)
        here = filter_lanes(line, at, s, network.filters, i)
        for n in range(0, QUANTUM, WIDE):
            after = filter_lanes(line, at + n + WIDE, s, network.filters, i)
            store_lanes(taps, i * QUANTUM + n, interpolate(here, after, share))
            here, share = after, share + np.float32(WIDE) * slope


@kernel
def interpolate(here, after, share):
    """The values between the second and the third of every four, a share on: linear, and bent as they bend."""
    second, third = shift_lanes(here, after, 1), shift_lanes(here, after, 2)
    before, slope, beyond = second - here, third - second, shift_lanes(here, after, 3) - third
    bend = np.float32(0.25) * share * (share - np.float32(1.0))
    return second + share * slope + bend * (beyond - before)


@kernel
def filter_lanes(line, at, s, filters, i):
    """As many frames as there are lanes, through the symmetric filter of line i."""
    far = load_wide(line, at) + load_wide(line, at + 6 * s)
    mid = load_wide(line, at + s) + load_wide(line, at + 5 * s)
    near = load_wide(line, at + 2 * s) + load_wide(line, at + 4 * s)
    inner = filters[i, 0] * load_wide(line, at + 3 * s) + filters[i, 1] * near
    return inner + filters[i, 2] * mid + filters[i, 3] * far


@kernel
def write_lines(network, clock, sides):
    """Mix what left the lines with what came: left into the first eight, right into the others."""
    taps, side = flat(network.taps), flat(sides)
    for i in range(4):
        for n in range(0, QUANTUM, WIDE):
            a, b, c, d = hadamard(taps, i * QUANTUM + n, 4 * QUANTUM)
            store_lanes(taps, i * QUANTUM + n, a)
            store_lanes(taps, (i + 4) * QUANTUM + n, b)
            store_lanes(taps, (i + 8) * QUANTUM + n, c)
            store_lanes(taps, (i + 12) * QUANTUM + n, d)
    for i in range(0, LINES, 4):
        for n in range(0, QUANTUM, WIDE):
            came = load_wide(side, (i >> 3) * QUANTUM + n)
            a, b, c, d = hadamard(taps, i * QUANTUM + n, QUANTUM)
            write_lanes(network.lines, i, clock, n, a + came)
            write_lanes(network.lines, i + 1, clock, n, b + came)
            write_lanes(network.lines, i + 2, clock, n, c - came)
            write_lanes(network.lines, i + 3, clock, n, d - came)


@kernel
def hadamard(taps, at, stride):
    """Four points of a Hadamard matrix, not normalised."""
    a, b, c, d = (
        load_wide(taps, at),
        load_wide(taps, at + stride),
        load_wide(taps, at + 2 * stride),
        load_wide(taps, at + 3 * stride),
    )
    p, q, r, s = a + b, a - b, c + d, c - d
    return p + r, q + s, p - r, q - s
