"""Documents: plain values that know the line each one came from, and the faults found in them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from phosphene.engine.common.errors import UsageError

KeyPath = tuple[Any, ...]  # keys of mappings and indices of lists, from the top


class Location(NamedTuple):
    """Where something was written: in a file, or on the command line."""

    order: int  # the line number; options of the command line sort after every line
    text: str  # as messages show it: "dusk.yaml:14"


class Fault(NamedTuple):
    """Something wrong in a document."""

    location: Location
    text: str  # what was found, what is allowed, the nearest name
    fix: str = ""  # what a permissive reader does about it; empty if it can do nothing

    @property
    def line(self) -> str:
        """The fault as one line of an error message."""
        return one_line(f"{self.location.text}: {self.text}")


class DocumentError(UsageError):
    """Raised for a document that cannot be read at all."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.line)
        self.fault = fault


class SourceMap(NamedTuple):
    """The location of a value and of its parts. It has the shape of the value."""

    location: Location
    parts: Any  # SourceMaps: a dict for a mapping, a list for a list, an empty dict for anything else


@dataclass
class Document:
    """Mappings, lists, text, numbers, true, false and None, with the location of each."""

    value: Any
    source: SourceMap
    faults: list[Fault] = field(default_factory=list)

    def get(self, path: KeyPath) -> tuple[Any, SourceMap]:
        """The value at a path, and its SourceMap."""
        value, source = self.value, self.source
        for key in path:
            value, source = value[key], source.parts[key]
        return value, source

    def location(self, path: KeyPath) -> Location:
        """The location of a path, or of the innermost part of it that exists."""
        source = self.source
        for key in path:
            exists = key in source.parts if isinstance(source.parts, dict) else key < len(source.parts)
            if not exists:
                break
            source = source.parts[key]
        return source.location

    def set(self, path: KeyPath, value: Any, source: SourceMap | None = None) -> None:
        """Set a value. Without a `source` it keeps the location of the value it replaces."""
        holder, holder_source = self.get(path[:-1])
        holder[path[-1]] = value
        if source:
            holder_source.parts[path[-1]] = source

    def remove(self, path: KeyPath) -> None:
        """Remove a value. Later entries of a list move up."""
        holder, holder_source = self.get(path[:-1])
        del holder[path[-1]], holder_source.parts[path[-1]]

    def truncate(self, path: KeyPath, length: int) -> None:
        """Shorten a list."""
        values, source = self.get(path)
        del values[length:], source.parts[length:]


def describe_value(value: Any) -> str:
    """A value as a message names it."""
    if value is None:
        return "nothing"
    if isinstance(value, str):
        return f"text '{shorten(value)}'"
    if isinstance(value, dict):
        return "a mapping"
    return "a list" if isinstance(value, list) else str(value).lower()


def shorten(text: str) -> str:
    """At most 60 characters of a text."""
    return text if len(text) <= 60 else f"{text[:60]}..."


def dotted(path: Iterable[Any]) -> str:
    """A path as users write it: "genome.1.params"."""
    return ".".join(map(str, path))


def one_line(text: str) -> str:
    """The text with line breaks and control characters escaped, so that a terminal shows it on one line."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
