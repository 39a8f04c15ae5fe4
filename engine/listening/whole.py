"""A whole sound, listened to from its first sample to its last by the very listener that hears a session."""

import numpy as np

from engine.listening.frame import FRAME, WIDTH
from engine.listening.listener import listen, make_listener
from engine.rings import local, timeline

BATCH = 128  # frames that are heard before they are handed on


def frames(blocks, rate):
    """Every frame of a sound that comes in float32 (frames, 2) blocks, as FRAME arrays of up to BATCH.

    Silence fills up the hop that it ends in, so that all of it lies in one.
    """
    listener, published, index = make_listener(float(rate)), local(timeline.plan(BATCH, WIDTH)), 0
    step = BATCH * listener.hop
    for block in _filled_up(blocks, listener.hop):
        for start in range(0, len(block), step):
            listen(listener, block[start : start + step], published)
            rows = np.empty((timeline.newest(published) - index, WIDTH))
            for row in rows:
                timeline.read(published, index, row)
                index += 1
            yield rows.view(FRAME)[:, 0]


def _filled_up(blocks, hop):
    heard = 0
    for block in blocks:
        heard += len(block)
        yield block
    yield np.zeros((-heard % hop, 2), np.float32)
