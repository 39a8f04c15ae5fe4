"""The projection: maps the features of a frame to weights of the anchors."""

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from phosphene.engine.listening.frame import ARRAY_FIELDS, AT, CUMULATIVE_FIELDS, SCALARS
from phosphene.engine.native import kernel

MAX_DEVIATION = 4.0  # standard deviations from its mean to which a feature is clipped
MIN_FOCUS, MAX_FOCUS = 0.5, 1.5  # factor on the logits in silence and at the loudest

SCALED_FEATURES = {param.name: param for param in SCALARS if param.name not in (*CUMULATIVE_FIELDS, "tempo_source")}
PLAIN_FEATURES = {f"{row}.{at}": getattr(AT, row) + at for row in ("mfcc", "chroma") for at in range(ARRAY_FIELDS[row])}
FEATURES = (*SCALED_FEATURES, *PLAIN_FEATURES)


class Projection(NamedTuple):
    columns: np.ndarray  # (features,) int64, of a record
    ranges: np.ndarray  # (features, 2): each value is clipped to its range
    logarithmic: np.ndarray  # (features,) bool: take the logarithm
    scales: np.ndarray  # (features, 2): factor and offset, to standard deviations from the mean
    matrix: np.ndarray  # (anchors, features)
    bias: np.ndarray  # (anchors,)


def make_projection(anchors: Any) -> Projection:
    """The projection of Anchors."""
    scalings = [_scaling(name) for name in anchors.meta.features]
    columns, ranges, logarithmic, scales = (np.array(column) for column in zip(*scalings))
    scales = np.stack([scales[:, 0], scales[:, 1] - anchors.feature_mean], axis=1) / anchors.feature_std[:, None]
    return Projection(columns, ranges, logarithmic, scales, anchors.matrix.astype(float), anchors.bias.astype(float))


def _scaling(name):
    """A feature's column, its range, whether to take its logarithm, and (factor, offset) that map it to 0 to 1."""
    if name in PLAIN_FEATURES:
        return PLAIN_FEATURES[name], (-np.inf, np.inf), False, (1.0, 0.0)
    param = SCALED_FEATURES[name]
    low, high = (math.log(param.low), math.log(param.high)) if param.curve == "exp" else (param.low, param.high)
    return getattr(AT, name), (param.low, param.high), param.curve == "exp", (1 / (high - low), -low / (high - low))


def read_features(names: Sequence[str], records: np.ndarray) -> np.ndarray:
    """Features of many records, scaled as in the projection, with their means.

    Parameters
    ----------
    names : sequence of str
        From FEATURES.
    records : array, shape (records, WIDTH)

    Returns
    -------
    features : float64 array, shape (records, len(names))
    """
    columns = []
    for column, value_range, logarithmic, (gain, offset) in map(_scaling, names):
        value = np.clip(records[:, column], *value_range)
        columns.append(gain * (np.log(value) if logarithmic else value) + offset)
    return np.stack(columns, axis=1)


@kernel
def project(projection, record, loudness, weights):
    """Fill `weights` with the weight of each anchor; their sum is 1. The louder, the more contrast."""
    anchors, features = projection.matrix.shape
    focus = MIN_FOCUS + (MAX_FOCUS - MIN_FOCUS) * loudness
    highest = -math.inf
    for anchor in range(anchors):
        logit = projection.bias[anchor]
        for feature in range(features):
            low, high = projection.ranges[feature]
            value = min(max(record[projection.columns[feature]], low), high)
            if projection.logarithmic[feature]:
                value = math.log(value)
            value = projection.scales[feature, 0] * value + projection.scales[feature, 1]
            logit += projection.matrix[anchor, feature] * min(max(value, -MAX_DEVIATION), MAX_DEVIATION)
        weights[anchor] = focus * logit
        highest = max(highest, weights[anchor])
    total = 0.0
    for anchor in range(anchors):
        weights[anchor] = math.exp(weights[anchor] - highest)
        total += weights[anchor]
    for anchor in range(anchors):
        weights[anchor] /= total
