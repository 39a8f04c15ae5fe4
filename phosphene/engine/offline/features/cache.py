"""The feature cache: .npz files under the user's cache folder, found by the metadata that they follow from.

An entry is an .npz followed by its own hash; a damaged entry is recognised and made anew.
"""

import contextlib
import hashlib
import os
import secrets
import time
from collections.abc import Callable
from pathlib import Path

from phosphene.engine.native.cache import cache_home

MAX_BYTES = 2 << 30  # of all entries; the least recently used go first
BLOCK = 1 << 20  # bytes copied at once
PART_SUFFIX = ".part"
PART_MAX_AGE = 86_400.0  # seconds after which a part was left by a process that died
HASH = hashlib.sha256
CHECKSUM_SIZE = HASH().digest_size


class FeatureCache:
    """Entries in a folder that any number of processes use at once.

    Parameters
    ----------
    folder : Path, optional
        Where the entries are; by default in the user's cache folder.
    max_bytes : int
        Most that all entries may take.
    warn : callable(str)
        Receives one sentence if the cache cannot be read or written, which is no failure.
    """

    def __init__(
        self,
        folder: Path | None = None,
        *,
        max_bytes: int = MAX_BYTES,
        warn: Callable[[str], None] = lambda sentence: None,
    ) -> None:
        self.given_folder, self.max_bytes, self.warn = folder, max_bytes, warn
        self.warned = False

    @property
    def folder(self) -> Path:
        return Path(self.given_folder or cache_home() / "listening")

    def entry_path(self, metadata: str) -> Path:
        """Where the entry with this metadata is or would be."""
        return self.folder / HASH(metadata.encode()).hexdigest()

    def load(self, metadata: str, path: Path) -> bool:
        """Copy the entry with this metadata to `path`; False if there is none, or it is damaged."""
        checksum = HASH()
        try:
            entry = self.entry_path(metadata)
            with open(entry, "rb") as stored, open(path, "wb") as out:
                left = os.fstat(stored.fileno()).st_size - CHECKSUM_SIZE
                while left > 0 and (block := stored.read(min(BLOCK, left))):
                    checksum.update(block)
                    out.write(block)
                    left -= len(block)
                if left == 0 and stored.read() == checksum.digest():
                    with contextlib.suppress(OSError):  # marks it as used; not worth a failure
                        os.utime(entry)
                    return True
            entry.unlink(missing_ok=True)
        except FileNotFoundError:
            pass
        except OSError as fault:
            self._warn_once("read", fault)
        return False

    def store(self, metadata: str, path: Path) -> None:
        """Keep a copy of a file, atomically; one larger than the whole cache is not kept."""
        if path.stat().st_size + CHECKSUM_SIZE > self.max_bytes:
            return
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._copy(path, self.entry_path(metadata))
            self._remove_old_entries()
        except OSError as fault:
            self._warn_once("written to", fault)

    def _copy(self, path, entry):
        part, checksum = entry.with_name(f".{secrets.token_hex(16)}{PART_SUFFIX}"), HASH()
        try:
            with open(path, "rb") as source, open(part, "xb") as out:
                while block := source.read(BLOCK):
                    checksum.update(block)
                    out.write(block)
                out.write(checksum.digest())
            os.replace(part, entry)
        finally:
            part.unlink(missing_ok=True)

    def _remove_old_entries(self):
        """Remove the least recently used entries beyond the limit, and parts that a killed process left."""
        total = 0
        for file, stat in sorted(self._files(), key=lambda each: each[1].st_mtime, reverse=True):
            is_part = file.suffix == PART_SUFFIX
            total += 0 if is_part else stat.st_size
            if time.time() - stat.st_mtime > PART_MAX_AGE if is_part else total > self.max_bytes:
                with contextlib.suppress(OSError):  # another process is reading it, on a system where that locks it
                    file.unlink()

    def _files(self):
        for file in self.folder.iterdir():
            with contextlib.suppress(FileNotFoundError):  # another process was quicker
                yield file, file.stat()

    def _warn_once(self, action, fault):
        if not self.warned:
            place = fault.filename or self.given_folder
            self.warn(f"the cache cannot be {action}: {place}: {fault.strerror or fault}")
        self.warned = True
