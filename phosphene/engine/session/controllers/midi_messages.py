"""MIDI: messages of a device as what was said, by which knob or button, and how far it stands."""

from typing import NamedTuple

from mido import Message

PRESSED = 0.5  # share from which on a button is down
NARROW, WIDE = 127, 16_383  # what 7 bits and 14 bits reach
HALF_TIMEOUT = 0.01  # seconds in which a second half follows the first; devices take one
FINE = 32  # from a first half's number to the second's
DATA, DATA_FINE = 6, 38
NRPN_FINE, NRPN, RPN_FINE, RPN = 98, 99, 100, 101
NOBODY = WIDE  # the number by which a device lets go of NRPN


class MidiEvent(NamedTuple):
    what: (
        str  # kind, channel from 1, number: cc.1.16, cc14.1.1, nrpn.1.300, note.10.36, program.1.4, bend.1, pressure.1
    )
    value: int
    most: int  # that it may be
    port: str
    moment: float  # by time.perf_counter()

    @property
    def share(self):
        return self.value / self.most

    @property
    def down(self):
        """True of a button that is pressed, however softly a pad was struck."""
        return self.value > 0 if self.what.startswith("note") else self.share >= PRESSED


class MidiParser:
    """What stands behind one port.

    A controller below 64 is told of twice: alone, and as half of a 14-bit one. Which of the two a device
    means is known to who listens.
    """

    def __init__(self, port):
        self.port = port
        self.halves = {}  # by name: [first, second or None]
        self.waiting = {}  # by name: since when for its second half
        self.numbers = {}  # by channel: [first, second half] of the NRPN that data goes to

    def hear(self, moment, raw):
        """Take in a message; gives what is MidiEvent.

        Raises
        ------
        ValueError
            If it is none.
        """
        try:
            message = Message.from_bytes(raw)
        except IndexError:  # mido's word for one that is cut short
            raise ValueError("cut short") from None
        if not hasattr(message, "channel"):
            return []
        channel = message.channel + 1
        match message.type:
            case "control_change":
                return self._turn(moment, channel, message.control, message.value)
            case "note_on" | "note_off":
                value = message.velocity if message.type == "note_on" else 0
                return [self._said(f"note.{channel}.{message.note}", value, NARROW, moment)]
            case "program_change":
                return [self._said(f"program.{channel}.{message.program}", NARROW, NARROW, moment)]
            case "pitchwheel":
                return [self._said(f"bend.{channel}", message.pitch + 8192, WIDE, moment)]
            case "aftertouch":
                return [self._said(f"pressure.{channel}", message.value, NARROW, moment)]
        return []

    def rest(self, moment):
        """What was said by first halves whose second half is not coming."""
        late = [what for what, since in self.waiting.items() if moment - since > HALF_TIMEOUT]
        return [self._whole(what, self.waiting.pop(what)) for what in late]

    def _said(self, what, value, most, moment):
        return MidiEvent(what, value, most, self.port, moment)

    def _turn(self, moment, channel, number, value):
        if number in (NRPN, NRPN_FINE, RPN, RPN_FINE):
            return self._address(channel, number, value)
        nrpn = self._nrpn(channel)
        if nrpn and number in (DATA, DATA_FINE):
            return self._half(nrpn, number == DATA, value, moment)
        said = [self._said(f"cc.{channel}.{number}", value, NARROW, moment)]
        if number < 2 * FINE:
            said += self._half(f"cc14.{channel}.{number % FINE}", number < FINE, value, moment)
        return said

    def _address(self, channel, number, value):
        before = self._nrpn(channel)
        halves = self.numbers.setdefault(channel, [None, None])
        if number in (RPN, RPN_FINE):
            halves[:] = None, None
        else:
            halves[number == NRPN_FINE] = value
        if before != self._nrpn(channel):
            self.halves.pop(before, None)
            self.waiting.pop(before, None)
        return []

    def _nrpn(self, channel):
        first, second = self.numbers.get(channel, (None, None))
        if first is None or second is None or (number := first << 7 | second) == NOBODY:
            return None
        return f"nrpn.{channel}.{number}"

    def _half(self, what, first, value, moment):
        halves = self.halves.setdefault(what, [0, None])
        halves[not first] = value
        if first:
            self.waiting[what] = moment
            return []
        self.waiting.pop(what, None)
        return [self._whole(what, moment)]

    def _whole(self, what, moment):
        first, second = self.halves[what]
        return self._said(what, first << 7 | (first if second is None else second), WIDE, moment)
