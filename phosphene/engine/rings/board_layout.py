"""Where everything lies on a session's board, behind the parameters of the genome; takes keep the names."""

from phosphene.engine.listening.rhythm import tempo_board
from phosphene.engine.visuals import catalogue

NAMES = {**tempo_board.NAMES, **catalogue.NAMES}
SLOTS = catalogue.SLOTS


def allowed(slot, value):
    """The nearest value that a slot may have."""
    room = tempo_board if slot < tempo_board.SLOTS else catalogue
    return room.allowed(slot, value)
