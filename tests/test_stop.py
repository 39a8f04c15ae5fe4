"""Stop: it may come at any step of whoever waits."""

import os
import signal
import threading
import time

from engine.stop import Stop


def test_whoever_waits_can_be_stopped_at_any_step():
    before = signal.getsignal(signal.SIGUSR1)
    try:
        stop, ended = Stop("SIGUSR1"), threading.Event()

        def bother():
            while not ended.is_set():
                os.kill(os.getpid(), signal.SIGUSR1)

        thread = threading.Thread(target=bother)
        thread.start()
        for _ in range(300):
            stop.asked = False
            stop.wait(1e-5)
        ended.set()
        thread.join()
        assert stop.wait(60.0) and stop.is_set(), "and none is waited for who came before"
    finally:
        signal.signal(signal.SIGUSR1, before)


def test_nobody_asked():
    before = signal.getsignal(signal.SIGUSR1)
    try:
        stop, begun = Stop("SIGUSR1", "SIGNOTHERE"), time.monotonic()
        assert not stop.wait(0.02) and time.monotonic() - begun >= 0.02
    finally:
        signal.signal(signal.SIGUSR1, before)
