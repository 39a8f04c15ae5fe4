"""OSC: packets as messages, whoever sent them."""

import math
import re
from typing import NamedTuple

from pythonosc.osc_message import OscMessage, ParseError

from phosphene.engine.session.controllers.osc_sockets import LARGEST

DEEPEST = 8  # bundles in bundles
BUNDLE, HEAD = b"#bundle\0", 16
WHOLE = re.compile(rb"/[!-~]*\0{1,4}(,[ifhdsTFN]*\0{1,4}|\Z)")  # what pythonosc reads without a word to the terminal


class Malformed(ValueError):
    """No OSC, or none that means something."""


class Asked(NamedTuple):
    address: str
    value: float | None  # None asks for it


def asked(packet, depth=0):
    """What a packet asks for, in order; when, is always now.

    Its numbers are the first of each message, and finite.

    Raises
    ------
    Malformed
    """
    if not packet or len(packet) % 4 or len(packet) > LARGEST or depth > DEEPEST:
        raise Malformed
    if not packet.startswith(BUNDLE):
        return [_message(packet)]
    found, at = [], HEAD
    if len(packet) < HEAD:
        raise Malformed
    while at < len(packet):
        size = int.from_bytes(packet[at : at + 4], "big")
        at += 4
        if size > len(packet) - at:
            raise Malformed
        found += asked(packet[at : at + size], depth + 1)
        at += size
    return found


def _message(packet):
    if not WHOLE.match(packet):
        raise Malformed
    try:
        message = OscMessage(packet)
    except (ParseError, UnicodeDecodeError):
        raise Malformed from None
    value = next(iter(message), None)
    if value is not None and not (isinstance(value, int | float) and math.isfinite(value)):
        raise Malformed
    return Asked(message.address, None if value is None else float(value))
