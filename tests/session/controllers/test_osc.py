"""OSC over real sockets of this machine: requests, answers, malformed packets, floods, and the features it sends."""

import contextlib
import random
import socket
import struct
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("pythonosc")

from pythonosc.osc_bundle_builder import IMMEDIATELY, OscBundleBuilder
from pythonosc.osc_message_builder import OscMessageBuilder
from pythonosc.osc_packet import OscPacket

from phosphene.engine.audio import meters
from phosphene.engine.audio.now_playing import NowPlaying
from phosphene.engine.common.errors import UsageError
from phosphene.engine.common.keys import KEYS
from phosphene.engine.listening.analyser import frames_layout
from phosphene.engine.presets.load import restore_preset
from phosphene.engine.rings import allocate, board, timeline
from phosphene.engine.rings.board import get
from phosphene.engine.session.controllers.controller import SessionAccess
from phosphene.engine.session.controllers.osc_addresses import (
    LIST,
    key_address,
    param_address,
    share_address,
)
from phosphene.engine.session.controllers.osc_packets import MalformedPacket, parse_packet
from phosphene.engine.session.controllers.osc_session import MAX_REQUESTS, OscSession
from phosphene.engine.session.controllers.osc_sockets import MAX_PACKET_BYTES, OscReceiver
from phosphene.engine.session.parameters import ParameterStore, preset_parameters
from phosphene.engine.visuals.catalogue import BOARD_SLOTS, SLOTS_BY_NAME
from tests.support.commands import wait_until

HUE, AFTERGLOW = "visuals.scope.hue", "visuals.scope.afterglow"
HOME = "127.0.0.1"
RATE = 48_000


def packet(address, *values):
    builder = OscMessageBuilder(address)
    for value in values:
        builder.add_arg(value)
    return builder.build().dgram


def bundle(*packets):
    parts = b"".join(struct.pack(">i", len(each)) + each for each in packets)
    return b"#bundle\0" + struct.pack(">Q", 1) + parts


def free_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind((HOME, 0))
        return probe.getsockname()[1]


def make_parameters(hue=0.5):
    parameters = ParameterStore(allocate(board.layout(BOARD_SLOTS)))
    preset = restore_preset({"scope": {"hue": hue}}, "here")
    parameters.apply_preset(preset_parameters(preset, 1), preset.modulation())
    return parameters


def access_to(parameters, now_playing=None):
    return SessionAccess(parameters, now_playing, lambda name: True)


def make_segment():
    return {
        "meters": allocate(meters.layout()),
        "frames": allocate(frames_layout(8.0)),
        "clock": allocate(timeline.layout(64, 3)),
    }


class OscPeer:
    """Another program that sends and receives OSC."""

    def __init__(self):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((HOME, 0))
        self.socket.settimeout(10.0)
        self.address = self.socket.getsockname()

    def send(self, osc, *packets):
        for each in packets:
            self.socket.sendto(each, osc.receiver.socket.getsockname())

    def receive(self):
        """(address, arguments) of each message in the next packet."""
        packet = OscPacket(self.socket.recv(65_536))
        return [(each.message.address, each.message.params) for each in packet.messages]


@pytest.fixture
def peer():
    peer = OscPeer()
    yield peer
    peer.socket.close()


@pytest.fixture
def osc():
    osc = OscSession((HOME, free_port()), None, 30)
    osc.connect(access_to(make_parameters()))
    yield osc
    osc.close()


def poll_after(osc, packets):
    """The presses and the moved parameter, once so many packets have come."""
    before = osc.receiver.received
    assert wait_until(lambda: osc.receiver.received >= before + packets or len(osc.receiver.packets) >= packets)
    return osc.poll()


def hue(osc):
    return get(osc.parameters.board, SLOTS_BY_NAME["scope.hue"])


def test_every_parameter_is_set_by_its_address(osc, peer):
    for name, parameter in osc.parameters.by_name.items():
        param = parameter.param
        for position, address, value in (
            (0.25, param_address(name), param.value_at(0.25)),
            (0.75, share_address(name), 0.75),
        ):
            peer.send(osc, packet(address, value))
            assert poll_after(osc, 1) == ([], name)
            found = osc.parameters.state(name)
            expected = param.clamp(param.value_at(position))  # of a choice, the nearest
            assert found.set_by == "osc" and found.value == pytest.approx(expected, rel=1e-6)
            assert get(osc.parameters.board, parameter.slot) == found.value


@pytest.mark.parametrize("value", [1, 1.0, True, 5])
def test_numbers_of_any_type_are_accepted(osc, peer, value):
    peer.send(osc, packet(param_address(HUE), value))
    poll_after(osc, 1)
    assert hue(osc) == 1.0


def test_every_key_is_pressed_by_its_address_with_its_moment(osc, peer):
    for key in KEYS:
        before = time.perf_counter()
        peer.send(osc, packet(key_address(key.name)), packet(key_address(key.name), 1.0))
        peer.send(osc, packet(key_address(key.name), 0.0))
        (one, two), _ = poll_after(osc, 3)
        assert one[1] == two[1] == key.name and before <= one[0] <= two[0] <= time.perf_counter()


def test_a_message_without_a_value_is_answered_with_the_value(osc, peer):
    osc.parameters.set(AFTERGLOW, 3.0, "keys")
    peer.send(osc, packet(param_address(AFTERGLOW)), packet(share_address(AFTERGLOW)))
    assert poll_after(osc, 2) == ([], None), "a question sets nothing"
    answers = dict(peer.receive() + peer.receive())
    position = osc.parameters.by_name[AFTERGLOW].param.position_of(3.0)
    assert answers[param_address(AFTERGLOW)] == [3.0]
    assert answers[share_address(AFTERGLOW)] == [pytest.approx(position, rel=1e-6)]


def test_an_answer_holds_what_was_set_before_the_question(osc, peer):
    peer.send(osc, bundle(packet(param_address(AFTERGLOW), 2.0), packet(param_address(AFTERGLOW))))
    peer.send(osc, packet(param_address(HUE), 0.25), packet(param_address(HUE)))
    poll_after(osc, 3)
    answers = dict(peer.receive() + peer.receive())
    assert answers == {param_address(AFTERGLOW): [2.0], param_address(HUE): [0.25]}


def test_everything_is_listed_once_per_poll(osc, peer):
    peer.send(osc, packet(LIST), packet(LIST))
    poll_after(osc, 2)
    listed = [peer.receive()[0] for _ in range(len(osc.parameters.by_name) + len(KEYS))]
    assert {address for address, _ in listed} == {LIST}
    param = osc.parameters.by_name[AFTERGLOW].param
    values = [pytest.approx(number) for number in (1.2, param.low, param.high)]
    assert [param_address(AFTERGLOW), *values, "s"] in [arguments for _, arguments in listed]
    assert {key_address(key.name) for key in KEYS} <= {arguments[0] for _, arguments in listed}
    peer.socket.settimeout(0.1)
    with pytest.raises(TimeoutError):
        peer.receive()


def test_bundles_are_carried_out_and_the_last_value_counts(osc, peer):
    inner = bundle(packet(param_address(AFTERGLOW), 2.0), packet(key_address("tap")))
    peer.send(osc, bundle(packet(param_address(HUE), 0.1), inner, packet(share_address(HUE), 0.9)))
    pressed, moved = poll_after(osc, 1)
    assert [name for _, name in pressed] == ["tap"] and moved == HUE
    assert hue(osc) == pytest.approx(0.9) and osc.parameters.state(AFTERGLOW).value == 2.0


MALFORMED = {
    "nothing": b"",
    "no address": b"hello\0\0\0",
    "no end": b"/abc",
    "cut short": packet(param_address(HUE), 0.5)[:-2],
    "a number is missing": packet(param_address(HUE), "a")[:-4].replace(b",s", b",d"),
    "no type is known": packet(param_address(HUE), 0.5).replace(b",f", b",Q"),
    "text": packet(param_address(HUE), "loud"),
    "no text": packet(param_address(HUE), "loud").replace(b"loud", b"\xff\xfe\xfd\xfc"),
    "no number": packet(param_address(HUE), float("nan")),
    "endless": packet(param_address(HUE), float("inf")),
    "an empty bundle, cut": b"#bundle\0\0\0\0\0",
    "a bundle of a size below 0": b"#bundle\0" + struct.pack(">Qi", 1, -4) + packet(param_address(HUE), 0.5),
    "a bundle of size 0": b"#bundle\0" + struct.pack(">Qi", 1, 0),
    "a bundle of a size too large": b"#bundle\0" + struct.pack(">Qi", 1, 1 << 30) + packet(param_address(HUE), 0.5),
    "half of a bundle is good": bundle(packet(param_address(HUE), 0.5), b"hello\0\0\0"),
    "too large": packet(param_address(HUE), *[0.5] * (MAX_PACKET_BYTES // 4)),
}
deep = packet(param_address(HUE), 0.5)
for _ in range(100):
    deep = bundle(deep)
MALFORMED["too deep"] = deep


@pytest.mark.parametrize("name", MALFORMED)
def test_a_malformed_packet_is_counted_and_changes_nothing(osc, peer, name, capfd, caplog):
    with pytest.raises(MalformedPacket):
        parse_packet(MALFORMED[name])
    peer.send(osc, MALFORMED[name])
    assert poll_after(osc, 1) == ([], None)
    assert osc.report() == {"packets": 1, "malformed": 1, "unknown": 0, "dropped": 0, "sent": 0}
    assert hue(osc) == 0.5 and capfd.readouterr() == ("", "") and not caplog.records


def test_an_unknown_address_is_counted(osc, peer):
    addresses = (
        "/",
        "/phosphene",
        "/phosphene/param/visuals/scope/heu",
        "/phosphene/key/tpa",
        f"{param_address(HUE)}*",
    )
    peer.send(osc, *(packet(address, 0.5) for address in addresses))
    assert poll_after(osc, len(addresses)) == ([], None) and osc.unknown == len(addresses)


PIECES = st.one_of(
    st.binary(max_size=40),
    st.sampled_from([*MALFORMED.values(), packet(LIST), packet(param_address(HUE), 0.5), b"#bundle\0", b",f\0\0"]),
    st.lists(st.sampled_from([packet(LIST), packet("/x", 1)]), max_size=4).map(lambda each: bundle(*each)),
)


@given(st.lists(PIECES, max_size=6).map(b"".join), st.randoms(use_true_random=False))
def test_any_bytes_are_parsed_or_malformed(raw, rng):
    broken = bytearray(raw)
    for _ in range(rng.randrange(3) if raw else 0):
        broken[rng.randrange(len(broken))] = rng.randrange(256)
    for each in (raw, bytes(broken)):
        with contextlib.suppress(MalformedPacket):
            assert all(value is None or abs(value) < float("inf") for _, value in parse_packet(each))


def test_a_flood_takes_bounded_time_and_the_newest_value_wins(osc, peer):
    """Forty polls with 200 packets each: ten thousand per second at the rate of a session's polls."""
    osc.poll()
    flood, rng = [packet(share_address(HUE), n / 200) for n in range(200)], random.Random(3)
    spent = []
    for index in range(40):
        peer.send(osc, *flood, packet(share_address(AFTERGLOW), index / 40), *rng.sample([*MALFORMED.values()], 3))
        assert wait_until(lambda index=index: osc.receiver.received == (index + 1) * 204, every=0.001)
        before = time.perf_counter()
        osc.poll()
        spent.append(time.perf_counter() - before)
        assert hue(osc) == pytest.approx(199 / 200)
        expected = osc.parameters.by_name[AFTERGLOW].param.value_at(index / 40)
        assert osc.parameters.state(AFTERGLOW).value == pytest.approx(expected)
    assert osc.malformed == 120 and not osc.dropped
    assert np.median(spent) < 0.02, "a poll takes a whole tick"


def test_requests_beyond_the_limit_are_dropped_and_counted(osc, peer):
    for n in range(3 * MAX_REQUESTS):
        peer.send(osc, packet(key_address("tap"), 1.0), packet(param_address(HUE), n / 3 / MAX_REQUESTS))
        if n % 50 == 0:
            assert wait_until(lambda n=n: osc.receiver.received >= 2 * n, every=0.001)
    assert wait_until(lambda: osc.receiver.received == 6 * MAX_REQUESTS)
    pressed, _ = osc.poll()
    report = osc.report()
    assert len(pressed) == MAX_REQUESTS // 2 and hue(osc) == pytest.approx(1 - 1 / 3 / MAX_REQUESTS, rel=1e-6)
    assert report["packets"] == 6 * MAX_REQUESTS and report["dropped"] == 5 * MAX_REQUESTS


def test_a_taken_port_is_a_one_line_error(peer):
    with pytest.raises(
        UsageError, match=rf"^--osc-in {HOME}:{peer.address[1]}: cannot listen on this port .*; choose another$"
    ):
        OscReceiver(*peer.address)


def test_changes_by_others_are_sent_and_changes_by_osc_are_not(peer):
    osc = OscSession((HOME, free_port()), peer.address, 1)
    parameters = make_parameters()
    osc.connect(access_to(parameters, NowPlaying(make_segment())))
    for _ in parameters.by_name:
        osc.poll()
    first = dict(peer.receive()[0] for _ in parameters.by_name)
    assert first[param_address(HUE)] == [0.5] and len(first) == len(parameters.by_name)
    parameters.set(HUE, 0.25, "midi")
    osc.poll()
    assert peer.receive() == [(param_address(HUE), [0.25])]
    peer.send(osc, packet(param_address(HUE), 0.75))
    poll_after(osc, 1)
    parameters.set(AFTERGLOW, 2.0, "keys")
    osc.poll()
    assert peer.receive() == [(param_address(AFTERGLOW), [2.0])]
    osc.close()


def test_bundles_built_by_the_library_are_read():
    builder = OscBundleBuilder(IMMEDIATELY)
    builder.add_content(OscMessageBuilder("/a").build())
    assert [tuple(each) for each in parse_packet(builder.build().dgram)] == [("/a", None)]
