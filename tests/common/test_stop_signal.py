"""StopSignal: a signal may arrive at any step of the loop that waits."""

import os
import signal
import subprocess
import sys
import time

import pytest

from phosphene.engine.common.stop_signal import StopSignal

SEND_SIGNALS = """
import os, random, signal, sys, time
for _ in range(3000):
    os.kill(int(sys.argv[1]), signal.SIGUSR1)
    time.sleep(1e-4 * random.random())
"""


@pytest.fixture
def restored():
    """Puts the handler of SIGUSR1 back afterwards."""
    before = signal.getsignal(signal.SIGUSR1)
    yield
    signal.signal(signal.SIGUSR1, before)


def test_waiting_loop_can_be_stopped_at_any_step(restored):
    stop = StopSignal("SIGUSR1")
    child = subprocess.Popen([sys.executable, "-c", SEND_SIGNALS, str(os.getpid())])
    while child.poll() is None:  # a threading.Event would deadlock, or be set while it is being set
        stop.requested = False
        stop.wait(1e-5)
    assert child.returncode == 0
    os.kill(os.getpid(), signal.SIGUSR1)
    assert stop.wait(60.0) and stop.is_set()


def test_wait_without_a_signal_takes_its_time(restored):
    stop, begun = StopSignal("SIGUSR1", "SIGNOTHERE"), time.monotonic()
    assert not stop.wait(0.02) and time.monotonic() - begun >= 0.02
