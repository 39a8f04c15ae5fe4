"""The arrays of a feature file: their names, contents and units."""

import json
from typing import NamedTuple

import numpy as np

import phosphene
from phosphene.engine.listening.analyser import HOP_SECONDS, hop_frames
from phosphene.engine.listening.frame import ARRAY_FIELDS, BANDS, SCALARS, TRAVEL_FIELDS, VERSION
from phosphene.engine.listening.spectrum import WINDOW_SECONDS
from phosphene.engine.native.cache import source_digest
from phosphene.engine.offline.features.decode import DecodedFile

ARRAY_NAMES = {"onset_event": "onset_events", "beat": "beat_phase", "bar": "bar_phase"}  # where the record's differ
ROOMS = "native", "common", "rings", "effects/chain", "listening", "offline/features"  # whose source makes the numbers
SOURCE_DIGEST = source_digest(ROOMS)
MIN_BEAT_CONFIDENCE = 0.1  # below it a beat is not written


class Column(NamedTuple):
    field: str  # of the record
    unit: str
    dtype: str
    shape: tuple[int, ...] = ()  # of a row


COLUMNS = {
    "times": Column("sample", "s", "<f8"),
    **{
        ARRAY_NAMES.get(param.name, param.name): Column(
            param.name, param.unit or "1", "<f8" if param.name in TRAVEL_FIELDS else "<f4"
        )
        for param in SCALARS
    },
    "mel": Column("mel", "dBFS", "<f4", (ARRAY_FIELDS["mel"],)),
    "mfcc": Column("mfcc", "1", "<f4", (ARRAY_FIELDS["mfcc"],)),
    "chroma": Column("chroma", "1", "<f4", (ARRAY_FIELDS["chroma"],)),
}
BEAT_COLUMN = {"beats": Column("beat", "s", "<f8")}


def column_rows(name: str, records: np.ndarray, rate: int) -> np.ndarray:
    """The rows of one column, from FRAME records."""
    column = COLUMNS[name]
    rows = records[column.field]
    if name == "times":
        return rows / rate
    if name.endswith("_phase"):
        return np.minimum((rows % 1.0).astype(column.dtype), np.nextafter(np.float32(1), np.float32(0)))
    return rows


class BeatFinder:
    """Finds the times of beats: where the beat ramp passes whole numbers, interpolated between frames."""

    def __init__(self) -> None:
        self.last = np.zeros((3, 0))  # time, ramp and confidence of the last frame of the previous call

    def find(self, times: np.ndarray, ramp: np.ndarray, confidence: np.ndarray) -> np.ndarray:
        """Seconds of the beats since the last frame of the previous call, without uncertain ones.

        Parameters
        ----------
        times, ramp, confidence : float arrays, shape (frames,)
        """
        times, ramp, confidence = np.concatenate([self.last, [times, ramp, confidence]], axis=1)
        self.last = np.stack([times[-1:], ramp[-1:], confidence[-1:]])
        whole = np.ceil(ramp)
        counts = np.diff(whole).astype(int)
        at = np.repeat(np.arange(len(counts)), counts)
        passed = whole[at] + np.arange(len(at)) - np.repeat(np.cumsum(counts) - counts, counts)
        share = (passed - ramp[at]) / (ramp[at + 1] - ramp[at])
        return (times[at] + share * (times[at + 1] - times[at]))[confidence[at] >= MIN_BEAT_CONFIDENCE]


def bar_starts(phase: np.ndarray, confidence: np.ndarray) -> np.ndarray:
    """Indices of the frames at which a bar begins, without uncertain ones."""
    wraps = np.flatnonzero(np.diff(phase) < -0.5)
    return wraps[confidence[wraps] >= MIN_BEAT_CONFIDENCE]


def metadata_json(decoded: DecodedFile, tempo: str) -> str:
    """All that the arrays follow from, and their units, as JSON; equal metadata means equal arrays.

    Parameters
    ----------
    decoded : DecodedFile
        Read to its end.
    tempo : str
        "lookahead" or "causal".
    """
    metadata = {
        "phosphene": phosphene.__version__,
        "analyser": VERSION,
        "sources": SOURCE_DIGEST,
        "tempo": tempo,
        "parameters": {"hop": HOP_SECONDS, "window": WINDOW_SECONDS, "bands": BANDS},
        "rate": decoded.rate,
        "hop": hop_frames(decoded.rate),
        "channels": decoded.channels,
        "samples": decoded.frames,
        "seconds": decoded.frames / decoded.rate,
        "samples_sha256": decoded.hash.hexdigest(),
        "damaged_packets": decoded.source.broken,
        "scrubbed_samples": decoded.scrubbed,
        "units": {name: column.unit for name, column in (COLUMNS | BEAT_COLUMN).items()},
    }
    return json.dumps(metadata, indent=2)
