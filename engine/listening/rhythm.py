"""Rhythm: what tempo is heard and where its beat lies, hop by hop, at the very sample that a record is stamped with."""

import math
from typing import NamedTuple

import numpy as np

from engine.listening.frame import AT, BANDS
from engine.listening.novelty import Novelty, find_novelty, make_novelty
from engine.listening.pulse import (
    BAR,
    BEAT,
    HERTZ,
    NEAR,
    PLACES,
    Pulse,
    adopt,
    beats_to,
    best,
    fit,
    gather,
    make_pulse,
    move,
    pull,
    speaks,
)
from engine.listening.ramp import make_ramp, tell
from engine.listening.tempo import TURNS, Bank, between, likely, make_bank, place_of, resound, weigh
from engine.native import kernel

CERTAIN = 0.5  # how likely a tempo must be to be taken on
ANOTHER = 5  # places on the grid that are another tempo, and not the same one drifting
WEAK, STRONG = 2.0, 6.0  # fits that noise comes to, and that any beat does
TRUST = 0.7  # seconds until a tempo that goes on fitting is believed
SWAY = 1.1  # times better that another beat must fit, and
STAY = 5  # for how many turns, before this one is left for it
SURE, AWAY, DOWN, CLAIMED = range(4)


class Rhythm(NamedTuple):
    novelty: Novelty
    bank: Bank
    pulse: Pulse
    ramp: np.ndarray
    state: np.ndarray  # (4,): confidence, turns that another beat fitted better, beat that begins a bar, turns it does
    hops: np.ndarray  # (1,) int64
    trust: float
    rate: float
    hop: int


def make_rhythm(rate, hop, size):
    """For hops of so many samples, whose bands are seen through a window of `size`."""
    return Rhythm(
        make_novelty(rate, hop),
        make_bank(rate, hop),
        make_pulse(rate, hop, size),
        make_ramp(),
        np.zeros(4),
        np.zeros(1, np.int64),
        1 - math.exp(-TURNS * hop / (TRUST * rate)),
        float(rate),
        hop,
    )


@kernel
def follow(rhythm, record, hand):
    """Hear the hop whose sample and bands are in a record, and put its rhythm there."""
    novelty, pulse, hops = rhythm.novelty, rhythm.pulse, rhythm.hops
    if hops[0] > 0:
        missed = round((record[AT.sample] - rhythm.ramp[0]) / rhythm.hop) - 1
        novelty.rises[:] = 0.0
        for _ in range(min(missed, pulse.past.shape[0])):
            listen_on(rhythm)
    find_novelty(novelty, record[AT.mel : AT.mel + BANDS])
    listen_on(rhythm)
    beats, hertz = pulse.now[BEAT] - rhythm.state[DOWN], pulse.now[HERTZ]
    tell(rhythm.ramp, record, hand, beats, hertz, rhythm.state[SURE], rhythm.rate)


@kernel
def listen_on(rhythm):
    pulse, rises, hops = rhythm.pulse, rhythm.novelty.rises, rhythm.hops
    pulse.now[BEAT] += pulse.step * pulse.now[HERTZ]
    pulse.past[hops[0] % pulse.past.shape[0]] = rises
    resound(rhythm.bank, rises, hops[0])
    gather(pulse, rises, pulse.now[BEAT])
    hops[0] += 1
    if hops[0] % TURNS == 0:
        decide(rhythm)


@kernel
def decide(rhythm):
    bank, pulse, state = rhythm.bank, rhythm.pulse, rhythm.state
    place, own = weigh(bank), place_of(60.0 * pulse.now[HERTZ])
    chance, kept = likely(bank, place), likely(bank, own)
    if abs(place - own) > ANOTHER and chance > CERTAIN and chance > 2.0 * kept:
        adopt(pulse, between(bank, place) / 60.0, rhythm.hops[0])
        state[SURE] = state[AWAY] = 0.0
        return
    fit(pulse)
    elsewhere, here = best(pulse, PLACES // 2), best(pulse, NEAR)
    strength = min(max((pulse.fits[here] - WEAK) / (STRONG - WEAK), 0.0), 1.0)
    better = pulse.fits[elsewhere] > max(SWAY * pulse.fits[here], WEAK)
    state[AWAY] = state[AWAY] + 1.0 if better else 0.0
    if state[AWAY] >= STAY:
        move(pulse, beats_to(pulse, elsewhere))
        state[AWAY] = 0.0
    else:
        pull(pulse, strength * TURNS * pulse.step)
    state[SURE] += rhythm.trust * (kept * strength - state[SURE])
    find_bar(rhythm)


@kernel
def find_bar(rhythm):
    """Which beat begins the bar; another one must say so for a while."""
    pulse, state = rhythm.pulse, rhythm.state
    first = 0
    for place in range(1, BAR):
        if speaks(pulse, place) > speaks(pulse, first):
            first = place
    state[CLAIMED] = state[CLAIMED] + 1.0 if first != state[DOWN] else 0.0
    if state[CLAIMED] >= STAY:
        state[DOWN], state[CLAIMED] = first, 0.0
