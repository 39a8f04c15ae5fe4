"""Offline analysis: the frames of a whole sound, by the analyser of live sessions."""

from collections.abc import Iterable, Iterator

import numpy as np

from phosphene.engine.listening.analyser import analyse, make_analyser
from phosphene.engine.listening.frame import FRAME, WIDTH
from phosphene.engine.listening.rhythm.lookahead import Lookahead
from phosphene.engine.rings import allocate, timeline

BATCH = 128  # frames yielded at once


def analyse_blocks(blocks: Iterable[np.ndarray], rate: float, *, lookahead: bool = False) -> Iterator[np.ndarray]:
    """Yield the frames of a sound, as FRAME arrays of up to BATCH.

    Parameters
    ----------
    blocks : iterable of float32 arrays, shape (frames, 2)
        The whole sound. The last hop is padded with silence.
    rate : float
    lookahead : bool
        Follow the beat with the sound that comes after a frame, too; otherwise as a live session does.
    """
    analyser = make_analyser(float(rate))
    batches = _analysed(blocks, analyser)
    yield from _with_lookahead(batches, Lookahead.for_analyser(analyser)) if lookahead else batches


def _analysed(blocks, analyser):
    published, index = allocate(timeline.layout(BATCH, WIDTH)), 0
    step = BATCH * analyser.hop
    for block in _padded(blocks, analyser.hop):
        for start in range(0, len(block), step):
            analyse(analyser, block[start : start + step], published)
            rows = np.empty((timeline.record_count(published) - index, WIDTH))
            for row in rows:
                timeline.read(published, index, row)
                index += 1
            yield rows.view(FRAME)[:, 0]


def _with_lookahead(batches, lookahead):
    for batch in batches:
        for record in batch.view("f8").reshape(-1, WIDTH):
            lookahead.push(record)
            yield from _pulled(lookahead)
    lookahead.end()
    yield from _pulled(lookahead)


def _pulled(lookahead):
    rows = np.empty((BATCH, WIDTH))
    while True:
        count = 0
        while count < BATCH and lookahead.pull(rows[count]):
            count += 1
        if count == 0:
            return
        yield rows[:count].copy().view(FRAME)[:, 0]


def _padded(blocks, hop):
    count = 0
    for block in blocks:
        count += len(block)
        yield block
    yield np.zeros((-count % hop, 2), np.float32)
