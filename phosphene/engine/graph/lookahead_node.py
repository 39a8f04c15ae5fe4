"""The lookahead node: sits between the listen node and its readers, and corrects the rhythm by what follows."""

import numpy as np

from phosphene.engine.graph.listen_node import FrameConsumer, ListenNode
from phosphene.engine.listening.frame import WIDTH
from phosphene.engine.listening.rhythm.lookahead import Lookahead
from phosphene.engine.rings import allocate, timeline


class LookaheadNode:
    """Publishes the frames of a ListenNode once more, some seconds behind it.

    Its readers use it like a ListenNode: it has `frames` and `readers`, and is `done` in the end.
    """

    name, thread = "lookahead", "lookahead"

    def __init__(self, listen: ListenNode) -> None:
        self.listen, self.index, self.done = listen, 0, False
        self.frames = allocate(timeline.layout(*listen.frames.words.shape))
        self.readers: list[FrameConsumer] = []
        self.lookahead = Lookahead.for_analyser(listen.analyser)
        self.incoming, self.outgoing = np.zeros(WIDTH), np.zeros(WIDTH)
        self.input_ended = False
        listen.readers.append(self)

    def step(self) -> int:
        moved, room = 0, len(self.frames.marks) // 2
        while all(timeline.record_count(self.frames) - reader.index < room for reader in self.readers):
            if not (self._publish() or self._read()):
                break
            moved += 1
        return moved

    def _publish(self) -> bool:
        """Publish a frame that is ready; False if none is."""
        if not self.lookahead.pull(self.outgoing):
            self.done = self.input_ended
            return False
        timeline.publish(self.frames, self.outgoing)
        return True

    def _read(self) -> bool:
        """Read the next frame of the listen node; False if there is none yet."""
        if self.input_ended:
            return False
        over = self.listen.done  # asked first: what is there afterwards is all there is
        if self.index < timeline.record_count(self.listen.frames):
            timeline.read(self.listen.frames, self.index, self.incoming)
            self.index += 1
            self.lookahead.push(self.incoming)
        elif over:
            self.lookahead.end()
            self.input_ended = True
        else:
            return False
        return True
