"""StopSignal: it may come at any step of whoever waits."""

import os
import signal
import subprocess
import sys
import time

import pytest

from phosphene.engine.common.stop_signal import StopSignal

BOTHER = """
import os, random, signal, sys, time
for _ in range(3000):
    os.kill(int(sys.argv[1]), signal.SIGUSR1)
    time.sleep(1e-4 * random.random())
"""


@pytest.fixture
def kept():
    before = signal.getsignal(signal.SIGUSR1)
    yield
    signal.signal(signal.SIGUSR1, before)


def test_whoever_waits_can_be_stopped_at_any_step(kept):
    stop = StopSignal("SIGUSR1")
    child = subprocess.Popen([sys.executable, "-c", BOTHER, str(os.getpid())])
    while child.poll() is None:  # an Event would be locked for ever, or set within its own setting
        stop.asked = False
        stop.wait(1e-5)
    assert child.returncode == 0
    os.kill(os.getpid(), signal.SIGUSR1)
    assert stop.wait(60.0) and stop.is_set()


def test_nobody_asked(kept):
    stop, begun = StopSignal("SIGUSR1", "SIGNOTHERE"), time.monotonic()
    assert not stop.wait(0.02) and time.monotonic() - begun >= 0.02
