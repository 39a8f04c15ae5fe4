"""The foreseer: stands between an ear and who looks at its frames, and tells their rhythm by what follows."""

import numpy as np

from phosphene.engine.listening.frame import WIDTH
from phosphene.engine.listening.rhythm.lookahead import Foresight
from phosphene.engine.rings import allocate, timeline


class LookaheadNode:
    """Publishes the frames of an ear once more, some seconds behind it.

    To its followers it is as an ear: has `frames`, `followers`, and is `done` in the end.
    """

    name = "foresight"

    def __init__(self, ear):
        self.ear, self.index, self.done = ear, 0, False
        self.frames, self.followers = allocate(timeline.layout(*ear.frames.words.shape)), []
        self.foresight = Foresight.beside(ear.listener)
        self.record, self.told = np.zeros(WIDTH), np.zeros(WIDTH)
        self.over = False
        ear.followers.append(self)

    def step(self):
        moved, room = 0, len(self.frames.marks) // 2
        while all(timeline.record_count(self.frames) - follower.index < room for follower in self.followers):
            if not (self._give() or self._take()):
                break
            moved += 1
        return moved

    def _give(self):
        """Publish a frame that is ready; False if none is."""
        if not self.foresight.pull(self.told):
            self.done = self.over
            return False
        timeline.publish(self.frames, self.told)
        return True

    def _take(self):
        """Take in the ear's next frame; False if there is none yet."""
        if self.over:
            return False
        over = self.ear.done  # asked first: what is there afterwards is all there is
        if self.index < timeline.record_count(self.ear.frames):
            timeline.read(self.ear.frames, self.index, self.record)
            self.index += 1
            self.foresight.push(self.record)
        elif over:
            self.foresight.end()
            self.over = True
        else:
            return False
        return True
