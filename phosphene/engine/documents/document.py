"""Documents: plain values that know where they stand, and the words in which their faults are told."""

from dataclasses import dataclass, field
from typing import NamedTuple

from phosphene.engine.common.errors import UsageError


class Location(NamedTuple):
    order: int  # the line; what is typed after a command comes after every line
    text: str


class Fault(NamedTuple):
    place: Location
    text: str  # what was found, what is allowed, the nearest name
    mend: str = ""  # what a permissive reader does about it; empty if nothing can be done

    @property
    def line(self):
        return one_line(f"{self.place.text}: {self.text}")


class DocumentError(UsageError):
    def __init__(self, fault):
        super().__init__(fault.line)
        self.fault = fault


class SourceMap(NamedTuple):
    """Where a value stands, and where its parts do."""

    place: Location
    parts: dict | list


@dataclass
class Document:
    """Mappings, lists, text, numbers, true, false and None, and the place of each."""

    value: object
    spot: SourceMap
    faults: list = field(default_factory=list)

    def at(self, path):
        """What a path leads to: the value and its spot."""
        value, spot = self.value, self.spot
        for key in path:
            value, spot = value[key], spot.parts[key]
        return value, spot

    def place(self, path):
        """Where a path stands, or the nearest thing around it that is there."""
        spot = self.spot
        for key in path:
            there = key in spot.parts if isinstance(spot.parts, dict) else key < len(spot.parts)
            if not there:
                break
            spot = spot.parts[key]
        return spot.place

    def put(self, path, value, spot=None):
        """Set a value; without a spot of its own it stays where it was."""
        around, beside = self.at(path[:-1])
        around[path[-1]] = value
        if spot:
            beside.parts[path[-1]] = spot

    def drop(self, path):
        """Take a value out; what follows it in a list moves up."""
        around, beside = self.at(path[:-1])
        del around[path[-1]], beside.parts[path[-1]]

    def cut(self, path, most):
        """Shorten a list."""
        values, spot = self.at(path)
        del values[most:], spot.parts[most:]


def describe_value(value):
    """A value as a message names it."""
    if value is None:
        return "nothing"
    if isinstance(value, str):
        return f"text '{shorten(value)}'"
    if isinstance(value, dict):
        return "a mapping"
    return "a list" if isinstance(value, list) else str(value).lower()


def shorten(text):
    return text if len(text) <= 60 else f"{text[:60]}..."


def dotted(path):
    return ".".join(map(str, path))


def one_line(text):
    """Text that keeps to one line of a terminal and gives it no commands."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
