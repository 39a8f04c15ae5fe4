"""Rows, sources and frames for tests of the matrix, in the form that a preset sends to it."""

import numpy as np

from phosphene.engine.listening.frame import WIDTH, as_frame
from phosphene.engine.modulation.matrix import Matrix, Modulation

RATE, HOP, SLOTS = 48_000, 512, 8
DEFAULT_ROW = {"range": (0.0, 1.0), "curve": "linear", "steps": 8, "when": "always", "attack": 0.0, "release": 0.0}


def row(source, *slots, **settings):
    return {"from": source, "to": list(slots or (0,)), "amount": 1.0, "name": "it", **DEFAULT_ROW, **settings}


def modulation(*rows, seed=7, trajectory=None, **sources):
    return Modulation(seed, sources, list(rows), trajectory or {})


def matrix(*rows, **sources):
    return Matrix(modulation(*rows, **sources), RATE, SLOTS)


def record(sample, **fields):
    """A record of zeros, except for some fields."""
    values = np.zeros(WIDTH)
    frame = as_frame(values)
    frame["sample"] = sample
    for name, value in fields.items():
        frame[name] = value
    return values


def moves_of(matrix, records):
    """(records, SLOTS, 2): the moves of a matrix after each record."""
    return np.array([matrix.step(values).copy() for values in records])


def targets_of(matrix, records, slot=0):
    """The targets of one slot, moved by rows of amount 1."""
    return moves_of(matrix, records)[:, slot, 1]


def levels(values, name="low", start=0):
    """A record per hop, with one field at one value after the other."""
    return [record(start + n * HOP, **{name: value}) for n, value in enumerate(values)]
