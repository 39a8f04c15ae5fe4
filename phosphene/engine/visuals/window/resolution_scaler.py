"""The ladder: how large a picture is drawn inside, where the machine cannot keep up with the whole of it."""

from collections import deque

RUNGS = 1.0, 0.75, 0.5, 0.375, 0.25  # of a side
LATELY = 2.0  # seconds that are judged by
HEAVY, LIGHT = 0.95, 0.7  # of a period: what a picture takes where it is too much, and where there is room
LATE = 0.1  # of the refreshes missed are too many
CALM = 4.0, 120.0  # seconds of room before a step up: at first, and at most


class ResolutionScaler:
    """Steps down under load and comes back, the more slowly the oftener that was in vain.

    Parameters
    ----------
    period : float
        Seconds from refresh to refresh.
    """

    def __init__(self, period):
        self.period, self.rung = period, 0
        self.pictures = deque()  # (when, share of a period that it took, refreshes missed before it)
        self.stepped, self.calm, self.rose = None, CALM[0], None

    @property
    def scale(self):
        return RUNGS[self.rung]

    def note(self, now, cost, missed):
        """A picture took so many seconds; True where the scale has changed."""
        self.pictures.append((now, cost / self.period, missed))
        if self.stepped is None:
            self.stepped = now + LATELY  # what is late while everything starts says nothing
        while self.pictures[0][0] < now - LATELY:
            self.pictures.popleft()
        if now - self.stepped < LATELY or len(self.pictures) < 8:
            return False
        costs = sorted(cost for _, cost, _ in self.pictures)
        usual, missed = costs[len(costs) // 2], sum(missed for _, _, missed in self.pictures)
        if (usual > HEAVY or missed > LATE * (len(costs) + missed)) and self.rung < len(RUNGS) - 1:
            if self.rose is not None and now - self.rose < self.calm:
                self.calm = min(2 * self.calm, CALM[1])
            return self._step(1, now)
        larger = self.rung and (RUNGS[self.rung - 1] / RUNGS[self.rung]) ** 2 * usual
        if self.rung and now - self.stepped >= self.calm and larger < LIGHT and not missed:
            self.rose = now
            return self._step(-1, now)
        return False

    def _step(self, steps, now):
        self.rung, self.stepped = self.rung + steps, now
        self.pictures.clear()
        return True
