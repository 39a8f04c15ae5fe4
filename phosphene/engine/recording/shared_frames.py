"""The shared memory through which frames and sound of a session reach the recorder."""

import math
from enum import IntEnum
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np

from phosphene.engine.audio import taps
from phosphene.engine.audio.taps import TapPoint
from phosphene.engine.rings import Segment, board, ring
from phosphene.engine.rings.shared_memory import Layout
from phosphene.engine.rings.tap import activate

MAX_SIZE = 1920, 1080  # of a film whose size was not given
FPS = Fraction(30)
BYTES_PER_PIXEL = 4  # RGBA; YUV 4:2:0 needs less
FRAME_SLOTS = 4  # frames that may wait for a busy recorder; a power of two
AUDIO_FRAMES = 1 << 18  # that may wait: enough for the restart of a recorder that died


class RecorderStat(IntEnum):
    """Slots of the statistics board. Counts run over all films of a session; PICTURES to LOST are report keys."""

    HEARTBEAT = 0  # counted up while the recorder runs
    RECORDING = 1  # 1 from the start of the recorder until it ends by itself
    WIDTH = 2  # of all films; the visual process sets both with its first frame
    HEIGHT = 3
    IS_YUV420 = 4  # 1 if the frames are YUV 4:2:0, 0 if RGBA, the bottom row first
    PICTURES = 5  # frames in the films
    REPEATED = 6  # of these, those that repeat the frame before
    DROPPED = 7  # frames for which there was no slot; counted by the visual process
    AUDIO_FRAMES = 8  # of sound in the films
    LOST = 9  # of these, those replaced by silence because the ring was full


class FrameSlots(NamedTuple):
    frames: np.ndarray  # (FRAME_SLOTS, bytes) uint8; slot n belongs to row n of "frame_times"


def layouts(size: tuple[int, int]) -> dict[str, Layout]:
    """What the segment holds, for films of at most as many pixels as `size` has."""
    return {
        "stats": board.layout(len(RecorderStat)),
        "frames": Layout(FrameSlots, (((FRAME_SLOTS, BYTES_PER_PIXEL * math.prod(size)), np.uint8),)),
        "frame_times": ring.layout(FRAME_SLOTS, 1, np.float64),  # the sample of each frame, from the visual process
        "audio": taps.layout("output", AUDIO_FRAMES),  # from the audio thread
    }


def open_segment(film: dict[str, Any]) -> Segment:
    """The segment of a film config, {"segment": name, "size": (width, height)}."""
    return Segment(film["segment"], layouts(film["size"]), create=False)


def recorder_tap(film: dict[str, Any]) -> TapPoint:
    """The tap through which the recorder reads what is heard."""
    return TapPoint("output", activate(open_segment(film)["audio"]))


def frame_slot(segment: Any, count: int) -> np.ndarray:
    """The slot of the count-th frame."""
    frames = segment["frames"].frames
    return frames[count & (len(frames) - 1)]
