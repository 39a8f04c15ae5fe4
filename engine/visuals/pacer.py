"""The pacer: when the next picture will be seen, and when to begin painting it."""

import time

EARLY = 2e-3  # seconds of margin
FORGET = 0.97  # of the longest painting of late, at every picture


class Pacer:
    """Keeps to the refreshes of a screen.

    A picture is begun as late as it may be, so that it shows the newest sound. Refreshes that passed
    meanwhile are dropped, never made good.

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
        self.cost, self.begun = 0.0, 0.0
        self.restart()

    def restart(self):
        """Begin again from now on, as if nothing had been missed."""
        self.due = self.now() + self.period

    def begin(self):
        """Wait until it is time to paint; gives the moment the picture will be seen, and the refreshes dropped."""
        missed = max(int((self.now() + self.cost - self.due) / self.period), 0)
        self.due += missed * self.period
        self._until(self.due - min(self.cost + EARLY, self.period))
        self.begun = self.now()
        return self.due, missed

    def painted(self):
        """To be called when the picture is ready: waits until it may be presented."""
        self.cost = max(self.now() - self.begun, FORGET * self.cost)
        if not self.waits:
            self._until(self.due)

    def presented(self):
        """To be called when the picture has been presented; gives the moment it was seen."""
        seen = self.now()
        self.due = (seen if self.waits else self.due) + self.period
        return seen

    def _until(self, moment):
        if (left := moment - self.now()) > 0:
            self.sleep(left)
