"""Novelty: how much more there is than a moment ago, in the low, the middle and the high bands."""

import math
from typing import NamedTuple

import numpy as np

from engine.listening.frame import BANDS
from engine.native import kernel

EDGES = 150.0, 1_500.0  # Hz: drums' feet, their bodies, and what hisses
PARTS = len(EDGES) + 1
BACK = 3  # hops: a window is four long, and a rise takes three to be seen whole
DEPTH, RECOVERY = 30.0, 10.0  # dB beneath a band's last peak at which it counts as silent; dB a second
QUIETEST = -75.0  # dB: a rise from the floor to here is none
WAY = 3.0  # seconds over which a part's own mean and spread are taken
STILL = 0.02  # dB squared: what is steadier than this is not made larger
MOST = 4.0  # times its spread, that one rise may count
HUSH = 1e-30  # added, so that what decays never gets denormal


class Novelty(NamedTuple):
    places: np.ndarray  # (BANDS,) int64, the part that a band belongs to
    shares: np.ndarray  # (PARTS,), one over the bands in a part
    tops: np.ndarray  # (BANDS,) dB, peaks that sink
    past: np.ndarray  # (BACK, BANDS) dB, circular
    means: np.ndarray  # (PARTS, 2), of the rise, and of its square about that
    rises: np.ndarray  # (PARTS,), what was found: rises over their spread
    hops: np.ndarray  # (1,) int64
    fall: float  # dB a hop
    slow: float


def make_novelty(rate, hop, centres):
    """For bands with these centres, in Hz."""
    places = np.digitize(centres, EDGES)
    return Novelty(
        places,
        1 / np.maximum(np.bincount(places, minlength=PARTS), 1),
        np.full(BANDS, QUIETEST),
        np.full((BACK, BANDS), QUIETEST),
        np.zeros((PARTS, 2)),
        np.zeros(PARTS),
        np.zeros(1, np.int64),
        RECOVERY * hop / rate,
        1 - math.exp(-hop / (WAY * rate)),
    )


@kernel
def find_novelty(novelty, record, first):
    """From the bands that lie in a record from a place on."""
    tops, rises, past = novelty.tops, novelty.rises, novelty.past[novelty.hops[0] % BACK]
    rises[:] = 0.0
    for b in range(BANDS):
        tops[b] = max(record[first + b], tops[b] - novelty.fall, QUIETEST)
        level = max(record[first + b], tops[b] - DEPTH, QUIETEST)
        rises[novelty.places[b]] += max(level - past[b], 0.0)
        past[b] = level
    novelty.hops[0] += 1
    share = max(novelty.slow, 1.0 / novelty.hops[0])
    for part in range(PARTS):
        means = novelty.means[part]
        means[0] += share * (novelty.shares[part] * rises[part] - means[0])
        beyond = novelty.shares[part] * rises[part] - means[0] + HUSH
        means[1] += share * (beyond * beyond - means[1])
        rises[part] = min(beyond / math.sqrt(means[1] + STILL), MOST)
