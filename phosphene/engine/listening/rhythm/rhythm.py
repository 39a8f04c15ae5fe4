"""Rhythm: what tempo is heard and where its beat lies, hop by hop, at the very sample that a record is stamped with."""

from typing import NamedTuple

import numpy as np

from phosphene.engine.listening.frame import AT, BANDS
from phosphene.engine.listening.rhythm import beat_tracker as beat
from phosphene.engine.listening.rhythm.beat_clock import make_ramp, tell
from phosphene.engine.listening.rhythm.beat_tracker import BEAT, HERTZ, NEAR, PLACES, Pulse
from phosphene.engine.listening.rhythm.novelty import PARTS, Novelty, find_novelty, make_novelty
from phosphene.engine.listening.rhythm.tempo_bank import (
    GRID,
    TURNS,
    Bank,
    between,
    likely,
    make_bank,
    place_of,
    resound,
    weigh,
)
from phosphene.engine.listening.rhythm.tempo_override import BEATS_PER_BAR
from phosphene.engine.native import copy_rows, kernel

CERTAIN = 0.3  # how likely a tempo must be to be taken on
ANOTHER = 5  # places on the grid that are another tempo, and not the same one drifting
WEAK, STRONG = 2.0, 6.0  # fits that noise comes to, and that any clear beat does
HANDED_ON = 0.5  # of the trust in a tempo, to the one that takes its place
DOUBT, TRUST = 0.3, 0.4  # how good a beat must be to be believed the more, and seconds of a perfect one to be certain
SWAY = 1.1  # times better that another place in the beat must fit, and
PROVEN = 0.7  # certainty from which on a tempo earns loyalty
LOYAL, MOST_LOYAL = 0.5, 5.0  # of that time, and seconds at the most, that it stays though an octave is likelier
STAY = 4  # for how many turns, before the beat, or the bar, is moved there
SURE, FITTING, AWAY, FIRST, CLAIMED, AGE, RIVALLED = range(7)


class Rhythm(NamedTuple):
    novelty: Novelty
    bank: Bank
    pulse: Pulse
    ramp: np.ndarray  # what was told
    state: np.ndarray  # (7,): how SURE, 0..1; how well FITTING; turns AWAY; FIRST beat of a bar; turns CLAIMED;
    # seconds that the tempo was sure, AGE, and since another was likelier, RIVALLED
    last: np.ndarray  # (1,), sample of the last hop
    hops: np.ndarray  # (1,) int64
    rate: float
    hop: int


def make_rhythm(rate, hop, size):
    """For hops of so many samples, whose bands are seen through a window of `size`."""
    return Rhythm(
        make_novelty(rate, hop),
        make_bank(rate, hop),
        beat.make_pulse(rate, hop, size),
        make_ramp(),
        np.zeros(7),
        np.zeros(1),
        np.zeros(1, np.int64),
        float(rate),
        hop,
    )


@kernel
def follow(rhythm, record, hand):
    """Hear the hop whose sample and bands are in a record, and put its rhythm there."""
    hear_rhythm(rhythm, record)
    now, state = rhythm.pulse.now, rhythm.state
    tell(rhythm.ramp, record, hand, now[BEAT] - state[FIRST], now[HERTZ], state[SURE], rhythm.rate)


@kernel
def hear_rhythm(rhythm, record):
    """Hops that were missed count as silent."""
    novelty = rhythm.novelty
    if rhythm.hops[0] > 0:
        missed = round((record[AT.sample] - rhythm.last[0]) / rhythm.hop) - 1
        novelty.rises[:] = 0.0
        for _ in range(min(missed, rhythm.pulse.past.shape[0])):
            step(rhythm)
    rhythm.last[0] = record[AT.sample]
    find_novelty(novelty, record[AT.mel : AT.mel + BANDS])
    step(rhythm)


@kernel
def step(rhythm):
    pulse, rises, hops = rhythm.pulse, rhythm.novelty.rises, rhythm.hops
    pulse.now[BEAT] += pulse.step * pulse.now[HERTZ]
    copy_rows(rises, 0, pulse.past[hops[0] % pulse.past.shape[0]], 0, PARTS)
    resound(rhythm.bank, rises, hops[0])
    beat.gather(pulse, rises, pulse.now[BEAT])
    hops[0] += 1
    if hops[0] % TURNS == 0:
        decide(rhythm)
        find_bar(rhythm)


@kernel
def decide(rhythm):
    """Take on another tempo if one is likelier by far; else look where the beat lies, and how sure that is."""
    bank, pulse, state = rhythm.bank, rhythm.pulse, rhythm.state
    place, own = weigh(bank, rhythm.novelty.sounding[0]), place_of(60.0 * pulse.now[HERTZ])
    chance, kept, turn = likely(bank, place), likely(bank, own), TURNS * pulse.step
    rivals = abs(place - own) > ANOTHER and chance > CERTAIN and chance > 2.0 * kept
    same_beats = abs(abs(place - own) - GRID) <= ANOTHER
    patience = min(LOYAL * state[AGE], MOST_LOYAL) if same_beats else 0.0
    if state[SURE] > PROVEN:
        state[AGE] += turn
    state[RIVALLED] = state[RIVALLED] + turn if rivals else 0.0
    if rivals and state[RIVALLED] > patience:
        beat.adopt(pulse, between(bank, place) / 60.0, rhythm.hops[0])
        state[SURE] *= HANDED_ON
        state[FITTING] = state[AWAY] = state[AGE] = state[RIVALLED] = 0.0
        return
    if rivals and same_beats:
        kept = chance  # twice or half as fast: that there is a beat, and where, both agree
    beat.fit(pulse)
    here, elsewhere = beat.best(pulse, NEAR), beat.best(pulse, PLACES // 2)
    state[FITTING] = pulse.fits[here]
    strength = strength_of(state[FITTING])
    sways = pulse.fits[elsewhere] > max(SWAY * pulse.fits[here], WEAK)
    state[AWAY] = state[AWAY] + 1.0 if sways else 0.0
    if state[AWAY] > STAY:
        beat.move(pulse, beat.beats_to(pulse, elsewhere))
        state[AWAY] = 0.0
    else:
        beat.pull(pulse, strength * TURNS * pulse.step, 1.0)
    gained = (kept * strength - DOUBT) * turn / TRUST
    state[SURE] = min(max(state[SURE] + gained, 0.0), 1.0)


@kernel
def strength_of(fit):
    return min(max((fit - WEAK) / (STRONG - WEAK), 0.0), 1.0)


@kernel
def find_bar(rhythm):
    pulse, state = rhythm.pulse, rhythm.state
    first = 0
    for place in range(1, BEATS_PER_BAR):
        if beat.speaks(pulse, place) > beat.speaks(pulse, first):
            first = place
    state[CLAIMED] = state[CLAIMED] + 1.0 if first != state[FIRST] else 0.0
    if state[CLAIMED] > STAY:
        state[FIRST], state[CLAIMED] = first, 0.0
