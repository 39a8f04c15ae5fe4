"""What the processes of a session share, and the words they pass."""

from engine.audio import meters
from engine.listening import listener
from engine.rings import board, mailbox, timeline
from engine.visuals import scenes, sight

REMEMBERED = 8.0  # seconds of frames
PLANS = {
    "params": board.plan(scenes.SLOTS),  # main writes; the audio thread reads, and whoever draws
    "meters": meters.plan(),  # the audio thread writes, main reads
    "frames": listener.plan(REMEMBERED),  # the worker writes, main reads, and whoever draws
    "clock": timeline.plan(64, 3),  # the audio thread writes: (sample, time it is heard, time that was known)
    "sights": sight.plan(),  # who draws writes, main reads
    "genome": mailbox.plan(8192),  # main writes, the audio process reads: {serial, genome} as JSON
    "told": mailbox.plan(2048),  # the audio process writes, main reads: what it plays on, as JSON
    "seen": mailbox.plan(2048),  # who draws writes, main reads: what it draws with, as JSON
}
AUDIO_MAIL, VISUAL_MAIL = ("genome", "told"), ("seen",)
