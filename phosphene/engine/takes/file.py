"""A take: all that came into a live set, so that it can be played again to the sample.

The file is a line that names it, then records: four letters, a length, as many bytes. It is only ever
appended to, so what a crash leaves is a shorter take. What changed at a sample stands before the sound
of that sample.
"""

import contextlib
import json
import os
import struct
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from phosphene.engine.common.errors import PhospheneError, UsageError
from phosphene.engine.common.params import RATE_RANGE

MAGIC = b"phosphene take 2\n"
FIRST = b"phosphene take 1\n"  # when parameters lay elsewhere
HEAD = struct.Struct("<4sQ")
ABOUT, BEGIN, GENOME, CHANGES, PATCH = b"head", b"begn", b"genm", b"chng", b"ptch"
SOUND, BOTH = b"soun", b"both"
KINDS = ABOUT, BEGIN, GENOME, CHANGES, PATCH, SOUND, BOTH
CHANGE_WIDTH, SIDES = 3, 2


class Begin(NamedTuple):
    """The engine starts, or starts again: nothing of before sounds on."""

    sample: int
    serial: int
    genome: list
    values: list  # of every parameter slot


class Swap(NamedTuple):
    """Another genome takes over."""

    sample: int
    serial: int
    genome: list


class Change(NamedTuple):
    """A parameter is moved."""

    sample: int
    slot: int
    value: float


class Patch(NamedTuple):
    """Another preset takes over: its picture, and its rows, of which what they made of the sound is told by changes."""

    sample: int
    preset: Any  # in full; a Preset, once it is believed
    look: int = 0  # serial number of its picture; the one that is seen already only takes up the rows


class TakeWriter:
    """Appends to a take; where the file is new it begins with the rate and the preset in full.

    `places` names the slots behind those of the genome, which may lie elsewhere when the take is played.
    A record that a crash cut short goes, or all that follows would be taken for its rest.
    """

    def __init__(self, path, rate, preset, places=None):
        self.path = Path(path)
        self.file, whole = open(self.path, "ab+"), 0  # noqa: SIM115  (closed by close)
        for _, _, end in _heads(self.file):
            whole = end
        self.file.truncate(whole)
        if not whole:
            self.file.write(MAGIC)
            self._json(ABOUT, {"rate": rate, "preset": preset, "places": places or {}})

    def begin(self, begin):
        self._json(BEGIN, begin._asdict())

    def swap(self, swap):
        self._json(GENOME, swap._asdict())

    def changes(self, rows):
        """(sample, slot, value) rows."""
        self._record(CHANGES, np.ascontiguousarray(rows, "<f8").tobytes())

    def patch(self, patch):
        self._json(PATCH, patch._asdict())

    def sound(self, pairs):
        """(frames, 4) rows: what came in, and what came back from the worker."""
        if pairs[:, SIDES:].any():
            self._record(BOTH, np.ascontiguousarray(pairs, "<f4").tobytes())
        else:
            self._record(SOUND, np.ascontiguousarray(pairs[:, :SIDES], "<f4").tobytes())

    def close(self):
        with contextlib.suppress(OSError):  # a full disk was told of when it was written to
            self.file.close()

    def _json(self, kind, value):
        self._record(kind, json.dumps(value, sort_keys=True).encode())

    def _record(self, kind, payload):
        self.file.write(HEAD.pack(kind, len(payload)) + payload)
        self.file.flush()


class TakeReader:
    """A take from its beginning.

    Iterating gives Begin, Swap, Change and Patch, and (frames, 4) arrays of sound, in their order. A last record
    that a crash cut short is left out.

    Raises
    ------
    UsageError
        If the file is not a take.
    """

    def __init__(self, path):
        self.path = Path(path)
        try:
            if self.path.is_dir():
                raise UsageError(f"{path}: is a folder; name a take in it")
            self.file = open(self.path, "rb")  # noqa: SIM115  (closed by close)
        except OSError as fault:
            raise UsageError(f"{path}: cannot be read ({fault.strerror})") from fault
        begins = self.file.read(len(MAGIC))
        if begins == FIRST:
            raise UsageError(f"{path}: was recorded by an older Phosphene, in which parameters lay elsewhere")
        if begins != MAGIC:
            raise UsageError(f"{path}: is not a take; takes are made by 'phosphene live --take FILE'")
        self.records = self._whole()
        kind, payload = next(self.records, (None, b""))
        if kind != ABOUT:
            raise UsageError(f"{path}: the take is cut off before its first record")
        try:
            about = json.loads(payload)
            self.rate, self.preset = int(about["rate"]), about["preset"]
            self.places = {str(name): int(slot) for name, slot in about.get("places", {}).items()}
        except (ValueError, TypeError, KeyError, AttributeError) as fault:
            raise UsageError(f"{path}: the take's first record is damaged") from fault
        if not RATE_RANGE[0] <= self.rate <= RATE_RANGE[1]:
            raise UsageError(f"{path}: was played at {self.rate} Hz; needs {RATE_RANGE[0]} to {RATE_RANGE[1]}")

    def _whole(self):
        for kind, size, _ in _heads(self.file):
            yield kind, self.file.read(size)

    def __iter__(self):
        for kind, payload in self.records:
            if kind not in KINDS:
                raise PhospheneError(f"{self.path}: holds an unknown record, {kind!r}; was it made by a newer version?")
            try:
                told = list(_told(kind, payload))
            except (ValueError, TypeError, OverflowError) as fault:
                raise PhospheneError(f"{self.path}: the take is damaged: a record {kind!r} means nothing") from fault
            yield from told

    def frames(self):
        """Frames of sound in the whole take; the reader stays where it is."""
        here, width = self.file.tell(), {SOUND: 4 * SIDES, BOTH: 8 * SIDES}
        total = sum(size // width[kind] for kind, size, _ in _heads(self.file) if kind in width)
        self.file.seek(here)
        return total

    def close(self):
        self.file.close()


def _heads(file):
    """Kind and size of each whole record, and where it ends; the file stands at what it holds."""
    end, at = file.seek(0, os.SEEK_END), file.seek(len(MAGIC))
    while len(head := file.read(HEAD.size)) == HEAD.size:
        kind, size = HEAD.unpack(head)
        at += HEAD.size + size
        if at > end:
            return
        yield kind, size, at
        file.seek(at)


def _told(kind, payload):
    """What a record tells."""
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
        sound = np.frombuffer(payload, "<f4").reshape(-1, SIDES)
        yield np.hstack([sound, np.zeros_like(sound)])
    elif kind == BOTH:
        yield np.frombuffer(payload, "<f4").reshape(-1, 2 * SIDES)
