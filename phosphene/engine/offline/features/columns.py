"""The arrays of an archive: what they are called, what they hold, and in which units."""

import json
from typing import NamedTuple

import numpy as np

import phosphene
from phosphene.engine.listening.analyser import HOP, hop_of
from phosphene.engine.listening.frame import BANDS, ROWS, SCALARS, VERSION
from phosphene.engine.listening.spectrum import WINDOW
from phosphene.engine.native.cache import source_digest

NAMES = {"onset_event": "onset_events", "beat": "beat_phase", "bar": "bar_phase"}  # where the record's is another
EXACT = "travel"  # ends the names of what grows without end, and would be coarse in float32
ROOMS = "native", "params.py", "rings", "effects/guard.py", "listening", "archives"  # which numbers come from
SOURCES = source_digest(ROOMS)
LEAST = 0.1  # confidence from which on a beat is one


class Column(NamedTuple):
    field: str  # of the record
    unit: str
    dtype: str
    shape: tuple = ()  # of a row


COLUMNS = {
    "times": Column("sample", "s", "<f8"),
    **{
        NAMES.get(param.name, param.name): Column(
            param.name, param.unit or "1", "<f8" if param.name.endswith(EXACT) else "<f4"
        )
        for param in SCALARS
    },
    "mel": Column("mel", "dBFS", "<f4", (ROWS["mel"],)),
    "mfcc": Column("mfcc", "1", "<f4", (ROWS["mfcc"],)),
    "chroma": Column("chroma", "1", "<f4", (ROWS["chroma"],)),
}
BEATS = {"beats": Column("beat", "s", "<f8")}


def rows_of(name, records, rate):
    """A column of FRAME records."""
    column = COLUMNS[name]
    rows = records[column.field]
    if name == "times":
        return rows / rate
    if name.endswith("_phase"):
        return np.minimum((rows % 1.0).astype(column.dtype), np.nextafter(np.float32(1), np.float32(0)))
    return rows


class Beats:
    """When beats fall: where their ramp passes whole numbers, on a line from frame to frame."""

    def __init__(self):
        self.last = np.zeros((3, 0))

    def of(self, times, ramp, confidence):
        """Seconds of the beats between the frames of the last call and the last of these; not where none was heard."""
        times, ramp, confidence = np.concatenate([self.last, [times, ramp, confidence]], axis=1)
        self.last = np.stack([times[-1:], ramp[-1:], confidence[-1:]])
        whole = np.ceil(ramp)
        counts = np.diff(whole).astype(int)
        at = np.repeat(np.arange(len(counts)), counts)
        passed = whole[at] + np.arange(len(at)) - np.repeat(np.cumsum(counts) - counts, counts)
        share = (passed - ramp[at]) / (ramp[at + 1] - ramp[at])
        return (times[at] + share * (times[at + 1] - times[at]))[confidence[at] >= LEAST]


def begun(phase, confidence):
    """Frames at which a bar begins, of the phase of bars; none where no beat was heard."""
    falls = np.flatnonzero(np.diff(phase) < -0.5)
    return falls[confidence[falls] >= LEAST]


def meta_of(reading, tempo):
    """All that the arrays follow from, and their units, as JSON. Two archives with the same are the same."""
    told = {
        "phosphene": phosphene.__version__,
        "analyser": VERSION,
        "sources": SOURCES,
        "tempo": tempo,
        "parameters": {"hop": HOP, "window": WINDOW, "bands": BANDS},
        "rate": reading.rate,
        "hop": hop_of(reading.rate),
        "channels": reading.channels,
        "samples": reading.frames,
        "seconds": reading.frames / reading.rate,
        "samples_sha256": reading.hash.hexdigest(),
        "damaged_packets": reading.source.broken,
        "scrubbed_samples": reading.scrubbed,
        "units": {name: column.unit for name, column in (COLUMNS | BEATS).items()},
    }
    return json.dumps(told, indent=2)
