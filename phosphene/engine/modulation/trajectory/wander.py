"""Wander: a slow motion through a few smooth fields; loudness makes it faster, onsets and beats push it on."""

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from phosphene.engine.native import kernel

RANK = 6  # fields
WAVES = 3  # per field; their sum does not repeat
MIN_HERTZ, MAX_HERTZ = 0.02, 0.08  # of the waves, in silence
LOUDNESS_SPEEDUP = 7.0  # factor on the speed at the loudest, minus 1
PUSH_SECONDS = 0.08  # time constant of a push
BLUR_WIDTH = 0.16  # standard deviation of the blur, as a share of an axis


class Wander(NamedTuple):
    hertz: np.ndarray  # (RANK, WAVES)
    phases: np.ndarray  # (RANK, WAVES): start of each wave, in turns
    passed: np.ndarray  # (2,): seconds passed, at the speed of silence; and pushed, but not passed yet
    values: np.ndarray  # (RANK,): weight of each field; their squares sum to 1 on average


def make_wander(rng: np.random.Generator) -> Wander:
    hertz = MIN_HERTZ * (MAX_HERTZ / MIN_HERTZ) ** rng.random((RANK, WAVES))
    return Wander(hertz, rng.random((RANK, WAVES)), np.zeros(2), np.zeros(RANK))


@kernel
def advance_wander(wander, seconds, loudness):
    """Move on by `seconds` at a mean loudness from 0 to 1; return the seconds passed at the speed of silence."""
    remaining = math.exp(-seconds / PUSH_SECONDS)
    passed = seconds * (1.0 + LOUDNESS_SPEEDUP * loudness) + (1.0 - remaining) * wander.passed[1]
    wander.passed[0] += passed
    wander.passed[1] *= remaining
    return passed


@kernel
def push_wander(wander, amount, ago):
    """Push by `amount` seconds, `ago` seconds in the past; return the seconds that have passed of it."""
    remaining = math.exp(-ago / PUSH_SECONDS)
    wander.passed[0] += (1.0 - remaining) * amount
    wander.passed[1] += remaining * amount
    return (1.0 - remaining) * amount


@kernel
def update_values(wander):
    """Compute `values` from the seconds passed."""
    for field in range(RANK):
        total = 0.0
        for wave in range(WAVES):
            total += math.cos(math.tau * (wander.hertz[field, wave] * wander.passed[0] + wander.phases[field, wave]))
        wander.values[field] = total * math.sqrt(2.0 / (WAVES * RANK))


def smooth_fields(
    rng: np.random.Generator,
    count: int,
    shape: Sequence[int],
    *,
    blur_width: float = BLUR_WIDTH,
    others: Sequence[np.ndarray] | np.ndarray = (),
) -> np.ndarray:
    """Random fields, smooth along every axis but the first, orthogonal to one another and to the rows of `others`.

    Returns
    -------
    fields : float64 array, shape (count, product of shape)
        The mean square of each is 1.
    """
    fields = rng.standard_normal((count, *shape))
    for axis, size in enumerate(shape[1:], 2):
        blur = np.exp(-2 * (np.pi * blur_width * size * np.fft.fftfreq(size)) ** 2)
        along = blur.reshape(-1, *[1] * (len(shape) - axis))
        fields = np.fft.ifft(np.fft.fft(fields, axis=axis) * along, axis=axis).real
    fields = fields.reshape(count, -1)
    rows = orthonormal([*others, *(fields - fields.mean(axis=1, keepdims=True))])
    return rows[len(others) :] * math.sqrt(math.prod(shape))


def orthonormal(rows: Iterable[np.ndarray]) -> np.ndarray:
    """The rows made orthogonal to the rows before them, with length 1 (Gram-Schmidt)."""
    found = []
    for row in rows:
        for _ in range(2):  # twice, because of rounding
            for other in found:
                row = row - (row @ other) * other
        found.append(row / np.linalg.norm(row))
    return np.array(found)
