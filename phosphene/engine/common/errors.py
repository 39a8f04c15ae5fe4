"""Errors for users: one clear line each, and the exit code of the command."""

import difflib
from collections.abc import Collection, Iterable


class PhospheneError(Exception):
    """A failure that is reported to the user in one line."""

    code = 1


class UsageError(PhospheneError):
    """A command cannot be carried out as given: a wrong option, value or file."""

    code = 2


def nearest(name: object, allowed: Iterable[object]) -> str:
    """The hint that ends an error about an unknown name; empty if no allowed name is close.

    A name is close at difflib's usual similarity of 0.6. At four or more letters, 0.5 is enough if it starts with the
    same letter and has about the same length, such as `ekko` for `echo`.
    """
    name, names = str(name), [str(other) for other in allowed]
    alike = [other for other in names if other[:1] == name[:1] and abs(len(other) - len(name)) <= 1 and len(name) > 3]
    close = difflib.get_close_matches(name, names, n=1) or difflib.get_close_matches(name, alike, n=1, cutoff=0.5)
    return f"; did you mean '{close[0]}'?" if close else ""


def unknown(kind: str, name: object, allowed: Collection[str], where: str) -> UsageError:
    """The error for an unknown name: where it stands, what is allowed, and the nearest allowed name."""
    has = ", ".join(sorted(allowed)) or "none"
    return UsageError(f"{where}: no {kind} '{name}' (has {has}){nearest(name, allowed)}")
