"""Where rings lie: in this process's own memory, or in a segment that processes share.

A session owns one segment, named after its process. The owner holds a lock file for as long as it
lives; a segment whose lock nobody holds was left by a crash, and the next start sweeps it away.
"""

import contextlib
import os
import sys
from multiprocessing import resource_tracker
from multiprocessing.shared_memory import SharedMemory
from pathlib import Path
from typing import NamedTuple

import numpy as np

from phosphene.engine.common.errors import PhospheneError
from phosphene.engine.native import aligned_zeros
from phosphene.engine.native.cache import cache_home

LINE = 64  # bytes; every array starts on a cache line of its own


class Layout(NamedTuple):
    """What a thing is made of, before it has memory."""

    kind: type  # the NamedTuple that holds the arrays
    arrays: tuple  # of (shape, dtype), in the order of its fields


def allocate(plan):
    """A thing in this process's own memory, for its threads."""
    return plan.kind(*(aligned_zeros(shape, dtype) for shape, dtype in plan.arrays))


class Segment:
    """Shared memory cut into things, by name: `segment["board"]`.

    Parameters
    ----------
    name : str
        The same for all who share it.
    plans : dict of str to Layout
        The same for all who share it.
    create : bool
        True for the one that owns it and will `unlink` it.
    """

    def __init__(self, name, plans, *, create):
        self.name, self.create = name, create
        with _untracked():
            try:
                self.memory = SharedMemory(name, create=create, size=_size(plans) if create else 0)
                if create:
                    self._reserve()
            except OSError as fault:
                if create:
                    what = f"{_size(plans) / 1e6:.0f} MB of shared memory cannot be had"
                    raise PhospheneError(f"{what} ({fault.strerror})") from fault
                raise
        self.memory.close = lambda: None  # arrays may still look at it; the system unmaps it with the process
        base, at = np.frombuffer(self.memory.buf, np.uint8), 0
        self.things = {}
        for key, plan in plans.items():
            arrays = []
            for shape, dtype in plan.arrays:
                count = int(np.prod(shape)) * np.dtype(dtype).itemsize
                arrays.append(base[at : at + count].view(dtype).reshape(shape))
                at += _padded(count)
            self.things[key] = plan.kind(*arrays)

    def _reserve(self):
        """Have Linux find room now: it would end whoever wrote where there is none."""
        if (path := Path("/dev/shm", self.name)).exists():
            try:
                with open(path, "r+b") as file:
                    os.posix_fallocate(file.fileno(), 0, self.memory.size)
            except OSError:
                self.memory.unlink()
                raise

    def __getitem__(self, key):
        return self.things[key]

    def close(self):
        """Let go of it; the owner also takes the name away, and the memory goes with its last user."""
        self.things.clear()
        if self.create:
            with _untracked(), contextlib.suppress(FileNotFoundError):
                self.memory.unlink()


def _padded(count):
    return -(-count // LINE) * LINE


def _size(plans):
    return sum(_padded(int(np.prod(s)) * np.dtype(d).itemsize) for plan in plans.values() for s, d in plan.arrays)


@contextlib.contextmanager
def _untracked():
    """Python's tracker would unlink a segment when the first process that looked at it ends."""
    register, unregister = resource_tracker.register, resource_tracker.unregister
    resource_tracker.register = resource_tracker.unregister = lambda name, kind: None
    try:
        yield
    finally:
        resource_tracker.register, resource_tracker.unregister = register, unregister


class SessionLock:
    """A name that is ours while we live: `phosphene-<pid>` and what it is `of`, with a locked file beside it."""

    def __init__(self, of=""):
        self.name = f"phosphene-{os.getpid()}{of}"
        self.path = _claims() / self.name
        self.file = open(self.path, "a+b")  # noqa: SIM115  (held until release)
        if not _lock(self.file):
            raise RuntimeError(f"{self.path} is locked by another process")

    def release(self):
        self.file.close()
        self.path.unlink(missing_ok=True)


def remove_stale_segments():
    """Remove the segments of sessions that died; gives their names."""
    swept = []
    for path in sorted(_claims().iterdir()):
        with contextlib.suppress(OSError), open(path, "a+b") as file:
            if not _lock(file):
                continue
            with contextlib.suppress(FileNotFoundError), _untracked():
                stale = SharedMemory(path.name)
                stale.unlink()
                stale.close()
                swept.append(path.name)
        path.unlink(missing_ok=True)
    return swept


def _claims():
    folder = cache_home() / "sessions"
    folder.mkdir(exist_ok=True)
    return folder


def _lock(file):
    """Lock a file until it is closed or its process ends; False if another process has it."""
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
