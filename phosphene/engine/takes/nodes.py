"""The nodes of a take: one records it while it is played, one plays it again."""

from collections import deque
from collections.abc import Iterable
from typing import Any

import numpy as np

from phosphene.engine.audio.core import CHANNELS, Core
from phosphene.engine.audio.param_intake import PLAN_CHANGED
from phosphene.engine.rings import ring
from phosphene.engine.rings.ring import Ring
from phosphene.engine.rings.tap import Tap, TapReader, activate, deactivate
from phosphene.engine.takes.file import Begin, Patch, Swap, TakeWriter

CHUNK = 4096  # frames moved at once


class TakeRecorder:
    """Writes the input of a core and its events to a take. A full disk ends the take and not the show.

    Parameters
    ----------
    core : Core
    tap : Tap
        At the core's input.
    writer : TakeWriter
    genomes : dict of int to list
        Genomes by serial number, as they were asked for.
    start : int
        The sample at which the take, or this part of it, begins.
    """

    name, thread, done = "take", "disk", False

    def __init__(self, core: Core, tap: Tap, writer: TakeWriter, genomes: dict[int, Any], start: int = 0) -> None:
        self.core, self.writer, self.genomes, self.sample = core, writer, genomes, start
        self.reader = TapReader(activate(tap), CHUNK)
        self.patches: deque[Patch] = deque()  # to be written before the sound that comes next
        self.events = np.zeros((CHUNK, 3))
        self.fault: str | None = None  # why the take ended before the session
        core.log_events[0] = 1

    def step(self) -> int:
        if self.fault:
            return 0
        try:
            return self._write()
        except OSError as fault:
            self.fault = f"{self.writer.path}: could not be written ({fault.strerror}); the take ends here"
            self._stop()
            return 0

    def _write(self) -> int:
        frames = self.reader.available()  # first: what changed before these frames is in the events by now
        patches = [self.patches.popleft() for _ in range(len(self.patches))]  # events before them are there too
        events = self.events[: ring.pull(self.core.events, self.events)]
        self._write_events(events)
        for patch in patches:
            self.writer.patch(patch)
        if frames:
            self._write_silence(self.reader.sample - self.sample)
            self.writer.sound(self.reader.read(frames))
            self.sample = self.reader.sample + frames
        return frames + len(events)

    def _write_events(self, events: np.ndarray) -> None:
        start = 0
        for at in np.flatnonzero(events[:, 1] == PLAN_CHANGED):
            if at > start:
                self.writer.changes(events[start:at])
            serial = int(events[at, 2])
            self.writer.swap(Swap(int(events[at, 0]), serial, self.genomes[serial]))
            start = at + 1
        if len(events) > start:
            self.writer.changes(events[start:])

    def _write_silence(self, frames: int) -> None:
        """Frames that were lost, so that what follows stays in its place."""
        while frames > 0:
            count = min(frames, CHUNK)
            self.writer.sound(np.zeros((count, 2 * CHANNELS), np.float32))
            frames -= count

    def _stop(self) -> None:
        self.core.log_events[0] = 0
        deactivate(self.reader.tap)

    def close(self) -> None:
        """Write what is left, and close the file. Nobody may step it any more."""
        while self.step():
            pass
        self._stop()
        self.writer.close()


class TakeSource:
    """Plays a take: its sound into a ring of four columns, its events into every script."""

    name, thread = "take", "source"

    def __init__(self, records: Iterable[Any], outlet: Ring, *scripts: deque[Any]) -> None:
        self.records, self.outlet, self.scripts = iter(records), outlet, scripts
        self.left, self.sample, self.done = np.zeros((0, 2 * CHANNELS), np.float32), 0, False

    def step(self) -> int:
        moved = 0
        while not len(self.left):
            record = next(self.records, None)
            if record is None:
                ring.end(self.outlet)
                self.done = True
                return 1
            if isinstance(record, np.ndarray):
                self.left = np.ascontiguousarray(record)
                self.sample += len(record)
                continue
            if isinstance(record, Begin) and record.sample > self.sample:  # a crash lost the sound before it
                self.left = np.zeros((record.sample - self.sample, 2 * CHANNELS), np.float32)
                self.sample = record.sample
            for script in self.scripts:
                script.append(record)
            moved += 1
        count = int(ring.push(self.outlet, self.left))
        self.left = self.left[count:]
        return moved + count
