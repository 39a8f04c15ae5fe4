"""The hand: what a performer says of the tempo, in numbers that a listener takes."""

import math
from dataclasses import replace

import numpy as np

from phosphene.engine.common.params import Param
from phosphene.engine.listening.frame import SCALARS, SOURCES

HEARD, TAPPED, LINK, HELD = range(len(SOURCES))
SOURCE, BPM, ANCHOR, SCALE, NUDGE, BAR_ANCHOR = range(6)  # places in a hand
BEATS = 4  # of a bar
FAR = 2.0**53  # samples, beyond which they could not be told apart
PARAMS = (
    Param("source", HEARD, low=0.0, high=len(SOURCES) - 1.0),  # the one that is wanted, a place in SOURCES
    replace(next(param for param in SCALARS if param.name == "tempo"), name="bpm"),  # of one that is not heard
    Param("anchor", 0.0, low=-FAR, high=FAR, unit="samples"),  # at which a beat of it lies
    Param("scale", 1.0, low=0.5, high=2.0, curve="exp"),  # of the tempo that is heard
    Param("nudge", 0.0, low=-1024.0, high=1024.0, unit="beats"),  # that all beats come early
    Param("bar", math.nan, low=-FAR, high=FAR, unit="samples"),  # at which a bar begins; no number, nobody said
)


def make_hand():
    """Nobody touches anything."""
    return np.array([float(param.default) for param in PARAMS])
