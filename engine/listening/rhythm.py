"""Rhythm: tempo, beat and bar, hop by hop, told as they are at the very sample that a record is stamped with."""

import math
from typing import NamedTuple

import numpy as np

from engine.listening.frame import AT
from engine.listening.novelty import PARTS, Novelty, find_novelty, make_novelty
from engine.listening.pulse import Pulse, adopt, fit, follow_pulse, hold, make_pulse, near, shift, summit
from engine.listening.tempo import GRID, SLOWEST, TEMPI, TURNS, Bank, make_bank, ring, weigh
from engine.native import kernel

HEARD, TAPPED, LINK, HELD = range(4)
HAND = np.array([HEARD, 120.0, 0.0, 1.0, 0.0, np.nan])
CERTAIN = 0.6
WIDTH = 3
NEARBY = 5


class Rhythm(NamedTuple):
    novelty: Novelty
    bank: Bank
    pulse: Pulse
    scratch: np.ndarray
    own: np.ndarray  # sample, 
    hops: np.ndarray
    log: np.ndarray
    rate: float
    hop: int


def make_rhythm(rate, hop, size, centres):
    return Rhythm(make_novelty(rate, hop, centres), make_bank(rate, hop), make_pulse(rate, hop, size), np.zeros(TEMPI), np.zeros(8), np.zeros(4, np.int64), np.zeros(8), rate, hop)


@kernel
def follow(rhythm, record, hand):
    novelty, bank, pulse, hops = rhythm.novelty, rhythm.bank, rhythm.pulse, rhythm.hops
    if hops[0] > 0:
        pulse.state[0] += pulse.state[1] * (record[AT.sample] - rhythm.own[0]) / rhythm.rate
    rhythm.own[0] = record[AT.sample]
    find_novelty(novelty, record, AT.mel)
    pulse.past[pulse.hops[0] % pulse.past.shape[0]] = novelty.rises
    pulse.hops[0] += 1
    ring(bank, novelty.rises, hops[0])
    hold(pulse, novelty.rises, pulse.state[0])
    hops[0] += 1
    if hops[0] % TURNS == 0:
        decide(rhythm)
    tell(rhythm, record)


@kernel
def mass(bank, place):
    total = 0.0
    for c in range(max(place - WIDTH, 0), min(place + WIDTH + 1, TEMPI)):
        total += bank.shares[c]
    return total


@kernel
def decide(rhythm):
    bank, pulse, log = rhythm.bank, rhythm.pulse, rhythm.log
    best = weigh(bank, rhythm.scratch)
    own = round(GRID * math.log2(max(60.0 * pulse.state[1], 1.0) / SLOWEST))
    sure, mine = mass(bank, best), mass(bank, own)
    if abs(best - own) > NEARBY and sure > CERTAIN and sure > 2.0 * mine:
        adopt(pulse, refined(bank, best) / 60.0)
        rhythm.hops[1] = 0
        fit(pulse)
    else:
        place = fit(pulse)
        close = near(pulse)
        away = summit(pulse, place)
        if abs(away) > 0.15 and pulse.fits[place] > 1.1 * pulse.fits[close]:
            rhythm.hops[1] += 1
        else:
            rhythm.hops[1] = 0
        if rhythm.hops[1] > 4:
            shift(pulse, away)
            rhythm.hops[1] = 0
        else:
            follow_pulse(pulse, TURNS * pulse.step)
    log[0], log[1], log[2], log[3], log[4] = bank.tempi[best], sure, mine, pulse.fits.max(), pulse.fits[near(pulse)]


@kernel
def refined(bank, place):
    """BPM between the places."""
    if place == 0 or place == TEMPI - 1:
        return bank.tempi[place]
    before, here, after = bank.scores[place - 1], bank.scores[place], bank.scores[place + 1]
    bend = before - 2.0 * here + after
    return bank.tempi[place] * 2.0 ** ((0.5 * (before - after) / bend if bend < 0.0 else 0.0) / GRID)


@kernel
def tell(rhythm, record):
    own, pulse = rhythm.own, rhythm.pulse
    record[AT.tempo] = 60.0 * pulse.state[1]
    dt = pulse.step
    e = pulse.state[0] - own[1] - pulse.state[1] * dt
    e -= math.floor(e + 1.0 / 3.0)
    rate = pulse.state[1]
    own[1] += max(0.5 * rate * dt, min(2.0 * rate * dt, rate * dt + e * (1 - math.exp(-dt / 0.1))))
    record[AT.beat] = own[1]
    record[AT.confidence] = rhythm.log[2]
