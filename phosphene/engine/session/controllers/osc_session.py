"""OSC in a session: requests in, answers and changes out, features at a fixed rate."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from pythonosc.osc_message_builder import OscMessageBuilder

from phosphene.engine.common.keys import CHARACTERS
from phosphene.engine.session.controllers.controller import Events, KeyPress, SessionAccess
from phosphene.engine.session.controllers.midi_messages import PRESSED_FROM
from phosphene.engine.session.controllers.osc_addresses import LIST, key_address, param_address, share_address
from phosphene.engine.session.controllers.osc_features import FeatureSender, float_message
from phosphene.engine.session.controllers.osc_packets import MalformedPacket, OscRequest, parse_packet
from phosphene.engine.session.controllers.osc_sockets import Address, OscReceiver, OscSender
from phosphene.engine.session.parameters import OSC, BaseValue, Parameter

MAX_REQUESTS = 256  # per poll; of more, the newest are done
MAX_CHANGES = 32  # parameters whose changes are sent per poll


class OscTarget(NamedTuple):
    """What an address stands for."""

    act: Callable[..., None]  # (name, value, moment, peer)
    name: str


class OscSession:
    """A Controller. Carries out what packets ask for, answers, and sends changes that others make.

    Parameters
    ----------
    receive_on, send_to : (str, int), optional
        Host and port to listen on, and to send everything to.
    rate : float
        Times per second that features are sent.

    Raises
    ------
    UsageError
        If a port is taken or a host is unknown.
    """

    name = "osc"

    def __init__(self, receive_on: Address | None, send_to: Address | None, rate: float) -> None:
        self.sender = OscSender(*send_to) if send_to else None
        self.receiver = OscReceiver(*receive_on) if receive_on else None
        self.rate = rate
        self.features: FeatureSender | None = None
        self.known: dict[str, Parameter] | None = None  # the parameters that `targets` are made of
        self.targets: dict[str, OscTarget] = {}  # by address
        self.sent_values: dict[str, BaseValue] = {}
        self.processed = self.malformed = self.unknown = self.dropped = 0
        self._clear_requests()

    def connect(self, session: SessionAccess) -> None:
        self.parameters = session.parameters
        if self.sender:
            self.features = FeatureSender(session.now_playing, self.sender, self.rate)

    def poll(self) -> Events:
        """Carry out the packets that came since the last call.

        The newest first, since of several values for one parameter only the last counts.
        """
        if self.known is not self.parameters.by_name:
            self._make_targets()
        self._clear_requests()
        left = MAX_REQUESTS
        for moment, packet, peer in reversed(self._take_packets()):
            if left <= 0:
                self.dropped += 1
                continue
            requests = self._parse(packet)
            left -= max(len(requests), 1)
            for address, value in reversed(requests):
                self._carry_out(address, value, moment, peer)
        self._answer_questions()
        self._send_changes()
        return Events(self.presses[::-1], self.moved[0] if self.moved else None)

    def parameter_moved(self, name: str) -> None:
        """Nothing to do: `poll` sends every change."""

    def notices(self) -> list[str]:
        return []

    def report(self) -> dict[str, Any]:
        received = self.receiver.received if self.receiver else 0
        missed = received - self.processed - len(self.receiver.packets) if self.receiver else 0
        return {
            "packets": received,
            "malformed": self.malformed,
            "unknown": self.unknown,
            "dropped": self.dropped + missed,
            "sent": self.sender.sent if self.sender else 0,
        }

    def close(self) -> None:
        for end in (self.features, self.receiver, self.sender):
            if end:
                end.close()

    def _clear_requests(self) -> None:
        self.moved: list[str] = []
        self.presses: list[KeyPress] = []
        self.questions: list[tuple[Callable[[str], Iterator[bytes]], str, Address | None]] = []
        self.is_listed = False

    def _make_targets(self) -> None:
        self.known = self.parameters.by_name
        self.sent_values = {}
        self.targets = {LIST: OscTarget(self._ask_list, "")}
        self.targets |= {key_address(name): OscTarget(self._press, name) for name in CHARACTERS}
        for name in self.known:
            self.targets[param_address(name)] = OscTarget(self._set_value, name)
            self.targets[share_address(name)] = OscTarget(self._set_position, name)

    def _take_packets(self) -> list[tuple[float, bytes, Address | None]]:
        if not self.receiver:
            return []
        packets = self.receiver.packets
        taken = [packets.popleft() for _ in range(len(packets))]
        self.processed += len(taken)
        return taken

    def _parse(self, packet: bytes) -> list[OscRequest]:
        try:
            return parse_packet(packet)
        except MalformedPacket:
            self.malformed += 1
            return []

    def _carry_out(self, address: str, value: float | None, moment: float, peer: Address | None) -> None:
        if address not in self.targets:
            self.unknown += 1
            return
        target = self.targets[address]
        target.act(target.name, value, moment, peer)

    def _press(self, name: str, value: float | None, moment: float, peer: Address | None) -> None:
        if value is None or value >= PRESSED_FROM:
            self.presses.append(KeyPress(moment, name))

    def _set_value(self, name: str, value: float | None, moment: float, peer: Address | None) -> None:
        if value is None:
            self.questions.append((self._value_answer, name, peer))
        elif name not in self.moved:
            self.moved.append(name)
            self.parameters.set(name, value, OSC)

    def _set_position(self, name: str, value: float | None, moment: float, peer: Address | None) -> None:
        if value is None:
            self.questions.append((self._position_answer, name, peer))
        else:
            param = self.parameters.by_name[name].param
            self._set_value(name, param.value_at(min(max(value, 0.0), 1.0)), moment, peer)

    def _ask_list(self, name: str, value: float | None, moment: float, peer: Address | None) -> None:
        if not self.is_listed:
            self.is_listed = True
            self.questions.append((self._list_answer, name, peer))

    def _answer_questions(self) -> None:
        """Answer last, so that answers hold what the same packets set."""
        for packets_for, name, peer in reversed(self.questions):
            for packet in packets_for(name):
                if self.receiver:
                    self.receiver.answer(peer, packet)

    def _value_answer(self, name: str) -> Iterator[bytes]:
        yield float_message(param_address(name), self.parameters.base_values[name].value).dgram

    def _position_answer(self, name: str) -> Iterator[bytes]:
        position = self.parameters.by_name[name].param.position_of(self.parameters.base_values[name].value)
        yield float_message(share_address(name), position).dgram

    def _list_answer(self, _: str) -> Iterator[bytes]:
        """A packet per parameter: address, value, low, high, unit; and one per key: its address."""
        for name, parameter in self.parameters.by_name.items():
            builder = OscMessageBuilder(LIST)
            builder.add_arg(param_address(name), "s")
            param = parameter.param
            for number in (self.parameters.base_values[name].value, param.low, param.high):
                builder.add_arg(float(number), "f")
            builder.add_arg(param.unit, "s")
            yield builder.build().dgram
        for key in CHARACTERS:
            builder = OscMessageBuilder(LIST)
            builder.add_arg(key_address(key), "s")
            yield builder.build().dgram

    def _send_changes(self) -> None:
        """Send values that differ from those sent last, unless they came by OSC."""
        if not self.sender:
            return
        values = self.parameters.base_values
        changed = [name for name, base in values.items() if self.sent_values.get(name) != base]
        for name in changed[:MAX_CHANGES]:
            base = self.sent_values[name] = values[name]
            if base.set_by != OSC:
                self.sender.send(float_message(param_address(name), base.value).dgram)
