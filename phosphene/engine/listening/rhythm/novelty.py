"""Novelty: how much more there is than a moment ago, in the low, the middle and the high bands."""

import math
from typing import NamedTuple

import numpy as np

from phosphene.engine.listening.frame import BANDS
from phosphene.engine.listening.mel_bands import corners
from phosphene.engine.native import kernel

EDGES = 150.0, 1_500.0  # Hz: under the drums' feet, their bodies, and what hisses
PARTS = len(EDGES) + 1
BACK = 3  # hops: the spectrum's window is four long, and what begins takes three to show
DEPTH, RECOVERY = 30.0, 10.0  # dB beneath a band's last peak at which it counts as silent; dB a second it forgets
QUIETEST = -75.0  # dB: what is softer is nothing
MEMORY = 3.0  # seconds over which a part's own mean and spread are taken
STILL = 0.02  # dB², a spread so small is not magnified
MOST = 4.0  # spreads that one rise may count
HUSH = 1e-30  # keeps what decays from ever getting denormal


class Novelty(NamedTuple):
    places: np.ndarray  # (BANDS,) int64, the part that a band belongs to
    shares: np.ndarray  # (PARTS,), one over how many do
    tops: np.ndarray  # (BANDS,) dB, peaks that sink
    past: np.ndarray  # (BACK, BANDS) dB, circular
    means: np.ndarray  # (PARTS, 2), of a rise in dB, and of its square about that
    rises: np.ndarray  # (PARTS,), found last, in spreads about the mean
    hops: np.ndarray  # (1,) int64
    sounding: np.ndarray  # (1,), 1 where any band is
    sink: float  # dB a hop
    fade: float


def make_novelty(rate, hop):
    places = np.digitize(corners(rate, BANDS)[1:-1], EDGES)
    return Novelty(
        places,
        1 / np.maximum(np.bincount(places, minlength=PARTS), 1),
        np.full(BANDS, QUIETEST),
        np.full((BACK, BANDS), QUIETEST),
        np.zeros((PARTS, 2)),
        np.zeros(PARTS),
        np.zeros(1, np.int64),
        np.zeros(1),
        RECOVERY * hop / rate,
        1 - math.exp(-hop / (MEMORY * rate)),
    )


@kernel
def find_novelty(novelty, bands):
    """From a hop's bands in dB."""
    tops, rises, past = novelty.tops, novelty.rises, novelty.past[novelty.hops[0] % BACK]
    rises[:] = novelty.sounding[0] = 0.0
    for b in range(BANDS):
        tops[b] = max(bands[b], tops[b] - novelty.sink, QUIETEST)
        level = max(bands[b], tops[b] - DEPTH, QUIETEST)
        rises[novelty.places[b]] += max(level - past[b], 0.0)
        past[b] = level
        if level > QUIETEST:
            novelty.sounding[0] = 1.0
    novelty.hops[0] += 1
    fade = max(novelty.fade, 1.0 / novelty.hops[0])
    for part in range(PARTS):
        means = novelty.means[part]
        rise = novelty.shares[part] * rises[part]
        means[0] += fade * (rise - means[0])
        rise += HUSH - means[0]
        means[1] += fade * (rise * rise - means[1])
        rises[part] = min(rise / math.sqrt(means[1] + STILL), MOST)
