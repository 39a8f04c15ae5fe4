"""The pacer: when the next picture will be seen, and when to begin painting it."""

import math
import time
from collections import deque

EARLY = 2e-3  # seconds of margin
LATELY, USUAL = 32, 29  # of so many pictures, so many are planned for; a stall now and then is not


class Pacer:
    """Keeps to the refreshes of a screen.

    A picture is begun as late as it may be, so that it shows the newest sound. A refresh that it cannot
    be ready for is dropped, never made good.

    Parameters
    ----------
    refresh : float
        Pictures per second.
    waits : bool
        True if presenting a picture waits for the refresh, so that it tells when that was.
    now, sleep : callable
        The clock; seconds.
    """

    def __init__(self, refresh, *, waits, now=time.perf_counter, sleep=time.sleep):
        self.period, self.waits, self.now, self.sleep = 1.0 / refresh, waits, now, sleep
        self.slack = 0.0 if waits else 0.5  # refreshes that a picture may come late; waiting, it would be a whole one
        self.restart()

    def restart(self):
        """Begin again from now on, as if nothing had been painted or missed."""
        self.costs = deque([0.0] * LATELY, maxlen=LATELY)
        self.begun, self.due, self.missed = self.now(), self.now() + self.period, 0

    def begin(self):
        """Wait until it is time to paint; gives the moment the picture will be seen, and the refreshes dropped."""
        cost = sorted(self.costs)[USUAL - 1]
        hopeless = max(math.ceil((self.now() + cost - self.due) / self.period - self.slack), 0)
        self.due += hopeless * self.period
        self._until(self.due - cost - EARLY)
        self.begun = self.now()
        return max(self.due, self.begun + cost), self.missed + hopeless

    def painted(self):
        """To be called when the picture is ready: waits until it may be presented."""
        self.costs.append(self.now() - self.begun)
        if not self.waits:
            self._until(self.due)

    def presented(self):
        """To be called when the picture has been presented; gives the moment it was seen."""
        seen = self.now()
        if self.waits:
            self.missed, self.due = max(round((seen - self.due) / self.period), 0), seen
        self.due += self.period
        return seen

    def _until(self, moment):
        if (left := moment - self.now()) > 0:
            self.sleep(left)
