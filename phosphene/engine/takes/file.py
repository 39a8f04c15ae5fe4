"""The file of a take: all input of a live session, so that it can be rendered again to the sample.

The file begins with a line of magic bytes. Records follow: four letters, a length, and as many bytes. The file is only
appended to, so a crash leaves a shorter take. What changes at a sample is written before the sound of that sample.
"""

import contextlib
import json
import os
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np

from phosphene.engine.common.errors import PhospheneError, UsageError
from phosphene.engine.common.params import RATE_RANGE

MAGIC = b"phosphene take 2\n"
OLD_MAGIC = b"phosphene take 1\n"  # its parameters have other slots
RECORD_HEADER = struct.Struct("<4sQ")
HEADER, BEGIN, GENOME, CHANGES, PATCH = b"head", b"begn", b"genm", b"chng", b"ptch"
SOUND, SOUND_AND_RETURN = b"soun", b"both"
KINDS = HEADER, BEGIN, GENOME, CHANGES, PATCH, SOUND, SOUND_AND_RETURN
CHANGE_WIDTH, CHANNELS = 3, 2


class Begin(NamedTuple):
    """The audio process starts or restarts; its effects have no memory of what came before."""

    sample: int
    serial: int
    genome: list
    values: list  # of every parameter slot


class Swap(NamedTuple):
    """The genome is replaced."""

    sample: int
    serial: int
    genome: list


class Change(NamedTuple):
    """A parameter is set."""

    sample: int
    slot: int
    value: float


class Patch(NamedTuple):
    """The preset's picture and matrix are replaced. What the matrix does to the sound is recorded as Changes."""

    sample: int
    preset: Any  # a plain dict; after validation a Preset
    look: int = 0  # serial number of the look; the same number as before only replaces the matrix


class TakeWriter:
    """Appends to a take. A new file gets the rate and the whole preset first.

    A record that a crash cut short is removed, or all that follows would be read as its rest.

    Parameters
    ----------
    path : path
    rate : int
        Samples per second.
    preset : dict
        Plain values.
    places : dict, optional
        The slots behind those of the genome, by name. They may be others when the take is read.
    """

    def __init__(self, path: Path | str, rate: int, preset: Any, places: dict[str, int] | None = None) -> None:
        self.path = Path(path)
        self.file, complete = open(self.path, "ab+"), 0  # noqa: SIM115  (closed by close)
        for _, _, end in _record_headers(self.file):
            complete = end
        self.file.truncate(complete)
        if not complete:
            self.file.write(MAGIC)
            self._write_json(HEADER, {"rate": rate, "preset": preset, "places": places or {}})

    def begin(self, begin: Begin) -> None:
        self._write_json(BEGIN, begin._asdict())

    def swap(self, swap: Swap) -> None:
        self._write_json(GENOME, swap._asdict())

    def changes(self, rows: np.ndarray) -> None:
        """Write (sample, slot, value) rows."""
        self._write_record(CHANGES, np.ascontiguousarray(rows, "<f8").tobytes())

    def patch(self, patch: Patch) -> None:
        self._write_json(PATCH, patch._asdict())

    def sound(self, frames: np.ndarray) -> None:
        """Write (frames, 4) rows: the input, and what came back by the return ring."""
        if frames[:, CHANNELS:].any():
            self._write_record(SOUND_AND_RETURN, np.ascontiguousarray(frames, "<f4").tobytes())
        else:
            self._write_record(SOUND, np.ascontiguousarray(frames[:, :CHANNELS], "<f4").tobytes())

    def close(self) -> None:
        with contextlib.suppress(OSError):  # a full disk was reported when it was written to
            self.file.close()

    def _write_json(self, kind: bytes, value: Any) -> None:
        self._write_record(kind, json.dumps(value, sort_keys=True).encode())

    def _write_record(self, kind: bytes, payload: bytes) -> None:
        self.file.write(RECORD_HEADER.pack(kind, len(payload)) + payload)
        self.file.flush()


class TakeReader:
    """Reads a take from its beginning.

    Iterating yields Begin, Swap, Change and Patch, and (frames, 4) arrays of sound, in the order of the file. A last
    record that a crash cut short is left out.

    Raises
    ------
    UsageError
        If the file is not a take.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        try:
            if self.path.is_dir():
                raise UsageError(f"{path}: is a folder; name a take in it")
            self.file = open(self.path, "rb")  # noqa: SIM115  (closed by close)
        except OSError as fault:
            raise UsageError(f"{path}: cannot be read ({fault.strerror})") from fault
        magic = self.file.read(len(MAGIC))
        if magic == OLD_MAGIC:
            raise UsageError(f"{path}: was recorded by an older Phosphene, whose parameters have other slots")
        if magic != MAGIC:
            raise UsageError(f"{path}: is not a take; takes are made by 'phosphene live --take FILE'")
        self.records = self._records()
        self._read_header()

    def _read_header(self) -> None:
        kind, payload = next(self.records, (None, b""))
        if kind != HEADER:
            raise UsageError(f"{self.path}: the take is cut off before its first record")
        try:
            header = json.loads(payload)
            self.rate, self.preset = int(header["rate"]), header["preset"]
            self.places = {str(name): int(slot) for name, slot in header.get("places", {}).items()}
        except (ValueError, TypeError, KeyError, AttributeError) as fault:
            raise UsageError(f"{self.path}: the take's first record is damaged") from fault
        low, high = RATE_RANGE
        if not low <= self.rate <= high:
            raise UsageError(f"{self.path}: was played at {self.rate} Hz; needs {low} to {high}")

    def _records(self) -> Iterator[tuple[bytes, bytes]]:
        """Kind and payload of each complete record."""
        for kind, size, _ in _record_headers(self.file):
            yield kind, self.file.read(size)

    def __iter__(self) -> Iterator[Any]:
        for kind, payload in self.records:
            if kind not in KINDS:
                raise PhospheneError(f"{self.path}: has an unknown record {kind!r}; was it made by a newer Phosphene?")
            try:
                decoded = list(_decode(kind, payload))
            except (ValueError, TypeError, OverflowError) as fault:
                raise PhospheneError(f"{self.path}: the take is damaged: cannot decode a record {kind!r}") from fault
            yield from decoded

    def frames(self) -> int:
        """Frames of sound in the whole take. The reader's position does not change."""
        position, widths = self.file.tell(), {SOUND: 4 * CHANNELS, SOUND_AND_RETURN: 8 * CHANNELS}
        total = sum(size // widths[kind] for kind, size, _ in _record_headers(self.file) if kind in widths)
        self.file.seek(position)
        return total

    def close(self) -> None:
        self.file.close()


def _record_headers(file: BinaryIO) -> Iterator[tuple[bytes, int, int]]:
    """Kind, size and end of each complete record. At each step the file's position is at the payload."""
    file_end, position = file.seek(0, os.SEEK_END), file.seek(len(MAGIC))
    while len(header := file.read(RECORD_HEADER.size)) == RECORD_HEADER.size:
        kind, size = RECORD_HEADER.unpack(header)
        position += RECORD_HEADER.size + size
        if position > file_end:
            return
        yield kind, size, position
        file.seek(position)


def _decode(kind: bytes, payload: bytes) -> Iterator[Any]:
    """The content of a record."""
    if kind == BEGIN:
        yield Begin(**json.loads(payload))
    elif kind == GENOME:
        yield Swap(**json.loads(payload))
    elif kind == PATCH:
        yield Patch(**json.loads(payload))
    elif kind == CHANGES:
        for sample, slot, value in np.frombuffer(payload, "<f8").reshape(-1, CHANGE_WIDTH):
            yield Change(int(sample), int(slot), float(value))
    elif kind == SOUND:
        sound = np.frombuffer(payload, "<f4").reshape(-1, CHANNELS)
        yield np.hstack([sound, np.zeros_like(sound)])
    elif kind == SOUND_AND_RETURN:
        yield np.frombuffer(payload, "<f4").reshape(-1, 2 * CHANNELS)
