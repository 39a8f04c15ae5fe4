"""StopSignal: turns Ctrl-C and termination into a flag that loops check."""

import signal
import time
from typing import Any

DEFAULT_SIGNALS = "SIGINT", "SIGTERM"


class StopSignal:
    """Handles the named signals, as far as the system has them.

    The handler only sets a bool. It may run between any two steps of the code that waits, and would deadlock on a
    lock that this code holds; so this is no threading.Event.
    """

    def __init__(self, *names: str) -> None:
        self.requested = False
        for name in names or DEFAULT_SIGNALS:
            if hasattr(signal, name):
                signal.signal(getattr(signal, name), self._handle)

    def _handle(self, *_: Any) -> None:
        self.requested = True

    def is_set(self) -> bool:
        return self.requested

    def wait(self, seconds: float) -> bool:
        """True if a signal came before; else False after so many seconds."""
        if not self.requested:
            time.sleep(seconds)
        return self.requested
