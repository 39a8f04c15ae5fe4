"""Tempo: a bank of resonators hears how strongly each pace is in the rises, and weighs which of them is the beat."""

import math
from typing import NamedTuple

import numpy as np

from engine.listening.novelty import PARTS
from engine.native import kernel

GRID = 53  # paces in an octave: three times a pace lies on the grid too
LOWEST, OCTAVES = 15.0, 6  # BPM; up to the fastest subdivisions
PACES = OCTAVES * GRID + 1
SLOWEST, FASTEST = 40.0, 240.0  # BPM that a beat may have
CYCLES, LONGEST = 6.0, 3.0  # that a resonator rings for; seconds, at most
TURNS = 12  # hops from one weighing to the next
SETTLING = 1.0  # seconds over which weights are averaged


def steps(ratio):
    return round(math.log2(ratio) * GRID)


FIRST = steps(SLOWEST / LOWEST)
TEMPI = steps(FASTEST / SLOWEST) + 1
RATIOS = 1 / 4, 1 / 2, 1, 2, 3, 4, 3 / 2, 2 / 3, 1 / 3
SHIFTS = np.array([FIRST + steps(ratio) for ratio in RATIOS])
WEIGHTS = np.array([[-0.7,  4. , -1.5],
 [ 6.4, -6.8,  0.7],
 [ 1.3,  4.9,  2. ],
 [13.4,  6.8,  7.1],
 [ 1.1,  1.8,  2.1],
 [ 1.8,  3.6,  8.5],
 [-3.4, -2.2,  5.2],
 [ 0.4, -1.9, -5.9],
 [-2.4, -2.4, -3.3]])
LEANING = -3.2, -3.5


class Bank(NamedTuple):
    cosines: np.ndarray  # (PACES,), of a step of each resonator, already shrunk by how it decays
    sines: np.ndarray
    gains: np.ndarray
    real: np.ndarray  # (PARTS, PACES)
    imag: np.ndarray
    strengths: np.ndarray  # (PARTS, PACES), square roots of magnitudes
    gathered: np.ndarray  # (PARTS,), rises since the part's last step
    tempi: np.ndarray  # (TEMPI,) BPM
    leanings: np.ndarray  # (TEMPI,), before anything is heard
    scores: np.ndarray  # (TEMPI,)
    shares: np.ndarray  # (TEMPI,), how likely each is, summing to one
    settle: float


def make_bank(rate, hop):
    """One part takes a step each hop, so a step is as many hops long as there are parts."""
    step = PARTS * hop / rate  # seconds
    hertz = LOWEST / 60 * 2 ** (np.arange(PACES) / GRID)
    ring = np.minimum(CYCLES / hertz, LONGEST)
    turn = np.exp(2j * np.pi * hertz * step - step / ring)
    tempi = LOWEST * 2 ** ((FIRST + np.arange(TEMPI)) / GRID)
    octaves = np.log2(tempi / 120)
    leanings = LEANING[0] * octaves + LEANING[1] * octaves**2
    return Bank(
        turn.real.copy(),
        turn.imag.copy(),
        (1 - np.exp(-step / ring)) / PARTS,
        np.zeros((PARTS, PACES)),
        np.zeros((PARTS, PACES)),
        np.zeros((PARTS, PACES)),
        np.zeros(PARTS),
        tempi,
        leanings,
        leanings.copy(),
        np.full(TEMPI, 1 / TEMPI),
        1 - math.exp(-TURNS * hop / (SETTLING * rate)),
    )


@kernel
def ring(bank, rises, hops):
    for part in range(PARTS):
        bank.gathered[part] += rises[part]
    part = hops % PARTS
    turn(bank.cosines, bank.sines, bank.gains, bank.real[part], bank.imag[part], bank.gathered[part])
    bank.gathered[part] = 0.0


@kernel
def turn(cosines, sines, gains, real, imag, rise):
    for k in range(PACES):
        r, i = real[k], imag[k]
        real[k] = cosines[k] * r - sines[k] * i + gains[k] * rise
        imag[k] = sines[k] * r + cosines[k] * i


@kernel
def measure(bank):
    for part in range(PARTS):
        real, imag, strengths = bank.real[part], bank.imag[part], bank.strengths[part]
        for k in range(PACES):
            strengths[k] = math.sqrt(math.sqrt(real[k] * real[k] + imag[k] * imag[k]))


@kernel
def weigh(bank, scratch):
    """Which tempo it is, by all that is heard now and lately: a place among the tempi."""
    measure(bank)
    scratch[:] = bank.leanings
    for r in range(len(RATIOS)):
        for part in range(PARTS):
            weight, strengths = WEIGHTS[r, part], bank.strengths[part]
            for c in range(max(-SHIFTS[r], 0), min(PACES - SHIFTS[r], TEMPI)):
                scratch[c] += weight * strengths[c + SHIFTS[r]]
    best, total = 0, 0.0
    for c in range(TEMPI):
        bank.scores[c] += bank.settle * (scratch[c] - bank.scores[c])
        if bank.scores[c] > bank.scores[best]:
            best = c
    for c in range(TEMPI):
        bank.shares[c] = math.exp(bank.scores[c] - bank.scores[best])
        total += bank.shares[c]
    for c in range(TEMPI):
        bank.shares[c] /= total
    return best
