"""Reverb: sixteen delay lines that feed each other, behind a predelay and diffusers.

All channels sound in one room: even ones enter it and are heard on its left, odd ones on its right.
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
    Param("decay", 2.0, low=0.2, high=20.0, unit="s", curve="exp"),  # until a kilohertz has fallen by 60 dB
    Param("size", 0.6, low=0.0, high=1.0),
    Param("damping", 0.4, low=0.0, high=1.0),
    Param("predelay", 0.01, low=0.0, high=0.25, unit="s"),
    Param("width", 1.0, low=0.0, high=1.0),
    Param("modulation", 0.3, low=0.0, high=1.0),
    Param("mix", 0.3, low=0.0, high=1.0),
)
HAS_TAIL = True  # after its input has ended
DECAY, SIZE, DAMPING, PREDELAY, WIDTH, MODULATION, MIX = range(7)

GLIDE = 0.1  # seconds
MAX_PREDELAY_CHANGE = 0.25  # frames a frame by which the predelay may change
DIFFUSER_GAIN = 0.6  # gain of the allpasses
DIFFUSER_SECONDS = 0.0047, 0.0062, 0.0089, 0.0127  # seconds
RIGHT_SCALE = 1.07  # times as long are those of the right
OUTPUT_GAINS = np.array([1, 1, 1, -1, 1, 1, -1, 1], np.float32) * math.sqrt(2)  # of the lines of one side


class State(NamedTuple):
    network: Fdn
    entrance: DelayLines  # (2,), left and right
    diffusers: DelayLines  # (8,), four a side
    holds: np.ndarray  # (8,) int64, frames of each
    sides: np.ndarray  # (2, quantum) float32, left and right
    came: np.ndarray  # (quantum, channels) float32, what was heard in this quantum
    dry: np.ndarray  # (quantum, channels) float32, how much of it stays
    wet: np.ndarray  # (quantum, channels) float32, what is added
    gains: np.ndarray  # (4,), at the end of this quantum: dry, to the same side, to the other, into the network
    goals: np.ndarray  # (4,), where they go
    reach: np.ndarray  # (1,), frames of predelay at the end of the quantum before
    heard: np.ndarray  # (7,), PARAMS as they sound now
    tuned: np.ndarray  # (7,), PARAMS for which network and goals were last computed
    clock: np.ndarray  # (1,), frames since the beginning
    rate: float


def init(rate, channels):
    """All the memory this effect will ever use."""
    seconds = np.concatenate([DIFFUSER_SECONDS, np.multiply(DIFFUSER_SECONDS, RIGHT_SCALE)])
    return State(
        network=make_fdn(rate),
        entrance=make_delay_lines(2, PARAMS[PREDELAY].high * rate + 2),
        diffusers=make_delay_lines(8, seconds.max() * rate),
        holds=np.maximum(np.round(seconds * rate), QUANTUM).astype(np.int64),
        sides=aligned_zeros((2, QUANTUM), np.float32),
        came=aligned_zeros((QUANTUM, channels), np.float32),
        dry=aligned_zeros((QUANTUM, channels), np.float32),
        wet=aligned_zeros((QUANTUM, channels), np.float32),
        gains=np.zeros(4),
        goals=np.zeros(4),
        reach=np.zeros(1),
        heard=np.array([p.default for p in PARAMS]),
        tuned=np.full(len(PARAMS), np.nan),
        clock=np.zeros(1, np.int64),
        rate=rate,
    )


@kernel
def process(state, params, block, out):
    given, made = flat(block), flat(out)
    came, dry, wet, channels = flat(state.came), flat(state.dry), flat(state.wet), block.shape[1]
    pull = 1.0 - math.exp(-QUANTUM / (GLIDE * state.rate))
    n, clock = 0, state.clock[0]
    while n < block.shape[0]:
        past = clock & (QUANTUM - 1)
        if past == 0:
            prepare(state, params, pull, clock)
        run = min(QUANTUM - past, block.shape[0] - n)
        source, target = given[n * channels :], made[n * channels :]
        kept, stays, added = came[past * channels :], dry[past * channels :], wet[past * channels :]
        for k in range(run * channels):
            kept[k] = source[k]
            target[k] = source[k] * stays[k] + added[k]
        n, clock = n + run, clock + run
        if past + run == QUANTUM:
            feed_network(state, clock - QUANTUM)
    state.clock[0] = clock


@kernel
def prepare(state, params, pull, clock):
    """Before a quantum: let parameters glide, and compute what the room will add."""
    heard, gains, goals, network = state.heard, state.gains, state.goals, state.network
    if glide_parameters(state, params, pull):
        left = set_lengths_and_filters(network, heard[DECAY], heard[SIZE], heard[DAMPING], heard[SIZE] == params[SIZE])
        narrow = math.sqrt(2.0 + 2.0 * heard[WIDTH] * heard[WIDTH])  # the level stays the same
        goals[0] = 1.0 - heard[MIX]
        goals[1] = heard[MIX] * (1.0 + heard[WIDTH]) / narrow
        goals[2] = heard[MIX] * (1.0 - heard[WIDTH]) / narrow
        crowd = max(0.5 * state.came.shape[1], 1.0)
        goals[3] = math.sqrt((1.0 - left) / (left * crowd))  # noise is as loud in every room
    if clock == 0:
        snap_delays(network)
        for k in range(4):
            gains[k] = goals[k]
        state.reach[0] = round(heard[PREDELAY] * state.rate)
    read_lines(network, clock, heard[MODULATION])
    mix_output(state)


@kernel
def glide_parameters(state, params, pull):
    """Glide, walls no faster than the ear allows; true if anything has changed."""
    heard, size, predelay = state.heard, state.heard[SIZE], state.heard[PREDELAY]
    step_toward(heard, params, pull)
    seconds = QUANTUM / state.rate
    heard[SIZE] = min(max(heard[SIZE], size - seconds * MAX_SIZE_CHANGE), size + seconds * MAX_SIZE_CHANGE)
    heard[PREDELAY] = min(
        max(heard[PREDELAY], predelay - seconds * MAX_PREDELAY_CHANGE), predelay + seconds * MAX_PREDELAY_CHANGE
    )
    changed = False
    for p in range(heard.shape[0]):
        changed |= heard[p] != state.tuned[p]
        state.tuned[p] = heard[p]
    return changed


@kernel
def mix_output(state):
    """The two sides of the network, into the channels."""
    taps, sides, gains, goals = flat(state.network.taps), state.sides, state.gains, state.goals
    both, dry, dry_step = flat(sides), np.float32(gains[0]), np.float32((goals[0] - gains[0]) / QUANTUM)
    same, same_step = gain_ramp(gains[1], goals[1])
    other, other_step = gain_ramp(gains[2], goals[2])
    for n in range(0, QUANTUM, WIDE):
        left = right = ramp_lanes(np.float32(0.0), np.float32(0.0))
        for j in range(8):
            sign = OUTPUT_GAINS[j]
            left += sign * load_wide(taps, 2 * j * QUANTUM + n)
            right += sign * load_wide(taps, (2 * j + 1) * QUANTUM + n)
        store_lanes(both, n, same * left + other * right)
        store_lanes(both, QUANTUM + n, same * right + other * left)
        same, other = same + same_step, other + other_step
    for c in range(state.wet.shape[1]):
        side = sides[c & 1]
        for n in range(side.shape[0]):
            state.wet[n, c] = side[n]
            state.dry[n, c] = dry + np.float32(n) * dry_step
    for k in range(3):
        gains[k] = goals[k]


@kernel
def gain_ramp(start, end):
    """The first steps of the way that is gone in a quantum, and how far it is from those to the next."""
    step = np.float32((end - start) / QUANTUM)
    return ramp_lanes(np.float32(start), step), np.float32(WIDE) * step


@kernel
def feed_network(state, clock):
    """After a quantum: what came in goes through predelay and diffusers into the network."""
    sides, entrance, diffusers = flat(state.sides), state.entrance, state.diffusers
    channels = state.came.shape[1]
    for k in range(sides.shape[0]):
        sides[k] = 0.0
    for c in range(max(channels, 2)):
        run, first = state.sides[c & 1], min(c, channels - 1)  # one channel enters on both sides
        for n in range(run.shape[0]):
            run[n] += state.came[n, first]
    start, end = state.reach[0], state.heard[PREDELAY] * state.rate
    if abs(end - start) < 1.0:
        end = float(round(end))
    state.reach[0] = end
    g = np.float32(DIFFUSER_GAIN)
    for side in range(2):
        for n in range(0, QUANTUM, WIDE):
            write_lanes(entrance, side, clock, n, load_wide(sides, side * QUANTUM + n))
        at = side * entrance.rows.shape[1] + ((clock - int(start)) & entrance.mask)
        level, step = gain_ramp(state.gains[3], state.goals[3])
        if start != end:
            read_moving(entrance, side, clock, start, end, state.sides[side])
        for n in range(0, QUANTUM, WIDE):
            value = load_wide(flat(entrance.rows), at + n) if start == end else load_wide(sides, side * QUANTUM + n)
            value *= level
            level += step
            for d in range(4 * side, 4 * side + 4):
                back = d * diffusers.rows.shape[1] + ((clock - state.holds[d]) & diffusers.mask)
                old = load_wide(flat(diffusers.rows), back + n)
                new = value + g * old
                write_lanes(diffusers, d, clock, n, new)
                value = old - g * new
            store_lanes(sides, side * QUANTUM + n, value)
    state.gains[3] = state.goals[3]
    write_lines(state.network, clock, state.sides)
