"""The record that listening publishes, and what consumes it: pictures, effects, models."""

from collections import namedtuple
from typing import Any

import numpy as np

from phosphene.engine.common.params import Param

VERSION = 1  # of what the numbers mean; a stored frame of another one is of no use
BANDS = 64
POINTS = 128  # of the waveform, a hop
CEPSTRA, TONES = 13, 12
QUIETEST = -120.0  # dB: nothing is told of as quieter

SCALARS = (  # what one number tells, how far it goes, and how a share of the way is counted
    Param("rms_db", QUIETEST, low=-60.0, high=0.0, unit="dBFS"),
    Param("peak_db", QUIETEST, low=-60.0, high=0.0, unit="dBFS"),
    Param("loudness", QUIETEST, low=-60.0, high=0.0, unit="LUFS"),  # EBU R128, momentary
    Param("crest", 0.0, low=0.0, high=24.0, unit="dB"),
    Param("low", 0.0, low=0.0, high=1.0),  # shares of the power
    Param("mid", 0.0, low=0.0, high=1.0),
    Param("high", 0.0, low=0.0, high=1.0),
    Param("centroid", 0.0, low=100.0, high=10_000.0, unit="Hz", curve="exp"),
    Param("spread", 0.0, low=100.0, high=10_000.0, unit="Hz", curve="exp"),
    Param("flatness", 0.0, low=1e-4, high=1.0, curve="exp"),  # 1 is noise
    Param("rolloff", 0.0, low=100.0, high=20_000.0, unit="Hz", curve="exp"),  # 85 % of the magnitude lies below
    Param("zcr", 0.0, low=0.0, high=0.5, unit="1/sample"),
    Param("tuning", 0.0, low=-0.5, high=0.5, unit="semitones"),
    Param("onset", 0.0, low=0.0, high=12.0, unit="dB"),  # that the bands rose by, on average
    Param("onset_event", 0.0, low=0.0, high=1.0),  # 1 in the hop in which something begins
    Param("kick", 0.0, low=0.0, high=1.0),  # how likely that is one; 0 where nothing begins
    Param("snare", 0.0, low=0.0, high=1.0),
    Param("hat", 0.0, low=0.0, high=1.0),
    Param("silence", 1.0, low=0.0, high=1.0),  # 1 while there is nothing to hear
    Param("tempo", 120.0, low=40.0, high=240.0, unit="BPM", curve="exp"),
    Param("beat", 0.0, low=0.0, high=1.0, unit="beats"),  # since the first, at the hop's first sample; never falls
    Param("bar", 0.0, low=0.0, high=1.0, unit="bars"),
    Param("confidence", 0.0, low=0.0, high=1.0),
    Param("stability", 0.0, low=0.0, high=1.0),
    Param("tempo_source", 0.0, low=0.0, high=3.0),  # a place in SOURCES
    *(
        Param(f"{band}_{pace}", 0.0, low=0.0, high=1.0)  # 1 is as loud as it lately gets
        for band in ("level", "bass", "mid", "treble")
        for pace in ("fast", "slow")
    ),
    *(Param(f"{band}_travel", 0.0, low=0.0, high=1.0, unit="s") for band in ("level", "bass", "mid", "treble")),
)
SOURCES = ("heard", "tapped", "link", "held")  # who says what the tempo is
ROWS = {"mel": BANDS, "mfcc": CEPSTRA, "chroma": TONES, "wave": (POINTS, 2)}  # dB of full scale; ; ; left and right

FRAME = np.dtype(
    [
        ("sample", "f8"),  # index of the first sample it describes
        *((param.name, "f8") for param in SCALARS),
        *((name, "f8", shape) for name, shape in ROWS.items()),
    ]
)
WIDTH = FRAME.itemsize // 8
AT: Any = namedtuple("At", FRAME.names)(*(FRAME.fields[name][1] // 8 for name in FRAME.names))
"""The same places, for compiled code."""


def as_frame(record):
    """A timeline's row of numbers by its names."""
    return record.view(FRAME)[0]
