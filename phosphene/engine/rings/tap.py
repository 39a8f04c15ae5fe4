"""Tap: audio rows on their way to one reader, with the sample position of every contiguous run."""

from typing import Any, NamedTuple

import numpy as np

from phosphene.engine.native import kernel, load_relaxed, store_relaxed
from phosphene.engine.rings import ring
from phosphene.engine.rings.ring import Ring
from phosphene.engine.rings.shared_memory import Layout

RUNS = 64  # gaps that a reader may be behind
ACTIVE = 0  # word of the reader's line: 1 while it wants rows
LOST, STARTED, OFFSET = 0, 1, 2  # words of the writer's line: frames dropped; whether a run began; its sample minus row


class Tap(NamedTuple):
    """Rows from the audio thread to one reader, possibly in another process.

    A block that does not fit is dropped whole and counted. The next block starts a new run, so the reader always
    knows which sample a row describes and how many it missed. The tap holds all of the reader's state: a reader that
    is restarted continues where the last one stopped.
    """

    rows: np.ndarray  # (frames, channels) float32, frames a power of two
    rows_written: np.ndarray  # (8,) int64, a cache line: the writer's count of rows
    rows_read: np.ndarray  # (8,) int64, a cache line: the reader's
    runs: np.ndarray  # (RUNS, 2) float64: the first row of a run, and its sample
    runs_written: np.ndarray  # (8,) int64, a cache line: the writer's count of runs
    runs_read: np.ndarray  # (8,) int64, a cache line: runs that the reader is done with
    run: np.ndarray  # (1, 2) float64: the run that the writer adds next
    writer: np.ndarray  # (8,) int64, a cache line: LOST, STARTED, OFFSET
    reader: np.ndarray  # (8,) int64, a cache line: ACTIVE


def layout(frames: int, channels: int) -> Layout:
    """A tap whose reader may be at least `frames` behind. It is idle until `activate`."""
    rows, runs = ring.layout(frames, channels), ring.layout(RUNS, 2, np.float64)
    line = ((8,), np.int64)
    return Layout(Tap, (*rows.arrays, *runs.arrays, ((1, 2), np.float64), line, line))


@kernel
def rows_of(tap: Any) -> Any:
    return Ring(tap.rows, tap.rows_written, tap.rows_read)


@kernel
def runs_of(tap: Any) -> Any:
    return Ring(tap.runs, tap.runs_written, tap.runs_read)


@kernel
def push(tap: Any, block: Any, sample: int) -> int:
    """Write a block that begins at a sample, whole or not at all. Returns the frames that were dropped."""
    if load_relaxed(tap.reader, ACTIVE) == 0:
        return 0
    frames, row, written = block.shape[0], tap.rows_written[ring.COUNT], tap.writer
    new_run = written[STARTED] == 0 or written[OFFSET] != sample - row
    if ring.writable(rows_of(tap), frames) < frames or (new_run and ring.writable(runs_of(tap), 1) < 1):
        store_relaxed(written, LOST, written[LOST] + frames)
        return frames
    if new_run:  # before its rows: a reader that sees the rows finds their run
        tap.run[0, 0], tap.run[0, 1] = row, sample
        ring.push(runs_of(tap), tap.run)
        written[STARTED], written[OFFSET] = 1, sample - row
    ring.push(rows_of(tap), block)
    return 0


@kernel
def writable(tap: Any, frames: int) -> int:
    """Rows that fit now; 0 if no further run fits."""
    return ring.writable(rows_of(tap), frames) if ring.writable(runs_of(tap), 1) > 0 else 0


@kernel
def end(tap: Any) -> None:
    """Mark the end: the writer pushes nothing after this."""
    ring.end(rows_of(tap))


@kernel
def set_active(tap: Any, active: int) -> None:
    store_relaxed(tap.reader, ACTIVE, active)


@kernel
def lost(tap: Any) -> int:
    """Frames that were dropped because the reader was behind."""
    return load_relaxed(tap.writer, LOST)


def activate(tap: Tap) -> Tap:
    """Have the writer push rows from its next block on. Returns the tap."""
    tap.rows.max()  # its pages are mapped now, and not by the audio thread
    set_active(tap, 1)
    return tap


def deactivate(tap: Tap) -> None:
    """Have the writer push no more rows."""
    set_active(tap, 0)


class TapReader:
    """The reader of a tap. Only one may read at a time; the next one continues from there.

    Parameters
    ----------
    tap : Tap
    chunk : int
        The largest number of rows that `read` returns.
    """

    def __init__(self, tap: Tap, chunk: int = 4096) -> None:
        self.tap = tap
        self.rows = Ring(tap.rows, tap.rows_written, tap.rows_read)
        self.runs = Ring(tap.runs, tap.runs_written, tap.runs_read)
        self.block = np.zeros((chunk, tap.rows.shape[1]), np.float32)
        self.sample, self._pulled_run = 0, np.zeros((1, 2))

    def available(self) -> int:
        """Rows that wait and belong to one run, up to a chunk; `sample` is the position of the first."""
        waiting = min(int(ring.readable(self.rows, len(self.block))), len(self.block))
        if not waiting:
            return 0
        row = int(self.rows.taken[ring.COUNT])
        written = int(self.runs.written[ring.COUNT])  # after `readable`: a row's run is written before the row
        number = int(self.runs.taken[ring.COUNT])
        while number + 1 < written and self._run(number + 1)[0] <= row:
            ring.pull(self.runs, self._pulled_run)
            number += 1
        first, sample = self._run(number)
        self.sample = int(sample + row - first)
        return min(waiting, int(self._run(number + 1)[0] - row)) if number + 1 < written else waiting

    def read(self, frames: int | None = None) -> np.ndarray:
        """The next rows, valid until the next call; all are of one run, and `sample` is the position of the first.

        `frames` is at most what `available` returned last; by default it is all of that.
        """
        block = self.block[: self.available() if frames is None else frames]
        ring.pull(self.rows, block)
        return block

    def ended(self) -> bool:
        """True when the writer has ended and every row was read."""
        return bool(ring.ended(self.rows))

    def _run(self, number: int) -> np.ndarray:
        """The first row of a run, and its sample."""
        return self.runs.rows[number & (len(self.runs.rows) - 1)]
