"""One end of a ring or a timeline at full speed; `test_rings_processes` runs each end in its own process.

    python -m tests.support.ring_stress send NAME FRAMES TOTAL

It prints what it found as JSON.
"""

import json
import os
import sys
import time

import numpy as np

from phosphene.engine.native import kernel
from phosphene.engine.rings import Segment, allocate, board, ring, timeline

DONE, SEED, BAD, WHOLE, LAPPED = range(5)  # words of an end's state
COLUMNS, WORDS = 2, 5  # of a row, of a record
MAX_IDLE = 2_000  # attempts without progress before the processor is yielded
yield_processor = getattr(os, "sched_yield", lambda: time.sleep(0))  # both ends may share one processor
TIMEOUT = 20.0  # seconds without progress


def layouts(frames):
    return {
        "ring": ring.layout(frames, COLUMNS, np.float64),
        "timeline": timeline.layout(frames, WORDS),
        "ready": board.layout(len(ENDS)),
    }


@kernel
def draw(state, below):
    """A pseudo-random number from 0 up to `below`."""
    state[SEED] = state[SEED] * 6364136223846793005 + 1442695040888963407  # Knuth's MMIX
    return ((state[SEED] >> 33) & 0x7FFFFFFF) % below


@kernel
def send(structures, block, state, total):
    """Push rows that hold their own number, in blocks of random size."""
    idle = 0
    while state[DONE] < total and idle < MAX_IDLE:
        count = min(draw(state, block.shape[0] + 1), total - state[DONE])
        for n in range(count):
            for c in range(block.shape[1]):
                block[n, c] = state[DONE] + n
        count = ring.push(structures[0], block[:count])
        state[DONE] += count
        idle = 0 if count else idle + 1
    if state[DONE] == total:
        ring.end(structures[0])


@kernel
def receive(structures, block, state, total):
    """Pull rows in blocks of random size; a row that is not the next number is bad."""
    idle = 0
    while idle < MAX_IDLE and not ring.ended(structures[0]):
        count = ring.pull(structures[0], block[: draw(state, block.shape[0] + 1)])
        for n in range(count):
            for c in range(block.shape[1]):
                state[BAD] += block[n, c] != state[DONE] + n
        state[DONE] += count
        idle = 0 if count else idle + 1


@kernel
def publish(structures, block, state, total):
    """Publish records whose every word is their number."""
    for _ in range(min(100_000, total - state[DONE])):
        block[0, :] = state[DONE]
        timeline.publish(structures[1], block[0])
        state[DONE] += 1


@kernel
def follow(structures, block, state, total):
    """Read records by number and by time; one whose words differ is bad."""
    slots = structures[1].words.shape[0]
    record, scratch = block[0], block[1]
    for _ in range(MAX_IDLE):
        state[DONE] = timeline.record_count(structures[1])
        index = max(0, state[DONE] - 1 - draw(state, slots))
        whole = timeline.read(structures[1], index, record)
        state[WHOLE] += whole
        state[LAPPED] += not whole
        for word in record:
            state[BAD] += whole and word != index
        time = index + 0.5
        found = timeline.read_at(structures[1], time, record, scratch)
        for word in record:
            state[BAD] += word != record[0] or (found == timeline.WITHIN and word != time)


ENDS = {"send": send, "receive": receive, "publish": publish, "follow": follow}


def main(role, name, frames, total):
    step, frames, total = ENDS[role], int(frames), int(total)
    block = np.zeros((max(2, frames // 2), COLUMNS if step in (send, receive) else WORDS))
    private = [allocate(layout) for layout in layouts(frames).values()]
    step(tuple(private[:2]), block, np.zeros(5, np.int64), 0)  # compiles it before the other end starts
    segment = Segment(name, layouts(frames), create=False)
    structures, ready = (segment["ring"], segment["timeline"]), segment["ready"]
    board.put(ready, list(ENDS).index(role), 1.0)
    state, last_done, progressed = np.array([0, len(role), 0, 0, 0]), 0, time.monotonic()
    start = 0.0
    while state[DONE] < total:
        if np.count_nonzero(ready.words) == 2:
            start = start or time.monotonic()
            step(structures, block, state, total)
        if state[DONE] > last_done:
            last_done, progressed = state[DONE], time.monotonic()
        elif time.monotonic() - progressed > TIMEOUT:
            sys.exit(f"{role} made no progress at {last_done} of {total}")
        yield_processor()
    found = {"done": DONE, "bad": BAD, "whole": WHOLE, "lapped": LAPPED}
    print(json.dumps({key: int(state[word]) for key, word in found.items()} | {"seconds": time.monotonic() - start}))


if __name__ == "__main__":
    main(*sys.argv[1:])
