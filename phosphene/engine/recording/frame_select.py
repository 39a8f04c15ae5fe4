"""Chooses, from the frames that were shown, one for each frame of the film."""

from collections import deque
from typing import Any

NEXT_FRAME_BONUS = 0.2  # of a film frame's duration: how much farther off the next shown frame may be and still win


class FrameSelector:
    """Chooses the shown frame that is nearest to each moment of the film.

    If frames are shown as fast as the film runs, each is used once, though the two clocks drift and jitter: the
    next frame in order is preferred by NEXT_FRAME_BONUS, so that the film does not stutter while a moment lies
    between two frames.

    Parameters
    ----------
    start : float
        Sample of the film's first frame.
    period : float
        Samples from one frame of the film to the next.
    """

    def __init__(self, start: float, period: float) -> None:
        self.start, self.period = start, period
        self.index = 0  # of the next frame of the film
        self.current: tuple[float, Any] | None = None  # (sample, frame)
        self.queue: deque[tuple[float, Any]] = deque()  # later than `current`, the oldest first

    def add(self, sample: float, frame: Any) -> None:
        """Add a frame that was shown; it replaces those of the same or a later sample, shown while the sound stood."""
        while self.queue and self.queue[-1][0] >= sample:
            self.queue.pop()
        self.queue.append((sample, frame))

    @property
    def moment(self) -> float:
        """The sample for which the next frame is chosen."""
        return self.start + self.index * self.period

    @property
    def ready(self) -> bool:
        """True if no frame that is still to come could be nearer."""
        newest = self.queue[-1] if self.queue else self.current
        return newest is not None and newest[0] >= self.moment

    def choose(self) -> Any:
        """The frame for the next moment; None if the previous one is shown again."""
        candidates = [self.current, *self.queue] if self.current else [None, *self.queue]
        moment, bonus = self.moment, NEXT_FRAME_BONUS * self.period
        distances = {at: abs(each[0] - moment) - bonus * (at == 1) for at, each in enumerate(candidates) if each}
        best = min(distances, key=lambda at: distances[at])
        self.index += 1
        for _ in range(best):
            self.current = self.queue.popleft()
        return self.current[1] if best and self.current else None
