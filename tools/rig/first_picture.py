"""How long a performer waits for the picture: from the command to the screen, and after a killed visual process."""

import os
import signal
import subprocess
import sys
import time

from tools.rig.sound_server import wait_for

LIT = 60  # of 255: no window is so before its first picture
EVERY = 0.005  # seconds


def first_picture(server, screen):
    """Seconds from `phosphene live` to a picture on the screen, and from the end of who draws it to the next."""
    shown = {name: screen.environment[name] for name in ("DISPLAY", "XDG_SESSION_TYPE")}
    words = [sys.executable, "-m", "phosphene", "live", "--source", "synth", "--rate", "48000", "--size", "640x360"]
    begun = time.monotonic()
    process = subprocess.Popen(words, env=server.environment | shown, stdout=subprocess.DEVNULL)
    try:
        assert wait_for(lambda: _lit(screen), seconds=120, every=EVERY), "no picture came"
        first = time.monotonic() - begun
        _kill_the_painter(process.pid)
        begun = time.monotonic()
        assert wait_for(lambda: not _lit(screen), every=EVERY), "its window outlived it"
        assert wait_for(lambda: _lit(screen), every=EVERY), "no picture came back"
        return first, time.monotonic() - begun
    finally:
        process.terminate()
        process.wait()


def _lit(screen):
    return any(window.name == "Phosphene" and screen.picture(window).max() > LIT for window in screen.windows())


def _kill_the_painter(keeper):
    words = ["pgrep", "-P", str(keeper), "-f", "phosphene.engine.processes.visual"]
    found = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    os.kill(int(found), signal.SIGKILL)
