"""Checks on the name of an output file, made before any work is done."""

from collections.abc import Sequence
from pathlib import Path

from phosphene.engine.common.errors import UsageError


def check_ending(option: str, path: Path, allowed: Sequence[str]) -> None:
    """Check that a file name ends in one of `allowed`, whatever its case.

    Parameters
    ----------
    option : str
        The option that named the file: "-o", "--plot".
    path : Path
    allowed : sequence of str
        Endings with their dot, in the order in which the message lists them.

    Raises
    ------
    UsageError
    """
    if path.suffix.lower() not in allowed:
        *others, last = allowed
        listed = f"{', '.join(others)} or {last}" if others else last
        raise UsageError(f"{option} {path}: ends in '{path.suffix}', can end in {listed}")


def check_not_input(option: str, path: Path | None, source: Path | None) -> None:
    """Check that an output would not replace the file it is made from.

    Raises
    ------
    UsageError
    """
    if path is None or source is None:
        return
    try:
        same = path.samefile(source)
    except OSError:  # one of the two does not exist
        return
    if same:
        raise UsageError(f"{option} {path}: is the input file; name another file")
