"""Tempo by hand: the numbers that tell a listener how the beat is wanted, and where they lie on the board."""

import math

from phosphene.engine.common.params import default_values
from phosphene.engine.listening.rhythm import tempo_override
from phosphene.engine.listening.rhythm.tempo_override import PARAMS
from phosphene.engine.rings import board_layout
from phosphene.engine.rings.board import put

DEFAULTS = default_values(PARAMS)
BPM, SCALE = PARAMS[tempo_override.BPM], PARAMS[tempo_override.SCALE]
FIRST, SLOTS = board_layout.FIRST_TEMPO_SLOT, board_layout.FIRST_PICTURE_SLOT
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
