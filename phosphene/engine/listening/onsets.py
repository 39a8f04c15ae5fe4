"""Onsets: detects where a sound begins, and estimates whether it is a kick, a snare or a hat.

An onset makes bands rise. Steady noise makes them rise a little all the time, so each group of bands is compared with
its own recent rises. In this way a kick is found below loud guitars, where a sum over all bands would miss it.
"""

import math
from typing import NamedTuple

import numpy as np

from phosphene.engine.listening.frame import AT, BANDS
from phosphene.engine.listening.loudness import decibels
from phosphene.engine.listening.mel_bands import band_frequencies
from phosphene.engine.native import kernel

GROUP_EDGES = 30.0, 130.0, 500.0, 4_000.0, 16_000.0  # Hz: thump, body, middle, fizz
ONSET_RANGE, STRENGTH_RANGE = 60.0, 80.0  # dB below the recent loudest band; lower levels count in neither
LOUDEST_FALL = 6.0  # dB a second, of the recent loudest band
MEMORY_SECONDS = 1.0  # time constant of a group's statistics
# A group has an onset when it rises above its mean by so many deviations and by so many dB, more in small groups.
MIN_DEVIATIONS, MIN_RISE, MIN_RISE_OF_ONE_BAND = 8.0, 2.5, 15.0
MIN_INTERVAL = 0.05  # seconds between two onsets
HELD_FALL = 160.0  # dB a second, of each band's peak: a hiss that fades unevenly has one onset
MAX_RISE = 30.0  # dB of a band in a hop; more counts as this
EXCESS_RANGE = -6.0, 18.0  # dB; the excess is clipped to it
MIN_SHARE = -40.0  # dB of the new power
DRUM_WEIGHTS = np.array(  # logits: constant, then per dB of each group's excess and share; by tools/fit/drum_weights.py
    [
        [0.18, 0.08, 0.10, -0.23, 0.12, 0.10, 0.23, 0.02, -0.07],
        [2.71, 0.04, -0.12, 0.28, -0.08, 0.01, 0.09, 0.07, 0.16],
        [-1.02, 0.04, 0.02, -0.57, 0.47, -0.05, 0.02, -0.09, 0.11],
    ]
)


class OnsetState(NamedTuple):
    previous: np.ndarray  # (BANDS,) dB, one hop ago
    held: np.ndarray  # (BANDS,) dB, recent peaks
    rises: np.ndarray  # (BANDS,) dB above `held`
    shares: np.ndarray  # (groups,) dB: each group's share of the new power
    band_counts: np.ndarray  # (groups,)
    first_bands: np.ndarray  # (groups + 1,) int64: first band of each group, then BANDS
    statistics: np.ndarray  # (2, groups): mean and mean deviation of the rises
    excess: np.ndarray  # (groups,): dB by which each rise exceeds its threshold
    recent: np.ndarray  # (2,): seconds since the last onset; dB of the recent loudest band
    adaptation: float  # smoothing of the statistics per hop
    hop_seconds: float


def make_onsets(rate: float, hop: int) -> OnsetState:
    first_bands = np.searchsorted(band_frequencies(rate, BANDS)[1:-1], GROUP_EDGES)
    first_bands[-1] = BANDS
    seconds = hop / rate
    statistics = np.array([[1.5], [0.7]]) * np.ones(len(GROUP_EDGES) - 1)
    return OnsetState(
        np.full(BANDS, -100.0),
        np.full(BANDS, -100.0),
        np.zeros(BANDS),
        np.zeros(len(GROUP_EDGES) - 1),
        np.maximum(np.diff(first_bands), 1).astype(float),
        first_bands,
        statistics,
        np.zeros(len(GROUP_EDGES) - 1),
        np.array([MIN_INTERVAL, -100.0]),
        -math.expm1(-seconds / MEMORY_SECONDS),
        seconds,
    )


@kernel
def detect_onset(state, record):
    """Write the mean rise of the bands, whether there is an onset, and the probability of each drum."""
    loudest = state.recent[1] - LOUDEST_FALL * state.hop_seconds
    for b in range(BANDS):
        loudest = max(loudest, record[AT.mel + b])
    state.recent[1] = loudest
    total_rise = measure_rises(state, record, loudest)
    record[AT.onset] = total_rise / BANDS
    found = False
    for g in range(state.statistics.shape[1]):
        mean, deviation, rise = state.statistics[0, g], state.statistics[1, g], state.excess[g]
        state.excess[g] = (
            rise - mean - max(MIN_DEVIATIONS * deviation, MIN_RISE + MIN_RISE_OF_ONE_BAND / state.band_counts[g])
        )
        found |= state.excess[g] > 0.0
        change = min(rise, mean + 3.0 * deviation) - mean  # an onset hardly changes the statistics
        state.statistics[0, g] = mean + state.adaptation * change
        state.statistics[1, g] = max(deviation + state.adaptation * (abs(change) - deviation), 0.1)
    state.recent[0] = min(state.recent[0] + state.hop_seconds, 2.0 * MIN_INTERVAL)
    found &= state.recent[0] >= MIN_INTERVAL and record[AT.silence] == 0.0
    record[AT.onset_event] = 1.0 if found else 0.0
    if found:
        state.recent[0] = 0.0
        measure_new_power(state, record)
    for drum in range(DRUM_WEIGHTS.shape[0]):
        record[AT.kick + drum] = drum_probability(state, drum) if found else 0.0


@kernel
def measure_rises(state, record, loudest):
    """Write the mean rise of each group to `excess`; return the sum of the rises over all bands."""
    total_rise, onset_floor, strength_floor = 0.0, loudest - ONSET_RANGE, loudest - STRENGTH_RANGE
    for g in range(state.excess.shape[0]):
        total, first, last = 0.0, state.first_bands[g], state.first_bands[g + 1]
        for b in range(first, last):
            level, previous = record[AT.mel + b], state.previous[b]
            total_rise += max(max(level, strength_floor) - max(previous, strength_floor), 0.0)
            held = max(state.held[b] - HELD_FALL * state.hop_seconds, onset_floor)
            state.rises[b] = max(level - held, 0.0)
            total += min(state.rises[b], MAX_RISE)
            state.previous[b], state.held[b] = level, max(level, held)
        state.excess[g] = total / state.band_counts[g]
    return total_rise


@kernel
def measure_new_power(state, record):
    """Write each group's share of the power that was not there a hop before; steady sounds do not count."""
    total = 0.0
    for g in range(state.shares.shape[0]):
        power = 0.0
        for b in range(state.first_bands[g], state.first_bands[g + 1]):
            power += 10.0 ** (0.1 * record[AT.mel + b]) * (1.0 - 10.0 ** (-0.1 * state.rises[b]))
        state.shares[g] = power
        total += power
    for g in range(state.shares.shape[0]):
        state.shares[g] = decibels(state.shares[g] / max(total, 1e-20), MIN_SHARE)


@kernel
def drum_probability(state, drum):
    """The probability of a drum (row of DRUM_WEIGHTS) at an onset."""
    total, groups = DRUM_WEIGHTS[drum, 0], state.excess.shape[0]
    for g in range(groups):
        total += DRUM_WEIGHTS[drum, 1 + g] * min(max(state.excess[g], EXCESS_RANGE[0]), EXCESS_RANGE[1])
        total += DRUM_WEIGHTS[drum, 1 + groups + g] * state.shares[g]
    return 1.0 / (1.0 + math.exp(-total))
