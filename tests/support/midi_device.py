"""A MIDI device, plugged in and out: a real port of the system, where it has any."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from phosphene.engine.common.mute_stderr import muted_stderr
from phosphene.engine.session.controllers.midi_ports import open_client
from tests.support.commands import comes, pause

SERVER = "phosphene-tests"


def start_jack():
    """A JACK server without sound, where there is no ALSA to have ports by; None where there is, or it cannot be."""
    if Path("/dev/snd/seq").exists() or not shutil.which("jackd"):
        return None
    os.environ["JACK_DEFAULT_SERVER"] = SERVER
    words = ["jackd", "--no-realtime", "-n", SERVER, "-d", "dummy", "-r", "48000", "-p", "256"]
    server = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    assert comes(answers, every=0.1)
    return server


def answers():
    """True if the system has MIDI."""
    found = open_client("looking")
    if found:
        found.delete()
    return found is not None


@pytest.fixture(scope="module")
def ports():
    """The system's MIDI, for the tests of a module."""
    pytest.importorskip("rtmidi")
    server = start_jack()
    if not answers():
        pytest.skip("the system has no MIDI ports")
    yield
    if server:
        server.terminate()
        server.wait(10)
        del os.environ["JACK_DEFAULT_SERVER"]


class Plugged:
    """A device of some name, until it is pulled out."""

    def __init__(self, name):
        import rtmidi

        for system in rtmidi.get_compiled_api():
            try:
                with muted_stderr():
                    self.out = rtmidi.MidiOut(system, name=name)
                break
            except rtmidi.RtMidiError:
                continue
        self.out.open_virtual_port("knobs")

    def send(self, *messages):
        """Whole messages; a little apart, as over a cable."""
        for message in messages:
            self.out.send_message(message)
            pause(0.001)

    def reaches(self, ports):
        """Wait until Ports hear what is sent."""
        assert comes(lambda: self.send([0xBF, 127, 0]) or ports.came)
        pause(0.1)  # whatever else is under way

    def pull_out(self):
        self.out.close_port()
        self.out.delete()
