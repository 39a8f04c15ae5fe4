"""Timeline: records stamped with the audio clock, read by time."""

from typing import NamedTuple

import numpy as np

from phosphene.engine.native import (
    bits_to_float,
    float_to_bits,
    kernel,
    load_acquire,
    load_relaxed,
    store_relaxed,
    store_release,
)
from phosphene.engine.rings.shared_memory import Layout

EMPTY, LAPPED, WITHIN, NEWEST = 0, 1, 2, 3  # results of `read_at`


class Timeline(NamedTuple):
    """Records from one writer to any number of readers, which read by time.

    A record is a row of float64. Its first number is its time, which never decreases. The writer never waits.
    Each slot has a mark: odd while it is written, then twice the record's index plus two. A reader that sees the
    same even mark before and after its copy has a whole record; otherwise the writer has lapped it.
    """

    words: np.ndarray  # (slots, width) int64, the bits of float64
    marks: np.ndarray  # (slots,) int64
    count: np.ndarray  # (8,) int64, a cache line: records ever written


def layout(slots: float, width: int) -> Layout:
    """The memory of a timeline of at least `slots` records of `width` numbers."""
    size = 1 << max(int(slots) - 1, 1).bit_length()
    return Layout(Timeline, (((size, width), np.int64), ((size,), np.int64), ((8,), np.int64)))


@kernel
def publish(timeline: Timeline, record: np.ndarray) -> None:
    """Add a record. It overwrites the oldest."""
    index = timeline.count[0]
    slot = index & (timeline.words.shape[0] - 1)
    store_relaxed(timeline.marks, slot, 2 * index + 1)
    for w in range(timeline.words.shape[1]):
        store_release(timeline.words[slot], w, float_to_bits(record[w]))  # release: never before the odd mark
    store_release(timeline.marks, slot, 2 * index + 2)
    store_release(timeline.count, 0, index + 1)


@kernel
def read(timeline: Timeline, index: int, record: np.ndarray) -> bool:
    """Copy the record with an index. Returns False if it was overwritten; the copy is then useless."""
    slot = index & (timeline.words.shape[0] - 1)
    before = load_acquire(timeline.marks, slot)
    for w in range(timeline.words.shape[1]):
        record[w] = bits_to_float(load_acquire(timeline.words[slot], w))  # acquire: never after the second mark
    after = load_relaxed(timeline.marks, slot)
    return before == 2 * index + 2 and after == before


@kernel
def record_count(timeline: Timeline) -> int:
    """Records ever written. The newest has this index less one."""
    return load_acquire(timeline.count, 0)


@kernel
def read_at(timeline: Timeline, time: float, record: np.ndarray, scratch: np.ndarray) -> int:
    """Read the record at a time into `record`, interpolated between its neighbours. `scratch` is a row of its size.

    Returns WITHIN; or NEWEST if the time is past the last record, which is then copied as it is; or LAPPED if the
    time is before the oldest record kept, which is then copied; or EMPTY if there is no record.
    """
    slots = timeline.words.shape[0]
    while True:
        last = record_count(timeline) - 1
        if last < 0:
            return EMPTY
        if not read(timeline, last, record):
            continue
        if record[0] <= time:
            return NEWEST
        low, high = max(0, last - slots + 1), last
        whole = True
        while whole and high - low > 1:  # low is at or before the time once it was read, high is after it
            middle = (low + high) // 2
            whole = read(timeline, middle, record)
            if record[0] <= time:
                low = middle
            else:
                high = middle
        if not (whole and read(timeline, low, record)):
            low = max(0, record_count(timeline) - slots + 1)  # skips the slot being written: its writer may have died
            if read(timeline, low, record) and record[0] > time:
                return LAPPED
            continue
        if record[0] > time:
            return LAPPED
        if not read(timeline, high, scratch):
            continue
        share = (time - record[0]) / (scratch[0] - record[0])
        for w in range(record.shape[0]):
            record[w] += share * (scratch[w] - record[w])
        return WITHIN
