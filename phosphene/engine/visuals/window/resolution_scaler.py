"""Resolution scaler: the size to draw in, where the machine cannot draw the full size in time."""

from collections import deque

SCALES = 1.0, 0.75, 0.5, 0.375, 0.25  # of each side, from the first level to the last
HISTORY_SECONDS = 2.0  # of frames that decide
MIN_FRAMES = 8  # that decide
MAX_COST, ROOM_COST = 0.95, 0.7  # of a period: above the first the scale goes down, below the second it may go up
MAX_DROPPED_SHARE = 0.1  # of the refreshes
RAISE_DELAY = 4.0, 120.0  # seconds with room before the scale goes up: at first, and at most


class ResolutionScaler:
    """Lowers the scale under load and raises it again; after each failed attempt it waits twice as long.

    Parameters
    ----------
    period : float
        Seconds from refresh to refresh.
    """

    def __init__(self, period: float) -> None:
        self.period, self.level = period, 0
        self.frames: deque[tuple[float, float, int]] = deque()  # (moment, share of a period, refreshes dropped before)
        self.changed_at: float | None = None
        self.raised_at: float | None = None
        self.raise_delay = RAISE_DELAY[0]

    @property
    def scale(self) -> float:
        """What each side of the picture is multiplied by."""
        return SCALES[self.level]

    def add_frame(self, now: float, cost: float, dropped: int) -> bool:
        """Count a frame that took `cost` seconds, after so many dropped refreshes; True if the scale has changed."""
        self.frames.append((now, cost / self.period, dropped))
        if self.changed_at is None:
            self.changed_at = now + HISTORY_SECONDS  # frames are slow while everything starts
        while self.frames[0][0] < now - HISTORY_SECONDS:
            self.frames.popleft()
        if now - self.changed_at < HISTORY_SECONDS or len(self.frames) < MIN_FRAMES:
            return False
        costs = sorted(cost for _, cost, _ in self.frames)
        median, dropped = costs[len(costs) // 2], sum(dropped for _, _, dropped in self.frames)
        overloaded = median > MAX_COST or dropped > MAX_DROPPED_SHARE * (len(costs) + dropped)
        if overloaded and self.level < len(SCALES) - 1:
            self._lower(now)
        elif self._has_room(now, median, dropped):
            self._raise(now)
        else:
            return False
        return True

    def _has_room(self, now: float, median: float, dropped: int) -> bool:
        """True if the next larger scale would fit, and it has fitted for long enough."""
        if not self.level or self.changed_at is None or now - self.changed_at < self.raise_delay or dropped:
            return False
        return (SCALES[self.level - 1] / SCALES[self.level]) ** 2 * median < ROOM_COST

    def _lower(self, now: float) -> None:
        if self.raised_at is not None and now - self.raised_at < self.raise_delay:
            self.raise_delay = min(2 * self.raise_delay, RAISE_DELAY[1])
        self._change_level(1, now)

    def _raise(self, now: float) -> None:
        self.raised_at = now
        self._change_level(-1, now)

    def _change_level(self, steps: int, now: float) -> None:
        self.level, self.changed_at = self.level + steps, now
        self.frames.clear()
