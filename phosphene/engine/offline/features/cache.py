"""The shelf: archives that were made before, kept under the user's cache folder by all that they follow from.

An entry is an archive and, behind it, its own hash: what was damaged is known, and made anew.
"""

import contextlib
import hashlib
import os
import secrets
import time
from pathlib import Path

from phosphene.engine.native.cache import cache_home

MOST = 2 << 30  # bytes; what was not used for longest goes first
PIECE = 1 << 20
PART = ".part"
ABANDONED = 86_400.0  # seconds after which nobody is still writing a part
HASH = hashlib.sha256
SEAL = HASH().digest_size


class FeatureCache:
    """Entries in a folder that any number of processes use at once.

    Parameters
    ----------
    remark : callable(str)
        Told why something cannot be kept; that is no failure.
    """

    def __init__(self, folder=None, *, most=MOST, remark=lambda sentence: None):
        self.place, self.most, self.remark = folder, most, remark
        self.excused = False

    @property
    def folder(self):
        return Path(self.place or cache_home() / "listening")

    def _entry(self, meta):
        return self.folder / HASH(meta.encode()).hexdigest()

    def take(self, meta, path):
        """Copy the archive with this meta to a path; False if there is none that is whole."""
        seal = HASH()
        try:
            entry = self._entry(meta)
            with open(entry, "rb") as stored, open(path, "wb") as out:
                left = os.fstat(stored.fileno()).st_size - SEAL
                while left > 0 and (piece := stored.read(min(PIECE, left))):
                    seal.update(piece)
                    out.write(piece)
                    left -= len(piece)
                if left == 0 and stored.read() == seal.digest():
                    with contextlib.suppress(OSError):  # to be told from what nobody uses; not at any price
                        os.utime(entry)
                    return True
            entry.unlink(missing_ok=True)
        except FileNotFoundError:
            pass
        except OSError as fault:
            self._excuse("read", fault)
        return False

    def put(self, meta, path):
        """Keep a copy of an archive, whole or not at all."""
        if path.stat().st_size + SEAL > self.most:
            return
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._copy(path, self._entry(meta))
            self._make_room()
        except OSError as fault:
            self._excuse("written to", fault)

    def _copy(self, path, entry):
        part, seal = entry.with_name(f".{secrets.token_hex(16)}{PART}"), HASH()
        try:
            with open(path, "rb") as made, open(part, "xb") as out:
                while piece := made.read(PIECE):
                    seal.update(piece)
                    out.write(piece)
                out.write(seal.digest())
            os.replace(part, entry)
        finally:
            part.unlink(missing_ok=True)

    def _make_room(self):
        """Let the oldest go, and what a process left that was killed."""
        held = 0
        for file, found in sorted(self._files(), key=lambda each: each[1].st_mtime, reverse=True):
            part = file.suffix == PART
            held += 0 if part else found.st_size
            if time.time() - found.st_mtime > ABANDONED if part else held > self.most:
                with contextlib.suppress(OSError):  # somebody is reading it, where that keeps it
                    file.unlink()

    def _files(self):
        for file in self.folder.iterdir():
            with contextlib.suppress(FileNotFoundError):  # another process was quicker
                yield file, file.stat()

    def _excuse(self, what, fault):
        if not self.excused:
            self.remark(f"the cache cannot be {what}: {fault.filename or self.place}: {fault.strerror or fault}")
        self.excused = True
