"""The pacer: when the next picture will be seen, and when to begin painting it."""

import math
import time
from collections import deque

EARLY = 2e-3  # seconds of margin
LATELY, USUAL = 32, 29  # of so many pictures, so many are planned for; a stall now and then is not
AT_ONCE = 0.25  # of the time to the refresh: a screen that waited less has not waited
THROTTLED = 6.0, 0.1  # refreshes, and seconds: one that waited longer than both shows nothing
SURE = {"ignored": 4, "throttled": 3}  # pictures in a row, fewer than a driver has room to queue
TRIAL = 30.0  # seconds after which a screen that lied may show that it does no more


class FramePacer:
    """Keeps to the refreshes of a screen.

    A picture is begun as late as it may be, so that it shows the newest sound. A refresh that it cannot
    be ready for is dropped, never made good.

    Parameters
    ----------
    refresh : float
        Pictures per second.
    waits : bool
        True if presenting a picture waits for the refresh, so that it tells when that was. That may prove a lie: some
        drivers ignore it, and some desktops keep a window that nobody sees waiting for long. Then we wait ourselves.
    now, sleep : callable
        The clock; seconds.
    """

    def __init__(self, refresh, *, waits, now=time.perf_counter, sleep=time.sleep):
        self.period, self.able, self.now, self.sleep = 1.0 / refresh, waits, now, sleep
        self.lie, self.signs, self.trial = None, dict.fromkeys(SURE, 0), math.inf
        self.restart()

    @property
    def waits(self):
        """True while the screen keeps the time, False while we do."""
        return self.able and self.lie is None

    @property
    def pacing(self):
        return "vsync" if self.waits else "own"

    @property
    def asks(self):
        """True while presenting shall wait: who ignores it may do as well, and its pictures are whole."""
        return self.able and self.lie != "throttled"

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
        """To be called when the picture is ready: waits until it may be presented; gives the seconds that it took."""
        self.ready = self.now()
        self.costs.append(self.ready - self.begun)
        if not self.waits:
            self._until(self.due)
        return self.costs[-1]

    def presented(self):
        """To be called when the picture has been presented; gives the moment it was seen."""
        seen = self.now()
        if self.waits:
            self.missed = max(round((seen - self.due) / self.period), 0)
            self.due = seen + self._lead(seen)
        elif seen >= self.trial:
            self.lie = None  # and the next sign of one is proof enough
        self.due += self.period
        return seen

    def _lead(self, seen):
        """Believe no more that the screen waits, once it has not often enough; gives how far that put us ahead."""
        waited, wanted = seen - self.ready, self.due - self.ready
        reason = wanted > EARLY / 2  # to wait at all: we were not late
        signs = {
            "ignored": reason and waited < AT_ONCE * wanted,
            "throttled": waited > max(THROTTLED[0] * self.period, THROTTLED[1]),
        }
        self.signs = {lie: self.signs[lie] + 1 if sign else 0 for lie, sign in signs.items()}
        if reason and not any(signs.values()):
            self.trial = math.inf
        for lie, often in SURE.items():
            if self.signs[lie] >= (often if self.trial == math.inf else 1):
                self.lie, self.trial = lie, seen + TRIAL
        return EARLY * self.signs["ignored"] if self.lie else 0.0  # those pictures may lie in a queue

    def _until(self, moment):
        if (left := moment - self.now()) > 0:
            self.sleep(left)
