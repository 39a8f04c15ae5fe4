"""Ten minutes on stage: the audio process with a Python thread spinning in it, and a silent control beside it."""

import json
import subprocess
import sys
import threading

from engine.audio.meters import reading
from engine.live import Live
from engine.presets import load_preset
from engine.rings import Segment
from engine.rings.mailbox import post_text, prepare
from engine.session import MAILBOXES, PLANS
from tools.lateness import spin
from tools.soundserver import RATE, SoundServer

BLOCK, BUFFER = 256, 0.02  # frames; seconds
KINDS = {"spinning": "synth", "control": "silence"}  # what each plays; the control does not spin


def play(kind, seconds, name):
    """Sound for some seconds in this process; gives the meters."""
    preset, _ = load_preset()
    segment = Segment(name, PLANS, create=True)
    try:
        for mailbox in MAILBOXES:
            prepare(segment[mailbox])
        post_text(segment["genome"], json.dumps({"serial": 1, "genome": preset.genes()}))
        wish = dict(source=KINDS[kind], file=None, take=None, input=None, output=None, rate=RATE, block=BLOCK)
        live = Live({**wish, "buffer": BUFFER, "preset": preset.full(), "again": False}, segment)
        ending, stop = threading.Timer(seconds, live.stop), threading.Event()
        hog = threading.Thread(target=spin, args=(stop,), daemon=True)
        ending.start()
        if kind == "spinning":
            hog.start()
        live.run()
        stop.set()
        return reading(segment["meters"])
    finally:
        segment.close()


def soak(seconds):
    """Both kinds at once, each in a process of its own on one null sink each; meters by kind."""
    server = SoundServer()
    server.start()
    try:
        with server.record("speaker"):
            running = {
                kind: subprocess.Popen(
                    [sys.executable, "-m", "tools.soak", kind, str(seconds), f"phosphene-soak-{kind}"],
                    env=server.environment,
                    stdout=subprocess.PIPE,
                    text=True,
                )
                for kind in KINDS
            }
            return {kind: json.loads(process.communicate()[0]) for kind, process in running.items()}
    finally:
        server.remove()


if __name__ == "__main__":
    print(json.dumps(play(sys.argv[1], float(sys.argv[2]), sys.argv[3])))
