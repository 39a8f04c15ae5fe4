"""Feedback delay network: sixteen delay lines that feed each other, the core of a reverb.

It works in quanta. No line is shorter than a quantum, so the outputs of a quantum depend only on what was written
before it: `read_lines` computes them at its start, `write_lines` mixes them with the input at its end.
"""

import math
from typing import NamedTuple

import numpy as np

from phosphene.engine.effects.parts.delays import QUANTUM, DelayLines, make_delay_lines, write_lanes
from phosphene.engine.native import aligned_zeros, flat, kernel
from phosphene.engine.native.simd import WIDE, load_wide, ramp_lanes, shift_lanes, store_lanes

LINES = 16
SHORTEST_LINE, LONGEST_LINE = 0.02, 0.08  # seconds, delay lines of the largest room
MIN_SCALE = 0.3  # of these lengths in the smallest room; at 8 kHz a line must still be longer than a quantum
MODULATION_DEPTH = 0.001  # seconds by which modulation lengthens and shortens a line
MIN_MODULATION_HZ, MAX_MODULATION_HZ = 0.3, 1.1  # Hz, rates of the modulation
# of the range of sizes, per second: a faster change is audibly out of tune
MAX_SIZE_CHANGE = 1 / 64 / (LONGEST_LINE * (1.0 - MIN_SCALE))
DECAY_HZ = 1_000.0  # Hz, where the decay time is exact
FILTER_RATE = 48_000.0  # Hz; the filter taps are one frame apart up to this rate, two up to twice the rate


class Fdn(NamedTuple):
    lines: DelayLines
    taps: np.ndarray  # (16, quantum) float32, their outputs
    filters: np.ndarray  # (16, 4) float32, centre and one side of a symmetric filter, including the gain
    full_length: np.ndarray  # (16,), frames of each line in the largest room
    length: np.ndarray  # (16,), frames of each line in this room
    delay: np.ndarray  # (16,), frames; delay of each line at the end of the last quantum
    cosine: np.ndarray  # (16,), of the modulation phase of each line
    sine: np.ndarray  # (16,)
    step_cosine: np.ndarray  # (16,), of the phase step of a quantum
    step_sine: np.ndarray  # (16,)
    spacing: int  # frames between the taps of a filter
    rate: float


def make_fdn(rate):
    line = np.arange(LINES)
    rank = (line >> 3) + 2 * (line & 1) + 4 * (line >> 1 & 3)  # both inputs and both outputs get short and long lines
    full_length = rate * SHORTEST_LINE * (LONGEST_LINE / SHORTEST_LINE) ** (rank / (LINES - 1))
    spread = line * (math.sqrt(5) - 1) / 2 % 1
    phase, step = (
        2 * np.pi * spread,
        2 * np.pi * QUANTUM / rate * (MIN_MODULATION_HZ + (MAX_MODULATION_HZ - MIN_MODULATION_HZ) * spread),
    )
    spacing = math.ceil(rate / FILTER_RATE)
    edge = -(-(QUANTUM + WIDE + 6 * spacing) // QUANTUM) * QUANTUM
    return Fdn(
        lines=make_delay_lines(LINES, (LONGEST_LINE + MODULATION_DEPTH) * rate + 3 * spacing + 1, edge),
        taps=aligned_zeros((LINES, QUANTUM), np.float32),
        filters=aligned_zeros((LINES, 4), np.float32),
        full_length=full_length,
        length=full_length.copy(),
        delay=full_length.copy(),
        cosine=np.cos(phase),
        sine=np.sin(phase),
        step_cosine=np.cos(step),
        step_sine=np.sin(step),
        spacing=spacing,
        rate=rate,
    )


@kernel
def set_lengths_and_filters(network, decay, size, damping, at_rest):
    """Set lengths and filters; returns the share of the power that remains after one round through the network.

    A filter is (1 - d) + d * binomial: a low-pass whose loss grows with frequency squared, as in air, and with the
    length of its line, so that all lines decay alike. It has no delay, because it reads ahead.
    """
    rate, spacing = network.rate, network.spacing
    rate_ratio = rate / (FILTER_RATE * spacing)
    loss_at_decay_hz = 1.0 - math.cos(math.pi * DECAY_HZ * spacing / rate) ** 6
    remaining_power = 0.0
    for i in range(LINES):
        length = network.full_length[i] * (MIN_SCALE + (1.0 - MIN_SCALE) * size)
        if at_rest:
            length = float(round(length))  # interpolation costs treble, so a line at rest has a whole length
        network.length[i] = length
        d = damping * rate_ratio * rate_ratio * length / (LONGEST_LINE * rate)
        gain = min(10.0 ** (-3.0 * length / (decay * rate)) / (1.0 - d * loss_at_decay_hz), 1.0)
        remaining_power += gain * gain / LINES
        gain *= 0.25  # normalises the 16 x 16 Hadamard matrix
        network.filters[i, 0] = gain * (1.0 - d * 44.0 / 64.0)
        network.filters[i, 1] = gain * d * 15.0 / 64.0
        network.filters[i, 2] = gain * d * 6.0 / 64.0
        network.filters[i, 3] = gain * d / 64.0
    return remaining_power


@kernel
def snap_delays(network):
    """Jump to the delays that `set_lengths_and_filters` set, without a glide."""
    for i in range(LINES):
        network.delay[i] = network.length[i]


@kernel
def read_lines(network, clock, modulation):
    """Compute the outputs of the lines for the quantum that begins."""
    rows, taps, spacing = network.lines.rows, flat(network.taps), network.spacing
    line, cosine, sine = flat(rows), network.cosine, network.sine
    for i in range(LINES):
        x, y = cosine[i], sine[i]
        cosine[i] = x * network.step_cosine[i] - y * network.step_sine[i]
        sine[i] = y * network.step_cosine[i] + x * network.step_sine[i]
    for i in range(LINES):
        start, end = network.delay[i], network.length[i] + modulation * network.rate * MODULATION_DEPTH * sine[i]
        network.delay[i] = end
        base = math.floor(-0.5 * (start + end))
        slope = np.float32((start - end) / QUANTUM)
        fraction = ramp_lanes(np.float32(-start - base), slope)
        at = i * rows.shape[1] + ((clock + int(base) - 3 * spacing - 1) & network.lines.mask)
        current = filter_lanes(line, at, spacing, network.filters, i)
        for n in range(0, QUANTUM, WIDE):
            following = filter_lanes(line, at + n + WIDE, spacing, network.filters, i)
            store_lanes(taps, i * QUANTUM + n, interpolate(current, following, fraction))
            current, fraction = following, fraction + np.float32(WIDE) * slope


@kernel
def interpolate(current, following, fraction):
    """Interpolate between the second and the third of each four frames: linear, plus a curvature term."""
    second, third = shift_lanes(current, following, 1), shift_lanes(current, following, 2)
    before, slope, after = second - current, third - second, shift_lanes(current, following, 3) - third
    curvature = np.float32(0.25) * fraction * (fraction - np.float32(1.0))
    return second + fraction * slope + curvature * (after - before)


@kernel
def filter_lanes(line, at, spacing, filters, i):
    """Apply the symmetric filter of line i to as many frames as there are lanes."""
    outer = load_wide(line, at) + load_wide(line, at + 6 * spacing)
    middle = load_wide(line, at + spacing) + load_wide(line, at + 5 * spacing)
    inner = load_wide(line, at + 2 * spacing) + load_wide(line, at + 4 * spacing)
    centre = filters[i, 0] * load_wide(line, at + 3 * spacing) + filters[i, 1] * inner
    return centre + filters[i, 2] * middle + filters[i, 3] * outer


@kernel
def write_lines(network, clock, sides):
    """Mix the outputs of the lines with the input and write them: left into the first eight, right into the rest."""
    taps, samples = flat(network.taps), flat(sides)
    for i in range(4):
        for n in range(0, QUANTUM, WIDE):
            a, b, c, d = hadamard(taps, i * QUANTUM + n, 4 * QUANTUM)
            store_lanes(taps, i * QUANTUM + n, a)
            store_lanes(taps, (i + 4) * QUANTUM + n, b)
            store_lanes(taps, (i + 8) * QUANTUM + n, c)
            store_lanes(taps, (i + 12) * QUANTUM + n, d)
    for i in range(0, LINES, 4):
        for n in range(0, QUANTUM, WIDE):
            entering = load_wide(samples, (i >> 3) * QUANTUM + n)
            a, b, c, d = hadamard(taps, i * QUANTUM + n, QUANTUM)
            write_lanes(network.lines, i, clock, n, a + entering)
            write_lanes(network.lines, i + 1, clock, n, b + entering)
            write_lanes(network.lines, i + 2, clock, n, c - entering)
            write_lanes(network.lines, i + 3, clock, n, d - entering)


@kernel
def hadamard(taps, at, stride):
    """Four rows of a Hadamard transform, not normalised."""
    a, b, c, d = (
        load_wide(taps, at),
        load_wide(taps, at + stride),
        load_wide(taps, at + 2 * stride),
        load_wide(taps, at + 3 * stride),
    )
    p, q, r, s = a + b, a - b, c + d, c - d
    return p + r, q + s, p - r, q - s
