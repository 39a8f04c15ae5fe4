"""The wire: OSC in and out, at work on the desk."""

from pythonosc.osc_message_builder import OscMessageBuilder

from phosphene.engine.common.keys import CHARACTERS
from phosphene.engine.session.controllers.midi_messages import PRESSED
from phosphene.engine.session.controllers.osc_addresses import LIST, key_address, param_address, share_address
from phosphene.engine.session.controllers.osc_features import FeatureSender, message
from phosphene.engine.session.controllers.osc_packets import MalformedPacket, parse_packet
from phosphene.engine.session.controllers.osc_sockets import OscReceiver, OscSender

MAX_REQUESTS = 256  # messages that are done at a time; of more, the newest
TOLD = 32  # values that are told at a time


class OscSession:
    """Does what packets ask for, answers, and tells of parameters that others move.

    Parameters
    ----------
    listen, tell : (str, int), optional
        Host and port of what comes in, and of where everything goes.
    rate : float
        Times a second that features are told.

    Raises
    ------
    UsageError
        If a port is taken.
    """

    def __init__(self, listen, tell, rate):
        self.outlet = OscSender(*tell) if tell else None
        self.inlet = OscReceiver(*listen) if listen else None
        self.rate, self.announcer = rate, None
        self.laid, self.targets, self.told = None, {}, {}
        self.moved, self.pressed, self.asked, self.listed = [], [], [], False
        self.taken = self.malformed = self.unknown = self.dropped = 0

    def join(self, desk, present):
        self.desk = desk
        if self.outlet:
            self.announcer = FeatureSender(present, self.outlet, self.rate)

    def heed(self):
        """Do what came since the last time; gives (moment, word) of the keys that were pressed, and who was moved last.

        The newest first: of several values for one parameter, all but that would be overwritten at once.
        """
        if self.laid is not self.desk.controls:
            self._lay()
        self.moved, self.pressed, self.asked, self.listed, left = [], [], [], False, MAX_REQUESTS
        for moment, packet, peer in reversed(self._came()):
            if left <= 0:
                self.dropped += 1
                continue
            found = self._read(packet)
            left -= max(len(found), 1)
            for address, value in reversed(found):
                self._do(address, value, moment, peer)
        for tell, name, peer in reversed(self.asked):  # when all is done
            for packet in tell(name):
                self.inlet.answer(peer, packet)
        if self.outlet:
            self._tell()
        return self.pressed[::-1], self.moved[0] if self.moved else None

    def close(self):
        for end in filter(None, (self.announcer, self.inlet, self.outlet)):
            end.close()

    def report(self):
        came = self.inlet.came if self.inlet else 0
        missed = came - self.taken - len(self.inlet.inbox) if self.inlet else 0
        return {
            "packets": came,
            "malformed": self.malformed,
            "unknown": self.unknown,
            "dropped": self.dropped + missed,
            "sent": self.outlet.sent if self.outlet else 0,
        }

    def _lay(self):
        """Know the address of everything there is."""
        self.laid, self.told = self.desk.controls, {}
        self.targets = {LIST: (self._list, "")}
        self.targets |= {key_address(word): (self._press, word) for word in CHARACTERS}
        for name in self.laid:
            self.targets[param_address(name)] = self._move, name
            self.targets[share_address(name)] = self._move_by_share, name

    def _came(self):
        inbox = self.inlet.inbox if self.inlet else ()
        came = [inbox.popleft() for _ in range(len(inbox))]
        self.taken += len(came)
        return came

    def _read(self, packet):
        try:
            return parse_packet(packet)
        except MalformedPacket:
            self.malformed += 1
            return []

    def _do(self, address, value, moment, peer):
        if address not in self.targets:
            self.unknown += 1
            return
        act, name = self.targets[address]
        act(name, value, moment, peer)

    def _press(self, word, value, moment, peer):
        if value is None or value >= PRESSED:
            self.pressed.append((moment, word))

    def _move(self, name, value, moment, peer):
        if value is None:
            self.asked.append((self._value, name, peer))
        elif name not in self.moved:
            self.moved.append(name)
            self.desk.move(name, value, "osc")

    def _move_by_share(self, name, value, moment, peer):
        if value is None:
            self.asked.append((self._share, name, peer))
        else:
            self._move(name, self.laid[name].param.value_at(min(max(value, 0.0), 1.0)), moment, peer)

    def _list(self, _, value, moment, peer):
        if not self.listed:
            self.listed = True
            self.asked.append((lambda _: listing(self.laid, self.desk.bases), "", peer))

    def _value(self, name):
        yield message(param_address(name), self.desk.bases[name][0]).dgram

    def _share(self, name):
        yield message(share_address(name), self.laid[name].param.position_of(self.desk.bases[name][0])).dgram

    def _tell(self):
        """Tell of values that are others than they were, unless they came by OSC."""
        changed = [name for name, base in self.desk.bases.items() if self.told.get(name) != base]
        for name in changed[:TOLD]:
            value, who = self.told[name] = self.desk.bases[name]
            if who != "osc":
                self.outlet.send(message(param_address(name), value).dgram)


def listing(controls, bases):
    """The answer to LIST, a packet each: address, value, low, high, unit; of a key no more than the address."""
    for name, control in controls.items():
        builder = OscMessageBuilder(LIST)
        builder.add_arg(param_address(name), "s")
        for number in (bases[name][0], control.param.low, control.param.high):
            builder.add_arg(float(number), "f")
        builder.add_arg(control.param.unit, "s")
        yield builder.build().dgram
    for word in CHARACTERS:
        builder = OscMessageBuilder(LIST)
        builder.add_arg(key_address(word), "s")
        yield builder.build().dgram
