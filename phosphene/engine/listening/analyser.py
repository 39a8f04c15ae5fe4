"""Listening: all that a frame tells, hop by hop, the same however the sound is cut."""

from typing import NamedTuple

import numpy as np

from phosphene.engine.listening.auto_gain import Controls, control, make_controls
from phosphene.engine.listening.chroma import Tones, chroma, make_tones
from phosphene.engine.listening.frame import AT, POINTS, SCALARS, WIDTH
from phosphene.engine.listening.loudness import Level, make_level, weigh
from phosphene.engine.listening.onsets import Events, happen, make_events
from phosphene.engine.listening.rhythm.rhythm import Rhythm, follow, make_rhythm
from phosphene.engine.listening.rhythm.tempo_override import make_tempo_override
from phosphene.engine.listening.spectrum import Spectrum, bands, crossings, look, make_spectrum, shape
from phosphene.engine.native import aligned_zeros, kernel
from phosphene.engine.rings import timeline

HOP = 512 / 48_000  # seconds between frames
LOUDEST = 1e4  # of full scale: what is beyond no sound is, and no number below could hold


class Analyser(NamedTuple):
    sound: np.ndarray  # (2, hop or up to 7 more): the hop so far, left and right; zeros behind it
    counts: np.ndarray  # (3,) int64: samples heard, of them in this hop, missed (before the start, and in gaps)
    record: np.ndarray  # (WIDTH,)
    hand: np.ndarray  # (6,): source wanted, BPM, anchor, scale, nudge, bar (engine/control/tempo.py)
    level: Level
    spectrum: Spectrum
    tones: Tones
    events: Events
    controls: Controls
    rhythm: Rhythm
    hop: int


def hop_of(rate):
    """Samples from frame to frame."""
    return max(round(HOP * rate), 1)


def make_analyser(rate, start=0):
    """For sound whose first sample has the index `start`."""
    hop = hop_of(rate)
    spectrum = make_spectrum(rate)
    window = len(spectrum.past)
    record = np.zeros(WIDTH)
    for param in SCALARS:
        record[getattr(AT, param.name)] = param.default
    return Analyser(
        aligned_zeros((2, -(-hop // 8) * 8), np.float64),
        np.array([0, 0, start]),
        record,
        make_tempo_override(),
        make_level(rate, hop),
        spectrum,
        make_tones(rate, window, hop),
        make_events(rate, hop),
        make_controls(rate, window, hop),
        make_rhythm(rate, hop, window),
        hop,
    )


@kernel
def analyse(listener, block, published):
    """Hear a block; each hop that it completes becomes a frame of the timeline."""
    sound, counts, done = listener.sound, listener.counts, 0
    while done < block.shape[0]:
        start = counts[1]
        count = min(listener.hop - start, block.shape[0] - done)
        for n in range(count):
            sound[0, start + n] = min(max(block[done + n, 0], -LOUDEST), LOUDEST)
            sound[1, start + n] = min(max(block[done + n, 1], -LOUDEST), LOUDEST)
        done += count
        counts[0] += count
        counts[1] += count
        if counts[1] == listener.hop:
            describe_hop(listener)
            timeline.publish(published, listener.record)
            counts[1] = 0


def miss(listener, frames):
    """Frames went by unheard: what follows joins on to what came before, in a new hop."""
    listener.counts[1] = 0
    listener.counts[2] += frames


@kernel
def describe_hop(listener):
    record, sound, hop = listener.record, listener.sound, listener.hop
    record[AT.sample] = listener.counts[2] + listener.counts[0] - hop
    weigh(listener.level, sound, hop, record)
    look(listener.spectrum, sound, hop)
    bands(listener.spectrum, record)
    power = shape(listener.spectrum, record)
    record[AT.zcr] = crossings(listener.spectrum)
    chroma(listener.tones, listener.spectrum, record)
    control(listener.controls, power, record)
    happen(listener.events, record)
    follow(listener.rhythm, record, listener.hand)
    trace(sound, hop, record)


@kernel
def trace(sound, hop, record):
    """Tell the waveform, averaged to so many points."""
    for point in range(POINTS):
        first = point * hop // POINTS
        last = max((point + 1) * hop // POINTS, first + 1)
        for side in range(2):
            total = 0.0
            for n in range(first, last):
                total += sound[side, n]
            record[AT.wave + 2 * point + side] = total / (last - first)


def plan(seconds):
    """A timeline for frames, long enough to keep some seconds of them."""
    return timeline.layout(seconds / HOP, WIDTH)
