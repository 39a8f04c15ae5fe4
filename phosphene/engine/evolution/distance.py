"""Scores of sounds: the distance to a target, and the improvement over a source."""

import math

import numpy as np

from phosphene.engine.evolution.descriptors import (
    AUDIBLE,
    BANDS,
    FEATURES,
    LEVEL_FLOOR,
    MEL_FLOOR,
    PEAK,
    RMS,
    Descriptors,
)
from phosphene.engine.native import kernel

FEATURE_WEIGHTS = {  # name: weight in a distance, and the difference that counts as 1
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
MEL_WEIGHT = 2.0, 6.0  # the same for mel bands, in dB; the highest weight, because only they contain time
WEIGHTS = np.array([weight / scale for weight, scale in map(FEATURE_WEIGHTS.get, FEATURES)])
LOUDNESS, CREST = (-26.0, -14.0), (8.0, 18.0)  # dB; a sound outside these ranges is worse
MAX_CLEANING = 2.0  # times 6 dB: a larger gain costs signal as well as noise
SHAPE_RANGE = 40.0  # dB below the loudest band; lower bands are noise


@kernel
def mel_difference(mel, other):
    """Mean difference of two mel spectrograms in dB; the shorter one is continued with silence."""
    shorter, longer = (mel, other) if mel.shape[0] < other.shape[0] else (other, mel)
    total = 0.0
    for f in range(shorter.shape[0]):
        for b in range(BANDS):
            total += abs(shorter[f, b] - longer[f, b])
    for f in range(shorter.shape[0], longer.shape[0]):
        for b in range(BANDS):
            total += longer[f, b] - MEL_FLOOR
    return total / (longer.shape[0] * BANDS)


def distance(sound: Descriptors, target: Descriptors) -> float:
    """The distance between two sounds: 0 if they are equal, about 1 if they are clearly different."""
    weight, scale = MEL_WEIGHT
    feature_distance = np.abs(sound.features - target.features) @ WEIGHTS
    longer = abs(math.log2(sound.seconds / target.seconds))
    return float(feature_distance + weight / scale * mel_difference(sound.mel, target.mel) + longer)


def improvement(sound: Descriptors, source: Descriptors) -> float:
    """How much better a sound is than its source; 0 for the source itself.

    Better: a lower noise floor relative to the sound, a moderate loudness, and dynamics that are neither flat nor
    extreme. Worse: clipping, silence, and a changed length or spectral shape.
    """
    cleaning = max(min((_signal_to_noise(sound) - _signal_to_noise(source)) / 6, MAX_CLEANING), -MAX_CLEANING)
    recolouring = excess(_shape_change(sound, source), 0.0, 6.0) / 6
    longer = abs(math.log2(sound.seconds / source.seconds))
    return cleaning + _absolute_quality(sound) - _absolute_quality(source) - 0.5 * recolouring - longer


def _signal_to_noise(sound):
    """Level of the sound above its noise floor, in dB. Turning the sound down does not change it."""
    levels = sound.levels[sound.levels > LEVEL_FLOOR]  # digital silence is not noise
    return sound.features[RMS] - (np.percentile(levels, 10) if len(levels) else LEVEL_FLOOR)


def _absolute_quality(sound):
    """The part of the score that needs no source: loudness, dynamics, clipping and silence."""
    loudness = sound.features[RMS]
    crest = 20 * math.log10(max(sound.features[PEAK], 1e-4)) - loudness
    silence = np.mean(sound.levels <= AUDIBLE)
    return -2 * excess(loudness, *LOUDNESS) / 6 - excess(crest, *CREST) / 6 - 50 * sound.clipped - 2 * silence


def _shape_change(sound, source):
    """How much the spectral shape of the loud frames has changed, in dB."""
    change = _spectral_shape(sound) - _spectral_shape(source)
    return np.mean(np.abs(change - np.median(change)))


def _spectral_shape(sound):
    """Mean band levels of the louder half of the frames, at most SHAPE_RANGE below the loudest band."""
    loud = sound.mel[sound.levels >= np.median(sound.levels)]
    bands = 10 * np.log10(np.mean(10 ** (loud / 10), axis=0))
    return np.maximum(bands, bands.max() - SHAPE_RANGE)


def excess(value, low, high):
    """How far a value is outside a range."""
    return max(low - value, value - high, 0.0)
