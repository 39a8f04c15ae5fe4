"""Virtual MIDI devices: real ports that can be unplugged, where the system has any, and a loopback without a system."""

import os
import shutil
import subprocess
import time
from collections import deque
from pathlib import Path
from typing import ClassVar

import pytest

from phosphene.engine.common.mute_stderr import muted_stderr
from phosphene.engine.session.controllers.midi_ports import open_client
from tests.support.commands import pause, wait_until

JACK_SERVER = "phosphene-tests"


def start_jack():
    """Start a JACK server without sound if the system has no ALSA sequencer; None if it has, or JACK is missing."""
    if Path("/dev/snd/seq").exists() or not shutil.which("jackd"):
        return None
    os.environ["JACK_DEFAULT_SERVER"] = JACK_SERVER
    words = ["jackd", "--no-realtime", "-n", JACK_SERVER, "-d", "dummy", "-r", "48000", "-p", "256"]
    server = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    assert wait_until(has_midi, every=0.1)
    return server


def has_midi():
    client = open_client("looking")
    if client:
        client.delete()
    return client is not None


@pytest.fixture(scope="module")
def ports():
    """The system's MIDI, for the tests of a module."""
    pytest.importorskip("rtmidi")
    server = start_jack()
    if not has_midi():
        pytest.skip("the system has no MIDI ports")
    yield
    if server:
        server.terminate()
        server.wait(10)
        del os.environ["JACK_DEFAULT_SERVER"]


class MidiDevice:
    """A virtual device of some name, connected until it is unplugged."""

    def __init__(self, name):
        import rtmidi

        for api in rtmidi.get_compiled_api():
            try:
                with muted_stderr():
                    self.out = rtmidi.MidiOut(api, name=name)
                break
            except rtmidi.RtMidiError:
                continue
        self.out.open_virtual_port("knobs")

    def send(self, *messages):
        """Send messages, a little apart, as over a cable."""
        for message in messages:
            self.out.send_message(message)
            pause(0.001)

    def wait_until_received_by(self, ports):
        """Wait until MidiPorts receive what this sends, and until all of that has arrived."""
        assert wait_until(lambda: self.send([0xBF, 127, 0]) or ports.received)
        pause(0.1)

    def unplug(self):
        self.out.close_port()
        self.out.delete()


class LoopbackPorts:
    """Stands for MidiPorts without the system's MIDI: what a LoopbackDevice sends is there at once."""

    opened: ClassVar[list["LoopbackPorts"]] = []

    def __init__(self, wanted=""):
        self.wanted, self.messages, self.received, self.notices, self.names = wanted, deque(), 0, deque(), []
        self.opened.append(self)

    def close(self):
        self.opened.remove(self)


class LoopbackDevice:
    """A device that every LoopbackPorts receives which wants its name."""

    def __init__(self, name):
        self.name = name

    def send(self, *messages):
        for ports in LoopbackPorts.opened:
            if ports.wanted.lower() in self.name.lower():
                ports.messages += [(time.perf_counter(), self.name, message) for message in messages]
                ports.received += len(messages)

    def wait_until_received_by(self, ports):
        pass

    def unplug(self):
        pass
