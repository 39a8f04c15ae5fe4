"""The names of a board's slots behind the genome's: takes keep them, so that an old take finds its parameters."""

from phosphene.engine.listening.rhythm import tempo_override
from phosphene.engine.rings.board_layout import FIRST_PICTURE_SLOT
from phosphene.engine.visuals import catalogue

SLOT_NAMES: dict[str, int] = {**tempo_override.NAMES, **catalogue.SLOTS_BY_NAME}


def clamp_slot(slot: int, value: float) -> float:
    """The nearest value that a slot may have."""
    if slot < FIRST_PICTURE_SLOT:
        return tempo_override.clamp_slot(slot, value)
    return catalogue.clamp_to_slot(slot, value)
