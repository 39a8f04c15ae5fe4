"""Checks the records of a take, and translates their slots to those of today."""

from collections.abc import Iterator
from typing import Any

from phosphene.engine.common.errors import PhospheneError
from phosphene.engine.effects.chain import genome
from phosphene.engine.presets.load import restore_preset
from phosphene.engine.rings import board_layout
from phosphene.engine.takes.file import Begin, Change, Patch, Swap, TakeReader
from phosphene.engine.takes.slot_names import SLOT_NAMES, clamp_slot


def checked_records(reader: TakeReader) -> Iterator[Any]:
    """The records of a take, checked: an unknown slot would be memory of something else.

    Parameters of tempo and picture get the slots that they have today. Those that no longer exist are left out.

    Raises
    ------
    PhospheneError
        At the first record that does not fit the ones before it.
    """
    slots = {slot: SLOT_NAMES.get(name) for name, slot in reader.places.items() if slot >= board_layout.GENOME_SLOTS}
    has_begun, serial = False, 0
    for record in reader:
        match record:
            case Begin():
                has_begun = is_valid = len(record.values) <= board_layout.GENOME_SLOTS + len(slots)
                serial = record.serial
            case Swap():  # serials go up by one, so no two genomes that sound share slots
                is_valid, serial = has_begun and 0 <= record.serial - serial <= 1, record.serial
            case Change():
                is_valid = has_begun and (0 <= record.slot < board_layout.GENOME_SLOTS or record.slot in slots)
            case _:
                is_valid = has_begun
        if not is_valid:
            raise PhospheneError(f"{reader.path}: the take is damaged: it sets a parameter that does not exist")
        yield from _translate(record, slots, str(reader.path))


def _translate(record: Any, slots: dict[int, int | None], where: str) -> Iterator[Any]:
    match record:
        case Begin():
            restored = genome.validate_pairs(record.genome, where)
            yield record._replace(genome=restored, values=record.values[: board_layout.GENOME_SLOTS])
            for slot, value in enumerate(record.values[board_layout.GENOME_SLOTS :], start=board_layout.GENOME_SLOTS):
                yield from _translate(Change(record.sample, slot, value), slots, where)
        case Swap():
            yield record._replace(genome=genome.validate_pairs(record.genome, where))
        case Patch():
            yield record._replace(preset=restore_preset(record.preset, where))
        case Change() if record.slot >= board_layout.GENOME_SLOTS:
            if (known := slots.get(record.slot)) is not None:
                yield record._replace(slot=known, value=clamp_slot(known, record.value))
        case _:
            yield record
