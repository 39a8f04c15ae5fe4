"""Measures the wait for sound: from the command to the first block that the device requests."""

import subprocess
import sys
import time

from phosphene.engine.audio.meters import read_meters
from phosphene.engine.processes.shared_layout import LAYOUTS
from phosphene.engine.rings import Segment
from tools.rig.sound_server import wait_for


def first_sound(server):
    """Seconds from the start of `phosphene live --source synth` to its first callback."""
    begun = time.monotonic()
    command = [sys.executable, "-m", "phosphene", "live", "--source", "synth", "--rate", "48000"]
    process = subprocess.Popen(command, env=server.environment, stdout=subprocess.DEVNULL)

    def sounding():
        try:
            segment = Segment(f"phosphene-{process.pid}", LAYOUTS, create=False)
        except (FileNotFoundError, ValueError):
            return False
        return read_meters(segment["meters"])["callbacks"] > 0

    assert wait_for(sounding, seconds=120, every=0.005), "no sound came"
    spent = time.monotonic() - begun
    process.terminate()
    process.wait()
    return spent
