"""OSC: over real sockets of this machine, by whatever comes, however much of it."""

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
from phosphene.engine.audio.meters import Meter
from phosphene.engine.audio.now_playing import NowPlaying
from phosphene.engine.common.errors import UsageError
from phosphene.engine.common.keys import KEYS
from phosphene.engine.listening.analyser import plan
from phosphene.engine.listening.frame import AT, FRAME, ROWS, SCALARS, WIDTH
from phosphene.engine.presets.load import restore_preset
from phosphene.engine.rings import allocate, board, timeline
from phosphene.engine.rings.board import get, put
from phosphene.engine.session.controllers.osc_addresses import (
    LIST,
    feature_addresses,
    key_address,
    param_address,
    share_address,
)
from phosphene.engine.session.controllers.osc_features import MAX_DATAGRAM_BYTES, FeatureSender
from phosphene.engine.session.controllers.osc_packets import MalformedPacket, parse_packet
from phosphene.engine.session.controllers.osc_session import MAX_REQUESTS, OscSession
from phosphene.engine.session.controllers.osc_sockets import MAX_PACKET_BYTES, OscReceiver
from phosphene.engine.session.parameters import ParameterStore
from phosphene.engine.session.supervisor import controls
from phosphene.engine.visuals.catalogue import BOARD_SLOTS, NAMES
from tests.support.commands import comes

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


def a_desk(hue=0.5):
    desk = ParameterStore(allocate(board.layout(BOARD_SLOTS)))
    preset = restore_preset({"scope": {"hue": hue}}, "here")
    desk.lay(controls(preset, 1), preset.modulation())
    return desk


def a_segment():
    return {"meters": allocate(meters.layout()), "frames": allocate(plan(8.0)), "clock": allocate(timeline.layout(64, 3))}


class Peer:
    """Another program, with a socket of its own."""

    def __init__(self):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((HOME, 0))
        self.socket.settimeout(10.0)
        self.address = self.socket.getsockname()

    def send(self, wire, *packets):
        for each in packets:
            self.socket.sendto(each, wire.inlet.socket.getsockname())

    def told(self):
        """The next packet's messages: (address, numbers)."""
        packet = OscPacket(self.socket.recv(65_536))
        return [(each.message.address, each.message.params) for each in packet.messages]


@pytest.fixture
def peer():
    peer = Peer()
    yield peer
    peer.socket.close()


@pytest.fixture
def wire():
    wire = OscSession((HOME, free_port()), None, 30)
    wire.join(a_desk(), None)
    yield wire
    wire.close()


def took(wire, packets):
    """What is pressed and moved once so many packets have come."""
    before = wire.inlet.came
    assert comes(lambda: wire.inlet.came >= before + packets or len(wire.inlet.inbox) >= packets)
    return wire.heed()


def hue(wire):
    return get(wire.desk.board, NAMES["scope.hue"])


def test_every_parameter_is_moved_by_its_address(wire, peer):
    for name, control in wire.desk.controls.items():
        for share, address, value in (
            (0.25, param_address(name), control.param.value_at(0.25)),
            (0.75, share_address(name), 0.75),
        ):
            peer.send(wire, packet(address, value))
            assert took(wire, 1) == ([], name)
            found = wire.desk.standing(name)
            wanted = control.param.clamp(control.param.value_at(share))  # of a choice, the nearest
            assert found.who == "osc" and found.value == pytest.approx(wanted, rel=1e-6)
            assert get(wire.desk.board, control.slot) == found.value


@pytest.mark.parametrize("value", [1, 1.0, True, 5])
def test_a_number_of_any_kind_is_a_number(wire, peer, value):
    peer.send(wire, packet(param_address(HUE), value))
    took(wire, 1)
    assert hue(wire) == 1.0


def test_every_key_is_pressed_by_its_address_at_the_moment_it_came(wire, peer):
    for row in KEYS:
        before = time.perf_counter()
        peer.send(wire, packet(key_address(row.word)), packet(key_address(row.word), 1.0))
        peer.send(wire, packet(key_address(row.word), 0.0))
        (one, two), _ = took(wire, 3)
        assert one[1] == two[1] == row.word and before <= one[0] <= two[0] <= time.perf_counter()


def test_who_asks_is_answered(wire, peer):
    wire.desk.move(AFTERGLOW, 3.0, "hand")
    peer.send(wire, packet(param_address(AFTERGLOW)), packet(share_address(AFTERGLOW)))
    assert took(wire, 2) == ([], None), "to ask is not to move"
    told = dict(peer.told() + peer.told())
    share = wire.desk.controls[AFTERGLOW].param.position_of(3.0)
    assert told[param_address(AFTERGLOW)] == [3.0]
    assert told[share_address(AFTERGLOW)] == [pytest.approx(share, rel=1e-6)]


def test_who_asks_behind_a_change_is_told_of_it(wire, peer):
    peer.send(wire, bundle(packet(param_address(AFTERGLOW), 2.0), packet(param_address(AFTERGLOW))))
    peer.send(wire, packet(param_address(HUE), 0.25), packet(param_address(HUE)))
    took(wire, 3)
    told = dict(peer.told() + peer.told())
    assert told == {param_address(AFTERGLOW): [2.0], param_address(HUE): [0.25]}


def test_everything_is_listed_once_a_look(wire, peer):
    peer.send(wire, packet(LIST), packet(LIST))
    took(wire, 2)
    listed = [peer.told()[0] for _ in range(len(wire.desk.controls) + len(KEYS))]
    assert {address for address, _ in listed} == {LIST}
    param = wire.desk.controls[AFTERGLOW].param
    wanted = [pytest.approx(number) for number in (1.2, param.low, param.high)]
    assert [param_address(AFTERGLOW), *wanted, "s"] in [values for _, values in listed]
    assert {key_address(row.word) for row in KEYS} <= {values[0] for _, values in listed}
    peer.socket.settimeout(0.1)
    with pytest.raises(TimeoutError):
        peer.told()


def test_bundles_are_done_whole_and_the_last_word_counts(wire, peer):
    inner = bundle(packet(param_address(AFTERGLOW), 2.0), packet(key_address("tap")))
    peer.send(wire, bundle(packet(param_address(HUE), 0.1), inner, packet(share_address(HUE), 0.9)))
    pressed, moved = took(wire, 1)
    assert [word for _, word in pressed] == ["tap"] and moved == HUE
    assert hue(wire) == pytest.approx(0.9) and wire.desk.standing(AFTERGLOW).value == 2.0


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
def test_what_is_malformed_is_counted_and_nothing_else(wire, peer, name, capfd, caplog):
    with pytest.raises(MalformedPacket):
        parse_packet(MALFORMED[name])
    peer.send(wire, MALFORMED[name])
    assert took(wire, 1) == ([], None)
    assert wire.report() == {"packets": 1, "malformed": 1, "unknown": 0, "dropped": 0, "sent": 0}
    assert hue(wire) == 0.5 and capfd.readouterr() == ("", "") and not caplog.records


def test_what_has_no_address_here_is_counted(wire, peer):
    addresses = (
        "/",
        "/phosphene",
        "/phosphene/param/visuals/scope/heu",
        "/phosphene/key/tpa",
        f"{param_address(HUE)}*",
    )
    peer.send(wire, *(packet(address, 0.5) for address in addresses))
    assert took(wire, len(addresses)) == ([], None) and wire.unknown == len(addresses)


PIECES = st.one_of(
    st.binary(max_size=40),
    st.sampled_from([*MALFORMED.values(), packet(LIST), packet(param_address(HUE), 0.5), b"#bundle\0", b",f\0\0"]),
    st.lists(st.sampled_from([packet(LIST), packet("/x", 1)]), max_size=4).map(lambda each: bundle(*each)),
)


@given(st.lists(PIECES, max_size=6).map(b"".join), st.randoms(use_true_random=False))
def test_whatever_comes_is_understood_or_malformed(raw, lots):
    broken = bytearray(raw)
    for _ in range(lots.randrange(3) if raw else 0):
        broken[lots.randrange(len(broken))] = lots.randrange(256)
    for each in (raw, bytes(broken)):
        with contextlib.suppress(MalformedPacket):
            assert all(value is None or abs(value) < float("inf") for _, value in parse_packet(each))


def test_a_flood_is_bounded_and_the_newest_wins(wire, peer):
    """Five seconds of ten thousand a second, a look apart; of every look the work is done in a share of a tick."""
    wire.heed()
    flood, lots = [packet(share_address(HUE), n / 200) for n in range(200)], random.Random(3)
    spent = []
    for look in range(40):
        peer.send(wire, *flood, packet(share_address(AFTERGLOW), look / 40), *lots.sample([*MALFORMED.values()], 3))
        assert comes(lambda look=look: wire.inlet.came == (look + 1) * 204, every=0.001)
        before = time.perf_counter()
        wire.heed()
        spent.append(time.perf_counter() - before)
        assert hue(wire) == pytest.approx(199 / 200)
        assert wire.desk.standing(AFTERGLOW).value == pytest.approx(
            wire.desk.controls[AFTERGLOW].param.value_at(look / 40)
        )
    assert wire.malformed == 120 and not wire.dropped
    assert np.median(spent) < 0.02, "it takes a whole tick"


def test_what_is_too_much_is_dropped_and_counted(wire, peer):
    for n in range(3 * MAX_REQUESTS):
        peer.send(wire, packet(key_address("tap"), 1.0), packet(param_address(HUE), n / 3 / MAX_REQUESTS))
        if n % 50 == 0:
            assert comes(lambda n=n: wire.inlet.came >= 2 * n, every=0.001)
    assert comes(lambda: wire.inlet.came == 6 * MAX_REQUESTS)
    pressed, _ = wire.heed()
    report = wire.report()
    assert len(pressed) == MAX_REQUESTS // 2 and hue(wire) == pytest.approx(1 - 1 / 3 / MAX_REQUESTS, rel=1e-6)
    assert report["packets"] == 6 * MAX_REQUESTS and report["dropped"] == 5 * MAX_REQUESTS


def test_a_port_that_is_taken_is_told_in_a_line(peer):
    with pytest.raises(
        UsageError, match=rf"^--osc-in {HOME}:{peer.address[1]}: cannot be listened on .*; name another$"
    ):
        OscReceiver(*peer.address)


def test_what_others_move_is_told_and_what_came_by_osc_is_not(peer):
    wire = OscSession((HOME, free_port()), peer.address, 1)
    desk = a_desk()
    wire.join(desk, NowPlaying(a_segment()))
    for _ in desk.controls:
        wire.heed()
    first = dict(peer.told()[0] for _ in desk.controls)
    assert first[param_address(HUE)] == [0.5] and len(first) == len(desk.controls)
    desk.move(HUE, 0.25, "midi")
    wire.heed()
    assert peer.told() == [(param_address(HUE), [0.25])]
    peer.send(wire, packet(param_address(HUE), 0.75))
    took(wire, 1)
    desk.move(AFTERGLOW, 2.0, "hand")
    wire.heed()
    assert peer.told() == [(param_address(AFTERGLOW), [2.0])]
    wire.close()


class Concert:
    """Sound whose every hop says which it is, and its clock."""

    HOP = 512

    def __init__(self):
        self.segment = a_segment()
        put(self.segment["meters"], int(Meter.RATE), RATE)
        self.start = time.perf_counter()

    def listen_to(self, hops, strokes=()):
        for hop in range(hops):
            record = np.zeros(WIDTH)
            record[AT.sample], record[AT.beat] = hop * self.HOP, hop / 11
            record[AT.centroid] = hop
            record[AT.mel : AT.mel + 64] = np.arange(64) + hop
            record[AT.kick] = hop in strokes
            timeline.publish(self.segment["frames"], record)

    def clock(self, seconds):
        """Tell of the blocks up to a time; each is heard 30 ms after it was known."""
        for block in range(int(seconds * RATE / 256)):
            heard = self.start + block * 256 / RATE
            timeline.publish(self.segment["clock"], np.array([block * 256, heard, heard - 0.03]))


class Heard:
    """An outlet that keeps what it is given."""

    def __init__(self):
        self.packets = []

    def send(self, packet):
        self.packets.append(bytes(packet))

    def features(self):
        packets, self.packets = self.packets, []
        return dict((each.message.address, each.message.params) for one in packets for each in OscPacket(one).messages)


def test_what_is_told_is_what_is_audible():
    concert = Concert()
    concert.listen_to(100)
    concert.clock(0.5)
    heard = Heard()
    announcer = FeatureSender(NowPlaying(concert.segment), heard, 1.0)
    announcer.close()
    heard.packets.clear()
    for seconds in (0.1, 0.2537, 0.4):
        announcer.announce(concert.start + seconds)
        hop = seconds * RATE / concert.HOP
        assert all(len(packet) <= MAX_DATAGRAM_BYTES for packet in heard.packets)
        told = heard.features()
        assert set(told) == {address for address, _, _ in feature_addresses()}
        assert told["/phosphene/feature/centroid"] == [pytest.approx(hop, abs=0.2)]
        assert told["/phosphene/feature/mel"] == pytest.approx([band + hop for band in range(64)], abs=0.2)
        assert told["/phosphene/beat"] == [pytest.approx(hop / 11 % 1.0, abs=0.01)]
        assert [len(told[f"/phosphene/feature/{name}"]) for name in ROWS] == [
            FRAME[name].itemsize // 8 for name in ROWS
        ]


def test_every_feature_has_an_address():
    told = {address.rpartition("/")[2] for address, _, _ in feature_addresses()}
    assert told == {*(param.name for param in SCALARS), *ROWS} == {*FRAME.names} - {"sample"}
    places = sorted(
        place for address, at, count in feature_addresses() if "feature" in address for place in range(at, at + count)
    )
    assert places == [*range(1, WIDTH)]


def test_no_stroke_falls_between_two_tellings():
    concert, strokes = Concert(), {20, 31, 32, 55}
    concert.listen_to(100, strokes)
    concert.clock(1.0)
    heard = Heard()
    announcer = FeatureSender(NowPlaying(concert.segment), heard, 1.0)
    announcer.close()
    announcer.index = 0
    heard.packets.clear()
    told = []
    for look in range(30):
        announcer.announce(concert.start + look / 30)
        told += heard.features()["/phosphene/feature/kick"]
    wanted = {int(hop * concert.HOP / RATE * 30) + 1 for hop in strokes}
    assert {look for look, kick in enumerate(told) if kick} == wanted


def test_bundles_built_by_the_library_are_read():
    builder = OscBundleBuilder(IMMEDIATELY)
    builder.add_content(OscMessageBuilder("/a").build())
    assert [tuple(each) for each in parse_packet(builder.build().dgram)] == [("/a", None)]
