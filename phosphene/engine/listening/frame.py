"""The frame: the record of features that listening publishes once per hop, for pictures, effects and models."""

from collections import namedtuple
from typing import Any

import numpy as np

from phosphene.engine.common.params import Param

VERSION = 1  # of what the numbers mean; a stored frame of another version cannot be used
BANDS = 64
POINTS_PER_HOP = 128  # of the waveform
CEPSTRA, PITCH_CLASSES = 13, 12
MIN_DECIBELS = -120.0  # dB; no level is lower

SCALARS = (  # each value of one number, with the range and curve that map it to 0 to 1
    Param("rms_db", MIN_DECIBELS, low=-60.0, high=0.0, unit="dBFS"),
    Param("peak_db", MIN_DECIBELS, low=-60.0, high=0.0, unit="dBFS"),
    Param("loudness", MIN_DECIBELS, low=-60.0, high=0.0, unit="LUFS"),  # EBU R128, momentary
    Param("crest", 0.0, low=0.0, high=24.0, unit="dB"),
    Param("low", 0.0, low=0.0, high=1.0),  # share of the power below 250 Hz; mid lies up to 2 kHz
    Param("mid", 0.0, low=0.0, high=1.0),
    Param("high", 0.0, low=0.0, high=1.0),
    Param("centroid", 0.0, low=100.0, high=10_000.0, unit="Hz", curve="exp"),
    Param("spread", 0.0, low=100.0, high=10_000.0, unit="Hz", curve="exp"),
    Param("flatness", 0.0, low=1e-4, high=1.0, curve="exp"),  # 1 is noise
    Param("rolloff", 0.0, low=100.0, high=20_000.0, unit="Hz", curve="exp"),  # 85 % of the magnitude lies below
    Param("zcr", 0.0, low=0.0, high=0.5, unit="1/sample"),
    Param("tuning", 0.0, low=-0.5, high=0.5, unit="semitones"),
    Param("onset", 0.0, low=0.0, high=12.0, unit="dB"),  # mean rise of the bands since the last hop
    Param("onset_event", 0.0, low=0.0, high=1.0),  # 1 in the hop of an onset
    Param("kick", 0.0, low=0.0, high=1.0),  # probability that the onset is a kick; 0 without an onset
    Param("snare", 0.0, low=0.0, high=1.0),
    Param("hat", 0.0, low=0.0, high=1.0),
    Param("silence", 1.0, low=0.0, high=1.0),  # 1 during silence
    Param("tempo", 120.0, low=40.0, high=240.0, unit="BPM", curve="exp"),
    Param("beat", 0.0, low=0.0, high=1.0, unit="beats"),  # since the first, at the hop's first sample; never decreases
    Param("bar", 0.0, low=0.0, high=1.0, unit="bars"),
    Param("confidence", 0.0, low=0.0, high=1.0),
    Param("stability", 0.0, low=0.0, high=1.0),
    Param("tempo_source", 0.0, low=0.0, high=3.0),  # index into TEMPO_SOURCES
    *(
        Param(f"{band}_{pace}", 0.0, low=0.0, high=1.0)  # 1 is the loudest of the last seconds
        for band in ("level", "bass", "mid", "treble")
        for pace in ("fast", "slow")
    ),
    *(Param(f"{band}_travel", 0.0, low=0.0, high=1.0, unit="s") for band in ("level", "bass", "mid", "treble")),
)
TEMPO_SOURCES = ("heard", "tapped", "link", "held")  # where the tempo comes from
ARRAY_FIELDS: dict[str, Any] = {  # shapes
    "mel": BANDS,  # dB of full scale
    "mfcc": CEPSTRA,
    "chroma": PITCH_CLASSES,
    "wave": (POINTS_PER_HOP, 2),  # left and right
}
TRAVEL_FIELDS = tuple(param.name for param in SCALARS if param.name.endswith("_travel"))
CUMULATIVE_FIELDS = "beat", "bar", *TRAVEL_FIELDS  # these grow without end and never decrease

FRAME = np.dtype(
    [
        ("sample", "f8"),  # index of the first sample of the hop
        *((param.name, "f8") for param in SCALARS),
        *((name, "f8", shape) for name, shape in ARRAY_FIELDS.items()),
    ]
)
WIDTH = FRAME.itemsize // 8
AT: Any = namedtuple("At", FRAME.names)(*(FRAME.fields[name][1] // 8 for name in FRAME.names))
"""The column of each field in a record of numbers, for compiled code."""


def as_frame(record: np.ndarray) -> np.void:
    """A timeline's row of numbers, as a structured value with named fields."""
    return record.view(FRAME)[0]
