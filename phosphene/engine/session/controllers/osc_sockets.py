"""UDP sockets for OSC: a receiver with a thread, and a sender."""

import socket
import threading
import time
from collections import deque

from phosphene.engine.common import optional_deps
from phosphene.engine.common.errors import UsageError

MAX_PACKET_BYTES = 8192
MAX_PACKETS = 1024  # between two polls, of which the newest stay: 50,000 per second
STOP_SECONDS = 0.25  # within which the thread notices that it should stop

Address = tuple[str, int]  # host and port


class OscReceiver:
    """Listens on a port, in a thread of its own, so that every packet has the moment it arrived.

    Raises
    ------
    UsageError
        If the port cannot be opened.
    """

    def __init__(self, host: str, port: int) -> None:
        self.packets: deque[tuple[float, bytes, Address | None]] = deque(maxlen=MAX_PACKETS)  # (moment, packet, sender)
        self.received, self.stopping = 0, False
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.settimeout(STOP_SECONDS)
        try:
            self.socket.bind((host, port))
        except OSError as fault:
            self.socket.close()
            why = f"cannot listen on this port ({fault.strerror or fault}); choose another"
            raise UsageError(f"--osc-in {host}:{port}: {why}") from None
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def answer(self, peer: Address | None, packet: bytes) -> None:
        """Send a packet back to where another one came from."""
        if peer:
            _send(self.socket, packet, peer)

    def close(self) -> None:
        self.stopping = True
        self.thread.join()
        self.socket.close()

    def _run(self) -> None:
        while not self.stopping:
            try:
                packet, peer = self.socket.recvfrom(MAX_PACKET_BYTES + 1)
            except TimeoutError:
                continue
            except OSError:  # on Windows: the packet was too long, or an answer found no receiver
                packet, peer = b"", None
            self.packets.append((time.perf_counter(), packet, peer))
            self.received += 1


class OscSender:
    """Sends to an address. Whether anyone listens there is not known.

    Raises
    ------
    UsageError
        If there is no such host.
    """

    def __init__(self, host: str, port: int) -> None:
        try:
            self.peer = socket.gethostbyname(host), port
        except (OSError, UnicodeError) as fault:
            raise UsageError(f"--osc-out {host}:{port}: no such host ({fault})") from None
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        self.socket.setblocking(False)
        self.sent = 0

    def send(self, packet: bytes | bytearray) -> None:
        self.sent += _send(self.socket, packet, self.peer)

    def close(self) -> None:
        self.socket.close()


def _send(through: socket.socket, packet: bytes | bytearray, peer: Address) -> bool:
    """True if the packet was sent. A network that is down or full is no reason to stop."""
    try:
        return through.sendto(packet, peer) > 0
    except OSError:
        return False


def require_library(option: str) -> None:
    """Raises UsageError if the library is not installed."""
    if why := optional_deps.missing_packages(python_osc="pythonosc"):
        raise UsageError(f"{option}: {why}")
