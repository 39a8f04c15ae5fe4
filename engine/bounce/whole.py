"""Files that are whole or not there: written beside their name, renamed when they are done."""

import contextlib
import os
from pathlib import Path

from engine.errors import PhospheneError, UsageError


@contextlib.contextmanager
def written_whole(path):
    """The path to write to; it takes its real name when the block ends well, and goes if it does not."""
    path = Path(path)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        yield part
        os.replace(part, path)
    except OSError as fault:
        raise PhospheneError(f"{path}: could not be written ({fault.strerror or fault})") from fault
    finally:
        part.unlink(missing_ok=True)


def write_text(path, text):
    with written_whole(path) as part:
        part.write_text(text, encoding="utf-8")


def claim(path, *, overwrite):
    """Check, before any work is done, that a file can be written here."""
    path = Path(path)
    if path.is_dir():
        raise UsageError(f"{path}: is a folder; name a file in it")
    if not path.parent.is_dir():
        raise UsageError(f"{path}: there is no folder {path.parent}")
    if path.exists() and not overwrite:
        raise UsageError(f"{path}: exists; name another file, or add --overwrite")
    if not os.access(path.parent, os.W_OK):
        raise PhospheneError(f"{path}: the folder {path.parent} may not be written to")
