"""The trajectory: a latent that the music moves between anchors, always on the prior's shell.

The weights of the anchors are smoothed; the blend is then scaled to the shell, because the mean of unrelated latents
has too little variance. The wander is orthogonal to every anchor, so it never cancels them.
"""

import math
from typing import Any, NamedTuple

import numpy as np
from pydantic import Field, create_model

from phosphene.engine.documents.schema import Params
from phosphene.engine.listening.frame import AT
from phosphene.engine.modulation.trajectory.anchors import DEFAULT_ANCHORS, PARAMS, load_anchors
from phosphene.engine.modulation.trajectory.projection import Projection, make_projection, project
from phosphene.engine.modulation.trajectory.wander import (
    LOUDNESS_SPEEDUP,
    RANK,
    Wander,
    advance_wander,
    make_wander,
    push_wander,
    smooth_fields,
    update_values,
)
from phosphene.engine.native import kernel

COORDINATE_COUNT = RANK  # numbers from 0 to 1 that describe the position of the latent
COORDINATE_NAMES = tuple(f"trajectory.{i}" for i in range(COORDINATE_COUNT))
SILENT_WANDER = 0.7  # share of the wander's strength in silence
ONSET_PUSH, BEAT_PUSH = 0.6, 0.6  # seconds, at the speed of silence, by which each pushes the wander; of a beat at most
SEED_STAGE = 7  # separates its random numbers from other uses of the seed


def _spec_model() -> Any:
    fields: dict[str, Any] = {"anchors": (str, DEFAULT_ANCHORS)}
    for p in PARAMS:
        fields[p.name] = float | None, Field(None, ge=p.low, le=p.high, description=p.range_text)
    return create_model("trajectory", __base__=Params, **fields)


TrajectorySpec = _spec_model()
"""A preset's section: anchors by name or path, and values that replace those of the file."""


class Trajectory(NamedTuple):
    fields: np.ndarray  # (anchors + RANK, size): the anchors, then the wander's fields; each has a mean square of 1
    overlap: np.ndarray  # (anchors, anchors): mean products of the anchors
    field_directions: np.ndarray  # (anchors + RANK, COORDINATE_COUNT): each field along each direction
    projection: Projection
    wander: Wander
    smoothed: np.ndarray  # (anchors + 1,): smoothed weights, then loudness
    targets: np.ndarray  # (2, anchors + 1): targets of these, at the last record and at this one
    last: np.ndarray  # (2,): sample and beat of the last record; NaN before the first
    mixture: np.ndarray  # (anchors + RANK,): the latent as weights of the fields
    position: np.ndarray  # (COORDINATE_COUNT,)
    shape: np.ndarray  # (axes,) int64, of the latent
    shell: float
    rate: float
    smoothing: float
    strength: float
    beats: float

    @property
    def latent(self) -> np.ndarray:
        """float64 array of the anchors' shape; its root mean square is `shell`."""
        return (self.mixture @ self.fields).reshape(self.shape)


def make_trajectory(spec: Any, seed: int, rate: float) -> Trajectory:
    """A trajectory at its start, on the shell.

    Parameters
    ----------
    spec : TrajectorySpec
    seed : int
        Of the wander.
    rate : float
        Samples per second, of the records' sample numbers.

    Raises
    ------
    UsageError
        If there are no such anchors, or they are not valid.
    """
    anchors = load_anchors(spec.anchors)
    replaced = spec.model_dump(exclude_none=True, exclude={"anchors"})
    character = anchors.meta.character.model_copy(update=replaced)
    count, shape = len(anchors.anchors), anchors.anchors.shape[1:]
    rows = anchors.anchors.reshape(count, -1).astype(float)
    rows *= math.sqrt(rows.shape[1]) / np.linalg.norm(rows, axis=1, keepdims=True)
    rng = np.random.default_rng(np.random.SeedSequence((seed, SEED_STAGE)))
    fields = np.concatenate([rows, smooth_fields(rng, RANK, shape, others=rows)])
    trajectory = Trajectory(
        fields,
        rows @ rows.T / rows.shape[1],
        fields @ directions(fields).T / rows.shape[1],
        make_projection(anchors),
        make_wander(rng),
        np.zeros(count + 1),
        np.zeros((2, count + 1)),
        np.full(2, np.nan),
        np.zeros(count + RANK),
        np.zeros(COORDINATE_COUNT),
        np.array(shape),
        anchors.meta.shell,
        float(rate),
        character.smoothing,
        character.wander,
        character.beats,
    )
    trajectory.smoothed[:-1] = 1 / count
    update_latent(trajectory)
    return trajectory


def directions(fields: np.ndarray) -> np.ndarray:
    """(COORDINATE_COUNT, size): the nth is a cosine of n half turns over the anchors, plus the nth wander field.

    Anchors at equal distances have no principal axes. The packaged ones are ordered from calm to loud, and the first
    direction has the same order. A single anchor lies about one standard deviation out.
    """
    count = len(fields) - RANK
    turns = np.outer(np.arange(1, COORDINATE_COUNT + 1), np.arange(count) + 0.5) / (2 * count)
    cosines = -math.sqrt(2) * np.cos(2 * np.pi * turns) @ fields[:count]
    return cosines + math.sqrt(count) * fields[count:]


def coordinates(trajectory: Trajectory) -> np.ndarray:
    """The latent along each direction, mapped to 0 to 1 by the normal distribution: (COORDINATE_COUNT,)."""
    return trajectory.position


@kernel
def advance_trajectory(trajectory, record):
    """Move on to a frame's record; the same record again changes nothing.

    Loudness makes time pass faster, and onsets push it on, for the wander and the smoothing alike.
    """
    seconds = (record[AT.sample] - trajectory.last[0]) / trajectory.rate
    loudness = min(max(record[AT.level_fast], 0.0), 1.0)
    targets, smoothed, wander = trajectory.targets, trajectory.smoothed, trajectory.wander
    for i in range(smoothed.shape[0]):
        targets[0, i] = targets[1, i]
    project(trajectory.projection, record, loudness, targets[1])
    targets[1, -1] = loudness
    if math.isnan(seconds):
        for i in range(smoothed.shape[0]):
            smoothed[i] = targets[1, i]
    elif seconds > 0.0:
        passed = advance_wander(wander, seconds, 0.5 * (targets[0, -1] + loudness))
        passed += push_on_beat(trajectory, record, seconds)
        smooth_weights(trajectory, passed / (1.0 + LOUDNESS_SPEEDUP))
    if seconds != 0.0:
        push_wander(wander, ONSET_PUSH * record[AT.onset_event], 0.0)
    trajectory.last[0], trajectory.last[1] = record[AT.sample], record[AT.beat]
    update_latent(trajectory)


@kernel
def smooth_weights(trajectory, seconds):
    """Smooth towards targets that moved linearly from the last to this one in `seconds` of that time."""
    targets, smoothed = trajectory.targets, trajectory.smoothed
    time_constants = seconds / trajectory.smoothing
    keep, lag = math.exp(-time_constants), -math.expm1(-time_constants) / time_constants
    for i in range(smoothed.shape[0]):
        smoothed[i] = keep * smoothed[i] + (lag - keep) * targets[0, i] + (1.0 - lag) * targets[1, i]


@kernel
def push_on_beat(trajectory, record, seconds):
    """Push at every `beats` beats, in proportion to their confidence, from the moment of the beat; return the push."""
    interval, last, now = trajectory.beats, trajectory.last[1], record[AT.beat]
    if interval <= 0.0 or math.floor(now / interval) <= math.floor(last / interval):
        return 0.0
    ago = (now - math.floor(now / interval) * interval) / (now - last) * seconds
    return push_wander(trajectory.wander, BEAT_PUSH * record[AT.confidence] * trajectory.targets[1, -1], ago)


@kernel
def update_latent(trajectory):
    """Compute the latent, as weights of the fields, and its coordinates."""
    smoothed, mixture, wander = trajectory.smoothed, trajectory.mixture, trajectory.wander
    count = smoothed.shape[0] - 1
    power = 0.0
    for a in range(count):
        for b in range(count):
            power += smoothed[a] * trajectory.overlap[a, b] * smoothed[b]
    for i in range(count):
        mixture[i] = smoothed[i] / math.sqrt(power)
    update_values(wander)
    strength, power_sum = trajectory.strength * (SILENT_WANDER + (1.0 - SILENT_WANDER) * smoothed[count]), 1.0
    for field in range(RANK):
        mixture[count + field] = strength * wander.values[field]
        power_sum += mixture[count + field] ** 2
    for i in range(count + RANK):
        mixture[i] *= trajectory.shell / math.sqrt(power_sum)
    for i in range(COORDINATE_COUNT):
        total = 0.0
        for field in range(count + RANK):
            total += mixture[field] * trajectory.field_directions[field, i]
        trajectory.position[i] = 0.5 + 0.5 * math.erf(total / trajectory.shell * math.sqrt(0.5))
