"""Files that are whole or not there: written beside their names, renamed when they are done."""

import contextlib
import os
from pathlib import Path

from phosphene.engine.common.errors import PhospheneError, UsageError

KEPT = 32  # characters of a name in that of its part, which must not be too long where the name is not


@contextlib.contextmanager
def write_atomically(*paths):
    """The paths to write to; they take their real names when the block ends well, and go if it does not."""
    paths = [Path(path) for path in paths]
    parts = [temporary_path(path) for path in paths]
    try:
        yield parts
        for part, path in zip(parts, paths):
            os.replace(part, path)
    except OSError as fault:
        raise PhospheneError(f"{paths[0]}: could not be written ({fault.strerror or fault})") from fault
    finally:
        for part in parts:
            part.unlink(missing_ok=True)


def temporary_path(path):
    """Where a file is written until it is done."""
    return path.with_name(f".{path.stem[:KEPT]}{path.suffix}.{os.getpid()}.part")


def write_text(path, text):
    with write_atomically(path) as (part,):
        part.write_text(text, encoding="utf-8")


def check_writable(path, *, overwrite):
    """Check, before any work is done, that a file can be written here."""
    path = Path(path)
    try:
        if path.is_dir():
            raise UsageError(f"{path}: is a folder; name a file in it")
        if not path.parent.is_dir():
            raise UsageError(f"{path}: there is no folder {path.parent}")
        if path.exists() and not overwrite:
            raise UsageError(f"{path}: exists; name another file, or add --overwrite")
    except OSError as fault:
        raise UsageError(f"{path}: cannot be written ({fault.strerror})") from fault
    if not os.access(path.parent, os.W_OK):
        raise PhospheneError(f"{path}: the folder {path.parent} may not be written to")
