"""Ring: rows from one writer to one reader."""

from typing import NamedTuple

import numpy as np

from phosphene.engine.native import copy_rows, kernel, load_acquire, store_release
from phosphene.engine.rings.shared_memory import Layout

COUNT, ENDED, OTHER_COUNT = (
    0,
    1,
    2,
)  # words of a cache line: own count, no more to come, the other's count when last looked at


class Ring(NamedTuple):
    """Rows from one writer to one reader; neither ever waits.

    Both ends return how many rows moved, maybe fewer than asked. What a short count means (silence,
    repeat, drop, count an underrun) is the caller's choice. Both counts only grow, so full and empty
    are never confused and no row is spent telling them apart.
    """

    rows: np.ndarray  # (frames, channels), frames a power of two
    written: np.ndarray  # (8,) int64, a cache line: stored by the writer only
    taken: np.ndarray  # (8,) int64, a cache line: stored by the reader only


def layout(frames, channels, dtype=np.float32):
    """A ring that holds at least `frames` rows."""
    frames = 1 << max(int(frames) - 1, 1).bit_length()
    return Layout(Ring, (((frames, channels), dtype), ((8,), np.int64), ((8,), np.int64)))


@kernel
def writable(ring, wanted):
    """Rows that would fit now; looks at the reader's count only if the last look promised fewer than `wanted`."""
    size, written = ring.rows.shape[0], ring.written[COUNT]
    free = size - (written - ring.written[OTHER_COUNT])
    if free < wanted:
        ring.written[OTHER_COUNT] = load_acquire(ring.taken, COUNT)
        free = size - (written - ring.written[OTHER_COUNT])
    return free


@kernel
def readable(ring, wanted):
    """Rows that wait now; looks at the writer's count only if the last look promised fewer than `wanted`."""
    taken = ring.taken[COUNT]
    ready = ring.taken[OTHER_COUNT] - taken
    if ready < wanted:
        ring.taken[OTHER_COUNT] = load_acquire(ring.written, COUNT)
        ready = ring.taken[OTHER_COUNT] - taken
    return ready


@kernel
def push(ring, block):
    """Write what fits of a block; gives the count."""
    rows, written = ring.rows, ring.written[COUNT]
    count = min(block.shape[0], writable(ring, block.shape[0]))
    at = written & (rows.shape[0] - 1)
    run = min(count, rows.shape[0] - at)
    copy_rows(block, 0, rows, at, run)
    copy_rows(block, run, rows, 0, count - run)
    store_release(ring.written, COUNT, written + count)  # last: no row is seen before it is there
    return count


@kernel
def pull(ring, out):
    """Read what is there into a block; gives the count."""
    rows, taken = ring.rows, ring.taken[COUNT]
    count = min(out.shape[0], readable(ring, out.shape[0]))
    at = taken & (rows.shape[0] - 1)
    run = min(count, rows.shape[0] - at)
    copy_rows(rows, at, out, 0, run)
    copy_rows(rows, 0, out, run, count - run)
    store_release(ring.taken, COUNT, taken + count)  # last: no row is overwritten before it is read
    return count


@kernel
def end(ring):
    """The writer's last word: nothing will follow."""
    store_release(ring.written, ENDED, 1)


@kernel
def ended(ring):
    """True when the writer has ended and every row was read."""
    return load_acquire(ring.written, ENDED) == 1 and readable(ring, 1) == 0
