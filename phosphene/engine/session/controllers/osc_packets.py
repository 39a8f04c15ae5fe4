"""OSC: packets as messages, whoever sent them."""

import math
import re
from typing import NamedTuple

from pythonosc.osc_message import OscMessage, ParseError

from phosphene.engine.session.controllers.osc_sockets import MAX_PACKET_BYTES

DEEPEST = 8  # bundles in bundles
BUNDLE, BUNDLE_HEADER_BYTES = b"#bundle\0", 16
WHOLE = re.compile(rb"/[!-~]*\0{1,4}(,[ifhdsTFN]*\0{1,4}|\Z)")  # what pythonosc reads without a word to the terminal


class MalformedPacket(ValueError):
    """No OSC, or none that means something."""


class OscRequest(NamedTuple):
    address: str
    value: float | None  # None asks for it


def parse_packet(packet, depth=0):
    """What a packet asks for, in order; when, is always now.

    Its numbers are the first of each message, and finite.

    Raises
    ------
    MalformedPacket
    """
    if not packet or len(packet) % 4 or len(packet) > MAX_PACKET_BYTES or depth > DEEPEST:
        raise MalformedPacket
    if not packet.startswith(BUNDLE):
        return [_message(packet)]
    found, at = [], BUNDLE_HEADER_BYTES
    if len(packet) < BUNDLE_HEADER_BYTES:
        raise MalformedPacket
    while at < len(packet):
        size = int.from_bytes(packet[at : at + 4], "big")
        at += 4
        if size > len(packet) - at:
            raise MalformedPacket
        found += parse_packet(packet[at : at + size], depth + 1)
        at += size
    return found


def _message(packet):
    if not WHOLE.match(packet):
        raise MalformedPacket
    try:
        message = OscMessage(packet)
    except (ParseError, UnicodeDecodeError):
        raise MalformedPacket from None
    value = next(iter(message), None)
    if value is not None and not (isinstance(value, int | float) and math.isfinite(value)):
        raise MalformedPacket
    return OscRequest(message.address, None if value is None else float(value))
