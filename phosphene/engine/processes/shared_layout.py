"""What the processes of a session share: one segment, and who writes and who reads each part of it."""

import numpy as np

from phosphene.engine.audio import taps
from phosphene.engine.graph.memory import memory_layouts
from phosphene.engine.rings import mailbox, ring, timeline
from phosphene.engine.rings.shared_memory import Layout
from phosphene.engine.visuals import cues
from phosphene.engine.visuals.window import frame_stats

TAPS = {  # readers in other processes: the point where they read, and the frames that they may be behind
    "input_level": ("input", 1 << 14),  # the main process: the level of the microphone
}
LAYOUTS: dict[str, Layout] = {
    **memory_layouts(),
    "clock": timeline.layout(64, 3),  # the audio thread writes: (sample, time it is heard, time that was known)
    "cues": cues.layout(),  # main writes, the visual process reads: what the operator asks for
    "keys": ring.layout(64, 2, np.float64),  # the visual process writes, main reads: (moment of the press, code point)
    "frame_stats": frame_stats.layout(),  # the visual process writes, main reads
    "genome": mailbox.layout(65536),  # main writes, the audio process reads: genome, modulation and preset, as JSON
    "look": mailbox.layout(16384),  # main writes, the visual process reads: a Look, as JSON
    "hud": mailbox.layout(2048),  # main writes, the visual process reads: what the HUD shows of the session, as JSON
    "audio_status": mailbox.layout(2048),  # the audio process writes, main reads: what it plays on, as JSON
    "visual_status": mailbox.layout(2048),  # the visual process writes, main reads: what it draws with, as JSON
    **{f"tap.{name}": taps.layout(point, frames) for name, (point, frames) in TAPS.items()},
}
AUDIO_MAIL, VISUAL_MAIL = ("genome", "audio_status"), ("look", "hud", "visual_status")
