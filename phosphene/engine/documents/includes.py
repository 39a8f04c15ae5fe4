"""Includes: adds the rows and sources of other files to a document, each with its own location."""

import operator
from collections.abc import Callable
from typing import Any

from phosphene.engine.common.errors import UsageError, unknown
from phosphene.engine.documents.document import Document, DocumentError, Fault, SourceMap, describe_value, shorten

FRAGMENT_KEYS = ("about", "matrix", "sources")


def resolve_includes(document: Document, load_fragment: Callable[[str], Document]) -> None:
    """Replace `include` by the contents of the fragments it names.

    Rows of a fragment come before the document's own; a source that the document defines itself wins. Faults of a
    fragment are added to the document's. An `include` of the wrong type is left for validation to report.

    Parameters
    ----------
    document : Document
    load_fragment : callable(name)
        Returns the fragment's Document, or raises UsageError.
    """
    value = document.value
    names = value.get("include") if isinstance(value, dict) else None
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        return
    sources = document.source.parts["include"].parts
    document.remove(("include",))
    for name, source in zip(reversed(names), reversed(sources)):  # each goes first, so the last is added first
        try:
            _add_fragment(document, load_fragment(name))
        except DocumentError as error:
            document.faults.append(error.fault._replace(fix="left out"))
        except UsageError as error:
            document.faults.append(Fault(source.location, f"include: {error}", "left out"))


def _add_fragment(document: Document, fragment: Document) -> None:
    document.faults += fragment.faults
    if not isinstance(fragment.value, dict):
        text = f"found {describe_value(fragment.value)}, needs a mapping"
        raise DocumentError(Fault(fragment.source.location, text, "left out"))
    for key in fragment.value:
        if key not in FRAGMENT_KEYS:
            text = str(unknown("key", shorten(key), FRAGMENT_KEYS, "")).removeprefix(": ")
            document.faults.append(Fault(fragment.location((key,)), text, "ignored"))
    _merge_key(document, fragment, "matrix", [])
    _merge_key(document, fragment, "sources", {})


def _merge_key(document: Document, fragment: Document, key: str, empty: Any) -> None:
    """Put a fragment's rows before the document's, or its sources under the document's."""
    if key not in fragment.value:
        return
    (new, source), kind = fragment.get((key,)), type(empty)
    if not isinstance(new, kind):
        needs = "a list" if kind is list else "a mapping"
        document.faults.append(Fault(source.location, f"{key}: found {describe_value(new)}, needs {needs}", "left out"))
        return
    old, old_source = document.get((key,)) if key in document.value else (empty, source._replace(parts=empty))
    if isinstance(old, kind):  # else validation reports it
        merge: Callable[[Any, Any], Any] = operator.add if kind is list else operator.or_
        document.set((key,), merge(new, old), SourceMap(old_source.location, merge(source.parts, old_source.parts)))
