"""How long a performer waits: from the command to the first block that the device asked for."""

import subprocess
import sys
import time

from phosphene.engine.audio.meters import reading
from phosphene.engine.processes.shared_layout import LAYOUTS
from phosphene.engine.rings import Segment
from tools.rig.sound_server import wait_for


def first_sound(server):
    """Seconds from the start of `phosphene live --source synth` to its first callback."""
    begun = time.monotonic()
    words = [sys.executable, "-m", "phosphene", "live", "--source", "synth", "--rate", "48000"]
    process = subprocess.Popen(words, env=server.environment, stdout=subprocess.DEVNULL)

    def sounding():
        try:
            segment = Segment(f"phosphene-{process.pid}", LAYOUTS, create=False)
        except (FileNotFoundError, ValueError):
            return False
        return reading(segment["meters"])["callbacks"] > 0

    assert wait_for(sounding, seconds=120, every=0.005), "no sound came"
    spent = time.monotonic() - begun
    process.terminate()
    process.wait()
    return spent
