"""The ear: the worker that listens, the same whichever clock drives it."""

import numpy as np

from phosphene.engine.audio.core import CHANNELS
from phosphene.engine.listening.analyser import HOP, analyse, make_analyser, miss
from phosphene.engine.listening.rhythm import tempo_board
from phosphene.engine.rings import ring, timeline

CHUNK = 4096  # frames it hears at once


class ListenNode:
    """The worker's first task: listens to what a core taps and publishes frames.

    What a hand does to the tempo counts from the very sample at which the core took it. Where it must wait
    for who reads the frames, those are its `followers`: each has the `index` of its next frame.
    """

    name, latency = "listening", HOP

    def __init__(self, rate, core, frames, start=0):
        self.tap, self.gaps, self.hands = core.tap, core.gaps, core.hands
        self.frames, self.followers = frames, []
        self.listener = make_analyser(float(rate), start)
        self.listener.hand[:] = core.heard.view("f8")[tempo_board.FIRST : tempo_board.SLOTS]
        self.block = np.zeros((CHUNK, CHANNELS), np.float32)
        self.gap, self.move = np.zeros((1, 2)), np.zeros((1, 3))
        self.pending = None  # (row, frames missed before it)
        self.moving = False  # True while `move` is still ahead
        self.done = False

    def step(self):
        if self._too_far():
            return 0
        over = ring.ended(self.tap)
        count = min(ring.readable(self.tap, CHUNK), CHUNK)  # first: what came before these rows is told by now
        count = min(count, self._until_gap())
        count = ring.pull(self.tap, self.block[: min(count, self._until_move())])
        analyse(self.listener, self.block[:count], self.frames)
        self.done = bool(over and count == 0)
        return count

    def _too_far(self):
        published, half = timeline.record_count(self.frames), self.frames.words.shape[0] // 2
        return any(published - follower.index > half for follower in self.followers)

    def _until_gap(self):
        """Rows to the next gap, which is ahead of us; a gap that is not is behind us then."""
        while self.pending is not None or ring.pull(self.gaps, self.gap):
            if self.pending is None:
                self.pending = self.gap[0].astype(int)
            if rows := self.pending[0] - self.tap.taken[0]:
                return rows
            miss(self.listener, self.pending[1])
            self.pending = None
        return CHUNK

    def _until_move(self):
        """Rows to the next move of a hand, likewise."""
        while self.moving or ring.pull(self.hands, self.move):
            sample, slot, value = self.move[0]
            heard, _, missed = self.listener.counts
            self.moving = sample > heard + missed
            if self.moving:
                return int(sample - heard - missed)
            self.listener.hand[int(slot) - tempo_board.FIRST] = value
        return CHUNK
