"""Excerpts: the stretch of a long sound that stands for all of it."""

import numpy as np

from phosphene.engine.evolution.descriptors import describe
from phosphene.engine.evolution.distance import WEIGHTS


def typical_excerpt(sound, rate, seconds):
    """Where the stretch of so many seconds lies that is most like all the others: (first frame, one past the last)."""
    frames = round(seconds * rate)
    if frames >= len(sound):
        return 0, len(sound)
    starts = np.linspace(0, len(sound) - frames, 2 * len(sound) // frames).round().astype(int)
    features = np.array([describe(sound[start : start + frames], rate).features for start in starts]) * WEIGHTS
    unlike = np.abs(features[:, None] - features).sum(axis=(1, 2))
    start = int(starts[unlike.argmin()])
    return start, start + frames
