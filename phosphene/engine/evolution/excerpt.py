"""Excerpts: the section of a long sound that represents it best."""

import numpy as np

from phosphene.engine.evolution.descriptors import describe
from phosphene.engine.evolution.distance import WEIGHTS


def typical_excerpt(sound: np.ndarray, rate: int, seconds: float) -> tuple[int, int]:
    """The section of this length that is most similar to all others: (first frame, one past the last)."""
    frames = round(seconds * rate)
    if frames >= len(sound):
        return 0, len(sound)
    starts = np.linspace(0, len(sound) - frames, 2 * len(sound) // frames).round().astype(int)
    features = np.array([describe(sound[start : start + frames], rate).features for start in starts]) * WEIGHTS
    differences = np.abs(features[:, None] - features).sum(axis=(1, 2))
    start = int(starts[differences.argmin()])
    return start, start + frames
