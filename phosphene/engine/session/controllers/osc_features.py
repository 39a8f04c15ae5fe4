"""Sends the features of what is audible now by OSC, many times per second."""

import threading
import time

import numpy as np
from pythonosc.osc_bundle_builder import IMMEDIATELY, OscBundleBuilder
from pythonosc.osc_message import OscMessage
from pythonosc.osc_message_builder import OscMessageBuilder

from phosphene.engine.audio.now_playing import NowPlaying
from phosphene.engine.listening.frame import AT
from phosphene.engine.listening.frame_reader import ONSET_COLUMNS, OnsetReader
from phosphene.engine.session.controllers.osc_addresses import PHASES, feature_addresses
from phosphene.engine.session.controllers.osc_packets import BUNDLE_HEADER_BYTES
from phosphene.engine.session.controllers.osc_sockets import OscSender

MAX_DATAGRAM_BYTES = 1472  # travels unfragmented over any network


def float_message(address: str, *numbers: float) -> OscMessage:
    builder = OscMessageBuilder(address)
    for number in numbers:
        builder.add_arg(float(number), "f")
    return builder.build()


class BundleTemplate:
    """A bundle that is built once. Afterwards only its numbers change.

    Parameters
    ----------
    entries : list of (address, offset, count)
        As `feature_addresses` gives them.
    """

    def __init__(self, entries: list[tuple[str, int, int]]) -> None:
        builder, end = OscBundleBuilder(IMMEDIATELY), BUNDLE_HEADER_BYTES
        self.offsets: list[int] = []  # in a frame
        words: list[int] = []  # in the packet
        for address, offset, count in entries:
            content = float_message(address, *[0.0] * count)
            builder.add_content(content)
            end += 4 + content.size
            words += range(end // 4 - count, end // 4)
            self.offsets += range(offset, offset + count)
        self.packet = bytearray(builder.build().dgram)
        self.words, self.number_words = np.frombuffer(self.packet, ">f4"), np.array(words)

    def fill(self, frame: np.ndarray) -> bytearray:
        """The packet for a frame of features, given as a row of numbers. Valid until the next call."""
        self.words[self.number_words] = frame[self.offsets]
        return self.packet


def bundle_templates() -> list[BundleTemplate]:
    """Templates for all features, as few as fit into unfragmented datagrams."""
    groups: list[list[tuple[str, int, int]]] = []
    room = 0
    for entry in feature_addresses():
        size = 4 + float_message(entry[0], *[0.0] * entry[2]).size
        if room < size:
            groups.append([])
            room = MAX_DATAGRAM_BYTES - BUNDLE_HEADER_BYTES
        groups[-1].append(entry)
        room -= size
    return [BundleTemplate(group) for group in groups]


class FeatureSender:
    """Sends from a thread of its own until it is closed.

    Parameters
    ----------
    now_playing : NowPlaying
        For this thread only.
    sender : OscSender
    rate : float
        Times per second.
    """

    def __init__(self, now_playing: NowPlaying, sender: OscSender, rate: float) -> None:
        self.now_playing, self.sender, self.period = now_playing, sender, 1.0 / rate
        self.templates, self.stopping = bundle_templates(), threading.Event()
        self.onsets = OnsetReader(now_playing.segment["frames"])
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def close(self) -> None:
        self.stopping.set()
        self.thread.join()

    def _run(self) -> None:
        due = time.perf_counter()
        while not self.stopping.wait(max(due - time.perf_counter(), 0.0)):
            self.send_features(time.perf_counter())
            due = max(due + self.period, time.perf_counter())

    def send_features(self, moment: float) -> None:
        """Send what is audible at a moment; nothing before there is sound."""
        if self.now_playing.frame(moment) is None:
            return
        frame = self.now_playing.record.copy()
        frame[ONSET_COLUMNS] = self.onsets.strongest_until(frame[AT.sample])
        frame[[*PHASES.values()]] %= 1.0
        for template in self.templates:
            self.sender.send(template.fill(frame))
