"""Notices when a file is saved, by its modification time and size."""

import os
from pathlib import Path


class FileWatch:
    """Compares a file with its state at the last call."""

    def __init__(self, path: str | Path) -> None:
        self.path = path
        self.last = self._state()

    def _state(self) -> tuple[int, int] | None:
        try:
            found = os.stat(self.path)
        except OSError:  # an editor that saves by renaming leaves a moment without a file
            return None
        return found.st_mtime_ns, found.st_size

    def changed(self) -> bool:
        """True once for each time the file was saved. A file that is missing has not changed."""
        state = self._state()
        if state is None or state == self.last:
            return False
        self.last = state
        return True
