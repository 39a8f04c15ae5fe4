"""Announcing: what is audible now, by OSC, many times a second."""

import threading
import time

import numpy as np
from pythonosc.osc_bundle_builder import IMMEDIATELY, OscBundleBuilder
from pythonosc.osc_message_builder import OscMessageBuilder

from phosphene.engine.listening.frame import AT, WIDTH
from phosphene.engine.rings.timeline import read, record_count
from phosphene.engine.session.controllers.osc_addresses import PHASES, feature_addresses
from phosphene.engine.session.controllers.osc_packets import BUNDLE_HEADER_BYTES

MAX_DATAGRAM_BYTES = 1472  # bytes that travel in one piece over any network
STROKES = np.array([AT.onset_event, AT.kick, AT.snare, AT.hat])  # of one hop: told once, and never missed


def message(address, *numbers):
    """A message of numbers, as a packet."""
    builder = OscMessageBuilder(address)
    for number in numbers:
        builder.add_arg(float(number), "f")
    return builder.build()


class BundleTemplate:
    """A bundle whose numbers are written anew each time.

    Parameters
    ----------
    entries : list of (address, place, count)
        As `feature_addresses` gives them.
    """

    def __init__(self, entries):
        builder, self.places, numbers, at = OscBundleBuilder(IMMEDIATELY), [], [], BUNDLE_HEADER_BYTES
        for address, place, count in entries:
            content = message(address, *[0.0] * count)
            builder.add_content(content)
            at += 4 + content.size
            numbers += range(at // 4 - count, at // 4)
            self.places += range(place, place + count)
        self.packet = bytearray(builder.build().dgram)
        self.words, self.numbers = np.frombuffer(self.packet, ">f4"), np.array(numbers)

    def fill(self, frame):
        """The packet for a frame, as a row of numbers."""
        self.words[self.numbers] = frame[self.places]
        return self.packet


def bundle_templates():
    """All that is announced, on as few sheets as travel in one piece."""
    entries, room = [], 0
    for entry in feature_addresses():
        size = 4 + message(entry[0], *[0.0] * entry[2]).size
        if room < size:
            entries.append([])
            room = MAX_DATAGRAM_BYTES - BUNDLE_HEADER_BYTES
        entries[-1].append(entry)
        room -= size
    return [BundleTemplate(each) for each in entries]


class FeatureSender:
    """Sends what is audible at a rate, from a thread of its own, until closed.

    Parameters
    ----------
    present : Present
        Its own.
    outlet : Outlet
    rate : float
        Times a second.
    """

    def __init__(self, present, outlet, rate):
        self.present, self.outlet, self.period = present, outlet, 1.0 / rate
        self.sheets, self.ended = bundle_templates(), threading.Event()
        self.index, self.record = record_count(present.segment["frames"]), np.zeros(WIDTH)
        self.thread = threading.Thread(target=self._keep, daemon=True)
        self.thread.start()

    def close(self):
        self.ended.set()
        self.thread.join()

    def _keep(self):
        due = time.perf_counter()
        while not self.ended.wait(max(due - time.perf_counter(), 0.0)):
            self.announce(time.perf_counter())
            due = max(due + self.period, time.perf_counter())

    def announce(self, moment):
        """Send what is audible at a moment."""
        if self.present.frame(moment) is None:
            return
        heard = self.present.record.copy()
        heard[STROKES] = self._strokes(heard[AT.sample])
        heard[[*PHASES.values()]] %= 1.0
        for sheet in self.sheets:
            self.outlet.send(sheet.fill(heard))

    def _strokes(self, sample):
        """The strongest since the last time, up to a sample."""
        frames, strongest = self.present.segment["frames"], np.zeros(len(STROKES))
        last = record_count(frames)
        self.index = max(self.index, last - len(frames.marks) // 2)
        while self.index < last:
            if read(frames, self.index, self.record):
                if self.record[AT.sample] > sample:
                    break
                strongest = np.maximum(strongest, self.record[STROKES])
            self.index += 1
        return strongest
