"""Events: something begins, and what it may be: a kick, a snare, a hat.

What begins makes bands rise. Steady noise makes them rise too, a little and all the time; so each group of bands
is held against what it lately did, and a kick is found beneath a wall of guitars that a sum would drown it in.
"""

import math
from typing import NamedTuple

import numpy as np

from engine.listening.bands import centres
from engine.listening.frame import AT, BANDS
from engine.native import kernel

GROUPS = 30.0, 130.0, 500.0, 4_000.0, 16_000.0  # Hz: thump, body, middle, fizz
DEEPEST = 60.0  # dB beneath the loudest band of late; what happens further down is not heard
FORGET = 6.0  # dB a second by which that falls
LATELY = 1.0  # seconds over which a group is known
UNUSUAL, LEAST = 4.0, 2.0  # deviations, and dB, by which a group must rise above its usual
APART = 0.05  # seconds between two events
MOST = 30.0  # dB that a band can rise by in a hop, and count
DRUMS = np.array(  # a logit each: constant, and one a dB of excess, by tools/drums.py
    [
        [-3.0, 0.6, 0.0, -0.1, -0.2],
        [-3.0, -0.2, 0.2, 0.4, 0.2],
        [-3.0, -0.2, -0.2, -0.2, 0.6],
    ]
)


class Events(NamedTuple):
    before: np.ndarray  # (BANDS,) dB, one hop ago
    starts: np.ndarray  # (groups + 1,) int64: the bands at which they begin
    usual: np.ndarray  # (2, groups): mean and mean deviation of their rises
    excess: np.ndarray  # (groups,): dB by which each rose above what is unusual
    since: np.ndarray  # (2,): seconds since the last event; dB of the loudest band of late
    known: float  # share by which a group becomes known, a hop
    seconds: float  # of a hop


def make_events(rate, hop):
    starts = np.searchsorted(centres(rate, BANDS)[1:-1], GROUPS)
    starts[-1] = BANDS
    seconds = hop / rate
    usual = np.array([[1.5], [0.7]]) * np.ones(len(GROUPS) - 1)
    return Events(
        np.full(BANDS, -100.0),
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
    whole = rises(events, record, loudest - DEEPEST)
    record[AT.onset] = whole / BANDS
    begun = False
    for g in range(events.usual.shape[1]):
        usual, differs, rise = events.usual[0, g], events.usual[1, g], events.excess[g]
        events.excess[g] = rise - usual - max(UNUSUAL * differs, LEAST)
        begun |= events.excess[g] > 0.0
        known = min(rise, usual + 3.0 * differs) - usual  # an event is not what is usual
        events.usual[0, g] = usual + events.known * known
        events.usual[1, g] = max(differs + events.known * (abs(known) - differs), 0.1)
    events.since[0] = min(events.since[0] + events.seconds, 2.0 * APART)
    begun &= events.since[0] >= APART and record[AT.silence] == 0.0
    record[AT.onset_event] = 1.0 if begun else 0.0
    if begun:
        events.since[0] = 0.0
    for drum in range(DRUMS.shape[0]):
        record[AT.kick + drum] = likely(events, drum) if begun else 0.0


@kernel
def rises(events, record, floor):
    """The mean rise of each group, into `excess`; gives the sum over all bands, whatever their level."""
    whole = 0.0
    for g in range(events.excess.shape[0]):
        total, first, last = 0.0, events.starts[g], events.starts[g + 1]
        for b in range(first, last):
            level, before = record[AT.mel + b], events.before[b]
            whole += max(level - before, 0.0)
            total += min(max(max(level, floor) - max(before, floor), 0.0), MOST)
            events.before[b] = level
        events.excess[g] = total / max(last - first, 1)
    return whole


@kernel
def likely(events, drum):
    total = DRUMS[drum, 0]
    for g in range(events.excess.shape[0]):
        total += DRUMS[drum, 1 + g] * min(max(events.excess[g], -6.0), 18.0)
    return 1.0 / (1.0 + math.exp(-total))
