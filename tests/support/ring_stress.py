"""One end of a ring or a timeline at full speed; `test_rings_processes` runs both ends, each in a process of its own.

    python -m tests.ringstress send NAME FRAMES TOTAL

The reading ends print what they found as JSON.
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
IDLE = 2_000  # fruitless looks before the processor is given away
give_way = getattr(os, "sched_yield", lambda: time.sleep(0))  # both ends may have but one processor
PATIENCE = 20.0  # seconds without progress that mean it never comes


def plans(frames):
    return {
        "ring": ring.layout(frames, COLUMNS, np.float64),
        "timeline": timeline.layout(frames, WORDS),
        "ready": board.layout(len(ENDS)),
    }


@kernel
def draw(state, below):
    state[SEED] = state[SEED] * 6364136223846793005 + 1442695040888963407  # Knuth's MMIX
    return ((state[SEED] >> 33) & 0x7FFFFFFF) % below


@kernel
def send(things, block, state, total):
    """Push rows that carry their own number, in blocks of random size."""
    idle = 0
    while state[DONE] < total and idle < IDLE:
        count = min(draw(state, block.shape[0] + 1), total - state[DONE])
        for n in range(count):
            for c in range(block.shape[1]):
                block[n, c] = state[DONE] + n
        count = ring.push(things[0], block[:count])
        state[DONE] += count
        idle = 0 if count else idle + 1
    if state[DONE] == total:
        ring.end(things[0])


@kernel
def receive(things, block, state, total):
    """Pull rows in blocks of random size; a row that is not the next number is bad."""
    idle = 0
    while idle < IDLE and not ring.ended(things[0]):
        count = ring.pull(things[0], block[: draw(state, block.shape[0] + 1)])
        for n in range(count):
            for c in range(block.shape[1]):
                state[BAD] += block[n, c] != state[DONE] + n
        state[DONE] += count
        idle = 0 if count else idle + 1


@kernel
def publish(things, block, state, total):
    """Publish records whose every word is their number."""
    for _ in range(min(100_000, total - state[DONE])):
        block[0, :] = state[DONE]
        timeline.publish(things[1], block[0])
        state[DONE] += 1


@kernel
def follow(things, block, state, total):
    """Read records by number and by time; one whose words differ is bad."""
    slots = things[1].words.shape[0]
    record, spare = block[0], block[1]
    for _ in range(IDLE):
        state[DONE] = timeline.record_count(things[1])
        index = max(0, state[DONE] - 1 - draw(state, slots))
        whole = timeline.read(things[1], index, record)
        state[WHOLE] += whole
        state[LAPPED] += not whole
        for word in record:
            state[BAD] += whole and word != index
        moment = index + 0.5
        found = timeline.read_at(things[1], moment, record, spare)
        for word in record:
            state[BAD] += word != record[0] or (found == timeline.WITHIN and word != moment)


ENDS = {"send": send, "receive": receive, "publish": publish, "follow": follow}


def main(role, name, frames, total):
    step, frames, total = ENDS[role], int(frames), int(total)
    block = np.zeros((max(2, frames // 2), COLUMNS if step in (send, receive) else WORDS))
    spare = [allocate(plan) for plan in plans(frames).values()]
    step(tuple(spare[:2]), block, np.zeros(5, np.int64), 0)  # compiled before the other end is let go
    segment = Segment(name, plans(frames), create=False)
    things, ready = (segment["ring"], segment["timeline"]), segment["ready"]
    board.put(ready, list(ENDS).index(role), 1.0)
    state, seen, moved = np.array([0, len(role), 0, 0, 0]), 0, time.monotonic()
    start = 0.0
    while state[DONE] < total:
        if np.count_nonzero(ready.words) == 2:
            start = start or time.monotonic()
            step(things, block, state, total)
        if state[DONE] > seen:
            seen, moved = state[DONE], time.monotonic()
        elif time.monotonic() - moved > PATIENCE:
            sys.exit(f"{role} stood still at {seen} of {total}")
        give_way()
    found = {"done": DONE, "bad": BAD, "whole": WHOLE, "lapped": LAPPED}
    print(json.dumps({key: int(state[word]) for key, word in found.items()} | {"seconds": time.monotonic() - start}))


if __name__ == "__main__":
    main(*sys.argv[1:])
