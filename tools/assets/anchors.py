"""Makes the packaged anchors in presets/anchors/, the same every time.

    python3 tools/assets/anchors.py [FOLDER]

Anchors are smooth fields, orthogonal to one another. The projection is fitted to the built-in synth: the features are
clustered, the clusters are ordered from calm to loud, and the logits are those of a soft assignment to them, balanced
so that every anchor has the same share of the music.
"""

import json
import sys
from pathlib import Path
from typing import NamedTuple

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from phosphene.engine.audio.sources.synth import Synth
from phosphene.engine.listening.analyser import analyse, frames_layout, make_analyser
from phosphene.engine.listening.frame import AT, VERSION, WIDTH
from phosphene.engine.modulation.trajectory.anchors import SCHEMA_VERSION
from phosphene.engine.modulation.trajectory.projection import MAX_DEVIATION, MAX_FOCUS, MIN_FOCUS, read_features
from phosphene.engine.modulation.trajectory.wander import smooth_fields
from phosphene.engine.rings import allocate, timeline

FOLDER = Path(__file__).resolve().parents[2] / "phosphene" / "presets" / "anchors"
RATE, SECONDS = 48_000, 60
PIECES = (  # of the synth: seed, tempo, density, brightness
    (1, 96.0, 0.6, 0.5),
    (2, 72.0, 0.3, 0.3),
    (3, 126.0, 0.9, 0.7),
    (4, 110.0, 0.6, 0.6),
)
FEATURES = ("level_fast", "centroid", "flatness", "onset", *(f"mfcc.{index}" for index in range(1, 9)))
COUNT, SHAPE = 10, (4, 8, 8)
HOP_STEP = 5  # every fifth hop is used
ROUNDS, HALVINGS, BALANCING = 40, 16, 20
DIGITS = 6  # kept, so that the files do not depend on the machine


class Recipe(NamedTuple):
    """One file."""

    seed: int
    blur_width: float  # standard deviation of the anchors' blur, as a share of an axis
    blend: float  # mean number of anchors that are blended
    smoothing: float  # seconds
    wander: float
    beats: float  # between pushes


RECIPES = {
    "baseline": Recipe(11, 0.12, 2.5, 0.084, 0.22, 1.0),
    "pulse": Recipe(12, 0.12, 2.0, 0.055, 0.18, 0.5),
    "drift": Recipe(13, 0.18, 3.5, 0.325, 0.28, 0.0),
    "fracture": Recipe(14, 0.07, 1.6, 0.067, 0.24, 2 / 3),
    "lumen": Recipe(15, 0.15, 3.0, 0.096, 0.20, 1.0),
    "nocturne": Recipe(16, 0.18, 3.0, 0.158, 0.30, 0.0),
    "surge": Recipe(17, 0.10, 2.0, 0.051, 0.18, 0.25),
}


def records_of(sound, rate=RATE, cut=()):
    """(hops, WIDTH): the records of a sound, analysed in parts that begin at `cut`."""
    analyser, published = make_analyser(float(rate)), allocate(frames_layout(len(sound) / rate + 1.0))
    for part in np.split(sound, cut):
        analyse(analyser, part, published)
    records = np.zeros((timeline.record_count(published), WIDTH))
    assert all(timeline.read(published, index, row) for index, row in enumerate(records))
    return records


def play(seed, tempo, density, brightness, *, rate=RATE, seconds=SECONDS):
    """A piece of the synth."""
    sound = np.empty((seconds * rate, 2), np.float32)
    Synth(rate, seed=seed, params={"tempo": tempo, "density": density, "brightness": brightness}).read(sound)
    return sound


def music():
    """(hops, WIDTH): the records of all pieces, without silence."""
    records = np.concatenate([records_of(play(*piece)) for piece in PIECES])
    return records[records[:, AT.silence] == 0.0]


def deviations(features):
    """Means and standard deviations of features, and the features in these units, clipped as in the projection."""
    mean, std = features.mean(axis=0).round(DIGITS), features.std(axis=0).round(DIGITS)
    return mean, std, np.clip((features - mean) / std, -MAX_DEVIATION, MAX_DEVIATION)


def cluster_centres(points, rng):
    """(COUNT, features): the centres of clusters, from calm to loud."""
    centres = points[rng.integers(len(points), size=1)]
    while len(centres) < COUNT:
        distances = ((points[:, None] - centres) ** 2).sum(axis=2).min(axis=1)
        centres = np.concatenate([centres, points[rng.choice(len(points), size=1, p=distances / distances.sum())]])
    for _ in range(ROUNDS):
        nearest = ((points[:, None] - centres) ** 2).sum(axis=2).argmin(axis=1)
        centres = np.array([points[nearest == index].mean(axis=0) for index in range(COUNT)])
    return centres[np.argsort(centres[:, FEATURES.index("level_fast")])]


def fit_projection(points, loudness, centres, blend):
    """The matrix and bias that blend `blend` clusters on average, and use all clusters alike over the music."""
    focus = (MIN_FOCUS + (MAX_FOCUS - MIN_FOCUS) * loudness)[:, None]
    low, high = 0.01, 10.0
    bias = np.zeros(COUNT)
    for _ in range(HALVINGS):
        hardness = (low * high) ** 0.5
        logits = hardness * (points @ centres.T - (centres**2).sum(axis=1) / 2)
        for _ in range(BALANCING):
            weights = softmax(focus * (logits + bias))
            bias -= 0.5 * np.log(COUNT * weights.mean(axis=0))
        low, high = (low, hardness) if spread(weights).mean() < blend else (hardness, high)
    return hardness * centres, bias - hardness * (centres**2).sum(axis=1) / 2


def softmax(logits):
    weights = np.exp(logits - logits.max(axis=1, keepdims=True))
    return weights / weights.sum(axis=1, keepdims=True)


def spread(weights):
    """Effective number of anchors in each row of weights: e to the power of the entropy."""
    return np.exp(-(weights * np.log(np.maximum(weights, 1e-300))).sum(axis=-1))


def make(name, records):
    """The arrays of a file."""
    recipe = RECIPES[name]
    rng = np.random.default_rng(np.random.SeedSequence((recipe.seed, 0)))
    features = read_features(FEATURES, records)
    mean, std, points = deviations(features)
    centres = cluster_centres(points[::HOP_STEP], rng)
    matrix, bias = fit_projection(points[::HOP_STEP], records[::HOP_STEP, AT.level_fast], centres, recipe.blend)
    meta = {
        "schema_version": SCHEMA_VERSION,
        "analyser": VERSION,
        "about": "tools/anchors.py: smooth fields; balanced soft clusters of the built-in synth's features",
        "seed": recipe.seed,
        "shell": 1.0,
        "features": FEATURES,
        "character": {"smoothing": recipe.smoothing, "wander": recipe.wander, "beats": recipe.beats},
    }
    fields = smooth_fields(rng, COUNT, SHAPE, blur_width=recipe.blur_width)
    return {
        "anchors": fields.reshape(COUNT, *SHAPE).astype(np.float32),
        "matrix": matrix.round(DIGITS),
        "bias": bias.round(DIGITS),
        "feature_mean": mean,
        "feature_std": std,
        "meta": np.array(json.dumps(meta)),
    }


def main():
    folder = Path(sys.argv[1]) if sys.argv[1:] else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    records = music()
    for name in RECIPES:
        np.savez_compressed(folder / f"{name}.npz", **make(name, records))
        print(folder / f"{name}.npz")


if __name__ == "__main__":
    main()
