"""Rows, sources and frames as they stand between a preset and a matrix."""

import numpy as np

from phosphene.engine.listening.frame import WIDTH, as_frame
from phosphene.engine.modulation.matrix import Matrix, Modulation

RATE, HOP, PLACES = 48_000, 512, 8
USUAL = {"range": (0.0, 1.0), "curve": "linear", "steps": 8, "when": "always", "attack": 0.0, "release": 0.0}


def row(source, *places, **how):
    return {"from": source, "to": list(places or (0,)), "amount": 1.0, "name": "it", **USUAL, **how}


def modulation(*rows, seed=7, trajectory=None, **sources):
    return Modulation(seed, sources, list(rows), trajectory or {})


def matrix(*rows, **sources):
    return Matrix(modulation(*rows, **sources), RATE, PLACES)


def record(sample, **heard):
    """A frame in which nothing is heard but this."""
    numbers = np.zeros(WIDTH)
    frame = as_frame(numbers)
    frame["sample"] = sample
    for name, value in heard.items():
        frame[name] = value
    return numbers


def played(matrix, records):
    """(records, PLACES, 2): what a matrix makes of frames."""
    return np.array([matrix.step(each).copy() for each in records])


def wanted(matrix, records, place=0):
    """Where rows with all the amount want a place."""
    return played(matrix, records)[:, place, 1]
