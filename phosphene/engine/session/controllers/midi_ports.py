"""MIDI ports: opens devices as they are plugged in, and collects what they send."""

import re
import sys
import threading
import time
from collections import deque
from typing import Any

from phosphene.engine.common import optional_deps
from phosphene.engine.common.errors import UsageError
from phosphene.engine.common.mute_stderr import muted_stderr

SCAN_SECONDS = 0.25  # between two scans for devices
MAX_MESSAGES = 1024  # between two polls, of which the newest stay: 50,000 per second
THROUGH = "midi through"  # a port of Linux that returns whatever is sent to it
PORT_NUMBER = re.compile(r" \d+$" if sys.platform == "win32" else r" \d+:\d+$")  # differs after plugging in again


class MidiPorts:
    """Every device whose name contains `wanted`, open while it is connected.

    Runs a thread of its own, since a system may block while it opens a device.

    Parameters
    ----------
    wanted : str
        Empty for all devices.
    """

    def __init__(self, wanted: str = "") -> None:
        self.wanted = wanted
        self.messages: deque[tuple[float, str, list[int]]] = deque(maxlen=MAX_MESSAGES)  # (moment, port, bytes)
        self.received = 0
        self.notices: deque[str] = deque()
        self.clients: dict[str, Any] = {}  # by port name
        self.scanner: Any = None
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    @property
    def names(self) -> list[str]:
        return sorted(map(port_title, [*self.clients]))

    def close(self) -> None:
        self.stopping.set()
        self.thread.join(1.0)  # do not wait for a system that blocks for longer

    def _run(self) -> None:
        self._open_and_close()
        if not self.clients:
            called = f" called {self.wanted!r}" if self.wanted else ""
            self.notices.append(f"no MIDI device{called} yet; waiting for it")
        while not self.stopping.wait(SCAN_SECONDS):
            self._open_and_close()
        for name in [*self.clients]:
            self._close_port(name)
        if self.scanner:
            self.scanner.delete()

    def _open_and_close(self) -> None:
        names = self._scan()
        for name in [name for name in self.clients if name not in names]:
            self.notices.append(f"{port_title(name)} was unplugged; waiting for it")
            self._close_port(name)
        for number, name in enumerate(names):
            if name not in self.clients and self._is_wanted(name):
                self._open_port(number, name)

    def _is_wanted(self, name: str) -> bool:
        if not self.wanted:
            return not name.lower().startswith(THROUGH)
        return self.wanted.lower() in name.lower()

    def _scan(self) -> list[str]:
        """Names of the connected devices; none while the system has no MIDI."""
        import rtmidi

        try:
            self.scanner = self.scanner or open_client("looking")
            return self.scanner.get_ports() if self.scanner else []
        except rtmidi.RtMidiError:
            self.scanner = None
            return []

    def _open_port(self, number: int, name: str) -> None:
        import rtmidi

        client = open_client("listening")
        if client is None:
            return
        try:
            client.set_callback(self._on_message, port_title(name))
            client.open_port(number, "in")
        except rtmidi.RtMidiError:  # another program has it for itself, or it has just gone
            client.delete()
            return
        self.clients[name] = client
        self.notices.append(f"listening to {port_title(name)}")

    def _close_port(self, name: str) -> None:
        client = self.clients.pop(name)
        client.cancel_callback()
        client.close_port()
        client.delete()

    def _on_message(self, event: tuple[list[int], float], name: str) -> None:
        self.messages.append((time.perf_counter(), name, event[0]))
        self.received += 1


def port_title(name: str) -> str:
    """A port's name without the part that changes when it is plugged in again."""
    return PORT_NUMBER.sub("", name)


def open_client(name: str) -> Any:
    """A connection to the first MIDI interface of the system that answers; None if none does."""
    import rtmidi

    for api in rtmidi.get_compiled_api():
        try:
            with muted_stderr():
                return rtmidi.MidiIn(api, name=f"phosphene {name}")
        except rtmidi.RtMidiError:
            continue
    return None


def missing_library() -> str | None:
    """Why MIDI is not available, None if it is."""
    return optional_deps.missing_packages(mido="mido", python_rtmidi="rtmidi")


def require_library() -> None:
    """Raises UsageError if the libraries are not installed."""
    if why := missing_library():
        raise UsageError(f"--midi: {why}")


def device_names() -> list[str]:
    """Names of the connected devices."""
    scanner = open_client("looking")
    if scanner is None:
        return []
    names = scanner.get_ports()
    scanner.delete()
    return [*map(port_title, names)]
