"""Where everything lies on a session's board, behind the parameters of the genome; takes keep the names."""

from engine.control import tempo
from engine.visuals import scenes

NAMES = {**tempo.NAMES, **scenes.NAMES}
SLOTS = scenes.SLOTS


def allowed(slot, value):
    """The nearest value that a slot may have."""
    room = tempo if slot < tempo.SLOTS else scenes
    return room.allowed(slot, value)
