"""The MIDI mapping: which knob moves which parameter, and which button presses which key, as a file holds it."""

import json
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field, ValidatorFunctionWrapHandler, create_model, model_validator

from phosphene.engine.common.errors import UsageError, unknown
from phosphene.engine.common.keys import CHARACTERS
from phosphene.engine.common.params import Param
from phosphene.engine.documents.document import shorten
from phosphene.engine.documents.dump import dump_yaml
from phosphene.engine.documents.load import read_document
from phosphene.engine.documents.schema import Strict, bounded_tuple, custom_fault, param_field, validate_with_faults
from phosphene.engine.documents.validation import validate

MAX_ROWS = 512
CHANNELS = 16
ENCODERS = ("twos", "offset", "sign")  # endless encoders by how they count: two's complement, from 64, sign and size
NUMBER_COUNTS = {  # by kind of control; a kind with None has no numbers
    "cc": 128,
    "cc14": 32,
    "nrpn": 16_383,
    **dict.fromkeys(ENCODERS, 128),
    "note": 128,
    "program": 128,
    "bend": None,
    "pressure": None,
}
NO_LINE_BREAKS = 1 << 20  # characters: a row stays on one line
KEYS = "keys"  # the first part of a key's name
STEP = Param("step", 1 / 128, low=1 / 16_384, high=1 / 4, unit="of the range", curve="exp")  # per step of an encoder


class _RowBase(Strict):
    @property
    def control(self) -> str:
        """The knob or button; its field `from` is a Python keyword."""
        return str(getattr(self, "from"))


if TYPE_CHECKING:

    class MappingRow(_RowBase):
        """The fields that create_model makes, for mypy; `from` cannot be written here."""

        to: str = ""
        port: str = ""
        range: tuple[float, ...] = ()
        pickup: bool = True
        toggle: bool = False
        step: float = STEP.default

else:
    MappingRow = create_model(
        "row",
        __base__=_RowBase,
        **{
            "from": (str, ...),
            "to": (str, ...),
            "port": (str, ""),  # part of the port's name; empty for every port
            "range": (Annotated[tuple[float, ...], Field(strict=False)], ()),  # empty for the parameter's own
            "pickup": (bool, True),
            "toggle": (bool, False),
            STEP.name: param_field(STEP),
        },
    )


class MidiMapping(Strict):
    """Rows; each leads from a knob or button to a parameter or a key."""

    about: str = ""
    controllers: bounded_tuple(MappingRow, MAX_ROWS) = ()

    @model_validator(mode="wrap")
    @classmethod
    def _check_rows(cls, plain: Any, handler: ValidatorFunctionWrapHandler) -> "MidiMapping":
        rows = plain.get("controllers") if isinstance(plain, dict) else None
        return validate_with_faults(plain, handler, _row_faults(rows if isinstance(rows, list | tuple) else ()))

    def to_yaml(self) -> str:
        """YAML that loads back to this, one line per row."""
        plain = json.loads(json.dumps(self.model_dump(exclude_defaults=True)))  # PyYAML cannot write tuples
        rows = [f"- {_row_yaml(row)}" for row in plain.pop("controllers", ())]
        about = dump_yaml(plain) if plain else ""
        return about + "\n".join(["controllers:", *rows] if rows else ["controllers: []"]) + "\n"

    def with_row(self, row: MappingRow) -> "MidiMapping":
        """This with another row, which replaces those of the same control or the same target."""
        kept = [old for old in self.controllers if not _conflict(old, row)]
        return self.model_copy(update={"controllers": (*kept, row)[-MAX_ROWS:]})

    def without_target(self, name: str) -> "MidiMapping":
        """This without the rows that lead to a parameter or key."""
        kept = tuple(row for row in self.controllers if row.to != name)
        return self.model_copy(update={"controllers": kept})


def _row_yaml(plain: dict[str, Any]) -> str:
    return dump_yaml(plain, sort_keys=False, default_flow_style=True, width=NO_LINE_BREAKS).strip()


def _conflict(old: MappingRow, row: MappingRow) -> bool:
    short, long = sorted((old.port.lower(), row.port.lower()), key=len)
    return old.to == row.to or (short in long and control_of(old) == control_of(row))


def control_of(row: MappingRow) -> str:
    """The control whose events a row is for, as in MidiEvent: an endless encoder sends `cc`."""
    kind, _, rest = row.control.partition(".")
    return f"cc.{rest}" if kind in ENCODERS else row.control


def load_mapping(path: Any) -> MidiMapping:
    """The mapping in a file.

    Raises
    ------
    UsageError
        With one line per fault.
    """
    return validate(MidiMapping, read_document(path))[0]


def _row_faults(rows: Sequence[Any]) -> Iterator[dict[str, Any]]:
    """What is wrong with the names and ranges in plain rows."""
    for index, row in enumerate(rows):
        if not isinstance(row, dict):
            continue
        for key, check in (("from", _check_control), ("to", _check_target)):
            if isinstance(name := row.get(key), str):
                try:
                    check(name)
                except UsageError as fault:
                    yield custom_fault(str(fault).removeprefix(": "), ("controllers", index, key), name)
        ends = row.get("range", ())
        if isinstance(ends, list | tuple) and len(ends) not in (0, 2):
            message = f"needs two numbers, low and high, found {len(ends)}"
            yield custom_fault(message, ("controllers", index, "range"), ends)


def _check_control(name: str) -> None:
    """Raises UsageError, without a place, if no control can have this name."""
    kind, *rest = name.split(".")
    if kind not in NUMBER_COUNTS:
        raise unknown("kind of message", shorten(kind), NUMBER_COUNTS, "")
    count = NUMBER_COUNTS[kind]
    shape = f"{kind}.CHANNEL" if count is None else f"{kind}.CHANNEL.NUMBER"
    if len(rest) != (1 if count is None else 2) or not all(re.fullmatch("[0-9]{1,5}", part) for part in rest):
        raise UsageError(f"found '{shorten(name)}', needs {shape}")
    if not 1 <= int(rest[0]) <= CHANNELS:
        raise UsageError(f"no channel {rest[0]} (has 1 to {CHANNELS})")
    if count is not None and int(rest[1]) >= count:
        raise UsageError(f"{kind}: no number {rest[1]} (has 0 to {count - 1})")


def _check_target(name: str) -> None:
    """Raises UsageError, without a place, if the name is neither a parameter's nor a key's."""
    root, dot, key = name.partition(".")
    if root == KEYS and key not in CHARACTERS:
        raise unknown("key", shorten(key), CHARACTERS, "")
    if not dot:
        found = f"found '{shorten(name)}'"
        raise UsageError(f"{found}, needs a parameter, as in visuals.scope.hue, or a key, as in keys.tap")
