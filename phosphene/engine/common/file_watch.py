"""A file that is edited while it plays."""

import os


class FileWatch:
    """Tells when a file has been saved again."""

    def __init__(self, path):
        self.path = path
        self.seen = self._look()

    def _look(self):
        try:
            found = os.stat(self.path)
        except OSError:  # an editor that saves by renaming leaves a moment without a file
            return None
        return found.st_mtime_ns, found.st_size

    def changed(self):
        now = self._look()
        if now is None or now == self.seen:
            return False
        self.seen = now
        return True
