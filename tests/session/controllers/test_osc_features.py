"""OSC features: what is sent is what is audible, and every onset is sent once."""

import time

import numpy as np
import pytest

pytest.importorskip("pythonosc")

from pythonosc.osc_packet import OscPacket

from phosphene.engine.audio.meters import Meter
from phosphene.engine.audio.now_playing import NowPlaying
from phosphene.engine.listening.frame import ARRAY_FIELDS, AT, FRAME, SCALARS, WIDTH
from phosphene.engine.rings import timeline
from phosphene.engine.rings.board import put
from phosphene.engine.session.controllers.osc_addresses import feature_addresses
from phosphene.engine.session.controllers.osc_features import MAX_DATAGRAM_BYTES, FeatureSender
from tests.session.controllers.test_osc import RATE, make_segment


class NumberedSound:
    """The frames and the clock of a session. Each frame holds the number of its hop."""

    HOP = 512

    def __init__(self):
        self.segment = make_segment()
        put(self.segment["meters"], int(Meter.RATE), RATE)
        self.start = time.perf_counter()

    def publish_frames(self, hops, kicks=()):
        for hop in range(hops):
            record = np.zeros(WIDTH)
            record[AT.sample], record[AT.beat] = hop * self.HOP, hop / 11
            record[AT.centroid] = hop
            record[AT.mel : AT.mel + 64] = np.arange(64) + hop
            record[AT.kick] = hop in kicks
            timeline.publish(self.segment["frames"], record)

    def clock(self, seconds):
        """Publish the clock up to a time; each block is audible 30 ms after it was published."""
        for block in range(int(seconds * RATE / 256)):
            audible = self.start + block * 256 / RATE
            timeline.publish(self.segment["clock"], np.array([block * 256, audible, audible - 0.03]))


class PacketKeeper:
    """Stands for an OscSender; keeps what it is given."""

    def __init__(self):
        self.packets = []

    def send(self, packet):
        self.packets.append(bytes(packet))

    def features(self):
        packets, self.packets = self.packets, []
        return dict((each.message.address, each.message.params) for one in packets for each in OscPacket(one).messages)


def test_the_features_sent_are_those_audible_now():
    sound = NumberedSound()
    sound.publish_frames(100)
    sound.clock(0.5)
    sender = PacketKeeper()
    features = FeatureSender(NowPlaying(sound.segment), sender, 1.0)
    features.close()
    sender.packets.clear()
    for seconds in (0.1, 0.2537, 0.4):
        features.send_features(sound.start + seconds)
        hop = seconds * RATE / sound.HOP
        assert all(len(packet) <= MAX_DATAGRAM_BYTES for packet in sender.packets)
        sent = sender.features()
        assert set(sent) == {address for address, _, _ in feature_addresses()}
        assert sent["/phosphene/feature/centroid"] == [pytest.approx(hop, abs=0.2)]
        assert sent["/phosphene/feature/mel"] == pytest.approx([band + hop for band in range(64)], abs=0.2)
        assert sent["/phosphene/beat"] == [pytest.approx(hop / 11 % 1.0, abs=0.01)]
        assert [len(sent[f"/phosphene/feature/{name}"]) for name in ARRAY_FIELDS] == [
            FRAME[name].itemsize // 8 for name in ARRAY_FIELDS
        ]


def test_every_feature_has_an_address():
    names = {address.rpartition("/")[2] for address, _, _ in feature_addresses()}
    assert names == {*(param.name for param in SCALARS), *ARRAY_FIELDS} == {*FRAME.names} - {"sample"}
    rows = [(offset, count) for address, offset, count in feature_addresses() if "feature" in address]
    assert sorted(n for offset, count in rows for n in range(offset, offset + count)) == [*range(1, WIDTH)]


def test_every_onset_is_sent_once():
    sound, kicks = NumberedSound(), {20, 31, 32, 55}
    sound.publish_frames(100, kicks)
    sound.clock(1.0)
    sender = PacketKeeper()
    features = FeatureSender(NowPlaying(sound.segment), sender, 1.0)
    features.close()
    features.onsets.next_record = 0
    sender.packets.clear()
    sent = []
    for index in range(30):
        features.send_features(sound.start + index / 30)
        sent += sender.features()["/phosphene/feature/kick"]
    expected = {int(hop * sound.HOP / RATE * 30) + 1 for hop in kicks}
    assert {index for index, kick in enumerate(sent) if kick} == expected
