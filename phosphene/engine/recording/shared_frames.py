"""Footage: pictures and sound of a session on their way to who records them, in shared memory of their own."""

import math
from enum import IntEnum
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from phosphene.engine.audio.core import CHANNELS
from phosphene.engine.rings import Segment, board, ring, timeline
from phosphene.engine.rings.shared_memory import Layout

LARGEST = 1920, 1080  # of a film where nobody asked for a size
FPS = Fraction(30)
PIXEL = 4  # bytes
SLIDES = 4  # pictures that wait for a recorder that was busy
SOUND = 1 << 18  # frames that do: while it is lost, and another one starts


class RecorderStat(IntEnum):
    """What is told of it; all that is counted is counted up over all films of a session."""

    BEAT = 0  # counted up while the recorder is well
    ROLLING = 1  # 1 from when the recorder is there to when it ends by itself
    WIDTH = 2  # of all films, as who draws had it first
    HEIGHT = 3
    PLANAR = 4  # 1 where who draws gives I420, 0 where RGBA, the bottom row first
    PICTURES = 5  # in the films
    REPEATED = 6  # of these, those shown again because no other was nearer
    DROPPED = 7  # pictures for which there was no room, told by who draws
    FRAMES = 8  # of sound in the films
    LOST = 9  # of these, those that are silence because there was no room


class Slides(NamedTuple):
    pictures: np.ndarray  # (SLIDES, bytes) uint8, a slide for each row of the ring of their samples


def plans(size):
    """The things of a segment for films of as many pixels as `size` has, or fewer."""
    return {
        "gauges": board.layout(len(RecorderStat)),
        "slides": Layout(Slides, (((SLIDES, PIXEL * math.prod(size)), np.uint8),)),
        "shown": ring.layout(SLIDES, 1, np.float64),  # who draws writes, who records reads: the sample of each slide
        "sound": ring.layout(SOUND, CHANNELS),  # the audio thread writes, who records reads
        "joins": timeline.layout(64, 2),  # likewise: (row of sound, sample)
    }


def opened(film):
    """The segment that a wish speaks of."""
    return Segment(film["segment"], plans(film["size"]), create=False)


def filmed(core, film):
    """The core of a session, which gives what is heard to its film, where there is one."""
    if not film:
        return core
    footage = opened(film)
    footage["sound"].rows.max()  # all of it is mapped then, and the audio thread need not wait for that
    core.switches[1] = 1
    return core._replace(film=footage["sound"], joins=footage["joins"])


def slide(footage, count):
    """The slide of the count-th picture."""
    pictures = footage["slides"].pictures
    return pictures[count & (len(pictures) - 1)]
