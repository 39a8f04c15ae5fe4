"""The shelf: archives that were made before, kept under the user's cache folder by all that they follow from.

An entry is an archive and, behind it, its own hash: what was damaged is known, and made anew.
"""

import contextlib
import hashlib
import os
import secrets
from pathlib import Path

from engine.native.cache import cache_home

MOST = 2 << 30  # bytes; what was not used for longest goes first
PIECE = 1 << 20
HASH = hashlib.sha256
SEAL = HASH().digest_size


class Shelf:
    """Entries in a folder that any number of processes use at once.

    Parameters
    ----------
    remark : callable(str)
        Told why something cannot be kept; that is no failure.
    """

    def __init__(self, folder=None, *, most=MOST, remark=lambda sentence: None):
        self.folder, self.most, self.remark = Path(folder or cache_home() / "listening"), most, remark

    def _entry(self, meta):
        return self.folder / HASH(meta.encode()).hexdigest()

    def take(self, meta, path):
        """Copy the archive with this meta to a path; False if there is none that is whole."""
        entry, seal = self._entry(meta), HASH()
        try:
            with open(entry, "rb") as stored, open(path, "wb") as out:
                left = os.fstat(stored.fileno()).st_size - SEAL
                while left > 0 and (piece := stored.read(min(PIECE, left))):
                    seal.update(piece)
                    out.write(piece)
                    left -= len(piece)
                if left == 0 and stored.read() == seal.digest():
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
        entry, seal = self._entry(meta), HASH()
        part = entry.with_name(f".{entry.name[:16]}.{secrets.token_hex(8)}.part")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with open(path, "rb") as made, open(part, "xb") as out:
                while piece := made.read(PIECE):
                    seal.update(piece)
                    out.write(piece)
                out.write(seal.digest())
            os.replace(part, entry)
            self._make_room()
        except OSError as fault:
            self._excuse("written to", fault)
        finally:
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)

    def _make_room(self):
        """Let the oldest go, and with them what a process left that was killed."""
        held = 0
        for file, found in sorted(self._files(), key=lambda each: each[1].st_mtime, reverse=True):
            held += found.st_size
            if held > self.most:
                file.unlink(missing_ok=True)

    def _files(self):
        for file in self.folder.iterdir():
            with contextlib.suppress(FileNotFoundError):  # another process was quicker
                yield file, file.stat()

    def _excuse(self, what, fault):
        self.remark(f"the cache {self.folder} cannot be {what} ({fault.strerror or fault}); nothing else is wrong")
