"""The mapping: which knob moves which parameter and which button presses which key, as a file holds it."""

import json
import re
from typing import Annotated

from pydantic import Field, create_model, model_validator

from phosphene.engine.common.errors import UsageError, unknown
from phosphene.engine.common.keys import CHARACTERS
from phosphene.engine.common.params import Param
from phosphene.engine.documents.document import shorten
from phosphene.engine.documents.dump import dump_yaml
from phosphene.engine.documents.load import read_document
from phosphene.engine.documents.schema import Strict, bounded_tuple, custom_fault, param_field, validate_with_faults
from phosphene.engine.documents.validation import validate

MOST = 512  # knobs and buttons
CHANNELS = 16
TURNS = ("twos", "offset", "sign")  # knobs without an end, by how they count: what others call 2's complement, ...
NUMBER_COUNTS = {  # that a kind may have; with None it has none
    "cc": 128,
    "cc14": 32,
    "nrpn": 16_383,
    **dict.fromkeys(TURNS, 128),
    "note": 128,
    "program": 128,
    "bend": None,
    "pressure": None,
}
WIDE = 1 << 20  # characters, so that no row is broken
KEYS = "keys"  # before the word of a key
STEP = Param("step", 1 / 128, low=1 / 16_384, high=1 / 4, unit="of the way", curve="exp")  # of a knob without an end

MappingRow = create_model(
    "row",
    __base__=Strict,
    **{
        "from": (str, ...),
        "to": (str, ...),
        "port": (str, ""),  # a part of its name; of any, where nothing is said
        "range": (Annotated[tuple[float, ...], Field(strict=False)], ()),  # the parameter's own, where nothing is said
        "pickup": (bool, True),
        "toggle": (bool, False),
        STEP.name: param_field(STEP),
    },
)


class MidiMapping(Strict):
    """Rows, each from something that a device says to a parameter, or to a key."""

    about: str = ""
    controllers: bounded_tuple(MappingRow, MOST) = ()

    @model_validator(mode="wrap")
    @classmethod
    def _joined(cls, given, handler):
        rows = given.get("controllers") if isinstance(given, dict) else None
        return validate_with_faults(given, handler, [*_loose_ends(rows if isinstance(rows, list | tuple) else ())])

    def text(self):
        """As YAML that loads back to this, a row a line."""
        plain = json.loads(json.dumps(self.model_dump(exclude_defaults=True)))  # PyYAML knows no tuples
        rows = [f"- {_flow(row)}" for row in plain.pop("controllers", ())]
        about = dump_yaml(plain) if plain else ""
        return about + "\n".join(["controllers:", *rows] if rows else ["controllers: []"]) + "\n"

    def learnt(self, row):
        """With another row; what came from the same knob, or went to the same place, gives way."""
        kept = [old for old in self.controllers if not _same(old, row)]
        return self.model_copy(update={"controllers": (*kept, row)[-MOST:]})

    def without(self, name):
        """Without the rows that go to a parameter or a key."""
        kept = tuple(row for row in self.controllers if row.to != name)
        return self.model_copy(update={"controllers": kept})


def _flow(plain):
    return dump_yaml(plain, sort_keys=False, default_flow_style=True, width=WIDE).strip()


def _same(old, row):
    short, long = sorted((old.port.lower(), row.port.lower()), key=len)
    return old.to == row.to or (short in long and heard_as(old) == heard_as(row))


def heard_as(row):
    """What a device says when it is moved: a knob without an end says `cc`."""
    kind, _, rest = getattr(row, "from").partition(".")
    return f"cc.{rest}" if kind in TURNS else getattr(row, "from")


def load_mapping(path):
    """The MidiMapping in a file.

    Raises
    ------
    UsageError
        A line for every fault.
    """
    return validate(MidiMapping, read_document(path))[0]


def _loose_ends(rows):
    """What is wrong with the names in plain rows, as pydantic tells of faults."""
    for at, row in enumerate(rows):
        for key, look in (("from", check_from), ("to", _check_to)) if isinstance(row, dict) else ():
            if isinstance(name := row.get(key), str):
                try:
                    look(name)
                except UsageError as fault:
                    yield custom_fault(str(fault).removeprefix(": "), ("controllers", at, key), name)
        ends = row.get("range", ()) if isinstance(row, dict) else ()
        if isinstance(ends, list | tuple) and len(ends) not in (0, 2):
            yield custom_fault(
                f"needs two numbers, low and high, found {len(ends)}", ("controllers", at, "range"), ends
            )


def check_from(name):
    """Raises UsageError, without a place, if nothing that a device says is called so."""
    kind, *rest = name.split(".")
    if kind not in NUMBER_COUNTS:
        raise unknown("kind of message", shorten(kind), NUMBER_COUNTS, "")
    most = NUMBER_COUNTS[kind]
    shape = f"{kind}.CHANNEL" if most is None else f"{kind}.CHANNEL.NUMBER"
    if len(rest) != (1 if most is None else 2) or not all(re.fullmatch("[0-9]{1,5}", part) for part in rest):
        raise UsageError(f"found '{shorten(name)}', needs {shape}")
    if not 1 <= int(rest[0]) <= CHANNELS:
        raise UsageError(f"no channel {rest[0]} (has 1 to {CHANNELS})")
    if most is not None and int(rest[1]) >= most:
        raise UsageError(f"{kind}: no number {rest[1]} (has 0 to {most - 1})")


def _check_to(name):
    root, dot, word = name.partition(".")
    if root == KEYS and word not in CHARACTERS:
        raise unknown("key", shorten(word), CHARACTERS, "")
    if not dot:
        raise UsageError(
            f"found '{shorten(name)}', needs a parameter, as in visuals.scope.hue, or a key, as in keys.tap"
        )
