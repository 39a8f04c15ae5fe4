"""Ring: rows from one writer to one reader."""

from typing import Any, NamedTuple

import numpy as np

from phosphene.engine.native import copy_rows, kernel, load_acquire, store_release
from phosphene.engine.rings.shared_memory import Layout

COUNT, ENDED, OTHER_COUNT = (
    0,
    1,
    2,
)  # words of a line: own count; end mark; the other end's count, last read


class Ring(NamedTuple):
    """Rows from one writer to one reader. Neither ever waits.

    Both ends return how many rows moved, which may be fewer than requested. What a short count means (silence,
    repeat, drop, count an underrun) is the caller's choice. Both counts only grow, so full and empty are never
    confused and no row is spent telling them apart.
    """

    rows: np.ndarray  # (frames, channels), frames a power of two
    written: np.ndarray  # (8,) int64, a cache line: stored by the writer only
    taken: np.ndarray  # (8,) int64, a cache line: stored by the reader only


def layout(frames: float, channels: int, dtype: Any = np.float32) -> Layout:
    """The memory of a ring that holds at least `frames` rows."""
    size = 1 << max(int(frames) - 1, 1).bit_length()
    return Layout(Ring, (((size, channels), dtype), ((8,), np.int64), ((8,), np.int64)))


@kernel
def writable(ring: Ring, wanted: int) -> int:
    """Rows that fit now. Reads the reader's count only if the last known one leaves room for fewer than `wanted`."""
    size, written = ring.rows.shape[0], ring.written[COUNT]
    free = size - (written - ring.written[OTHER_COUNT])
    if free < wanted:
        ring.written[OTHER_COUNT] = load_acquire(ring.taken, COUNT)
        free = size - (written - ring.written[OTHER_COUNT])
    return free


@kernel
def readable(ring: Ring, wanted: int) -> int:
    """Rows that wait now. Reads the writer's count only if the last known one gives fewer than `wanted`."""
    taken = ring.taken[COUNT]
    ready = ring.taken[OTHER_COUNT] - taken
    if ready < wanted:
        ring.taken[OTHER_COUNT] = load_acquire(ring.written, COUNT)
        ready = ring.taken[OTHER_COUNT] - taken
    return ready


@kernel
def push(ring: Ring, block: np.ndarray) -> int:
    """Write as many rows of a block as fit. Returns the count."""
    rows, written = ring.rows, ring.written[COUNT]
    count = min(block.shape[0], writable(ring, block.shape[0]))
    start = written & (rows.shape[0] - 1)
    run = min(count, rows.shape[0] - start)
    copy_rows(block, 0, rows, start, run)
    copy_rows(block, run, rows, 0, count - run)
    store_release(ring.written, COUNT, written + count)  # last: no row is seen before it is there
    return count


@kernel
def pull(ring: Ring, out: np.ndarray) -> int:
    """Read as many rows as wait and fit into `out`. Returns the count."""
    rows, taken = ring.rows, ring.taken[COUNT]
    count = min(out.shape[0], readable(ring, out.shape[0]))
    start = taken & (rows.shape[0] - 1)
    run = min(count, rows.shape[0] - start)
    copy_rows(rows, start, out, 0, run)
    copy_rows(rows, 0, out, run, count - run)
    store_release(ring.taken, COUNT, taken + count)  # last: no row is overwritten before it is read
    return count


@kernel
def end(ring: Ring) -> None:
    """Mark the end: the writer pushes nothing after this."""
    store_release(ring.written, ENDED, 1)


@kernel
def ended(ring: Ring) -> bool:
    """True when the writer has ended and every row was read."""
    return load_acquire(ring.written, ENDED) == 1 and readable(ring, 1) == 0
