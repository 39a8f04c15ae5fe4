"""MidiPorts: MIDI devices as they come and go, and what they send."""

import re
import sys
import threading
import time
from collections import deque

from phosphene.engine.common import optional_deps
from phosphene.engine.common.errors import UsageError
from phosphene.engine.common.mute_stderr import muted_stderr

SCAN_SECONDS = 0.25  # seconds between two looks for devices
WAITING = 1024  # messages between two looks at them, of which the newest count: 50,000 a second
THROUGH = "midi through"  # Linux's own, where whatever is sent comes back
NUMBERED = re.compile(
    r" \d+$" if sys.platform == "win32" else r" \d+:\d+$"
)  # what is another number once it was unplugged


class MidiPorts:
    """Every device whose name has `wanted` in it, opened whenever it is there, until closed.

    Work goes on in a thread of its own, since a system may take its time over a device.

    Parameters
    ----------
    wanted : str
        Empty for all devices.
    """

    def __init__(self, wanted=""):
        self.wanted, self.inbox, self.came = wanted, deque(maxlen=WAITING), 0
        self.notices, self.open, self.lookout = deque(), {}, None
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self._keep, daemon=True)
        self.thread.start()

    @property
    def names(self):
        return sorted(map(port_title, [*self.open]))

    def close(self):
        self.ended.set()
        self.thread.join(1.0)  # a system that takes longer over a device is not waited for

    def _keep(self):
        told = False
        while True:
            there = self._look()
            for name in [name for name in self.open if name not in there]:
                self.notices.append(f"{port_title(name)} was unplugged; it is looked for")
                self._let_go(name)
            for at, name in enumerate(there):
                if name not in self.open and self._means(name):
                    self._open(at, name)
            if not self.open and not told:
                self.notices.append(
                    f"no MIDI device{f' called {self.wanted!r}' * bool(self.wanted)} yet; it is looked for"
                )
            told = True
            if self.ended.wait(SCAN_SECONDS):
                break
        for name in [*self.open]:
            self._let_go(name)
        if self.lookout:
            self.lookout.delete()

    def _means(self, name):
        return self.wanted.lower() in name.lower() and (self.wanted or not name.lower().startswith(THROUGH))

    def _look(self):
        """Names of what is there; none where the system has no MIDI at the moment."""
        import rtmidi

        try:
            self.lookout = self.lookout or open_client("looking")
            return self.lookout.get_ports() if self.lookout else []
        except rtmidi.RtMidiError:
            self.lookout = None
            return []

    def _open(self, at, name):
        import rtmidi

        device = open_client("listening")
        if device is None:
            return
        try:
            device.set_callback(self._take, port_title(name))
            device.open_port(at, "in")
        except rtmidi.RtMidiError:  # another program has it to itself, or it has just gone
            device.delete()
            return
        self.open[name] = device
        self.notices.append(f"listening to {port_title(name)}")

    def _let_go(self, name):
        device = self.open.pop(name)
        device.cancel_callback()
        device.close_port()
        device.delete()

    def _take(self, event, name):
        self.inbox.append((time.perf_counter(), name, event[0]))
        self.came += 1


def port_title(name):
    """A port's name without what changes when it is plugged in again."""
    return NUMBERED.sub("", name)


def open_client(name):
    """A connection to the system's MIDI, by the first of its interfaces that answers; None if none does."""
    import rtmidi

    for system in rtmidi.get_compiled_api():
        try:
            with muted_stderr():
                return rtmidi.MidiIn(system, name=f"phosphene {name}")
        except rtmidi.RtMidiError:
            continue
    return None


def missing_library():
    """Why MIDI cannot be had, None if it can."""
    return optional_deps.missing_packages(mido="mido", python_rtmidi="rtmidi")


def require_library():
    """Raises UsageError if the libraries are not installed."""
    if why := missing_library():
        raise UsageError(f"--midi: {why}")


def device_names():
    """Names of the devices that are connected."""
    lookout = open_client("looking")
    if lookout is None:
        return []
    names = lookout.get_ports()
    lookout.delete()
    return [*map(port_title, names)]
