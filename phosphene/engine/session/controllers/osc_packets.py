"""OSC packets from outside, checked and parsed."""

import math
import re
from typing import NamedTuple

from pythonosc.osc_message import OscMessage, ParseError

from phosphene.engine.session.controllers.osc_sockets import MAX_PACKET_BYTES

MAX_DEPTH = 8  # bundles in bundles
BUNDLE, BUNDLE_HEADER_BYTES = b"#bundle\0", 16
WELL_FORMED = re.compile(rb"/[!-~]*\0{1,4}(,[ifhdsTFN]*\0{1,4}|\Z)")  # what pythonosc reads without a warning


class MalformedPacket(ValueError):
    """Not OSC, or nothing that can be done."""


class OscRequest(NamedTuple):
    address: str
    value: float | None  # None asks for the value


def parse_packet(packet: bytes, depth: int = 0) -> list[OscRequest]:
    """The requests in a packet, in their order. Times of bundles are ignored: everything is done now.

    Of each message the first argument counts, which must be a finite number.

    Raises
    ------
    MalformedPacket
    """
    if not packet or len(packet) % 4 or len(packet) > MAX_PACKET_BYTES or depth > MAX_DEPTH:
        raise MalformedPacket
    if not packet.startswith(BUNDLE):
        return [_parse_message(packet)]
    if len(packet) < BUNDLE_HEADER_BYTES:
        raise MalformedPacket
    requests, offset = [], BUNDLE_HEADER_BYTES
    while offset < len(packet):
        size = int.from_bytes(packet[offset : offset + 4], "big")
        offset += 4
        if size > len(packet) - offset:
            raise MalformedPacket
        requests += parse_packet(packet[offset : offset + size], depth + 1)
        offset += size
    return requests


def _parse_message(packet: bytes) -> OscRequest:
    if not WELL_FORMED.match(packet):
        raise MalformedPacket
    try:
        message = OscMessage(packet)
    except (ParseError, UnicodeDecodeError):
        raise MalformedPacket from None
    value = next(iter(message), None)
    if value is not None and not (isinstance(value, int | float) and math.isfinite(value)):
        raise MalformedPacket
    return OscRequest(message.address, None if value is None else float(value))
