"""Overrides: `--set genome.1.params.gain=-6`, laid over a document before it is validated."""

import re

from phosphene.engine.documents.document import (
    DocumentError,
    Fault,
    Location,
    SourceMap,
    describe_value,
    dotted,
    shorten,
)
from phosphene.engine.documents.load import parse_document

AFTER = 1 << 31  # what is typed is told of after every line of a file


def apply_overrides(document, words):
    """Lay `dotted.key=value` words over a document, in order, so that the last one counts.

    A value is written as in YAML. A number stands for an entry of a list, counted from 0.
    What fits nowhere joins the document's faults.
    """
    for order, word in enumerate(words):
        place = Location(AFTER + order, f"--set {shorten(word)}")
        try:
            _lay(document, word, place)
        except DocumentError as error:
            document.faults.append(error.fault)


def _lay(document, word, place):
    names, equals, text = word.partition("=")
    if not equals or not names.isprintable():
        raise DocumentError(Fault(place, "needs key=value", "ignored"))
    new = parse_document(text, lambda line: place)
    *parents, last = names.split(".")
    path = ()
    for name in parents:
        around = document.at(path)[0]
        path = (*path, _key(around, path, name, place))
        if isinstance(around, dict) and name not in around:
            document.put(path, {}, SourceMap(place, {}))
    path = (*path, _key(document.at(path)[0], path, last, place))
    document.put(path, new.value, new.spot)
    document.faults += new.faults


def _key(holder, path, name, place):
    """The key under which a mapping or a list keeps what is called `name`."""
    where = dotted(path) or "this"
    if isinstance(holder, dict):
        return name
    if not isinstance(holder, list):
        raise DocumentError(Fault(place, f"{where}: found {describe_value(holder)}, so nothing fits inside", "ignored"))
    if not re.fullmatch("[0-9]{1,9}", name) or int(name) >= len(holder):
        text = f"{where}: no entry '{shorten(name)}' (has {len(holder)}, counted from 0)"
        raise DocumentError(Fault(place, text, "ignored"))
    return int(name)
