"""The listen node: analyses what is heard and publishes frames, the same whichever clock drives it."""

from typing import Any, Protocol

import numpy as np

from phosphene.engine.audio.core import Core
from phosphene.engine.listening.analyser import HOP_SECONDS, analyse, make_analyser, skip_frames
from phosphene.engine.rings import ring, timeline
from phosphene.engine.rings.board_layout import FIRST_PICTURE_SLOT, FIRST_TEMPO_SLOT
from phosphene.engine.rings.tap import Tap, TapReader, activate
from phosphene.engine.rings.timeline import Timeline

CHUNK = 4096  # frames analysed at once


class FrameConsumer(Protocol):
    """Reads published frames one after the other, at its own pace."""

    index: int  # of the frame that it reads next


class ListenNode:
    """Analyses the sound at a tap.

    A change of tempo counts from the very sample at which the core applied it. Offline, the node waits for its
    `readers`: none of their frames is overwritten before it is read.

    Parameters
    ----------
    rate : int
    core : Core
    tap : Tap
        At the core's output.
    frames : Timeline
        Where frames are published.
    start : int
        The core's position before the first block.
    trim : int
        Frames of latency that are left out of what is heard: positions in frames count from behind them.
    """

    name, thread, latency = "listening", "analysis", HOP_SECONDS

    def __init__(self, rate: int, core: Core, tap: Tap, frames: Timeline, *, start: int = 0, trim: int = 0) -> None:
        self.tempo_moves, self.reader = core.tempo_moves, TapReader(activate(tap), CHUNK)
        self.frames, self.trim = frames, trim
        self.readers: list[FrameConsumer] = []
        self.analyser: Any = make_analyser(float(rate), start - trim)
        self.analyser.tempo_override[:] = core.applied.view("f8")[FIRST_TEMPO_SLOT:FIRST_PICTURE_SLOT]
        self.move = np.zeros((1, 3))
        self.move_pending = False  # True while `move` is ahead of the analyser
        self.done = False

    def step(self) -> int:
        if self._readers_are_behind():
            return 0
        over = self.reader.ended()  # asked first: what is there afterwards is all there is
        waiting = self.reader.available()
        if waiting and (missed := self.reader.sample - self.trim - self._position()) > 0:
            skip_frames(self.analyser, missed)
        block = self.reader.read(min(waiting, self._frames_to_move()))
        analyse(self.analyser, block, self.frames)
        self.done = over and not len(block)
        return len(block)

    def _position(self) -> int:
        """The sample that is analysed next."""
        heard, _, missed = self.analyser.counts
        return int(heard + missed)

    def _readers_are_behind(self) -> bool:
        published, half = timeline.record_count(self.frames), self.frames.words.shape[0] // 2
        return any(published - reader.index > half for reader in self.readers)

    def _frames_to_move(self) -> int:
        """Frames to the next change of tempo. One that is due is applied."""
        while self.move_pending or ring.pull(self.tempo_moves, self.move):
            sample, slot, value = self.move[0]
            ahead = int(sample) - self.trim - self._position()
            self.move_pending = ahead > 0
            if self.move_pending:
                return ahead
            self.analyser.tempo_override[int(slot) - FIRST_TEMPO_SLOT] = value
        return CHUNK
