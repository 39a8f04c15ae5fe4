"""Sockets: OSC as it arrives, and to where it goes."""

import socket
import threading
import time
from collections import deque

from phosphene.engine.common import optional_deps
from phosphene.engine.common.errors import UsageError

MAX_PACKET_BYTES = 8192  # bytes of a packet
WAITING = 1024  # packets between two looks at them, of which the newest count: 50,000 a second
LOOK = 0.25  # seconds in which a thread notices that it is over


class OscReceiver:
    """A port that is listened on, in a thread of its own, so that every packet has the moment it came.

    Parameters
    ----------
    host, port : str, int

    Raises
    ------
    UsageError
        If the port cannot be had.
    """

    def __init__(self, host, port):
        self.inbox, self.came, self.ended = deque(maxlen=WAITING), 0, False
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.settimeout(LOOK)
        try:
            self.socket.bind((host, port))
        except OSError as fault:
            self.socket.close()
            why = f"cannot be listened on ({fault.strerror or fault}); name another"
            raise UsageError(f"--osc-in {host}:{port}: {why}") from None
        self.thread = threading.Thread(target=self._listen, daemon=True)
        self.thread.start()

    def answer(self, peer, packet):
        _send(self.socket, packet, peer)

    def close(self):
        self.ended = True
        self.thread.join()
        self.socket.close()

    def _listen(self):
        while not self.ended:
            try:
                packet, peer = self.socket.recvfrom(MAX_PACKET_BYTES + 1)
            except TimeoutError:
                continue
            except OSError:  # Windows says here of a packet that it was too long, or that nobody took an answer
                packet, peer = b"", None
            self.inbox.append((time.perf_counter(), packet, peer))
            self.came += 1


class OscSender:
    """To where OSC is sent; whether anyone listens there is not known.

    Raises
    ------
    UsageError
        If there is no such host.
    """

    def __init__(self, host, port):
        try:
            self.peer = socket.gethostbyname(host), port
        except (OSError, UnicodeError) as fault:
            raise UsageError(f"--osc-out {host}:{port}: no such host ({fault})") from None
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        self.socket.setblocking(False)
        self.sent = 0

    def send(self, packet):
        self.sent += _send(self.socket, packet, self.peer)

    def close(self):
        self.socket.close()


def _send(through, packet, peer):
    """True if it went; a network that is down, or full, is no reason to stop."""
    try:
        return through.sendto(packet, peer) > 0
    except OSError:
        return False


def require_library(word):
    """Raises UsageError if the library is not installed."""
    if why := optional_deps.missing_packages(python_osc="pythonosc"):
        raise UsageError(f"{word}: {why}")
