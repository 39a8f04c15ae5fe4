"""Reverb: a feedback delay network of sixteen lines, behind a predelay and diffusers.

All channels share one room: even channels enter and leave it on the left, odd channels on the right.
"""

import math
from typing import NamedTuple

import numpy as np

from phosphene.engine.common.params import Param
from phosphene.engine.effects.parts.delays import QUANTUM, DelayLines, make_delay_lines, read_moving, write_lanes
from phosphene.engine.effects.parts.fdn import (
    MAX_SIZE_CHANGE,
    Fdn,
    make_fdn,
    read_lines,
    set_lengths_and_filters,
    snap_delays,
    write_lines,
)
from phosphene.engine.effects.parts.glide import step_toward
from phosphene.engine.native import aligned_zeros, flat, kernel
from phosphene.engine.native.simd import WIDE, load_wide, ramp_lanes, store_lanes

PARAMS = (
    Param("decay", 2.0, low=0.2, high=20.0, unit="s", curve="exp"),  # until a tone of 1 kHz has fallen by 60 dB
    Param("size", 0.6, low=0.0, high=1.0),
    Param("damping", 0.4, low=0.0, high=1.0),
    Param("predelay", 0.01, low=0.0, high=0.25, unit="s"),
    Param("width", 1.0, low=0.0, high=1.0),
    Param("modulation", 0.3, low=0.0, high=1.0),
    Param("mix", 0.3, low=0.0, high=1.0),
)
HAS_TAIL = True
DECAY, SIZE, DAMPING, PREDELAY, WIDTH, MODULATION, MIX = range(7)

GLIDE = 0.1  # seconds
MAX_PREDELAY_CHANGE = 0.25  # frames per frame by which the predelay may change
DIFFUSER_GAIN = 0.6  # of the allpass filters
DIFFUSER_SECONDS = 0.0047, 0.0062, 0.0089, 0.0127  # seconds
RIGHT_SCALE = 1.07  # the diffusers on the right are longer by this factor
OUTPUT_GAINS = np.array([1, 1, 1, -1, 1, 1, -1, 1], np.float32) * math.sqrt(2)  # gains of the lines of one side


class State(NamedTuple):
    network: Fdn
    predelay_lines: DelayLines  # (2,), left and right
    diffusers: DelayLines  # (8,), four per side
    diffuser_delays: np.ndarray  # (8,) int64, frames of each diffuser
    sides: np.ndarray  # (2, quantum) float32, left and right
    captured: np.ndarray  # (quantum, channels) float32, input of this quantum
    dry: np.ndarray  # (quantum, channels) float32, gain of the dry sound
    wet: np.ndarray  # (quantum, channels) float32, reverberation to add
    gains: np.ndarray  # (4,), at the end of this quantum: dry, to the same side, to the other side, into the network
    target_gains: np.ndarray  # (4,), targets of these gains
    predelay: np.ndarray  # (1,), frames of predelay at the end of the last quantum
    smoothed: np.ndarray  # (7,), current values of PARAMS
    applied: np.ndarray  # (7,), values for which network and target_gains were last computed
    clock: np.ndarray  # (1,), frames since the start
    rate: float


def init(rate, channels):
    seconds = np.concatenate([DIFFUSER_SECONDS, np.multiply(DIFFUSER_SECONDS, RIGHT_SCALE)])
    return State(
        network=make_fdn(rate),
        predelay_lines=make_delay_lines(2, PARAMS[PREDELAY].high * rate + 2),
        diffusers=make_delay_lines(8, seconds.max() * rate),
        diffuser_delays=np.maximum(np.round(seconds * rate), QUANTUM).astype(np.int64),
        sides=aligned_zeros((2, QUANTUM), np.float32),
        captured=aligned_zeros((QUANTUM, channels), np.float32),
        dry=aligned_zeros((QUANTUM, channels), np.float32),
        wet=aligned_zeros((QUANTUM, channels), np.float32),
        gains=np.zeros(4),
        target_gains=np.zeros(4),
        predelay=np.zeros(1),
        smoothed=np.array([p.default for p in PARAMS]),
        applied=np.full(len(PARAMS), np.nan),
        clock=np.zeros(1, np.int64),
        rate=rate,
    )


@kernel
def process(state, params, block, out):
    samples_in, samples_out = flat(block), flat(out)
    captured, dry, wet, channels = flat(state.captured), flat(state.dry), flat(state.wet), block.shape[1]
    coefficient = 1.0 - math.exp(-QUANTUM / (GLIDE * state.rate))
    n, clock = 0, state.clock[0]
    while n < block.shape[0]:
        offset = clock & (QUANTUM - 1)
        if offset == 0:
            start_quantum(state, params, coefficient, clock)
        count = min(QUANTUM - offset, block.shape[0] - n)
        source, target = samples_in[n * channels :], samples_out[n * channels :]
        captured_rows = captured[offset * channels :]
        dry_gains, wet_rows = dry[offset * channels :], wet[offset * channels :]
        for k in range(count * channels):
            captured_rows[k] = source[k]
            target[k] = source[k] * dry_gains[k] + wet_rows[k]
        n, clock = n + count, clock + count
        if offset + count == QUANTUM:
            feed_network(state, clock - QUANTUM)
    state.clock[0] = clock


@kernel
def start_quantum(state, params, coefficient, clock):
    """At the start of a quantum: glide the parameters and compute the reverberation to add."""
    smoothed, gains, target_gains, network = state.smoothed, state.gains, state.target_gains, state.network
    if glide_parameters(state, params, coefficient):
        at_rest = smoothed[SIZE] == params[SIZE]
        remaining_power = set_lengths_and_filters(network, smoothed[DECAY], smoothed[SIZE], smoothed[DAMPING], at_rest)
        norm = math.sqrt(2.0 + 2.0 * smoothed[WIDTH] * smoothed[WIDTH])  # keeps the level constant
        target_gains[0] = 1.0 - smoothed[MIX]
        target_gains[1] = smoothed[MIX] * (1.0 + smoothed[WIDTH]) / norm
        target_gains[2] = smoothed[MIX] * (1.0 - smoothed[WIDTH]) / norm
        input_count = max(0.5 * state.captured.shape[1], 1.0)
        # noise is equally loud in every room
        target_gains[3] = math.sqrt((1.0 - remaining_power) / (remaining_power * input_count))
    if clock == 0:
        snap_delays(network)
        for k in range(4):
            gains[k] = target_gains[k]
        state.predelay[0] = round(smoothed[PREDELAY] * state.rate)
    read_lines(network, clock, smoothed[MODULATION])
    mix_output(state)


@kernel
def glide_parameters(state, params, coefficient):
    """Glide the parameters, size and predelay at a limited speed; True if any value has changed."""
    smoothed, last_size, last_predelay = state.smoothed, state.smoothed[SIZE], state.smoothed[PREDELAY]
    step_toward(smoothed, params, coefficient)
    max_size, max_predelay = QUANTUM / state.rate * MAX_SIZE_CHANGE, QUANTUM / state.rate * MAX_PREDELAY_CHANGE
    smoothed[SIZE] = min(max(smoothed[SIZE], last_size - max_size), last_size + max_size)
    smoothed[PREDELAY] = min(max(smoothed[PREDELAY], last_predelay - max_predelay), last_predelay + max_predelay)
    changed = False
    for p in range(smoothed.shape[0]):
        changed |= smoothed[p] != state.applied[p]
        state.applied[p] = smoothed[p]
    return changed


@kernel
def mix_output(state):
    """Mix the two sides of the network into `wet`, and fill `dry`."""
    taps, sides, gains, target_gains = flat(state.network.taps), state.sides, state.gains, state.target_gains
    flat_sides, dry, dry_step = flat(sides), np.float32(gains[0]), np.float32((target_gains[0] - gains[0]) / QUANTUM)
    same, same_step = gain_ramp(gains[1], target_gains[1])
    other, other_step = gain_ramp(gains[2], target_gains[2])
    for n in range(0, QUANTUM, WIDE):
        left = right = ramp_lanes(np.float32(0.0), np.float32(0.0))
        for j in range(8):
            sign = OUTPUT_GAINS[j]
            left += sign * load_wide(taps, 2 * j * QUANTUM + n)
            right += sign * load_wide(taps, (2 * j + 1) * QUANTUM + n)
        store_lanes(flat_sides, n, same * left + other * right)
        store_lanes(flat_sides, QUANTUM + n, same * right + other * left)
        same, other = same + same_step, other + other_step
    for c in range(state.wet.shape[1]):
        side = sides[c & 1]
        for n in range(side.shape[0]):
            state.wet[n, c] = side[n]
            state.dry[n, c] = dry + np.float32(n) * dry_step
    for k in range(3):
        gains[k] = target_gains[k]


@kernel
def gain_ramp(start, end):
    """A gain that moves from `start` to `end` in a quantum: its first lanes, and the step to the next lanes."""
    step = np.float32((end - start) / QUANTUM)
    return ramp_lanes(np.float32(start), step), np.float32(WIDE) * step


@kernel
def feed_network(state, clock):
    """At the end of a quantum: send its input through predelay and diffusers into the network."""
    sides, predelay_lines, diffusers = flat(state.sides), state.predelay_lines, state.diffusers
    channels = state.captured.shape[1]
    for k in range(sides.shape[0]):
        sides[k] = 0.0
    for c in range(max(channels, 2)):
        side_input, first = state.sides[c & 1], min(c, channels - 1)  # a single channel enters on both sides
        for n in range(side_input.shape[0]):
            side_input[n] += state.captured[n, first]
    start, end = state.predelay[0], state.smoothed[PREDELAY] * state.rate
    if abs(end - start) < 1.0:
        end = float(round(end))
    state.predelay[0] = end
    gain = np.float32(DIFFUSER_GAIN)
    for side in range(2):
        for n in range(0, QUANTUM, WIDE):
            write_lanes(predelay_lines, side, clock, n, load_wide(sides, side * QUANTUM + n))
        at = side * predelay_lines.rows.shape[1] + ((clock - int(start)) & predelay_lines.mask)
        level, step = gain_ramp(state.gains[3], state.target_gains[3])
        if start != end:
            read_moving(predelay_lines, side, clock, start, end, state.sides[side])
        for n in range(0, QUANTUM, WIDE):
            if start == end:
                value = load_wide(flat(predelay_lines.rows), at + n)
            else:
                value = load_wide(sides, side * QUANTUM + n)
            value *= level
            level += step
            for d in range(4 * side, 4 * side + 4):
                read_at = d * diffusers.rows.shape[1] + ((clock - state.diffuser_delays[d]) & diffusers.mask)
                delayed = load_wide(flat(diffusers.rows), read_at + n)
                fed_back = value + gain * delayed
                write_lanes(diffusers, d, clock, n, fed_back)
                value = delayed - gain * fed_back
            store_lanes(sides, side * QUANTUM + n, value)
    state.gains[3] = state.target_gains[3]
    write_lines(state.network, clock, state.sides)
