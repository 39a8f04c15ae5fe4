"""What the processes of a session share, and the words they pass."""

import gc
import json
import signal
import sys
import threading

import numpy as np

from phosphene.engine.audio import meters
from phosphene.engine.common.errors import PhospheneError
from phosphene.engine.listening import analyser
from phosphene.engine.rings import Segment, board, board_layout, mailbox, ring, timeline
from phosphene.engine.visuals import cues
from phosphene.engine.visuals.catalogue import BOARD_SLOTS
from phosphene.engine.visuals.window import frame_stats

REMEMBERED = 8.0  # seconds of frames
PLANS = {
    "params": board.layout(BOARD_SLOTS),  # main writes; the audio thread reads, and whoever draws
    "moves": board.layout(
        2 * board_layout.GENOME_SLOTS
    ),  # the worker writes, the audio thread reads: what rows make of the genome's
    "meters": meters.plan(),  # the audio thread writes, main reads
    "frames": analyser.plan(REMEMBERED),  # the worker writes, main reads, and whoever draws
    "clock": timeline.layout(64, 3),  # the audio thread writes: (sample, time it is heard, time that was known)
    "cues": cues.plan(),  # main writes, who draws reads: what an operator wants
    "keys": ring.layout(64, 2, np.float64),  # who draws writes, main reads: (moment of the press, code point)
    "frame_stats": frame_stats.plan(),  # who draws writes, main reads
    "genome": mailbox.layout(65536),  # main writes, the audio process reads, as JSON: see Session._post_genome
    "look": mailbox.layout(16384),  # main writes, who draws reads: a Look, as JSON
    "hud": mailbox.layout(2048),  # main writes, who draws reads: what a Stagehand tells, as JSON
    "audio_status": mailbox.layout(2048),  # the audio process writes, main reads: what it plays on, as JSON
    "visual_status": mailbox.layout(2048),  # who draws writes, main reads: what it draws with, as JSON
}
AUDIO_MAIL, VISUAL_MAIL = ("genome", "audio_status"), ("look", "hud", "visual_status")


def serve(life):
    """Be a process of a session; gives its exit code.

    The wish is the first line of standard input, whose end is the keeper's, and ours.

    Parameters
    ----------
    life : callable(wish, segment)
        Gives what has run() and stop().
    """
    for name in ("SIGINT", "SIGHUP"):  # meant for the keeper, who tells us
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    line = sys.stdin.readline()
    if not line:
        return 0
    config = json.loads(line)
    try:
        lived = life(config, Segment(config["segment"], PLANS, create=False))
        threading.Thread(target=lambda: (sys.stdin.read(), lived.stop()), daemon=True).start()
        gc.freeze()  # what is there by now stays: to go through all of it would stop every thread for two pictures
        lived.run()
    except PhospheneError as fault:
        sys.stderr.write(f"{fault}\n")
        return fault.code
    return 0
