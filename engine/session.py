"""What the processes of a session share, and the words they pass."""

import numpy as np

from engine.audio import meters
from engine.listening import listener
from engine.rings import board, mailbox, ring, timeline
from engine.slots import SLOTS
from engine.visuals import sight

REMEMBERED = 8.0  # seconds of frames
PLANS = {
    "params": board.plan(SLOTS),  # main writes; the audio thread reads, and whoever draws
    "meters": meters.plan(),  # the audio thread writes, main reads
    "frames": listener.plan(REMEMBERED),  # the worker writes, main reads, and whoever draws
    "clock": timeline.plan(64, 3),  # the audio thread writes: (sample, time it is heard, time that was known)
    "keys": ring.plan(64, 2, np.float64),  # who draws writes, main reads: (moment of the press, code point)
    "sights": sight.plan(),  # who draws writes, main reads
    "genome": mailbox.plan(8192),  # main writes, the audio process reads: {serial, genome} as JSON
    "told": mailbox.plan(2048),  # the audio process writes, main reads: what it plays on, as JSON
    "seen": mailbox.plan(2048),  # who draws writes, main reads: what it draws with, as JSON
}
AUDIO_MAIL, VISUAL_MAIL = ("genome", "told"), ("seen",)
