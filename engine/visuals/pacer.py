"""The pacer: when the next picture will be seen, and when to begin painting it."""

import math
import time
from collections import deque

EARLY = 2e-3  # seconds of margin
LATELY, USUAL = 32, 29  # of so many pictures, so many are planned for; a stall now and then is not
AT_ONCE = 0.25  # of the time to the refresh: a screen that waited less has not waited
THROTTLED = 6.0, 0.1  # refreshes, and seconds: one that waited longer than both shows nothing
SURE = {"ignored": 60, "throttled": 3}  # pictures in a row; a driver that queues some is not yet one that ignores
TRIAL = 30.0  # seconds after which a screen that lied may show that it does no more


class Pacer:
    """Keeps to the refreshes of a screen.

    A picture is begun as late as it may be, so that it shows the newest sound. A refresh that it cannot
    be ready for is dropped, never made good.

    Parameters
    ----------
    refresh : float
        Pictures per second.
    waits : bool
        True if presenting a picture waits for the refresh, so that it tells when that was. That may not be so: some
        drivers ignore it, and some desktops keep who is not seen waiting. Then we wait ourselves, and `waits` is
        False, until it has proved true.
    now, sleep : callable
        The clock; seconds.
    """

    def __init__(self, refresh, *, waits, now=time.perf_counter, sleep=time.sleep):
        self.period, self.waits, self.now, self.sleep = 1.0 / refresh, waits, now, sleep
        self.lies, self.trial = dict.fromkeys(SURE, 0), math.inf
        self.restart()

    @property
    def pacing(self):
        """Who keeps the time: the screen, or we ourselves."""
        return "vsync" if self.waits else "own"

    def restart(self):
        """Begin again from now on, as if nothing had been painted or missed."""
        self.costs = deque([0.0] * LATELY, maxlen=LATELY)
        self.begun, self.due, self.missed = self.now(), self.now() + self.period, 0

    def begin(self):
        """Wait until it is time to paint; gives the moment the picture will be seen, and the refreshes dropped."""
        cost = sorted(self.costs)[USUAL - 1]
        slack = 0.0 if self.waits else 0.5  # refreshes that a picture may come late; waiting, it would be a whole one
        hopeless = max(math.ceil((self.now() + cost - self.due) / self.period - slack), 0)
        self.due += hopeless * self.period
        self._until(self.due - cost - EARLY)
        self.begun, missed, self.missed = self.now(), self.missed, 0
        return max(self.due, self.begun + cost), missed + hopeless

    def painted(self):
        """To be called when the picture is ready: waits until it may be presented."""
        self.ready = self.now()
        self.costs.append(self.ready - self.begun)
        if not self.waits:
            self._until(self.due)

    def presented(self):
        """To be called when the picture has been presented; gives the moment it was seen."""
        seen = self.now()
        if self.waits:
            self._judge(seen - self.ready, self.due - self.ready)
            self.missed, self.due = max(round((seen - self.due) / self.period), 0), seen
        elif seen >= self.trial:
            self.waits = True  # and the next lie of the kind is believed at once
        self.due += self.period
        return seen

    def _judge(self, waited, wanted):
        """Believe no more that the screen waits, once it has not often enough."""
        told = wanted > EARLY / 2  # else we were late, and it had no reason to
        lies = {
            "ignored": told and waited < AT_ONCE * wanted,
            "throttled": waited > max(THROTTLED[0] * self.period, THROTTLED[1]),
        }
        self.lies = {lie: self.lies[lie] + 1 if seen else 0 for lie, seen in lies.items()}
        if told and not any(lies.values()):
            self.trial = math.inf
        if any(count >= (SURE[lie] if self.trial == math.inf else 1) for lie, count in self.lies.items()):
            self.waits, self.trial = False, self.now() + TRIAL

    def _until(self, moment):
        if (left := moment - self.now()) > 0:
            self.sleep(left)
