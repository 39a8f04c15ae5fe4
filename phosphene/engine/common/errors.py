"""Errors that a user reads: one clear line each, and the exit code that goes with it."""

import difflib


class PhospheneError(Exception):
    """Something failed that the user should hear about in one line."""

    code = 1


class UsageError(PhospheneError):
    """What was asked for cannot be: a wrong word, value or file."""

    code = 2


def nearest(name, allowed):
    """The hint that ends an error about an unknown name; empty if nothing comes close."""
    close = difflib.get_close_matches(str(name), [str(other) for other in allowed], n=1)
    return f"; did you mean '{close[0]}'?" if close else ""


def unknown(kind, name, allowed, where):
    """The one error for a name that is not known."""
    has = ", ".join(sorted(allowed)) or "none"
    return UsageError(f"{where}: no {kind} '{name}' (has {has}){nearest(name, allowed)}")
