"""Chroma: the strengths of the twelve pitch classes, and the tuning against concert pitch."""

import math
from typing import NamedTuple

import numpy as np

from phosphene.engine.listening.frame import AT, PITCH_CLASSES
from phosphene.engine.native import aligned_zeros, kernel
from phosphene.engine.native.simd import LANES, broadcast, load_lanes, store_lanes

CONCERT_PITCH = 440.0  # Hz, of A
CENTRE_OCTAVE, OCTAVE_SPREAD = 5.0, 2.0  # in octaves above A0/2: Gaussian weight of the frequencies
TUNING_STEPS = 10  # weight tables per semitone
PEAK_RANGE = 150.0, 4_000.0  # Hz; peaks within it determine the tuning
MIN_PEAK = 0.1  # of the highest peak; lower ones are ignored
MEMORY_SECONDS = 4.0  # time constant of the tuning
MIN_AGREEMENT = 0.4  # of the peaks on one tuning, 0 to 1; noise and speech have less, and no tuning
TUNING_INTERVAL = 4  # hops between two analyses of the peaks


class ChromaState(NamedTuple):
    tables: np.ndarray  # (TUNING_STEPS, PITCH_CLASSES, bins + 8) float32: weight of each bin of power
    peak_bins: np.ndarray  # (2,) int64: the bins of PEAK_RANGE
    peak_sums: np.ndarray  # (3,): sums of the peaks' heights, and of cosine and sine of their tuning
    partial_sums: np.ndarray  # (PITCH_CLASSES, LANES) float32
    hops: np.ndarray  # (1,) int64
    bin_hertz: float  # distance of two bins
    decay: float  # of the sums, per analysis of the peaks


def make_chroma(rate: float, window: int, hop: int) -> ChromaState:
    bins, hertz = window // 2, rate / window
    tables = aligned_zeros((TUNING_STEPS, PITCH_CLASSES, bins + 8), np.float32)
    for step in range(TUNING_STEPS):
        tables[step, :, : bins + 1] = pitch_class_weights(hertz, bins, step / TUNING_STEPS - 0.5)
    peak_bins = np.clip([math.ceil(edge / hertz) for edge in PEAK_RANGE], 1, bins - 1)
    partial_sums = aligned_zeros((PITCH_CLASSES, LANES), np.float32)
    return ChromaState(
        tables,
        peak_bins,
        np.zeros(3),
        partial_sums,
        np.zeros(1, np.int64),
        hertz,
        math.exp(-TUNING_INTERVAL * hop / rate / MEMORY_SECONDS),
    )


def pitch_class_weights(hertz: float, bins: int, tuning: float) -> np.ndarray:
    """(PITCH_CLASSES, bins + 1): Gaussians in log frequency, C first; each bin's weights have unit length.

    Bins far from CENTRE_OCTAVE weigh less. A Gaussian is a semitone wide, or one bin where bins are wider than that.
    `tuning` is in semitones.
    """
    reference = CONCERT_PITCH / 16 * 2 ** (tuning / PITCH_CLASSES)
    position = PITCH_CLASSES * np.log2(np.arange(1, 2 * bins) * hertz / reference)  # the last width needs one bin more
    position = np.concatenate([[position[0] - 1.5 * PITCH_CLASSES], position])
    width = np.maximum(np.diff(position), 1.0)[: bins + 1]
    position = position[: bins + 1]
    distance = (position - np.arange(PITCH_CLASSES)[:, None] + PITCH_CLASSES / 2) % PITCH_CLASSES - PITCH_CLASSES / 2
    weights = np.exp(-0.5 * (2 * distance / width) ** 2)
    weights /= np.linalg.norm(weights, axis=0)
    weights *= np.exp(-0.5 * ((position / PITCH_CLASSES - CENTRE_OCTAVE) / OCTAVE_SPREAD) ** 2)
    return np.roll(weights, -3, axis=0)  # from A to C


@kernel
def update_chroma(state, spectrum, record):
    """Write the pitch classes, the strongest as 1, and the tuning."""
    if state.hops[0] == 0:
        update_tuning(state, spectrum.magnitude)
    state.hops[0] = state.hops[0] + 1 if state.hops[0] + 1 < TUNING_INTERVAL else 0
    all_peaks, x, y = state.peak_sums[0], state.peak_sums[1], state.peak_sums[2]
    consistent = x * x + y * y > (MIN_AGREEMENT * all_peaks) ** 2
    tuning = math.atan2(y, x) / (2.0 * math.pi) if consistent else 0.0
    record[AT.tuning] = tuning
    step = int(math.floor((tuning + 0.5) * TUNING_STEPS + 0.5))
    rows = state.tables[step if step < TUNING_STEPS else 0]
    strongest = 0.0
    for pitch_class in range(0, PITCH_CLASSES, 4):
        sum_four_pitch_classes(state, rows, pitch_class, spectrum.power32)
    for pitch_class in range(PITCH_CLASSES):
        value = 0.0
        for lane in range(LANES):
            value += state.partial_sums[pitch_class, lane]
        record[AT.chroma + pitch_class] = value
        strongest = max(strongest, value)
    scale = 1.0 / strongest if strongest > 1e-30 else 0.0
    for pitch_class in range(PITCH_CLASSES):
        record[AT.chroma + pitch_class] *= scale


@kernel
def sum_four_pitch_classes(state, rows, pitch_class, power):
    """Sum the weighted power of four pitch classes at once; one alone would wait for each addition."""
    zero = np.float32(0.0)
    a, b, c, d = broadcast(zero), broadcast(zero), broadcast(zero), broadcast(zero)
    for k in range(0, rows.shape[1], LANES):
        here = load_lanes(power, k)
        a, b = a + here * load_lanes(rows[pitch_class], k), b + here * load_lanes(rows[pitch_class + 1], k)
        c, d = c + here * load_lanes(rows[pitch_class + 2], k), d + here * load_lanes(rows[pitch_class + 3], k)
    store_lanes(state.partial_sums[pitch_class], 0, a)
    store_lanes(state.partial_sums[pitch_class + 1], 0, b)
    store_lanes(state.partial_sums[pitch_class + 2], 0, c)
    store_lanes(state.partial_sums[pitch_class + 3], 0, d)


@kernel
def update_tuning(state, magnitude):
    """Add the tuning of the peaks to the sums, weighted by their height."""
    first, last = state.peak_bins
    highest = 0.0
    for k in range(first, last):
        highest = max(highest, magnitude[k])
    for part in range(3):
        state.peak_sums[part] *= state.decay
    for k in range(first, last):
        here = magnitude[k]
        if here > MIN_PEAK * highest and here > magnitude[k - 1] and here >= magnitude[k + 1]:
            side = 1.0 if magnitude[k + 1] > magnitude[k - 1] else -1.0
            ratio = max(magnitude[k - 1], magnitude[k + 1]) / here
            position = k + side * (2.0 * ratio - 1.0) / (ratio + 1.0)  # exact for one sine under a Hann window
            angle = 2.0 * math.pi * PITCH_CLASSES * math.log2(position * state.bin_hertz / CONCERT_PITCH)
            state.peak_sums[0] += here
            state.peak_sums[1] += here * math.cos(angle)
            state.peak_sums[2] += here * math.sin(angle)
