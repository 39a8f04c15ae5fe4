"""StopSignal: what Ctrl-C asks for, heeded at the next look."""

import signal
import time

USUAL = "SIGINT", "SIGTERM"


class StopSignal:
    """Hears signals of these names, where the system has them.

    All that a signal does is to set a bool: it comes between any two steps of whoever waits, and would wait for
    ever for a lock that is held there.
    """

    def __init__(self, *names):
        self.asked = False
        for name in names or USUAL:
            if hasattr(signal, name):
                signal.signal(getattr(signal, name), self._hear)

    def _hear(self, *_):
        self.asked = True

    def is_set(self):
        return self.asked

    def wait(self, seconds):
        """True if it was asked for; else after so many seconds."""
        if not self.asked:
            time.sleep(seconds)
        return self.asked
