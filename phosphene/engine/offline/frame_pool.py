"""FramePool: reused frame buffers between two nodes."""

import hashlib
from collections import deque

import numpy as np


class FramePool:
    """A fixed number of uint8 arrays that travel from one writer to one reader and back.

    The writer calls `acquire`, fills the buffer and calls `push`. The reader calls `pull`, uses the frame and
    calls `recycle`. `acquire` and `pull` return None if nothing is available; the caller tries again later.

    Parameters
    ----------
    shape : tuple
        Of each array.
    count : int
        Number of arrays.
    hashed : bool
        Keep `hash`, a SHA-256 over all frames in the order in which they are pushed.
    """

    def __init__(self, shape: tuple[int, ...], count: int, *, hashed: bool = False) -> None:
        self.hash = hashlib.sha256() if hashed else None
        self.free = deque(np.zeros(shape, np.uint8) for _ in range(count))
        self.filled: deque[np.ndarray] = deque()
        self.ended = False

    def acquire(self) -> np.ndarray | None:
        """A free buffer for the writer, or None."""
        return self.free.popleft() if self.free else None

    def push(self, frame: np.ndarray) -> None:
        """Pass a filled buffer on to the reader."""
        if self.hash:
            self.hash.update(frame)
        self.filled.append(frame)

    def end(self) -> None:
        """Declare that the writer pushes no more frames."""
        self.ended = True

    def pull(self) -> np.ndarray | None:
        """The oldest filled buffer for the reader, or None."""
        return self.filled.popleft() if self.filled else None

    def recycle(self, frame: np.ndarray) -> None:
        """Return a buffer to the writer."""
        self.free.append(frame)

    @property
    def exhausted(self) -> bool:
        """True once the writer has ended and the reader has pulled every frame."""
        return self.ended and not self.filled
