"""Including: rows and sources of other files, laid before a document's own, each with the place where it stands."""

import operator

from phosphene.engine.common.errors import UsageError, unknown
from phosphene.engine.documents.document import DocumentError, Fault, SourceMap, describe_value, shorten

KEYS = ("about", "matrix", "sources")  # that a fragment may have


def resolve_includes(document, find):
    """Put what the fragments under `include` hold in its place: rows before the document's own, sources beside them.

    A source that the document names itself is its own. Whatever is wrong with a fragment joins the document's
    faults; a word that is none is left for validation to tell of.

    Parameters
    ----------
    document : Document
    find : callable(name)
        Gives a fragment's Document, or raises UsageError.
    """
    value = document.value
    names = value.get("include") if isinstance(value, dict) else None
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        return
    spots = document.spot.parts["include"].parts
    document.drop(("include",))
    for name, spot in zip(reversed(names), reversed(spots)):  # each before what is there: the first is first
        try:
            _lay(document, find(name))
        except DocumentError as error:
            document.faults.append(error.fault._replace(mend="left out"))
        except UsageError as error:
            document.faults.append(Fault(spot.place, f"include: {error}", "left out"))


def _lay(document, fragment):
    document.faults += fragment.faults
    if not isinstance(fragment.value, dict):
        raise DocumentError(
            Fault(fragment.spot.place, f"found {describe_value(fragment.value)}, needs a mapping", "left out")
        )
    for key in fragment.value:
        if key not in KEYS:
            told = str(unknown("key", shorten(key), KEYS, "")).removeprefix(": ")
            document.faults.append(Fault(fragment.place((key,)), told, "ignored"))
    _join(document, fragment, "matrix", [])
    _join(document, fragment, "sources", {})


def _join(document, fragment, key, none):
    if key not in fragment.value:
        return
    (new, spot), kind = fragment.at((key,)), type(none)
    if not isinstance(new, kind):
        needs = "a list" if kind is list else "a mapping"
        document.faults.append(Fault(spot.place, f"{key}: found {describe_value(new)}, needs {needs}", "left out"))
        return
    old, beside = document.at((key,)) if key in document.value else (none, spot._replace(parts=none))
    if isinstance(old, kind):  # else validation tells of it
        both = operator.add if kind is list else operator.or_
        document.put((key,), both(new, old), SourceMap(beside.place, both(spot.parts, beside.parts)))
