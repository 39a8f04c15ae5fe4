"""The projection: features of a frame to weights over anchors."""

import math
from typing import NamedTuple

import numpy as np

from phosphene.engine.listening.frame import AT, ROWS, SCALARS
from phosphene.engine.native import kernel

FARTHEST = 4.0  # deviations from its mean that a feature is heard to go
SOFTEST, SHARPEST = 0.5, 1.5  # of the logits, in silence and at the loudest

GROWING = ("beat", "bar", *(param.name for param in SCALARS if param.name.endswith("_travel")))  # and never fall
SHARES = {param.name: param for param in SCALARS if param.name not in (*GROWING, "tempo_source")}
PLAIN = {f"{row}.{at}": getattr(AT, row) + at for row in ("mfcc", "chroma") for at in range(ROWS[row])}
FEATURES = (*SHARES, *PLAIN)


class Projection(NamedTuple):
    places: np.ndarray  # (features,) int64, in a record
    spans: np.ndarray  # (features, 2), within which each is heard
    curved: np.ndarray  # (features,) bool: by its logarithm
    scales: np.ndarray  # (features, 2): to deviations from the mean, times the first, plus the second
    matrix: np.ndarray  # (anchors, features)
    bias: np.ndarray  # (anchors,)


def make_projection(anchors):
    """The projection of a file of Anchors."""
    readings = [_reading(name) for name in anchors.meta.features]
    places, spans, curved, scales = (np.array(column) for column in zip(*readings))
    scales = np.stack([scales[:, 0], scales[:, 1] - anchors.feature_mean], axis=1) / anchors.feature_std[:, None]
    return Projection(places, spans, curved, scales, anchors.matrix.astype(float), anchors.bias.astype(float))


def _reading(name):
    """Where a feature stands, its span, whether it is curved, and what makes a share of it."""
    if name in PLAIN:
        return PLAIN[name], (-np.inf, np.inf), False, (1.0, 0.0)
    param = SHARES[name]
    low, high = (math.log(param.low), math.log(param.high)) if param.curve == "exp" else (param.low, param.high)
    return getattr(AT, name), (param.low, param.high), param.curve == "exp", (1 / (high - low), -low / (high - low))


def read_features(names, records):
    """Features of many records, as the projection reads them before it subtracts a mean.

    Parameters
    ----------
    names : sequence of str
        Of FEATURES.
    records : array, shape (records, WIDTH)

    Returns
    -------
    features : float64 array, shape (records, len(names))
    """
    columns = []
    for place, span, curved, (gain, offset) in map(_reading, names):
        value = np.clip(records[:, place], *span)
        columns.append(gain * (np.log(value) if curved else value) + offset)
    return np.stack(columns, axis=1)


@kernel
def project(projection, record, loudness, weights):
    """Fill `weights` with a share for each anchor; the louder, the more decided."""
    anchors, features = projection.matrix.shape
    focus = SOFTEST + (SHARPEST - SOFTEST) * loudness
    highest = -math.inf
    for anchor in range(anchors):
        logit = projection.bias[anchor]
        for feature in range(features):
            low, high = projection.spans[feature]
            value = min(max(record[projection.places[feature]], low), high)
            if projection.curved[feature]:
                value = math.log(value)
            value = projection.scales[feature, 0] * value + projection.scales[feature, 1]
            logit += projection.matrix[anchor, feature] * min(max(value, -FARTHEST), FARTHEST)
        weights[anchor] = focus * logit
        highest = max(highest, weights[anchor])
    total = 0.0
    for anchor in range(anchors):
        weights[anchor] = math.exp(weights[anchor] - highest)
        total += weights[anchor]
    for anchor in range(anchors):
        weights[anchor] /= total
