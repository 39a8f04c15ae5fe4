"""The tempo bank: resonators measure the strength of every rate in the rises; a table weighs them into tempi."""

import math
from typing import NamedTuple

import numpy as np

from phosphene.engine.listening.rhythm.novelty import PARTS
from phosphene.engine.native import copy_rows, kernel

STEPS_PER_OCTAVE = 53  # three times a rate is on this grid, too
MIN_RATE, OCTAVES = 15.0, 6  # BPM: from the bars of a slow tempo to the sixteenths of a fast one
RATES = OCTAVES * STEPS_PER_OCTAVE + 1
MIN_BPM, MAX_BPM = 40.0, 240.0  # of a tempo
RING_CYCLES, MAX_RING_SECONDS = 6.0, 3.0  # time constant of a resonator in cycles, and its limit
MIN_FILL = 0.3  # of a resonator's memory with sound; strengths are divided by the fill, but not by less
SCORE_SECONDS = 0.6  # time constant of the scores
SCORE_INTERVAL = 12  # hops between two updates of the scores
TEMPO_WIDTH = 3  # steps to each side that are one tempo


def _steps(ratio):
    return round(math.log2(ratio) * STEPS_PER_OCTAVE)


FIRST_TEMPO, TEMPI = _steps(MIN_BPM / MIN_RATE), _steps(MAX_BPM / MIN_BPM) + 1
TEMPO_WEIGHTS = {  # weight of each part's strength at so many times the tempo; by tools/fit/rhythm_tables.py
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
TEMPO_PRIOR = -2.8, -4.2  # per octave above 120 BPM, and per its square
NO_BEAT_SCORE = 13.2  # that no tempo is there
SHIFTS = np.array([FIRST_TEMPO + _steps(ratio) for ratio in TEMPO_WEIGHTS])
WEIGHTS = np.array(list(TEMPO_WEIGHTS.values()))


class TempoBank(NamedTuple):
    cosines: np.ndarray  # (RATES,): rotation and decay of a resonator per step
    sines: np.ndarray
    gains: np.ndarray
    real: np.ndarray  # (PARTS, RATES)
    imag: np.ndarray
    strengths: np.ndarray  # (PARTS, RATES): square roots of the magnitudes
    fill: np.ndarray  # (RATES,): share of a resonator's memory with sound
    fill_decay: np.ndarray  # (RATES,): between two scores
    pending_rises: np.ndarray  # (PARTS,): rises since a part's last step
    tempi: np.ndarray  # (TEMPI,): BPM
    priors: np.ndarray  # (TEMPI,)
    current_scores: np.ndarray  # (TEMPI,)
    scores: np.ndarray  # (TEMPI,): smoothed
    probabilities: np.ndarray  # (TEMPI,); the rest up to 1 is the probability of no beat
    smoothing: float


def make_tempo_bank(rate: float, hop: int) -> TempoBank:
    step = PARTS * hop / rate  # seconds; the parts take turns
    hertz = MIN_RATE / 60 * 2 ** (np.arange(RATES) / STEPS_PER_OCTAVE)
    ringing = np.minimum(RING_CYCLES / hertz, MAX_RING_SECONDS)
    rotation = np.exp(2j * np.pi * hertz * step - step / ringing)
    tempi = MIN_RATE * 2 ** ((FIRST_TEMPO + np.arange(TEMPI)) / STEPS_PER_OCTAVE)
    octaves = np.log2(tempi / 120)
    priors = TEMPO_PRIOR[0] * octaves + TEMPO_PRIOR[1] * octaves**2
    real, imag, strengths = (np.zeros((PARTS, RATES)) for _ in range(3))
    return TempoBank(
        rotation.real.copy(),
        rotation.imag.copy(),
        (1 - np.exp(-step / ringing)) / PARTS,
        real,
        imag,
        strengths,
        np.zeros(RATES),
        np.exp(-SCORE_INTERVAL * hop / rate / ringing),
        np.zeros(PARTS),
        tempi,
        priors,
        priors.copy(),
        priors.copy(),
        np.zeros(TEMPI),
        1 - math.exp(-SCORE_INTERVAL * hop / (SCORE_SECONDS * rate)),
    )


@kernel
def update_resonators(bank, rises, hops):
    """Add a hop's rises; the resonators of one part are updated."""
    for part in range(PARTS):
        bank.pending_rises[part] += rises[part]
    part = hops % PARTS
    real, imag, rise = bank.real[part], bank.imag[part], bank.pending_rises[part]
    for k in range(RATES):
        r, i = real[k], imag[k]
        real[k] = bank.cosines[k] * r - bank.sines[k] * i + bank.gains[k] * rise
        imag[k] = bank.sines[k] * r + bank.cosines[k] * i
    bank.pending_rises[part] = 0.0


@kernel
def measure_strengths(bank, sounding):
    """Update the strengths of all rates; `sounding` is 1 if there is sound, else 0."""
    fill, decay = bank.fill, bank.fill_decay
    for k in range(RATES):
        fill[k] += (1.0 - decay[k]) * (sounding - fill[k])
    for part in range(PARTS):
        real, imag, strengths = bank.real[part], bank.imag[part], bank.strengths[part]
        for k in range(RATES):
            strengths[k] = math.sqrt(math.sqrt(real[k] * real[k] + imag[k] * imag[k]) / max(fill[k], MIN_FILL))


@kernel
def score_tempi(bank, sounding):
    """Update scores and probabilities of all tempi; return the index of the likeliest."""
    measure_strengths(bank, sounding)
    now, scores, probabilities = bank.current_scores, bank.scores, bank.probabilities
    copy_rows(bank.priors, 0, now, 0, TEMPI)
    for row in range(SHIFTS.shape[0]):
        shift = SHIFTS[row]
        for part in range(PARTS):
            weight, strengths = WEIGHTS[row, part], bank.strengths[part]
            for c in range(max(-shift, 0), min(RATES - shift, TEMPI)):
                now[c] += weight * strengths[c + shift]
    best = 0
    for c in range(TEMPI):
        scores[c] += bank.smoothing * (now[c] - scores[c])
        if scores[c] > scores[best]:
            best = c
    highest = max(scores[best], NO_BEAT_SCORE)
    total = math.exp(NO_BEAT_SCORE - highest)
    for c in range(TEMPI):
        probabilities[c] = math.exp(scores[c] - highest)
        total += probabilities[c]
    for c in range(TEMPI):
        probabilities[c] /= total
    return best


@kernel
def tempo_index(bpm):
    """The index of the nearest tempo."""
    return round(STEPS_PER_OCTAVE * math.log2(bpm / MIN_BPM))


@kernel
def tempo_probability(bank, index):
    """The probability of a tempo and its neighbours."""
    total = 0.0
    for c in range(max(index - TEMPO_WIDTH, 0), min(index + TEMPO_WIDTH + 1, TEMPI)):
        total += bank.probabilities[c]
    return total


@kernel
def interpolated_bpm(bank, index):
    """BPM of the peak of the scores at or beside an index."""
    if index == 0 or index == TEMPI - 1:
        return bank.tempi[index]
    previous, peak, following = bank.scores[index - 1], bank.scores[index], bank.scores[index + 1]
    curvature = previous - 2.0 * peak + following
    return bank.tempi[index] * 2.0 ** (
        (0.5 * (previous - following) / curvature if curvature < 0.0 else 0.0) / STEPS_PER_OCTAVE
    )
