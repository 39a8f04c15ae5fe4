"""Memory for the structures of this room: private to a process, or a segment that processes share.

A session owns one segment, named after its process. The owner holds a lock file for as long as it lives. A segment
whose lock is free was left by a crash, and the next start removes it.
"""

import contextlib
import os
import sys
from collections.abc import Iterator, Mapping
from multiprocessing import resource_tracker
from multiprocessing.shared_memory import SharedMemory
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np

from phosphene.engine.common.errors import PhospheneError
from phosphene.engine.native import aligned_zeros
from phosphene.engine.native.cache import cache_home
from phosphene.engine.native.memory import CACHE_LINE


class Layout(NamedTuple):
    """The arrays that a structure consists of, before it has memory."""

    kind: type[Any]  # the NamedTuple that holds the arrays
    arrays: tuple[tuple[tuple[int, ...], Any], ...]  # (shape, dtype) of each, in the order of its fields


def allocate(layout: Layout) -> Any:
    """A structure in this process's own memory, for its threads."""
    return layout.kind(*(aligned_zeros(shape, dtype) for shape, dtype in layout.arrays))


class Segment:
    """A shared-memory segment that holds structures by name: `segment["board"]`.

    Parameters
    ----------
    name : str
        The same in every process that shares it.
    layouts : dict of str to Layout
        The same in every process that shares it.
    create : bool
        True in the process that owns the segment and unlinks it.

    Raises
    ------
    PhospheneError
        If there is not enough shared memory.
    FileNotFoundError
        If the segment does not exist and `create` is false.
    """

    def __init__(self, name: str, layouts: Mapping[str, Layout], *, create: bool) -> None:
        self.name, self.create = name, create
        self.memory = self._open(_total_size(layouts))
        # Arrays may still point into the memory; the system unmaps it when the process ends.
        self.memory.close = lambda: None  # type: ignore[method-assign]
        self.structures: dict[str, Any] = {}
        buffer: Any = self.memory.buf  # None only after close
        memory, offset = np.frombuffer(buffer, np.uint8), 0
        for key, layout in layouts.items():
            arrays = []
            for shape, dtype in layout.arrays:
                size = _size(shape, dtype)
                arrays.append(memory[offset : offset + size].view(dtype).reshape(shape))
                offset += _padded(size)
            self.structures[key] = layout.kind(*arrays)

    def _open(self, size: int) -> SharedMemory:
        with _untracked():
            try:
                memory = SharedMemory(self.name, create=self.create, size=size if self.create else 0)
                if self.create:
                    _reserve(memory)
            except OSError as error:
                if not self.create:
                    raise
                text = f"cannot allocate {size / 1e6:.0f} MB of shared memory ({error.strerror})"
                raise PhospheneError(text) from error
        return memory

    def __getitem__(self, key: str) -> Any:
        return self.structures[key]

    def close(self) -> None:
        """Drop the structures. The owner also removes the name; the memory is freed with its last user."""
        self.structures.clear()
        if self.create:
            with _untracked(), contextlib.suppress(FileNotFoundError):
                self.memory.unlink()


def _reserve(memory: SharedMemory) -> None:
    """Allocate the pages now: Linux would kill a process that writes to a page it cannot provide."""
    if (path := Path("/dev/shm", memory.name)).exists():
        try:
            with open(path, "r+b") as file:
                os.posix_fallocate(file.fileno(), 0, memory.size)
        except OSError:
            memory.unlink()
            raise


def _size(shape: tuple[int, ...], dtype: Any) -> int:
    return int(np.prod(shape)) * np.dtype(dtype).itemsize


def _padded(size: int) -> int:
    """The size rounded up to whole cache lines, so that every array starts on its own."""
    return -(-size // CACHE_LINE) * CACHE_LINE


def _total_size(layouts: Mapping[str, Layout]) -> int:
    return sum(_padded(_size(shape, dtype)) for layout in layouts.values() for shape, dtype in layout.arrays)


@contextlib.contextmanager
def _untracked() -> Iterator[None]:
    """Python's resource tracker would unlink a segment when the first process that opened it ends."""
    register, unregister = resource_tracker.register, resource_tracker.unregister
    resource_tracker.register = resource_tracker.unregister = lambda name, kind: None
    try:
        yield
    finally:
        resource_tracker.register, resource_tracker.unregister = register, unregister


class SessionLock:
    """A segment name that belongs to this process while it lives, with a locked file of that name.

    Parameters
    ----------
    suffix : str
        Distinguishes several segments of one process. The name is `phosphene-<pid><suffix>`.
    """

    def __init__(self, suffix: str = "") -> None:
        self.name = f"phosphene-{os.getpid()}{suffix}"
        self.path = _lock_folder() / self.name
        self.file = open(self.path, "a+b")  # noqa: SIM115  (held until release)
        if not _lock(self.file):
            raise RuntimeError(f"{self.path} is locked by another process")

    def release(self) -> None:
        self.file.close()
        self.path.unlink(missing_ok=True)


def remove_stale_segments() -> list[str]:
    """Remove the segments of sessions that crashed. Returns their names."""
    removed = []
    for path in sorted(_lock_folder().iterdir()):
        with contextlib.suppress(OSError), open(path, "a+b") as file:
            if not _lock(file):
                continue
            with contextlib.suppress(FileNotFoundError), _untracked():
                stale = SharedMemory(path.name)
                stale.unlink()
                stale.close()
                removed.append(path.name)
        path.unlink(missing_ok=True)
    return removed


def _lock_folder() -> Path:
    folder = cache_home() / "sessions"
    folder.mkdir(exist_ok=True)
    return folder


def _lock(file: BinaryIO | Any) -> bool:
    """Lock a file until it is closed or its process ends. Returns False if another process holds the lock."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
