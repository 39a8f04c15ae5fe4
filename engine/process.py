"""The audio process, as its keeper holds it."""

import contextlib
import json
import subprocess
import sys
import tempfile
import time

FAREWELL = 5.0  # seconds that it has to end by itself


class AudioProcess:
    """A Python that already imports the engine while we still read the preset."""

    def __init__(self):
        self.errors = tempfile.TemporaryFile()  # noqa: SIM115  (read when the process died)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "engine.live"], stdin=subprocess.PIPE, stderr=self.errors
        )
        self.born = time.monotonic()

    def wish(self, wish):
        """Tell it what to do; it ends when we let go of its standard input."""
        with contextlib.suppress(BrokenPipeError):  # it died: `fallen` will say so
            self.process.stdin.write(json.dumps(wish).encode() + b"\n")
            self.process.stdin.flush()

    def fallen(self):
        return self.process.poll() is not None

    def last_words(self):
        self.errors.seek(0)
        lines = self.errors.read().decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else f"the audio process ended with {self.process.returncode}"

    def end(self):
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()
        try:
            self.process.wait(FAREWELL)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.errors.close()
