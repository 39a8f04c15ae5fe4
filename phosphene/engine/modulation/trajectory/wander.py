"""Wander: a slow motion through a few smooth fields, which loudness hurries and whatever begins pushes on."""

import math
from typing import NamedTuple

import numpy as np

from phosphene.engine.native import kernel

RANK = 6  # fields
WAVES = 3  # that move each of them; their sum does not repeat
SLOWEST, QUICKEST = 0.02, 0.08  # Hz of the waves in silence
HURRY = 7.0  # times as quick again at the loudest
SPENT = 0.08  # seconds in which most of a push is spent
GRAIN = 0.16  # of an axis: the standard deviation of the blur


class Wander(NamedTuple):
    hertz: np.ndarray  # (RANK, WAVES)
    turns: np.ndarray  # (RANK, WAVES): where in its turn each wave begins
    gone: np.ndarray  # (2,): seconds gone, as silence counts them; and pushed, but not yet gone
    values: np.ndarray  # (RANK,): how far into each field; on average their squares sum to 1


def make_wander(rng):
    hertz = SLOWEST * (QUICKEST / SLOWEST) ** rng.random((RANK, WAVES))
    return Wander(hertz, rng.random((RANK, WAVES)), np.zeros(2), np.zeros(RANK))


@kernel
def stroll(wander, seconds, loudness):
    """Let time go by, at a mean loudness from 0 to 1."""
    left = math.exp(-seconds / SPENT)
    gone = seconds * (1.0 + HURRY * loudness) + (1.0 - left) * wander.gone[1]
    wander.gone[0] += gone
    wander.gone[1] *= left
    return gone


@kernel
def push(wander, much, ago):
    """A push of so many seconds' worth that came so many seconds ago."""
    left = math.exp(-ago / SPENT)
    wander.gone[0] += (1.0 - left) * much
    wander.gone[1] += left * much
    return (1.0 - left) * much


@kernel
def place(wander):
    """Work out `values` from what has gone."""
    for field in range(RANK):
        total = 0.0
        for wave in range(WAVES):
            total += math.cos(math.tau * (wander.hertz[field, wave] * wander.gone[0] + wander.turns[field, wave]))
        wander.values[field] = total * math.sqrt(2.0 / (WAVES * RANK))


def smooth_fields(rng, count, shape, *, grain=GRAIN, beside=()):
    """Fields that are smooth along every axis but the first, orthogonal to one another and to those `beside`.

    Returns
    -------
    fields : float64 array, shape (count, product of shape)
        The mean square of each is 1.
    """
    fields = rng.standard_normal((count, *shape))
    for axis, size in enumerate(shape[1:], 2):
        blur = np.exp(-2 * (np.pi * grain * size * np.fft.fftfreq(size)) ** 2)
        along = blur.reshape(-1, *[1] * (len(shape) - axis))
        fields = np.fft.ifft(np.fft.fft(fields, axis=axis) * along, axis=axis).real
    fields = fields.reshape(count, -1)
    rows = orthonormal([*beside, *(fields - fields.mean(axis=1, keepdims=True))])
    return rows[len(beside) :] * math.sqrt(math.prod(shape))


def orthonormal(rows):
    """The same rows in turn, each without what lies along those before it, and of length 1."""
    found = []
    for row in rows:
        for _ in range(2):  # once leaves what rounding leaves
            for other in found:
                row = row - (row @ other) * other
        found.append(row / np.linalg.norm(row))
    return np.array(found)
