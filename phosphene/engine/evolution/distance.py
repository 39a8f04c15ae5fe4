"""Likeness: how near one sound is to another, and how much better one is than what it was made of."""

import math

import numpy as np

from phosphene.engine.evolution.descriptors import AUDIBLE, BANDS, FEATURES, LEVEL_FLOOR, MEL_FLOOR, PEAK, RMS
from phosphene.engine.native import kernel

FEATURE_WEIGHTS = {  # in a distance, and the difference that counts as one
    "rms": (1.0, 6.0),
    "crossings": (0.5, 0.05),
    "centroid": (1.0, 1.0),
    "spread": (0.5, 1.0),
    "peak": (0.25, 0.3),
    "flatness": (1.0, 6.0),
    "low": (1.0, 6.0),
    "mid": (1.0, 6.0),
    "high": (1.0, 6.0),
}
MEL_WEIGHT = 2.0, 6.0  # the same of the bands, in dB: heaviest, because only they know when things happen
WEIGHTS = np.array([weight / scale for weight, scale in map(FEATURE_WEIGHTS.get, FEATURES)])
LOUDNESS, CREST = (-26.0, -14.0), (8.0, 18.0)  # dB; outside, a sound loses merit
MAX_CLEANING = 2.0  # 12 dB: more is bought with the sound itself
SHAPE_RANGE = 40.0  # dB beneath the loudest band, where hiss is and no colour


@kernel
def mel_difference(picture, other):
    """Mean difference in dB; where one has ended, the other is held against silence."""
    shorter, longer = (picture, other) if picture.shape[0] < other.shape[0] else (other, picture)
    total = 0.0
    for f in range(shorter.shape[0]):
        for b in range(BANDS):
            total += abs(shorter[f, b] - longer[f, b])
    for f in range(shorter.shape[0], longer.shape[0]):
        for b in range(BANDS):
            total += longer[f, b] - MEL_FLOOR
    return total / (longer.shape[0] * BANDS)


def distance(portrait, target):
    """How far a sound is from another: nothing for the same, about one for what is plainly not the same."""
    weight, scale = MEL_WEIGHT
    told = np.abs(portrait.features - target.features) @ WEIGHTS
    longer = abs(math.log2(portrait.seconds / target.seconds))
    return float(told + weight / scale * mel_difference(portrait.picture, target.picture) + longer)


def improvement(portrait, source):
    """How much better a sound is than what it was made of; nothing for the same.

    Cleaner is better: a noise floor further beneath the sound. So are a sensible loudness, and dynamics neither
    flat nor wild. What clips, falls silent, or loses its length or its colour is worse.
    """
    cleaner = max(min((_signal_to_noise(portrait) - _signal_to_noise(source)) / 6, MAX_CLEANING), -MAX_CLEANING)
    changed = excess(_shape_change(portrait, source), 0.0, 6.0) / 6
    longer = abs(math.log2(portrait.seconds / source.seconds))
    return cleaner + _absolute_quality(portrait) - _absolute_quality(source) - 0.5 * changed - longer


def _signal_to_noise(portrait):
    """How far the noise floor lies beneath the sound, in dB: of what is turned down, nothing got cleaner."""
    sounding = portrait.levels[portrait.levels > LEVEL_FLOOR]  # what was cut off was not noise
    return portrait.features[RMS] - (np.percentile(sounding, 10) if len(sounding) else LEVEL_FLOOR)


def _absolute_quality(portrait):
    """What needs no comparison."""
    loudness = portrait.features[RMS]
    crest = 20 * math.log10(max(portrait.features[PEAK], 1e-4)) - loudness
    silence = np.mean(portrait.levels <= AUDIBLE)
    return -2 * excess(loudness, *LOUDNESS) / 6 - excess(crest, *CREST) / 6 - 50 * portrait.clipped - 2 * silence


def _shape_change(portrait, source):
    """How much the spectrum of what is loud has changed its shape, in dB."""
    change = _spectral_shape(portrait) - _spectral_shape(source)
    return np.mean(np.abs(change - np.median(change)))


def _spectral_shape(portrait):
    """Bands of the louder half, none further than COLOUR beneath the loudest."""
    loud = portrait.picture[portrait.levels >= np.median(portrait.levels)]
    bands = 10 * np.log10(np.mean(10 ** (loud / 10), axis=0))
    return np.maximum(bands, bands.max() - SHAPE_RANGE)


def excess(value, low, high):
    """How far a value lies outside a window."""
    return max(low - value, value - high, 0.0)
