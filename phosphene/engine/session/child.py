"""A process of ours, as its keeper holds it: started, watched over, and started again."""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time

FAREWELL = 5.0  # seconds that it has to end by itself
STALE = 3.0
GRACE = 20.0  # seconds of the same while it starts: compiling takes its time
MAX_EARLY_EXITS = 5  # deaths within the first seconds of life after which there is no point
YOUNG = 2.0  # seconds


class ProcessHandle:
    """A Python that already imports what it needs while we still read the preset.

    Parameters
    ----------
    module : str
        Reads its wish, a line of JSON, from standard input, and ends when that ends.
    name : str
        What messages call it.
    stale : float
        Seconds without a beat after which it counts as hung.
    kind : int
        How far it gives way to the others, where the system knows of such.
    """

    def __init__(self, module, name, stale=STALE, kind=0):
        self.module, self.name, self.stale, self.kind = module, name, stale, kind
        self.restarts, self.falls, self.lived = 0, 0, False
        self.read_beat, self.beat = None, 0.0
        self._start()

    def _start(self):
        self.errors = tempfile.TemporaryFile()  # noqa: SIM115  (read when the process died)
        words = [sys.executable, "-P", "-m", self.module]  # the user's folder may hold a random.py
        self.process = subprocess.Popen(words, stdin=subprocess.PIPE, stderr=self.errors)
        if self.kind and hasattr(os, "setpriority"):
            os.setpriority(os.PRIO_PROCESS, self.process.pid, self.kind)
        self.born = self.beaten = time.monotonic()
        self.well = False

    def config(self, config, read_beat):
        """Tell it what to do. `read_beat` gives a number that it counts up while it is well."""
        self.read_beat, self.beaten = read_beat, time.monotonic()
        with contextlib.suppress(BrokenPipeError):  # it died: `lost` will say so
            self.process.stdin.write(json.dumps(config).encode() + b"\n")
            self.process.stdin.flush()

    def lost(self):
        """Why it is no more, or None while it is well. One that hangs is ended."""
        beat = self.read_beat()
        if beat != self.beat:
            self.beat, self.beaten, self.well, self.lived = beat, time.monotonic(), True, True
        if self.process.poll() is not None:
            return self._last_words()
        if time.monotonic() - self.beaten > (self.stale if self.well else GRACE):
            self.process.kill()
            self.process.wait()
            return "it hung"
        return None

    @property
    def ended_well(self):
        """True if it ended because it was to end."""
        return self.process.returncode == 0

    @property
    def hopeless(self):
        """True if it has died so often, and so young, that there is no point."""
        return self.falls + (time.monotonic() - self.born < YOUNG) >= MAX_EARLY_EXITS

    def _last_words(self):
        self.errors.seek(0)
        lines = self.errors.read().decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else f"{self.name} ended with {self.process.returncode}"

    def restart(self):
        """Start another one in its place; it wants to be told its wish."""
        self.falls = self.falls + 1 if time.monotonic() - self.born < YOUNG else 0
        self.restarts += 1
        self.end()
        self._start()

    def end(self):
        """Let go of it, and wait until it has ended; gives why, where that was not well."""
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()
        try:
            self.process.wait(FAREWELL)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        with self.errors:
            return None if self.ended_well else self._last_words()
