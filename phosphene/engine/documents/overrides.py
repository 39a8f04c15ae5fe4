"""Overrides: `--set genome.1.params.gain=-6` changes a document before it is validated."""

import re
from collections.abc import Iterable
from typing import Any

from phosphene.engine.documents.document import (
    Document,
    DocumentError,
    Fault,
    KeyPath,
    Location,
    SourceMap,
    describe_value,
    dotted,
    shorten,
)
from phosphene.engine.documents.load import parse_document

FIRST_ORDER = 1 << 31  # faults of overrides are reported after those of every line


def apply_overrides(document: Document, overrides: Iterable[str]) -> None:
    """Apply `dotted.key=value` overrides in order, so that the last one wins.

    A value is written as in YAML. A number addresses an entry of a list, counted from 0.
    Overrides that fit nowhere are added to the document's faults.
    """
    for index, override in enumerate(overrides):
        location = Location(FIRST_ORDER + index, f"--set {shorten(override)}")
        try:
            _apply(document, override, location)
        except DocumentError as error:
            document.faults.append(error.fault)


def _apply(document: Document, override: str, location: Location) -> None:
    names, equals, text = override.partition("=")
    if not equals or not names.isprintable():
        raise DocumentError(Fault(location, "needs key=value", "ignored"))
    new = parse_document(text, lambda line: location)
    *parents, last = names.split(".")
    path: KeyPath = ()
    for name in parents:
        holder = document.get(path)[0]
        path = (*path, _key(holder, path, name, location))
        if isinstance(holder, dict) and name not in holder:
            document.set(path, {}, SourceMap(location, {}))
    path = (*path, _key(document.get(path)[0], path, last, location))
    document.set(path, new.value, new.source)
    document.faults += new.faults


def _key(holder: Any, path: KeyPath, name: str, location: Location) -> str | int:
    """The key or index that `name` stands for in a mapping or a list."""
    where = dotted(path) or "this"
    if isinstance(holder, dict):
        return name
    if not isinstance(holder, list):
        text = f"{where}: found {describe_value(holder)}, needs a mapping or a list"
        raise DocumentError(Fault(location, text, "ignored"))
    if not re.fullmatch("[0-9]{1,9}", name) or int(name) >= len(holder):
        text = f"{where}: no entry '{shorten(name)}' (has {len(holder)}, counted from 0)"
        raise DocumentError(Fault(location, text, "ignored"))
    return int(name)
