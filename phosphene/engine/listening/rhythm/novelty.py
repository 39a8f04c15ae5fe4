"""Novelty: the rise of the low, middle and high bands against a moment ago."""

import math
from typing import NamedTuple

import numpy as np

from phosphene.engine.listening.frame import BANDS
from phosphene.engine.listening.mel_bands import band_frequencies
from phosphene.engine.native import kernel

PART_EDGES = 150.0, 1_500.0  # Hz; separates kicks, the bodies of drums and voices, and hiss
PARTS = len(PART_EDGES) + 1
COMPARED_HOPS = 3  # an onset takes three hops to rise: the window of the spectrum is four hops long
PEAK_RANGE, PEAK_FALL = 30.0, 10.0  # dB below a band's peak that count as silence; dB a second that the peak falls
MIN_DECIBELS = -75.0  # lower levels count as this
MEMORY_SECONDS = 3.0  # time constant of a part's mean and variance
MIN_VARIANCE = 0.02  # dB²; a smaller variance is not amplified
MAX_RISE = 4.0  # standard deviations
DENORMAL_GUARD = 1e-30  # keeps decaying values from becoming denormal


class Novelty(NamedTuple):
    part_of_band: np.ndarray  # (BANDS,) int64
    band_shares: np.ndarray  # (PARTS,): 1 / number of bands
    peaks: np.ndarray  # (BANDS,) dB
    past: np.ndarray  # (COMPARED_HOPS, BANDS) dB, circular
    means: np.ndarray  # (PARTS, 2): mean and variance of the rises in dB
    rises: np.ndarray  # (PARTS,): of the last hop, in standard deviations about the mean
    hops: np.ndarray  # (1,) int64
    sounding: np.ndarray  # (1,): 1 if any band has sound, else 0
    peak_fall: float  # dB per hop
    smoothing: float


def make_novelty(rate: float, hop: int) -> Novelty:
    part_of_band = np.digitize(band_frequencies(rate, BANDS)[1:-1], PART_EDGES)
    return Novelty(
        part_of_band,
        1 / np.maximum(np.bincount(part_of_band, minlength=PARTS), 1),
        np.full(BANDS, MIN_DECIBELS),
        np.full((COMPARED_HOPS, BANDS), MIN_DECIBELS),
        np.zeros((PARTS, 2)),
        np.zeros(PARTS),
        np.zeros(1, np.int64),
        np.zeros(1),
        PEAK_FALL * hop / rate,
        1 - math.exp(-hop / (MEMORY_SECONDS * rate)),
    )


@kernel
def update_novelty(novelty, bands):
    """Write the rises of a hop, from its bands in dB."""
    peaks, rises, past = novelty.peaks, novelty.rises, novelty.past[novelty.hops[0] % COMPARED_HOPS]
    rises[:] = novelty.sounding[0] = 0.0
    for b in range(BANDS):
        peaks[b] = max(bands[b], peaks[b] - novelty.peak_fall, MIN_DECIBELS)
        level = max(bands[b], peaks[b] - PEAK_RANGE, MIN_DECIBELS)
        rises[novelty.part_of_band[b]] += max(level - past[b], 0.0)
        past[b] = level
        if level > MIN_DECIBELS:
            novelty.sounding[0] = 1.0
    novelty.hops[0] += 1
    smoothing = max(novelty.smoothing, 1.0 / novelty.hops[0])
    for part in range(PARTS):
        means = novelty.means[part]
        rise = novelty.band_shares[part] * rises[part]
        means[0] += smoothing * (rise - means[0])
        rise += DENORMAL_GUARD - means[0]
        means[1] += smoothing * (rise * rise - means[1])
        rises[part] = min(rise / math.sqrt(means[1] + MIN_VARIANCE), MAX_RISE)
