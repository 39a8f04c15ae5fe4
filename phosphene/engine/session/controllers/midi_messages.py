"""MIDI messages of a device as events: which knob or button moved, and to which value."""

from typing import NamedTuple

from mido import Message

PRESSED_FROM = 0.5  # position from which a button counts as pressed
MAX_7_BIT, MAX_14_BIT = 127, 16_383
HALF_TIMEOUT = 0.01  # seconds for the second half of a 14-bit value to follow the first; devices take 1 ms
FINE_OFFSET = 32  # from the number of a first half to that of the second
DATA, DATA_FINE = 6, 38
NRPN_FINE, NRPN, RPN_FINE, RPN = 98, 99, 100, 101
NO_NRPN = MAX_14_BIT  # the number that deselects the NRPN


class MidiEvent(NamedTuple):
    """A knob or button has a new value.

    `control` names it by kind, channel (from 1) and number: cc.1.16, cc14.1.1, nrpn.1.300, note.10.36, program.1.4,
    bend.1, pressure.1.
    """

    control: str
    value: int
    maximum: int  # of the value
    port: str
    moment: float  # by time.perf_counter()

    @property
    def position(self) -> float:
        """The value from 0 to 1."""
        return self.value / self.maximum

    @property
    def is_pressed(self) -> bool:
        """True for a button that is down. A pad counts however softly it is hit."""
        return self.value > 0 if self.control.startswith("note") else self.position >= PRESSED_FROM


class MidiParser:
    """Turns the messages of one port into events.

    A controller number below 64 gives two events: one for itself, one as half of a 14-bit value. The receiver knows
    which of them it wants.
    """

    def __init__(self, port: str) -> None:
        self.port = port
        self.halves: dict[str, list] = {}  # by control: [first, second or None]
        self.pending: dict[str, float] = {}  # by control: moment of a first half whose second has not come
        self.numbers: dict[int, list] = {}  # by channel: [first, second] half of the selected NRPN's number

    def parse(self, moment: float, raw: list[int]) -> list[MidiEvent]:
        """The events of a message.

        Raises
        ------
        ValueError
            If it is not a MIDI message.
        """
        try:
            message = Message.from_bytes(raw)
        except IndexError:  # mido raises this for a message that is cut short
            raise ValueError("cut short") from None
        if not hasattr(message, "channel"):
            return []
        channel = message.channel + 1
        match message.type:
            case "control_change":
                return self._control_change(moment, channel, message.control, message.value)
            case "note_on" | "note_off":
                value = message.velocity if message.type == "note_on" else 0
                return [self._event(f"note.{channel}.{message.note}", value, MAX_7_BIT, moment)]
            case "program_change":
                return [self._event(f"program.{channel}.{message.program}", MAX_7_BIT, MAX_7_BIT, moment)]
            case "pitchwheel":
                return [self._event(f"bend.{channel}", message.pitch + 8192, MAX_14_BIT, moment)]
            case "aftertouch":
                return [self._event(f"pressure.{channel}", message.value, MAX_7_BIT, moment)]
        return []

    def flush(self, moment: float) -> list[MidiEvent]:
        """The events of first halves whose second half is overdue."""
        late = [control for control, since in self.pending.items() if moment - since > HALF_TIMEOUT]
        return [self._both_halves(control, self.pending.pop(control)) for control in late]

    def _event(self, control: str, value: int, maximum: int, moment: float) -> MidiEvent:
        return MidiEvent(control, value, maximum, self.port, moment)

    def _control_change(self, moment: float, channel: int, number: int, value: int) -> list[MidiEvent]:
        if number in (NRPN, NRPN_FINE, RPN, RPN_FINE):
            self._select_nrpn(channel, number, value)
            return []
        nrpn = self._nrpn(channel)
        if nrpn and number in (DATA, DATA_FINE):
            return self._half(nrpn, number == DATA, value, moment)
        events = [self._event(f"cc.{channel}.{number}", value, MAX_7_BIT, moment)]
        if number < 2 * FINE_OFFSET:
            events += self._half(f"cc14.{channel}.{number % FINE_OFFSET}", number < FINE_OFFSET, value, moment)
        return events

    def _select_nrpn(self, channel: int, number: int, value: int) -> None:
        before = self._nrpn(channel)
        halves = self.numbers.setdefault(channel, [None, None])
        if number in (RPN, RPN_FINE):
            halves[:] = None, None
        else:
            halves[number == NRPN_FINE] = value
        if before and before != self._nrpn(channel):
            self.halves.pop(before, None)
            self.pending.pop(before, None)

    def _nrpn(self, channel: int) -> str | None:
        """The control that data messages of a channel belong to, None if no NRPN is selected."""
        first, second = self.numbers.get(channel, (None, None))
        if first is None or second is None or (number := first << 7 | second) == NO_NRPN:
            return None
        return f"nrpn.{channel}.{number}"

    def _half(self, control: str, is_first: bool, value: int, moment: float) -> list[MidiEvent]:
        halves = self.halves.setdefault(control, [0, None])
        halves[not is_first] = value
        if is_first:
            self.pending[control] = moment
            return []
        self.pending.pop(control, None)
        return [self._both_halves(control, moment)]

    def _both_halves(self, control: str, moment: float) -> MidiEvent:
        first, second = self.halves[control]
        return self._event(control, first << 7 | (first if second is None else second), MAX_14_BIT, moment)
