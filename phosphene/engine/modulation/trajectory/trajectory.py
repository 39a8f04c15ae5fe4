"""The trajectory: a latent that travels between anchors as the music leads it, always on the prior's shell.

What is smoothed is the anchors' weights; what they blend to is then scaled back to the shell, since the mean of
unrelated latents is a washed-out one. The wander lies square to every anchor and so can never cancel them.
"""

import math
from typing import NamedTuple

import numpy as np
from pydantic import Field, create_model

from phosphene.engine.documents.schema import Params
from phosphene.engine.listening.frame import AT
from phosphene.engine.modulation.trajectory.anchors import PARAMS, USUAL_ANCHORS, load_anchors
from phosphene.engine.modulation.trajectory.projection import Projection, make_projection, project
from phosphene.engine.modulation.trajectory.wander import (
    HURRY,
    RANK,
    Wander,
    make_wander,
    place,
    push,
    smooth_fields,
    stroll,
)
from phosphene.engine.native import kernel

COORDINATES = RANK  # numbers from 0 to 1 that tell where the latent is
NAMES = tuple(f"trajectory.{at}" for at in range(COORDINATES))
CALM = 0.7  # of its strength that the wander keeps in silence
ONSET, BEAT = 0.6, 0.6  # seconds, as silence counts them, by which each pushes the wander; of a beat at the most
STAGE = 7  # of the seed's draws

Spec = create_model(
    "trajectory",
    __base__=Params,
    anchors=(str, USUAL_ANCHORS),
    **{p.name: (float | None, Field(None, ge=p.low, le=p.high, description=p.range_text)) for p in PARAMS},
)
"""A preset's section: anchors by name or path, and where their character is to be another."""


class Trajectory(NamedTuple):
    fields: np.ndarray  # (anchors + RANK, size): the anchors, then the wander's, each of mean square 1
    overlap: np.ndarray  # (anchors, anchors): mean products of the anchors
    views: np.ndarray  # (anchors + RANK, COORDINATES): how far each field lies along each direction
    projection: Projection
    wander: Wander
    held: np.ndarray  # (anchors + 1,), smoothed: the weights, and the loudness
    aims: np.ndarray  # (2, anchors + 1): what they follow, at the last record and at this one
    past: np.ndarray  # (2,): sample and beat of the last record; NaN before the first
    mixture: np.ndarray  # (anchors + RANK,): the latent, in fields
    told: np.ndarray  # (COORDINATES,)
    shape: np.ndarray  # int64, of the latent
    shell: float
    rate: float
    smoothing: float
    strength: float
    beats: float

    @property
    def latent(self):
        """float64 array of the anchors' shape, whose root mean square is that of the prior."""
        return (self.mixture @ self.fields).reshape(self.shape)


def make_trajectory(spec, seed, rate):
    """A trajectory at its beginning, already on the shell.

    Parameters
    ----------
    spec : Spec
    seed : int
        Names the wander.
    rate : float
        Samples per second of the stamps of the records.

    Raises
    ------
    UsageError
        If there are no such anchors, or they are not sound.
    """
    anchors = load_anchors(spec.anchors)
    asked = spec.model_dump(exclude_none=True, exclude={"anchors"})
    character = anchors.meta.character.model_copy(update=asked)
    count, shape = len(anchors.anchors), anchors.anchors.shape[1:]
    rows = anchors.anchors.reshape(count, -1).astype(float)
    rows *= math.sqrt(rows.shape[1]) / np.linalg.norm(rows, axis=1, keepdims=True)
    rng = np.random.default_rng(np.random.SeedSequence((seed, STAGE)))
    fields = np.concatenate([rows, smooth_fields(rng, RANK, shape, beside=rows)])
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
        np.zeros(COORDINATES),
        np.array(shape),
        anchors.meta.shell,
        float(rate),
        character.smoothing,
        character.wander,
        character.beats,
    )
    trajectory.held[:-1] = 1 / count
    arrive(trajectory)
    return trajectory


def directions(fields):
    """(COORDINATES, size): the nth is a cosine of n half turns over the anchors in order, and the wander's nth field.

    Anchors that all differ alike have no principal axes; but those that come along stand in order from calm to loud,
    and so does the first direction. An anchor alone lies about one standard deviation out.
    """
    count = len(fields) - RANK
    turns = np.outer(np.arange(1, COORDINATES + 1), np.arange(count) + 0.5) / (2 * count)
    over = -math.sqrt(2) * np.cos(2 * np.pi * turns) @ fields[:count]
    return over + math.sqrt(count) * fields[count:]


def shares(trajectory):
    """Where the latent is along each direction: (COORDINATES,), standard deviations as the share of a normal below."""
    return trajectory.told


@kernel
def advance(trajectory, record):
    """Go on to a frame's record; the same one again changes nothing.

    Time is the music's own: it hurries with loudness and leaps at what begins, and the smoothing with it.
    """
    seconds = (record[AT.sample] - trajectory.past[0]) / trajectory.rate
    loudness = min(max(record[AT.level_fast], 0.0), 1.0)
    aims, held, wander = trajectory.aims, trajectory.held, trajectory.wander
    for at in range(held.shape[0]):
        aims[0, at] = aims[1, at]
    project(trajectory.projection, record, loudness, aims[1])
    aims[1, -1] = loudness
    if math.isnan(seconds):
        for at in range(held.shape[0]):
            held[at] = aims[1, at]
    elif seconds > 0.0:
        gone = stroll(wander, seconds, 0.5 * (aims[0, -1] + loudness)) + count_beats(trajectory, record, seconds)
        follow(trajectory, gone / (1.0 + HURRY))
    if seconds != 0.0:
        push(wander, ONSET * record[AT.onset_event], 0.0)
    trajectory.past[0], trajectory.past[1] = record[AT.sample], record[AT.beat]
    arrive(trajectory)


@kernel
def follow(trajectory, seconds):
    """Smooth towards aims that went straight from the last to this one, which took `seconds` of the music's time."""
    aims, held = trajectory.aims, trajectory.held
    spent = seconds / trajectory.smoothing
    keep, lag = math.exp(-spent), -math.expm1(-spent) / spent
    for at in range(held.shape[0]):
        held[at] = keep * held[at] + (lag - keep) * aims[0, at] + (1.0 - lag) * aims[1, at]


@kernel
def count_beats(trajectory, record, seconds):
    """Push at every so many beats, as much as the music is sure of them, and from the moment that they fell."""
    every, before, now = trajectory.beats, trajectory.past[1], record[AT.beat]
    if every <= 0.0 or math.floor(now / every) <= math.floor(before / every):
        return 0.0
    ago = (now - math.floor(now / every) * every) / (now - before) * seconds
    return push(trajectory.wander, BEAT * record[AT.confidence] * trajectory.aims[1, -1], ago)


@kernel
def arrive(trajectory):
    """Work out the latent, in fields, and its coordinates."""
    held, mixture, wander = trajectory.held, trajectory.mixture, trajectory.wander
    count = held.shape[0] - 1
    power = 0.0
    for one in range(count):
        for other in range(count):
            power += held[one] * trajectory.overlap[one, other] * held[other]
    for at in range(count):
        mixture[at] = held[at] / math.sqrt(power)
    place(wander)
    strength, whole = trajectory.strength * (CALM + (1.0 - CALM) * held[count]), 1.0
    for field in range(RANK):
        mixture[count + field] = strength * wander.values[field]
        whole += mixture[count + field] ** 2
    for at in range(count + RANK):
        mixture[at] *= trajectory.shell / math.sqrt(whole)
    for at in range(COORDINATES):
        along = 0.0
        for field in range(count + RANK):
            along += mixture[field] * trajectory.views[field, at]
        trajectory.told[at] = 0.5 + 0.5 * math.erf(along / trajectory.shell * math.sqrt(0.5))
