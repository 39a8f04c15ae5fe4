"""FramePool: pictures on their way from one node to the next, in memory that goes round."""

import hashlib
from collections import deque

import numpy as np


class FramePool:
    """A few arrays of one shape, from one writer to one reader.

    The writer takes a blank and gives it filled; the reader takes the oldest and gives it back. Who gets
    None comes again later. `hash`, if it is wanted, is of all that were given.
    """

    def __init__(self, shape, count, *, hashed=False):
        self.hash = hashlib.sha256() if hashed else None
        self.blanks = deque(np.zeros(shape, np.uint8) for _ in range(count))
        self.filled = deque()
        self.last_given = False

    def blank(self):
        return self.blanks.popleft() if self.blanks else None

    def give(self, slide):
        if self.hash:
            self.hash.update(slide)
        self.filled.append(slide)

    def end(self):
        """There will be no more."""
        self.last_given = True

    def take(self):
        return self.filled.popleft() if self.filled else None

    def give_back(self, slide):
        self.blanks.append(slide)

    @property
    def ended(self):
        """True once the reader has had them all."""
        return self.last_given and not self.filled
