"""Events: something begins, and what it may be: a kick, a snare, a hat.

What begins makes bands rise. Steady noise makes them rise too, a little and all the time; so each group of bands
is held against what it lately did, and a kick is found beneath a wall of guitars that a sum would drown it in.
"""

import math
from typing import NamedTuple

import numpy as np

from phosphene.engine.listening.frame import AT, BANDS
from phosphene.engine.listening.loudness import decibels
from phosphene.engine.listening.mel_bands import corners
from phosphene.engine.native import kernel

GROUPS = 30.0, 130.0, 500.0, 4_000.0, 16_000.0  # Hz: thump, body, middle, fizz
DEEP, DEEPEST = 60.0, 80.0  # dB beneath the loudest band of late: further down nothing begins, nor is any strength
FORGET = 6.0  # dB a second by which that falls
LATELY = 1.0  # seconds over which a group is known
UNUSUAL, LEAST, FEW = 8.0, 2.5, 15.0  # deviations, or dB and a share of dB a band, by which a group must rise
APART = 0.05  # seconds between two events
RELEASE = 160.0  # dB a second by which what was highest falls: what hisses as it dies away begins only once
MOST = 30.0  # dB that a band can rise by in a hop, and count
REACH = -6.0, 18.0  # dB of excess that count
LEAST_SHARE = -40.0  # dB
DRUMS = np.array(  # a logit each: constant, and for a dB of each group's excess, of its share; by tools/drumfit.py
    [
        [0.18, 0.08, 0.10, -0.23, 0.12, 0.10, 0.23, 0.02, -0.07],
        [2.71, 0.04, -0.12, 0.28, -0.08, 0.01, 0.09, 0.07, 0.16],
        [-1.02, 0.04, 0.02, -0.57, 0.47, -0.05, 0.02, -0.09, 0.11],
    ]
)


class Events(NamedTuple):
    before: np.ndarray  # (BANDS,) dB, one hop ago
    held: np.ndarray  # (BANDS,) dB, the highest of late
    rise: np.ndarray  # (BANDS,) dB above what was held
    share: np.ndarray  # (groups,) dB of the power that has come, what is in each
    sizes: np.ndarray  # (groups,) bands in each
    starts: np.ndarray  # (groups + 1,) int64: the bands at which they begin
    usual: np.ndarray  # (2, groups): mean and mean deviation of their rises
    excess: np.ndarray  # (groups,): dB by which each rose above what is unusual
    since: np.ndarray  # (2,): seconds since the last event; dB of the loudest band of late
    known: float  # share by which a group becomes known, a hop
    seconds: float  # of a hop


def make_events(rate, hop):
    starts = np.searchsorted(corners(rate, BANDS)[1:-1], GROUPS)
    starts[-1] = BANDS
    seconds = hop / rate
    usual = np.array([[1.5], [0.7]]) * np.ones(len(GROUPS) - 1)
    return Events(
        np.full(BANDS, -100.0),
        np.full(BANDS, -100.0),
        np.zeros(BANDS),
        np.zeros(len(GROUPS) - 1),
        np.maximum(np.diff(starts), 1).astype(float),
        starts,
        usual,
        np.zeros(len(GROUPS) - 1),
        np.array([APART, -100.0]),
        -math.expm1(-seconds / LATELY),
        seconds,
    )


@kernel
def happen(events, record):
    """Tell how much the bands rose, whether something began, and what it may be."""
    loudest = events.since[1] - FORGET * events.seconds
    for b in range(BANDS):
        loudest = max(loudest, record[AT.mel + b])
    events.since[1] = loudest
    whole = rises(events, record, loudest)
    record[AT.onset] = whole / BANDS
    begun = False
    for g in range(events.usual.shape[1]):
        usual, differs, rise = events.usual[0, g], events.usual[1, g], events.excess[g]
        events.excess[g] = rise - usual - max(UNUSUAL * differs, LEAST + FEW / events.sizes[g])
        begun |= events.excess[g] > 0.0
        known = min(rise, usual + 3.0 * differs) - usual  # an event is not what is usual
        events.usual[0, g] = usual + events.known * known
        events.usual[1, g] = max(differs + events.known * (abs(known) - differs), 0.1)
    events.since[0] = min(events.since[0] + events.seconds, 2.0 * APART)
    begun &= events.since[0] >= APART and record[AT.silence] == 0.0
    record[AT.onset_event] = 1.0 if begun else 0.0
    if begun:
        events.since[0] = 0.0
        come(events, record)
    for drum in range(DRUMS.shape[0]):
        record[AT.kick + drum] = likely(events, drum) if begun else 0.0


@kernel
def rises(events, record, loudest):
    """The mean rise of each group, into `excess`; gives the sum over all bands."""
    whole, floor, deepest = 0.0, loudest - DEEP, loudest - DEEPEST
    for g in range(events.excess.shape[0]):
        total, first, last = 0.0, events.starts[g], events.starts[g + 1]
        for b in range(first, last):
            level, before = record[AT.mel + b], events.before[b]
            whole += max(max(level, deepest) - max(before, deepest), 0.0)
            held = max(events.held[b] - RELEASE * events.seconds, floor)
            events.rise[b] = max(level - held, 0.0)
            total += min(events.rise[b], MOST)
            events.before[b], events.held[b] = level, max(level, held)
        events.excess[g] = total / events.sizes[g]
    return whole


@kernel
def come(events, record):
    """Work out in which groups the power lies that was not there before: what drones on is nobody's."""
    whole = 0.0
    for g in range(events.share.shape[0]):
        power = 0.0
        for b in range(events.starts[g], events.starts[g + 1]):
            power += 10.0 ** (0.1 * record[AT.mel + b]) * (1.0 - 10.0 ** (-0.1 * events.rise[b]))
        events.share[g] = power
        whole += power
    for g in range(events.share.shape[0]):
        events.share[g] = decibels(events.share[g] / max(whole, 1e-20), LEAST_SHARE)


@kernel
def likely(events, drum):
    total, groups = DRUMS[drum, 0], events.excess.shape[0]
    for g in range(groups):
        total += DRUMS[drum, 1 + g] * min(max(events.excess[g], REACH[0]), REACH[1])
        total += DRUMS[drum, 1 + groups + g] * events.share[g]
    return 1.0 / (1.0 + math.exp(-total))
