"""The tempo a performer sets: its parameters, their range, how they are written to the board."""

import math
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from phosphene.engine.common.params import Param, default_values
from phosphene.engine.listening.frame import SCALARS, TEMPO_SOURCES
from phosphene.engine.rings import board_layout
from phosphene.engine.rings.board import Board, put

HEARD, TAPPED, LINK, HELD = range(len(TEMPO_SOURCES))
SOURCE, BPM, ANCHOR, SCALE, NUDGE, BAR_ANCHOR = range(6)  # indices into the array that the analyser reads
BEATS_PER_BAR = 4
MAX_SAMPLE = 2.0**53  # above it, a float64 cannot tell two samples apart
PARAMS = (
    Param("source", HEARD, low=0.0, high=len(TEMPO_SOURCES) - 1.0),  # index into SOURCES
    replace(next(param for param in SCALARS if param.name == "tempo"), name="bpm"),  # unused while source is HEARD
    Param("anchor", 0.0, low=-MAX_SAMPLE, high=MAX_SAMPLE, unit="samples"),  # position of any one beat
    Param("scale", 1.0, low=0.5, high=2.0, curve="exp"),  # factor on the analysed tempo
    Param("nudge", 0.0, low=-1024.0, high=1024.0, unit="beats"),  # by which all beats come earlier
    Param("bar", math.nan, low=-MAX_SAMPLE, high=MAX_SAMPLE, unit="samples"),  # where a bar begins; NaN if never set
)
DEFAULTS = default_values(PARAMS)
BPM_PARAM, SCALE_PARAM = PARAMS[BPM], PARAMS[SCALE]
FIRST, SLOTS = board_layout.FIRST_TEMPO_SLOT, board_layout.FIRST_PICTURE_SLOT
NAMES = {f"tempo.{param.name}": slot for slot, param in enumerate(PARAMS, start=FIRST)}


def make_tempo_override() -> np.ndarray:
    """The array an analyser reads, at its defaults: the tempo comes from the sound."""
    return np.array([float(param.default) for param in PARAMS])


def clamp_slot(slot: int, value: float) -> float:
    """The nearest value that a tempo slot of the board may have."""
    param = PARAMS[slot - FIRST]
    value = param.clamp(value)
    if param.name == "scale":
        return 2.0 ** round(math.log2(value))
    return float(round(value)) if param.name == "source" else value


def write_tempo(board: Board, values: Mapping[str, float]) -> None:
    """Write all tempo parameters, by name, to a board.

    Writes the last slot first: a reader that goes through the slots in order meanwhile and finds the new tempo also
    finds its anchor.
    """
    for slot, param in reversed([*enumerate(PARAMS, start=FIRST)]):
        put(board, slot, clamp_slot(slot, values[param.name]))
