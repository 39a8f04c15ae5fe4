"""The matrix kernel: the state of a matrix as arrays, and the functions that step it by one frame."""

import math
from typing import NamedTuple

import numpy as np

from phosphene.engine.listening.frame import AT
from phosphene.engine.modulation.inputs import CLOCK, EXP, LINEAR, ONSETS, RAMP
from phosphene.engine.native import kernel

LFO, WALK, ENVELOPE, TRAJECTORY = range(CLOCK + 1, CLOCK + 5)  # kinds of source, besides those of inputs
SINE, TRIANGLE, SAW, SQUARE = range(4)
ALWAYS, BEAT, ONSET = range(3)
LINEAR_CURVE, GEOMETRIC, SMOOTH, STEPPED = range(4)  # curves
LOW, HIGH, STEPS, ATTACK, RELEASE, AMOUNT = range(6)  # columns of row_params
NOW, BEATS, BARS, RATE = range(4)  # indices of the clock
TRIGGER_LEVEL = 0.5  # probability from which an event triggers
ONSET_SECONDS = 2.0  # time constant of the onset rate
GLIDE_SECONDS = 0.25  # time constant of the glide after a change of rows
GLIDE_FLOOR = 1e-9  # below it the glide ends


class MatrixState(NamedTuple):
    kind: np.ndarray  # (sources,) int64
    column: np.ndarray  # (sources,) int64: column of a record
    params: np.ndarray  # (sources, 3): parameters, by kind
    points: np.ndarray  # (sources, 4): of a walk; of a trajectory its coordinate, first
    triggers: np.ndarray  # (sources, 3): of an envelope, its last trigger: time, value then, peak
    values: np.ndarray  # (sources,): current value, 0 to 1
    source: np.ndarray  # (rows,) int64
    when: np.ndarray  # (rows,) int64
    curve: np.ndarray  # (rows,) int64
    row_params: np.ndarray  # (rows, 6): LOW to AMOUNT
    memory: np.ndarray  # (rows, 2): sampled source, and its smoothed value; NaN at first
    links: np.ndarray  # (links, 2) int64: row, parameter slot
    moved: np.ndarray  # (slots, 2): the share of the base value that rows replace, and what they add
    glide: np.ndarray  # (slots, 2): what is left of the previous rows, while it fades
    clock: np.ndarray  # (4,): seconds of the stream, beats, bars, onsets per second
    rate: float


def make_matrix_state(sources: int, rows: int, links: int, slots: int, rate: float) -> MatrixState:
    return MatrixState(
        kind=np.zeros(sources, np.int64),
        column=np.zeros(sources, np.int64),
        params=np.zeros((sources, 3)),
        points=np.zeros((sources, 4)),
        triggers=np.tile([-math.inf, 0.0, 0.0], (sources, 1)),
        values=np.zeros(sources),
        source=np.zeros(rows, np.int64),
        when=np.zeros(rows, np.int64),
        curve=np.zeros(rows, np.int64),
        row_params=np.zeros((rows, 6)),
        memory=np.full((rows, 2), math.nan),
        links=np.zeros((links, 2), np.int64),
        moved=np.zeros((slots, 2)),
        glide=np.zeros((slots, 2)),
        clock=np.array([-math.inf, 0.0, 0.0, 0.0]),
        rate=float(rate),
    )


@kernel
def step_matrix(state, record):
    """Step by a frame's record: update the sources, the rows and the moved slots.

    All smoothing depends on the time between two frames; the same frame again changes nothing.
    """
    clock, now = state.clock, record[AT.sample] / state.rate
    gap = max(now - clock[NOW], 0.0)
    on = 0.0 < gap < math.inf  # the first frame begins no beat or bar
    beat = on and math.floor(record[AT.beat]) > math.floor(clock[BEATS])
    bar = on and math.floor(record[AT.bar]) > math.floor(clock[BARS])
    onset = gap > 0.0 and record[AT.onset_event] >= TRIGGER_LEVEL
    clock[RATE] = clock[RATE] * math.exp(-gap / ONSET_SECONDS) + (1.0 / ONSET_SECONDS if onset else 0.0)
    clock[NOW], clock[BEATS], clock[BARS] = now, record[AT.beat], record[AT.bar]
    for s in range(state.kind.shape[0]):
        if state.kind[s] == ENVELOPE and gap > 0.0:
            trigger_envelope(state, s, record, now, beat, bar)
        state.values[s] = min(max(input_value(state, s, record, now), 0.0), 1.0)
    for r in range(state.source.shape[0]):
        sample = state.when[r] == ALWAYS or (beat and state.when[r] == BEAT) or (onset and state.when[r] == ONSET)
        smooth_row(state, r, gap, sample)
    apply_rows(state, gap)


@kernel
def input_value(state, s, record, now):
    """The value of a source, by its kind; not clipped yet."""
    kind, value = state.kind[s], record[state.column[s]]
    a, b, c = state.params[s, 0], state.params[s, 1], state.params[s, 2]
    if kind == LINEAR:
        return (value - a) / (b - a)
    if kind == EXP:
        return math.log(value / a) / math.log(b / a) if value > 0.0 else 0.0
    if kind == RAMP:
        return value - math.floor(value)
    if kind == ONSETS:
        return state.clock[RATE] / b
    if kind == CLOCK:
        return now / b - math.floor(now / b)
    if kind == LFO:
        phase = record[AT.beat] / a + b
        return lfo_value(phase - math.floor(phase), c)
    if kind == WALK:
        return walk_value(state.points[s], now / a - math.floor(now / a))
    if kind == TRAJECTORY:
        return state.points[s, 0]
    return envelope_value(state, s, now)


@kernel
def lfo_value(x, shape):
    """An LFO at a phase of 0 to 1."""
    if shape == SINE:
        return 0.5 - 0.5 * math.cos(2.0 * math.pi * x)
    if shape == TRIANGLE:
        return 1.0 - abs(2.0 * x - 1.0)
    if shape == SAW:
        return x
    return 0.0 if x < 0.5 else 1.0


@kernel
def walk_value(points, x):
    """A cubic B-spline of four points; stretched, because it would stay near the middle, and smoothed at the ends."""
    before, after = 1.0 - x, x * x
    spline = before * before * before * points[0] + (3.0 * x * after - 6.0 * after + 4.0) * points[1]
    spline += (3.0 * (after + x - x * after) + 1.0) * points[2] + x * after * points[3]
    return smoothstep(min(max(1.25 * (spline / 6.0 - 0.5) + 0.5, 0.0), 1.0))


@kernel
def smoothstep(x):
    return x * x * (3.0 - 2.0 * x)


@kernel
def trigger_envelope(state, s, record, now, beat, bar):
    """Trigger an envelope, unless its value is above the event's peak."""
    column, level = state.column[s], record[state.column[s]]
    if column == AT.beat:
        level = 1.0 if beat else 0.0
    elif column == AT.bar:
        level = 1.0 if bar else 0.0
    value = envelope_value(state, s, now)
    if level >= TRIGGER_LEVEL and level >= value:
        state.triggers[s, 0], state.triggers[s, 1], state.triggers[s, 2] = now, value, min(level, 1.0)


@kernel
def envelope_value(state, s, now):
    """The value of an envelope: a linear attack, then a fall to 1/e every `release` seconds."""
    attack, release = state.params[s, 0], state.params[s, 1]
    elapsed, low, high = now - state.triggers[s, 0], state.triggers[s, 1], state.triggers[s, 2]
    if elapsed < attack:
        return low + (high - low) * elapsed / attack
    return high * math.exp((attack - elapsed) / release)


@kernel
def smooth_row(state, r, gap, sample):
    memory = state.memory[r]
    if sample or math.isnan(memory[0]):
        memory[0] = state.values[state.source[r]]
    if math.isnan(memory[1]):
        memory[1] = memory[0]
    seconds = state.row_params[r, ATTACK] if memory[0] > memory[1] else state.row_params[r, RELEASE]
    if seconds > 0.0:
        memory[1] += -math.expm1(-gap / seconds) * (memory[0] - memory[1])
    else:
        memory[1] = memory[0]


@kernel
def row_output(state, r):
    """A row's target for its parameter: its smoothed value through curve and range."""
    low, high, x, curve = state.row_params[r, LOW], state.row_params[r, HIGH], state.memory[r, 1], state.curve[r]
    if curve == GEOMETRIC:
        return low * (high / low) ** x
    if curve == SMOOTH:
        x = smoothstep(x)
    elif curve == STEPPED:
        last = state.row_params[r, STEPS] - 1.0
        x = min(math.floor(x * (last + 1.0)), last) / last
    return low + x * (high - low)


@kernel
def apply_rows(state, gap):
    """Each row replaces its amount of the base value and of earlier rows by its own target."""
    moved, glide, decay = state.moved, state.glide, math.exp(-gap / GLIDE_SECONDS)
    for slot in range(moved.shape[0]):
        for n in range(2):
            glide[slot, n] = glide[slot, n] * decay if abs(glide[slot, n] * decay) > GLIDE_FLOOR else 0.0
            moved[slot, n] = 0.0
    for link in range(state.links.shape[0]):
        row, slot = state.links[link, 0], state.links[link, 1]
        amount = state.row_params[row, AMOUNT]
        moved[slot, 0] += amount * (1.0 - moved[slot, 0])
        moved[slot, 1] += amount * (row_output(state, row) - moved[slot, 1])
    for slot in range(moved.shape[0]):
        moved[slot, 0] += glide[slot, 0]
        moved[slot, 1] += glide[slot, 1]
