"""A take's records, believed only where they name what is there."""

from phosphene.engine.common.errors import PhospheneError
from phosphene.engine.effects.chain import genome
from phosphene.engine.presets.load import restore_preset
from phosphene.engine.rings import board_layout
from phosphene.engine.takes.file import Begin, Change, Patch, Swap
from phosphene.engine.takes.slot_names import SLOT_NAMES, clamp_slot


def checked_records(reader):
    """The records of a TakeReader; a slot that is not there would be memory of something else.

    What belongs to tempo and picture is moved to where it lies today, and what there is no more is left out.
    """
    here = {slot: SLOT_NAMES.get(name) for name, slot in reader.places.items() if slot >= board_layout.GENOME_SLOTS}
    begun, serial = False, 0
    for record in reader:
        match record:
            case Begin():
                begun = fits = len(record.values) <= board_layout.GENOME_SLOTS + len(here)
                serial = record.serial
            case Swap():  # one by one, so that no two share a place for their parameters
                fits, serial = begun and 0 <= record.serial - serial <= 1, record.serial
            case Change():
                fits = begun and (0 <= record.slot < board_layout.GENOME_SLOTS or record.slot in here)
            case _:
                fits = begun
        if not fits:
            raise PhospheneError(f"{reader.path}: the take is damaged: it moves what is not there")
        yield from _translated(record, here, reader.path)


def _translated(record, here, path):
    match record:
        case Begin():
            restored = genome.validate_pairs(record.genome, path)
            yield record._replace(genome=restored, values=record.values[: board_layout.GENOME_SLOTS])
            for slot, value in enumerate(record.values[board_layout.GENOME_SLOTS :], start=board_layout.GENOME_SLOTS):
                yield from _translated(Change(record.sample, slot, value), here, path)
        case Swap():
            yield record._replace(genome=genome.validate_pairs(record.genome, path))
        case Patch():
            yield record._replace(preset=restore_preset(record.preset, path))
        case Change() if record.slot >= board_layout.GENOME_SLOTS:
            slot = here.get(record.slot)
            if slot is not None:
                yield record._replace(slot=slot, value=clamp_slot(slot, record.value))
        case _:
            yield record
