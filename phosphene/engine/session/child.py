"""A child process of the session: started, watched by its heartbeat, restarted when it is lost."""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from typing import Any

EXIT_TIMEOUT = 5.0  # seconds to exit by itself before it is killed
STALE_SECONDS = 3.0  # without a heartbeat, after which it counts as hung
STARTUP_SECONDS = 20.0  # the same before the first heartbeat, since compiling takes time
MAX_EARLY_EXITS = 5  # in a row, after which a restart is pointless
EARLY_SECONDS = 2.0  # of life within which an exit is early


class ProcessHandle:
    """A Python process that imports its module while the main process still reads the preset.

    Parameters
    ----------
    module : str
        Runs as `__main__`. It reads its config, a line of JSON, from standard input, and exits when that closes.
    name : str
        What messages call it.
    stale_seconds : float
        Time without a heartbeat after which it counts as hung.
    niceness : int
        Unix niceness, where the system has it.
    """

    def __init__(self, module: str, name: str, stale_seconds: float = STALE_SECONDS, niceness: int = 0) -> None:
        self.module, self.name, self.stale_seconds, self.niceness = module, name, stale_seconds, niceness
        self.restarts = self.early_exits = 0
        self.has_run = False  # true once any life had a heartbeat
        self.read_heartbeat: Callable[[], float] = float
        self.heartbeat = 0.0
        self._start()

    def _start(self) -> None:
        self.errors = tempfile.TemporaryFile()  # noqa: SIM115  (read after the process exits)
        words = [sys.executable, "-P", "-m", self.module]  # -P: the working directory may hold a random.py
        self.process = subprocess.Popen(words, stdin=subprocess.PIPE, stderr=self.errors)
        if self.niceness and hasattr(os, "setpriority"):
            os.setpriority(os.PRIO_PROCESS, self.process.pid, self.niceness)
        self.started_at = self.last_beat_at = time.monotonic()
        self.is_responding = False  # true once this life had a heartbeat

    def send_config(self, config: dict[str, Any], read_heartbeat: Callable[[], float]) -> None:
        """Send the config. `read_heartbeat` returns a number that the process counts up while it is well."""
        self.read_heartbeat, self.last_beat_at = read_heartbeat, time.monotonic()
        stdin = self.process.stdin
        assert stdin
        with contextlib.suppress(BrokenPipeError):  # it died: `poll` reports why
            stdin.write(json.dumps(config).encode() + b"\n")
            stdin.flush()

    def poll(self) -> str | None:
        """The reason why the process is lost, None while it is well. A process that hangs is killed."""
        heartbeat = self.read_heartbeat()
        if heartbeat != self.heartbeat:
            self.heartbeat, self.last_beat_at = heartbeat, time.monotonic()
            self.is_responding = self.has_run = True
        if self.process.poll() is not None:
            return self._exit_reason()
        if time.monotonic() - self.last_beat_at > (self.stale_seconds if self.is_responding else STARTUP_SECONDS):
            self.process.kill()
            self.process.wait()
            return "it hung"
        return None

    @property
    def exited_normally(self) -> bool:
        return self.process.returncode == 0

    @property
    def keeps_failing(self) -> bool:
        """True after so many early exits in a row that a restart is pointless."""
        return self.early_exits + self._is_early() >= MAX_EARLY_EXITS

    def _is_early(self) -> bool:
        return time.monotonic() - self.started_at < EARLY_SECONDS

    def _exit_reason(self) -> str:
        """The last line of its standard error, else its exit code."""
        self.errors.seek(0)
        lines = self.errors.read().decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else f"{self.name} exited with code {self.process.returncode}"

    def restart(self) -> None:
        """Replace the process by a new one, which needs its config again."""
        self.early_exits = self.early_exits + 1 if self._is_early() else 0
        self.restarts += 1
        self.stop()
        self._start()

    def stop(self) -> str | None:
        """Close its standard input and wait until it exits; returns the reason if that was not a normal exit."""
        stdin = self.process.stdin
        assert stdin
        with contextlib.suppress(BrokenPipeError):
            stdin.close()
        try:
            self.process.wait(EXIT_TIMEOUT)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        with self.errors:
            return None if self.exited_normally else self._exit_reason()
