"""The wiring: a matrix as arrays, and the kernel that steps it by one frame of what is heard."""

import math
from typing import NamedTuple

import numpy as np

from phosphene.engine.listening.frame import AT
from phosphene.engine.modulation.inputs import CLOCK, EXP, LINEAR, ONSETS, RAMP
from phosphene.engine.native import kernel

LFO, WALK, ENVELOPE, TRAVEL = range(CLOCK + 1, CLOCK + 5)  # kinds of source, beside those of shares
SINE, TRIANGLE, SAW, SQUARE = range(4)
ALWAYS, BEAT, ONSET = range(3)
STRAIGHT, GEOMETRIC, SMOOTH, STEPPED = range(4)  # curves
LOW, HIGH, STEPS, ATTACK, RELEASE, AMOUNT = range(6)  # numbers of a row
NOW, BEATS, BARS, RATE = range(4)  # numbers of the clock
SURE = 0.5  # likelihood from which on something is taken to have been struck
COUNTED = 2.0  # seconds over which onsets are counted
SETTLE = 0.25  # seconds in which most of a change of rows is taken up
NOTHING = 1e-9  # what is left of that counts as nothing


class Wiring(NamedTuple):
    kind: np.ndarray  # (sources,) int64
    at: np.ndarray  # (sources,) int64: place in a record
    numbers: np.ndarray  # (sources, 3): by kind
    lots: np.ndarray  # (sources, 4): of a walk; first, where a trajectory is
    strikes: np.ndarray  # (sources, 3): of an envelope: when it was last struck, from where, how high
    heard: np.ndarray  # (sources,): from 0 to 1, now
    source: np.ndarray  # (rows,) int64
    when: np.ndarray  # (rows,) int64
    curve: np.ndarray  # (rows,) int64
    how: np.ndarray  # (rows, 6): LOW to AMOUNT
    memory: np.ndarray  # (rows, 2): what was last taken, and what follows it; NaN at first
    links: np.ndarray  # (links, 2) int64: row, place
    moved: np.ndarray  # (places, 2): the share of the base that rows have taken, and what they put there
    rest: np.ndarray  # (places, 2): what is left of the rows before these
    clock: np.ndarray  # (4,): seconds of the stream, beats, bars, onsets a second
    rate: float


def make_wiring(sources, rows, links, places, rate):
    return Wiring(
        kind=np.zeros(sources, np.int64),
        at=np.zeros(sources, np.int64),
        numbers=np.zeros((sources, 3)),
        lots=np.zeros((sources, 4)),
        strikes=np.tile([-math.inf, 0.0, 0.0], (sources, 1)),
        heard=np.zeros(sources),
        source=np.zeros(rows, np.int64),
        when=np.zeros(rows, np.int64),
        curve=np.zeros(rows, np.int64),
        how=np.zeros((rows, 6)),
        memory=np.full((rows, 2), math.nan),
        links=np.zeros((links, 2), np.int64),
        moved=np.zeros((places, 2)),
        rest=np.zeros((places, 2)),
        clock=np.array([-math.inf, 0.0, 0.0, 0.0]),
        rate=float(rate),
    )


@kernel
def step(wiring, record):
    """Hear a frame, and move every place as the rows then want it.

    Whatever fades or follows does so by the time between the stamps of two frames; the same frame again changes
    nothing.
    """
    clock, now = wiring.clock, record[AT.sample] / wiring.rate
    gap = max(now - clock[NOW], 0.0)
    on = 0.0 < gap < math.inf  # of the first frame it is not known what it begins
    beat = on and math.floor(record[AT.beat]) > math.floor(clock[BEATS])
    bar = on and math.floor(record[AT.bar]) > math.floor(clock[BARS])
    onset = gap > 0.0 and record[AT.onset_event] >= SURE
    clock[RATE] = clock[RATE] * math.exp(-gap / COUNTED) + (1.0 / COUNTED if onset else 0.0)
    clock[NOW], clock[BEATS], clock[BARS] = now, record[AT.beat], record[AT.bar]
    for s in range(wiring.kind.shape[0]):
        if wiring.kind[s] == ENVELOPE and gap > 0.0:
            strike(wiring, s, record, now, beat, bar)
        wiring.heard[s] = min(max(hear(wiring, s, record, now), 0.0), 1.0)
    for r in range(wiring.source.shape[0]):
        taken = wiring.when[r] == ALWAYS or (beat and wiring.when[r] == BEAT) or (onset and wiring.when[r] == ONSET)
        follow(wiring, r, gap, taken)
    move(wiring, gap)


@kernel
def hear(wiring, s, record, now):
    kind, value = wiring.kind[s], record[wiring.at[s]]
    a, b, c = wiring.numbers[s, 0], wiring.numbers[s, 1], wiring.numbers[s, 2]
    if kind == LINEAR:
        return (value - a) / (b - a)
    if kind == EXP:
        return math.log(value / a) / math.log(b / a) if value > 0.0 else 0.0
    if kind == RAMP:
        return value - math.floor(value)
    if kind == ONSETS:
        return wiring.clock[RATE] / b
    if kind == CLOCK:
        return now / b - math.floor(now / b)
    if kind == LFO:
        turns = record[AT.beat] / a + b
        return turned(turns - math.floor(turns), c)
    if kind == WALK:
        return walked(wiring.lots[s], now / a - math.floor(now / a))
    if kind == TRAVEL:
        return wiring.lots[s, 0]
    return struck(wiring, s, now)


@kernel
def turned(x, shape):
    """An LFO somewhere in its turn."""
    if shape == SINE:
        return 0.5 - 0.5 * math.cos(2.0 * math.pi * x)
    if shape == TRIANGLE:
        return 1.0 - abs(2.0 * x - 1.0)
    if shape == SAW:
        return x
    return 0.0 if x < 0.5 else 1.0


@kernel
def walked(lots, x):
    """A cubic B-spline through four lots; stretched, since it would keep to the middle, and eased at the ends."""
    before, after = 1.0 - x, x * x
    spline = before * before * before * lots[0] + (3.0 * x * after - 6.0 * after + 4.0) * lots[1]
    spline += (3.0 * (after + x - x * after) + 1.0) * lots[2] + x * after * lots[3]
    return eased(min(max(1.25 * (spline / 6.0 - 0.5) + 0.5, 0.0), 1.0))


@kernel
def eased(x):
    return x * x * (3.0 - 2.0 * x)


@kernel
def strike(wiring, s, record, now, beat, bar):
    """Begin an envelope anew, unless it stands higher than this would bring it."""
    at, level = wiring.at[s], record[wiring.at[s]]
    if at == AT.beat:
        level = 1.0 if beat else 0.0
    elif at == AT.bar:
        level = 1.0 if bar else 0.0
    from_here = struck(wiring, s, now)
    if level >= SURE and level >= from_here:
        wiring.strikes[s, 0], wiring.strikes[s, 1], wiring.strikes[s, 2] = now, from_here, min(level, 1.0)


@kernel
def struck(wiring, s, now):
    """An envelope: straight up, and away by 1/e every `release` seconds."""
    attack, release = wiring.numbers[s, 0], wiring.numbers[s, 1]
    since, low, high = now - wiring.strikes[s, 0], wiring.strikes[s, 1], wiring.strikes[s, 2]
    if since < attack:
        return low + (high - low) * since / attack
    return high * math.exp((attack - since) / release)


@kernel
def follow(wiring, r, gap, taken):
    memory = wiring.memory[r]
    if taken or math.isnan(memory[0]):
        memory[0] = wiring.heard[wiring.source[r]]
    if math.isnan(memory[1]):
        memory[1] = memory[0]
    seconds = wiring.how[r, ATTACK] if memory[0] > memory[1] else wiring.how[r, RELEASE]
    if seconds > 0.0:
        memory[1] += -math.expm1(-gap / seconds) * (memory[0] - memory[1])
    else:
        memory[1] = memory[0]


@kernel
def bent(wiring, r):
    """Where a row wants what it moves."""
    low, high, x, curve = wiring.how[r, LOW], wiring.how[r, HIGH], wiring.memory[r, 1], wiring.curve[r]
    if curve == GEOMETRIC:
        return low * (high / low) ** x
    if curve == SMOOTH:
        x = eased(x)
    elif curve == STEPPED:
        last = wiring.how[r, STEPS] - 1.0
        x = min(math.floor(x * (last + 1.0)), last) / last
    return low + x * (high - low)


@kernel
def move(wiring, gap):
    """Each row takes its amount of what is there, base and earlier rows alike, and puts its own in that place."""
    moved, rest, left = wiring.moved, wiring.rest, math.exp(-gap / SETTLE)
    for place in range(moved.shape[0]):
        for n in range(2):
            rest[place, n] = rest[place, n] * left if abs(rest[place, n] * left) > NOTHING else 0.0
            moved[place, n] = 0.0
    for link in range(wiring.links.shape[0]):
        row, place = wiring.links[link, 0], wiring.links[link, 1]
        amount = wiring.how[row, AMOUNT]
        moved[place, 0] += amount * (1.0 - moved[place, 0])
        moved[place, 1] += amount * (bent(wiring, row) - moved[place, 1])
    for place in range(moved.shape[0]):
        moved[place, 0] += rest[place, 0]
        moved[place, 1] += rest[place, 1]
