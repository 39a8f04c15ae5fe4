"""Cues: requests of the operator that are no parameters and part of no take; one board slot each."""

from enum import IntEnum

from phosphene.engine.rings import board
from phosphene.engine.rings.board import Board, get, put
from phosphene.engine.rings.shared_memory import Layout


class Cue(IntEnum):
    HUD = 0  # 1 while it is shown
    FULL = 1  # 1 while the window fills its monitor
    STILLS = 2  # number of stills requested so far
    CLEARS = 3  # number of times that feedback was to be cleared


def layout() -> Layout:
    """The layout of a board of cues."""
    return board.layout(len(Cue))


def toggle(cues: Board, cue: Cue) -> bool:
    """Switch a cue; True if it is on now."""
    put(cues, int(cue), 1.0 - get(cues, int(cue)))
    return get(cues, int(cue)) > 0.0


def repeat(cues: Board, cue: Cue) -> None:
    """Request a cue once more."""
    put(cues, int(cue), get(cues, int(cue)) + 1.0)
