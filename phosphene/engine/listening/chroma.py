"""Tones: which of the twelve sound, and how far they are from concert pitch."""

import math
from typing import NamedTuple

import numpy as np

from phosphene.engine.listening.frame import AT, TONES
from phosphene.engine.native import aligned_zeros, kernel
from phosphene.engine.native.simd import LANES, broadcast, load_lanes, store_lanes

PITCH = 440.0  # Hz, of A
CENTRE, OCTAVES = 5.0, 2.0  # octaves above A0/2 that count most, and how far around
STEPS = 10  # tunings there is a table for, a tenth of a semitone apart
EDGES = 150.0, 4_000.0  # Hz, between which a peak tells of the tuning
CLEAR = 0.1  # of the highest peak; lower ones tell nothing
REMEMBERED = 4.0  # seconds of peaks that a tuning is made of
AGREED = 0.4  # of 1, how far they must agree: noise and speech have no tuning
SPARED = 4  # hops from one look at the peaks to the next


class Tones(NamedTuple):
    tables: np.ndarray  # (STEPS, TONES, bins) float32: what each bin of power counts for
    between: np.ndarray  # (2,) int64: the bins of EDGES
    sums: np.ndarray  # (3,): heights of peaks, and cosine and sine of where they lie between two semitones
    parts: np.ndarray  # (TONES, LANES) float32: sums of a tone
    hops: np.ndarray  # (1,) int64
    hertz: float  # from bin to bin
    keep: float  # of the sums, from one look to the next


def make_tones(rate, window, hop):
    bins, hertz = window // 2, rate / window
    tables = aligned_zeros((STEPS, TONES, bins + 8), np.float32)
    for step in range(STEPS):
        tables[step, :, : bins + 1] = table(hertz, bins, step / STEPS - 0.5)
    between = np.clip([math.ceil(edge / hertz) for edge in EDGES], 1, bins - 1)
    parts = aligned_zeros((TONES, LANES), np.float32)
    return Tones(
        tables, between, np.zeros(3), parts, np.zeros(1, np.int64), hertz, math.exp(-SPARED * hop / rate / REMEMBERED)
    )


def table(hertz, bins, tuning):
    """(TONES, bins + 1): bumps in log frequency, C first, each bin's of unit length, weaker far from the middle.

    A bump is a semitone wide, or as wide as the bin is: low bins lie further apart than tones do.
    """
    reference = PITCH / 16 * 2 ** (tuning / TONES)
    place = TONES * np.log2(np.arange(1, 2 * bins) * hertz / reference)  # beyond what is used: a width needs the next
    place = np.concatenate([[place[0] - 1.5 * TONES], place])
    width = np.maximum(np.diff(place), 1.0)[: bins + 1]
    place = place[: bins + 1]
    away = (place - np.arange(TONES)[:, None] + TONES / 2) % TONES - TONES / 2
    bumps = np.exp(-0.5 * (2 * away / width) ** 2)
    bumps /= np.linalg.norm(bumps, axis=0)
    bumps *= np.exp(-0.5 * ((place / TONES - CENTRE) / OCTAVES) ** 2)
    return np.roll(bumps, -3, axis=0)  # from A to C


@kernel
def chroma(tones, spectrum, record):
    """Tell the tones, the strongest as 1, and the tuning."""
    if tones.hops[0] == 0:
        tune(tones, spectrum.magnitude)
    tones.hops[0] = tones.hops[0] + 1 if tones.hops[0] + 1 < SPARED else 0
    all_peaks, x, y = tones.sums[0], tones.sums[1], tones.sums[2]
    agreed = x * x + y * y > (AGREED * all_peaks) ** 2
    tuning = math.atan2(y, x) / (2.0 * math.pi) if agreed else 0.0
    record[AT.tuning] = tuning
    step = int(math.floor((tuning + 0.5) * STEPS + 0.5))
    rows = tones.tables[step if step < STEPS else 0]
    most = 0.0
    for tone in range(0, TONES, 4):
        four(tones, rows, tone, spectrum.single)
    for tone in range(TONES):
        value = 0.0
        for lane in range(LANES):
            value += tones.parts[tone, lane]
        record[AT.chroma + tone] = value
        most = max(most, value)
    scale = 1.0 / most if most > 1e-30 else 0.0
    for tone in range(TONES):
        record[AT.chroma + tone] *= scale


@kernel
def four(tones, rows, tone, power):
    """Sum up power for four tones side by side: one alone would wait for each of its additions."""
    none = np.float32(0.0)
    a, b, c, d = broadcast(none), broadcast(none), broadcast(none), broadcast(none)
    for k in range(0, rows.shape[1], LANES):
        here = load_lanes(power, k)
        a, b = a + here * load_lanes(rows[tone], k), b + here * load_lanes(rows[tone + 1], k)
        c, d = c + here * load_lanes(rows[tone + 2], k), d + here * load_lanes(rows[tone + 3], k)
    store_lanes(tones.parts[tone], 0, a)
    store_lanes(tones.parts[tone + 1], 0, b)
    store_lanes(tones.parts[tone + 2], 0, c)
    store_lanes(tones.parts[tone + 3], 0, d)


@kernel
def tune(tones, magnitude):
    """Add up where the peaks lie between two semitones, the higher the more."""
    first, last = tones.between
    highest = 0.0
    for k in range(first, last):
        highest = max(highest, magnitude[k])
    for part in range(3):
        tones.sums[part] *= tones.keep
    for k in range(first, last):
        here = magnitude[k]
        if here > CLEAR * highest and here > magnitude[k - 1] and here >= magnitude[k + 1]:
            side = 1.0 if magnitude[k + 1] > magnitude[k - 1] else -1.0
            ratio = max(magnitude[k - 1], magnitude[k + 1]) / here
            place = k + side * (2.0 * ratio - 1.0) / (ratio + 1.0)  # exact for one sine under a Hann window
            angle = 2.0 * math.pi * TONES * math.log2(place * tones.hertz / PITCH)
            tones.sums[0] += here
            tones.sums[1] += here * math.cos(angle)
            tones.sums[2] += here * math.sin(angle)
