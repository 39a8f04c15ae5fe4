"""Live sessions in processes of their own."""

import contextlib
import os
import signal
import subprocess
import sys

from phosphene.engine.audio.meters import read_meters
from phosphene.engine.processes.shared_layout import LAYOUTS
from phosphene.engine.rings import Segment
from tools.rig.sound_server import RATE, wait_for

PHOSPHENE = [sys.executable, "-m", "phosphene"]


class Session:
    """A `phosphene live`, on a sound server; with a window, where there is a screen, and in a terminal."""

    def __init__(self, server, *words, screen=None, cache=None, terminal=None):
        environment = {**server.environment, "NUMBA_CACHE_DIR": os.environ["NUMBA_CACHE_DIR"]}
        if cache:
            environment["PHOSPHENE_CACHE"] = str(cache)
        if screen:
            environment |= {name: screen.environment[name] for name in ("DISPLAY", "XDG_SESSION_TYPE")}
        self.shared = None
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        self.process = subprocess.Popen(
            [*PHOSPHENE, "live", *([] if screen else ["--headless"]), *map(str, words)],
            env=environment,
            **(terminal.options if terminal else pipes),
        )

    def segment(self):
        """What it shares, None before there is any."""
        if not self.shared:
            with contextlib.suppress(FileNotFoundError, ValueError):
                self.shared = Segment(f"phosphene-{self.process.pid}", LAYOUTS, create=False)
        return self.shared

    def wait_for_sound(self, seconds):
        """Wait until so many seconds of sound are played; returns the meters."""
        segment = wait_for(self.segment)
        assert segment, self.process.communicate(timeout=10)
        assert wait_for(lambda: read_meters(segment["meters"])["position"] >= seconds * RATE), read_meters(
            segment["meters"]
        )
        return read_meters(segment["meters"])

    def child(self, module):
        """The pid of the process that runs a module, None while there is none."""
        words = ["pgrep", "-P", str(self.process.pid), "-f", module]
        found = subprocess.run(words, capture_output=True, text=True, check=False)
        return int(found.stdout.split()[0]) if found.stdout else None

    def audio(self):
        return self.child("phosphene.engine.processes.audio")

    def visual(self):
        return self.child("phosphene.engine.processes.visual")

    def end(self, sign=signal.SIGINT):
        self.process.send_signal(sign)
        return self.result()

    def result(self):
        out, err = self.process.communicate(timeout=60)
        return self.process.returncode, out, err
