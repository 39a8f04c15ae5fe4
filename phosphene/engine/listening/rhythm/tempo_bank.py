"""Tempo: resonators hear how strong every pace is in what rises, and a table weighs which of them is the beat."""

import math
from typing import NamedTuple

import numpy as np

from phosphene.engine.listening.rhythm.novelty import PARTS
from phosphene.engine.native import copy_rows, kernel

GRID = 53  # paces in an octave: on this grid three times a pace lies too
LOWEST, OCTAVES = 15.0, 6  # BPM: from the bar of a slow beat to the sixteenths of a fast one
PACES = OCTAVES * GRID + 1
SLOWEST, FASTEST = 40.0, 240.0  # BPM that a beat may have
CYCLES, LONGEST = 6.0, 3.0  # that a resonator rings, and seconds that it may at most
EMPTY = 0.3  # where less was sound, it is not made up for
SETTLING = 0.6  # seconds over which scores are averaged
TURNS = 12  # hops between two weighings
BROAD = 3  # places on the grid that are one tempo


def _steps(ratio):
    return round(math.log2(ratio) * GRID)


FIRST, TEMPI = _steps(SLOWEST / LOWEST), _steps(FASTEST / SLOWEST) + 1
SPEAKING = {  # for a tempo: how strong each part is at the pace so many times as fast (by tools/rhythmfit.py)
    1 / 4: (-0.3, 0.9, -4.2),
    1 / 3: (-2.3, -5.0, -8.0),
    1 / 2: (7.4, -7.4, -0.5),
    2 / 3: (0.5, -3.4, -8.8),
    1: (3.2, 7.0, 3.6),
    3 / 2: (-2.5, -4.0, 3.3),
    2: (15.1, 5.9, 7.0),
    3: (0.4, -0.2, -0.1),
    4: (2.6, 3.8, 6.8),
}
LEANING = -2.8, -4.2  # towards slower tempi, and towards those about 120, by octaves and their squares
NOTHING = 13.2  # what speaks for there being no beat at all
SHIFTS, WEIGHTS = np.array([FIRST + _steps(ratio) for ratio in SPEAKING]), np.array(list(SPEAKING.values()))


class Bank(NamedTuple):
    cosines: np.ndarray  # (PACES,), of a resonator's step, shrunk by how much it fades meanwhile
    sines: np.ndarray
    gains: np.ndarray
    real: np.ndarray  # (PARTS, PACES)
    imag: np.ndarray
    strengths: np.ndarray  # (PARTS, PACES), roots of magnitudes
    filled: np.ndarray  # (PACES,), how much of what a resonator remembers was sound
    keeps: np.ndarray  # (PACES,), of that, until the next weighing
    gathered: np.ndarray  # (PARTS,), rises since a part's last step
    tempi: np.ndarray  # (TEMPI,) BPM
    leanings: np.ndarray  # (TEMPI,)
    now: np.ndarray  # (TEMPI,), scores
    scores: np.ndarray  # (TEMPI,), averaged
    shares: np.ndarray  # (TEMPI,), how likely each tempo is; what is left is that there is none
    settle: float


def make_bank(rate, hop):
    step = PARTS * hop / rate  # seconds: the parts take turns
    hertz = LOWEST / 60 * 2 ** (np.arange(PACES) / GRID)
    ringing = np.minimum(CYCLES / hertz, LONGEST)
    turn = np.exp(2j * np.pi * hertz * step - step / ringing)
    tempi = LOWEST * 2 ** ((FIRST + np.arange(TEMPI)) / GRID)
    octaves = np.log2(tempi / 120)
    leanings = LEANING[0] * octaves + LEANING[1] * octaves**2
    return Bank(
        turn.real.copy(),
        turn.imag.copy(),
        (1 - np.exp(-step / ringing)) / PARTS,
        *(np.zeros((PARTS, PACES)) for _ in range(3)),
        np.zeros(PACES),
        np.exp(-TURNS * hop / rate / ringing),
        np.zeros(PARTS),
        tempi,
        leanings,
        leanings.copy(),
        leanings.copy(),
        np.zeros(TEMPI),
        1 - math.exp(-TURNS * hop / (SETTLING * rate)),
    )


@kernel
def resound(bank, rises, hops):
    """Add a hop's rises; one part moves on."""
    for part in range(PARTS):
        bank.gathered[part] += rises[part]
    part = hops % PARTS
    real, imag, rise = bank.real[part], bank.imag[part], bank.gathered[part]
    for k in range(PACES):
        r, i = real[k], imag[k]
        real[k] = bank.cosines[k] * r - bank.sines[k] * i + bank.gains[k] * rise
        imag[k] = bank.sines[k] * r + bank.cosines[k] * i
    bank.gathered[part] = 0.0


@kernel
def measure(bank, sounding):
    filled, keeps = bank.filled, bank.keeps
    for k in range(PACES):
        filled[k] += (1.0 - keeps[k]) * (sounding - filled[k])
    for part in range(PARTS):
        real, imag, strengths = bank.real[part], bank.imag[part], bank.strengths[part]
        for k in range(PACES):
            strengths[k] = math.sqrt(math.sqrt(real[k] * real[k] + imag[k] * imag[k]) / max(filled[k], EMPTY))


@kernel
def weigh(bank, sounding):
    """Score every tempo by all that is heard, now with or without a sound; gives the place of the likeliest."""
    measure(bank, sounding)
    now, scores, shares = bank.now, bank.scores, bank.shares
    copy_rows(bank.leanings, 0, now, 0, TEMPI)
    for row in range(SHIFTS.shape[0]):
        shift = SHIFTS[row]
        for part in range(PARTS):
            weight, strengths = WEIGHTS[row, part], bank.strengths[part]
            for c in range(max(-shift, 0), min(PACES - shift, TEMPI)):
                now[c] += weight * strengths[c + shift]
    best = 0
    for c in range(TEMPI):
        scores[c] += bank.settle * (now[c] - scores[c])
        if scores[c] > scores[best]:
            best = c
    most = max(scores[best], NOTHING)
    total = math.exp(NOTHING - most)
    for c in range(TEMPI):
        shares[c] = math.exp(scores[c] - most)
        total += shares[c]
    for c in range(TEMPI):
        shares[c] /= total
    return best


@kernel
def place_of(bpm):
    return round(GRID * math.log2(bpm / SLOWEST))


@kernel
def likely(bank, place):
    """How likely it is this tempo."""
    total = 0.0
    for c in range(max(place - BROAD, 0), min(place + BROAD + 1, TEMPI)):
        total += bank.shares[c]
    return total


@kernel
def between(bank, place):
    """The BPM of the peak that lies at a place, or beside it."""
    if place == 0 or place == TEMPI - 1:
        return bank.tempi[place]
    before, here, after = bank.scores[place - 1], bank.scores[place], bank.scores[place + 1]
    bend = before - 2.0 * here + after
    return bank.tempi[place] * 2.0 ** ((0.5 * (before - after) / bend if bend < 0.0 else 0.0) / GRID)
