"""A whole sound, listened to from its first sample to its last by the very listener that hears a session."""

import numpy as np

from phosphene.engine.listening.analyser import analyse, make_analyser
from phosphene.engine.listening.frame import FRAME, WIDTH
from phosphene.engine.listening.rhythm.lookahead import Foresight
from phosphene.engine.rings import allocate, timeline

BATCH = 128  # frames that are heard before they are handed on


def frames(blocks, rate, *, ahead=False):
    """Every frame of a sound that comes in float32 (frames, 2) blocks, as FRAME arrays of up to BATCH.

    Silence fills up the hop that it ends in, so that all of it lies in one. With `ahead` their rhythm is told by
    what follows; without, as in a live session, by what came.
    """
    listener = make_analyser(float(rate))
    batches = _heard(blocks, listener)
    yield from _foreseen(batches, Foresight.beside(listener)) if ahead else batches


def _heard(blocks, listener):
    published, index = allocate(timeline.layout(BATCH, WIDTH)), 0
    step = BATCH * listener.hop
    for block in _filled_up(blocks, listener.hop):
        for start in range(0, len(block), step):
            analyse(listener, block[start : start + step], published)
            rows = np.empty((timeline.record_count(published) - index, WIDTH))
            for row in rows:
                timeline.read(published, index, row)
                index += 1
            yield rows.view(FRAME)[:, 0]


def _foreseen(batches, foresight):
    for batch in batches:
        for record in batch.view("f8").reshape(-1, WIDTH):
            foresight.push(record)
            yield from _ready(foresight)
    foresight.end()
    yield from _ready(foresight)


def _ready(foresight):
    rows = np.empty((BATCH, WIDTH))
    while True:
        count = 0
        while count < BATCH and foresight.pull(rows[count]):
            count += 1
        if count == 0:
            return
        yield rows[:count].copy().view(FRAME)[:, 0]


def _filled_up(blocks, hop):
    heard = 0
    for block in blocks:
        heard += len(block)
        yield block
    yield np.zeros((-heard % hop, 2), np.float32)
