"""Frame pacer: when the next picture will be seen, and when to start drawing it."""

import math
import time
from collections import deque
from collections.abc import Callable

MARGIN = 2e-3  # seconds that a picture is ready before its refresh
COST_HISTORY, PLANNED_COST = 32, 29  # plans for the 29th cheapest of the last 32 pictures, so that a stall is ignored
MIN_WAIT_SHARE = 0.25  # of the time to the refresh; a screen that waits less did not wait for it
MAX_WAIT_REFRESHES, MAX_WAIT_SECONDS = 6.0, 0.1  # a screen that waits longer than both shows nothing
FRAMES_TO_DETECT = {"ignored": 4, "throttled": 3}  # frames in a row; fewer than a driver can queue
RETRY_SECONDS = 30.0  # after which vsync is tried again


class FramePacer:
    """Keeps to the refreshes of a screen.

    A picture is started as late as possible, so that it shows the newest sound. A refresh that it cannot be ready for
    is dropped and never made up for.

    For each picture call `begin_frame`, draw, call `frame_ready`, present, and call `frame_presented`.

    Parameters
    ----------
    refresh : float
        Pictures per second.
    vsync : bool
        True if presenting a picture waits for the refresh. Some drivers ignore that, and some desktops block a hidden
        window for a long time. The pacer detects both and waits by itself instead.
    now, sleep : callable
        The clock, in seconds.
    """

    def __init__(
        self,
        refresh: float,
        *,
        vsync: bool,
        now: Callable[[], float] = time.perf_counter,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.period, self.has_vsync, self.now, self.sleep = 1.0 / refresh, vsync, now, sleep
        self.vsync_fault: str | None = None  # a key of FRAMES_TO_DETECT
        self.fault_counts = dict.fromkeys(FRAMES_TO_DETECT, 0)  # frames in a row
        self.retry_at = math.inf
        self.ready_at = 0.0
        self.restart()

    @property
    def vsync_active(self) -> bool:
        """True while the screen keeps the time, False while the pacer does."""
        return self.has_vsync and self.vsync_fault is None

    @property
    def pacing(self) -> str:
        """Who keeps the time: "vsync" or "own"."""
        return "vsync" if self.vsync_active else "own"

    @property
    def request_vsync(self) -> bool:
        """True while presenting shall wait. It stays on where it is ignored: that does no harm and avoids tearing."""
        return self.has_vsync and self.vsync_fault != "throttled"

    def restart(self) -> None:
        """Start again from now, as if nothing had been drawn or missed."""
        self.costs = deque([0.0] * COST_HISTORY, maxlen=COST_HISTORY)
        self.begun_at, self.due, self.missed = self.now(), self.now() + self.period, 0

    def begin_frame(self) -> tuple[float, int]:
        """Wait until it is time to draw.

        Returns
        -------
        moment : float
            When the picture will be seen.
        dropped : int
            Refreshes dropped since the last picture.
        """
        cost = sorted(self.costs)[PLANNED_COST - 1]
        slack = 0.0 if self.vsync_active else 0.5  # refreshes that a picture may be late; vsync would wait a whole one
        dropped = max(math.ceil((self.now() + cost - self.due) / self.period - slack), 0)
        self.due += dropped * self.period
        self._sleep_until(self.due - cost - MARGIN)
        self.begun_at, missed, self.missed = self.now(), self.missed, 0
        return max(self.due, self.begun_at + cost), missed + dropped

    def frame_ready(self) -> float:
        """Call when the picture is drawn; waits until it may be presented. Returns the seconds it took to draw."""
        self.ready_at = self.now()
        self.costs.append(self.ready_at - self.begun_at)
        if not self.vsync_active:
            self._sleep_until(self.due)
        return self.costs[-1]

    def frame_presented(self) -> float:
        """Call when the picture has been presented; returns the moment it was seen."""
        seen = self.now()
        if self.vsync_active:
            self.missed = max(round((seen - self.due) / self.period), 0)
            self.due = seen + self._check_vsync(seen)
        elif seen >= self.retry_at:
            self.vsync_fault = None  # from now on a single bad frame is proof enough
        self.due += self.period
        return seen

    def _check_vsync(self, seen: float) -> float:
        """Stop relying on vsync after too many bad frames; returns the seconds by which pictures are queued then."""
        waited, expected = seen - self.ready_at, self.due - self.ready_at
        in_time = expected > MARGIN / 2
        bad = {
            "ignored": in_time and waited < MIN_WAIT_SHARE * expected,
            "throttled": waited > max(MAX_WAIT_REFRESHES * self.period, MAX_WAIT_SECONDS),
        }
        self.fault_counts = {fault: self.fault_counts[fault] + 1 if is_bad else 0 for fault, is_bad in bad.items()}
        if in_time and not any(bad.values()):
            self.retry_at = math.inf
        for fault, frames in FRAMES_TO_DETECT.items():
            if self.fault_counts[fault] >= (frames if self.retry_at == math.inf else 1):
                self.vsync_fault, self.retry_at = fault, seen + RETRY_SECONDS
        return MARGIN * self.fault_counts["ignored"] if self.vsync_fault else 0.0

    def _sleep_until(self, moment: float) -> None:
        if (left := moment - self.now()) > 0:
            self.sleep(left)
