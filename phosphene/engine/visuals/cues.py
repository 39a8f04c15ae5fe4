"""Cues: what an operator wants of the picture that is no parameter and part of no take; one board slot each."""

from enum import IntEnum

from phosphene.engine.rings import board
from phosphene.engine.rings.board import get, put


class Cue(IntEnum):
    HUD = 0  # 1 while it is shown
    FULL = 1  # 1 while the window is all over its monitor
    STILLS = 2  # screenshots asked for so far
    CLEARS = 3  # times that what fed back was to go


def plan():
    return board.layout(len(Cue))


def toggle(cues, cue):
    """Turn one over; true if it is on now."""
    put(cues, int(cue), 1.0 - get(cues, int(cue)))
    return get(cues, int(cue)) > 0.0


def repeat(cues, cue):
    """Ask for one once more."""
    put(cues, int(cue), get(cues, int(cue)) + 1.0)
