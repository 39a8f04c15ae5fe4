"""Measures the wait for a picture: from the command to the screen, and after the visual process is killed."""

import os
import signal
import subprocess
import sys
import time

from tools.rig.sound_server import wait_for

LIT_THRESHOLD = 60  # 0..255; no window is this bright before its first picture
POLL_SECONDS = 0.005


def first_picture(server, screen):
    """Seconds from `phosphene live` to a picture on the screen, and from the end of the visual process to the next."""
    display = {name: screen.environment[name] for name in ("DISPLAY", "XDG_SESSION_TYPE")}
    command = [sys.executable, "-m", "phosphene", "live", "--source", "synth", "--rate", "48000", "--size", "640x360"]
    begun = time.monotonic()
    process = subprocess.Popen(command, env=server.environment | display, stdout=subprocess.DEVNULL)
    try:
        assert wait_for(lambda: _is_lit(screen), seconds=120, every=POLL_SECONDS), "no picture came"
        first = time.monotonic() - begun
        _kill_visual_process(process.pid)
        begun = time.monotonic()
        assert wait_for(lambda: not _is_lit(screen), every=POLL_SECONDS), "the window of the killed process stayed"
        assert wait_for(lambda: _is_lit(screen), every=POLL_SECONDS), "no picture came back"
        return first, time.monotonic() - begun
    finally:
        process.terminate()
        process.wait()


def _is_lit(screen):
    return any(
        window.name == "Phosphene" and screen.picture(window).max() > LIT_THRESHOLD for window in screen.windows()
    )


def _kill_visual_process(supervisor_pid):
    command = ["pgrep", "-P", str(supervisor_pid), "-f", "phosphene.engine.processes.visual"]
    found = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    os.kill(int(found), signal.SIGKILL)
