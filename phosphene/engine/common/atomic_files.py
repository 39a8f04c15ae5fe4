"""Files that are complete or absent: written under a temporary name, and renamed when they are done."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from phosphene.engine.common.errors import PhospheneError, UsageError

MAX_STEM_LENGTH = 32  # characters of the file's name in its temporary name, which is longer by a process id and ".part"


@contextlib.contextmanager
def write_atomically(*paths: str | Path) -> Iterator[list[Path]]:
    """Yields a temporary path for each of `paths`. Renames the files when the block ends, deletes them if it raises.

    A file that exists already stays as it is until the block ends without an exception.

    Raises
    ------
    PhospheneError
        If the block or the renaming raises an OSError, such as a full disk or a folder that does not exist.
    """
    targets = [Path(path) for path in paths]
    temporary = [temporary_path(path) for path in targets]
    try:
        yield temporary
        for part, target in zip(temporary, targets):
            os.replace(part, target)
    except OSError as error:
        raise PhospheneError(f"{targets[0]}: could not be written ({error.strerror or error})") from error
    finally:
        for part in temporary:
            part.unlink(missing_ok=True)


def temporary_path(path: Path) -> Path:
    """The hidden name, in the same folder, under which this process writes a file until it is complete."""
    return path.with_name(f".{path.stem[:MAX_STEM_LENGTH]}{path.suffix}.{os.getpid()}.part")


def write_text(path: str | Path, text: str) -> None:
    """Write a text file atomically, in UTF-8."""
    with write_atomically(path) as (part,):
        part.write_text(text, encoding="utf-8")


def check_writable(path: str | Path, *, overwrite: bool) -> None:
    """Check, before any work is done, that a file can be written here.

    Raises
    ------
    UsageError
        If the path is a folder, its folder does not exist, or the file exists and `overwrite` is false.
    PhospheneError
        If the folder is not writable.
    """
    path = Path(path)
    try:
        if path.is_dir():
            raise UsageError(f"{path}: is a folder; name a file in it")
        if not path.parent.is_dir():
            raise UsageError(f"{path}: there is no folder {path.parent}")
        if path.exists() and not overwrite:
            raise UsageError(f"{path}: exists; name another file, or add --overwrite")
    except OSError as error:
        raise UsageError(f"{path}: cannot be written ({error.strerror})") from error
    if not os.access(path.parent, os.W_OK):
        raise PhospheneError(f"{path}: the folder {path.parent} is not writable")
