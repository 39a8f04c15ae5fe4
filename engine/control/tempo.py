"""Tempo by hand: the numbers that tell a listener how the beat is wanted, and where they lie on the board."""

import math
from dataclasses import replace

from engine.effects import chain
from engine.listening.frame import SCALARS, SOURCES
from engine.params import Param, defaults
from engine.rings.board import put

FAR = 2.0**53  # samples, beyond which they could not be told apart
BPM = replace(next(param for param in SCALARS if param.name == "tempo"), name="bpm")
SCALE = Param("scale", 1.0, low=0.5, high=2.0, curve="exp")  # of the tempo that is heard
PARAMS = (  # in the order of a listener's `hand`
    Param("source", 0.0, low=0.0, high=len(SOURCES) - 1.0),  # the one that is wanted, a place in SOURCES
    BPM,
    Param("anchor", 0.0, low=-FAR, high=FAR, unit="samples"),  # at which a beat lies
    SCALE,
    Param("nudge", 0.0, low=-1024.0, high=1024.0, unit="beats"),  # that all beats come early
    Param("bar", math.nan, low=-FAR, high=FAR, unit="samples"),  # at which a bar begins; no number, nobody said
)
DEFAULTS = defaults(PARAMS)
HEARD, TAPPED, LINK, HELD = range(len(SOURCES))
BEATS = 4  # of a bar

FIRST = chain.SLOTS  # of the board: before it lie the parameters of the genome
SLOTS = FIRST + len(PARAMS)
NAMES = {f"tempo.{param.name}": slot for slot, param in enumerate(PARAMS, start=FIRST)}


def allowed(slot, value):
    """The nearest value that a slot of ours may have."""
    param = PARAMS[slot - FIRST]
    value = param.clamp(value)
    if param.name == "scale":
        return 2.0 ** round(math.log2(value))
    return float(round(value)) if param.name == "source" else value


def want(board, values):
    """Put all of them on a board, by name.

    The last slot first: who reads them in their order meanwhile, and finds the new tempo, finds its anchor too.
    """
    for slot, param in reversed([*enumerate(PARAMS, start=FIRST)]):
        put(board, slot, allowed(slot, values[param.name]))
