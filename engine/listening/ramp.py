"""Ramp: tempo, beat and bar as they are told. Whoever leads, a beat never goes back and never jumps."""

import math

import numpy as np

from engine.listening.frame import AT, SOURCES
from engine.native import kernel

HEARD, TAPPED, LINK, HELD = range(len(SOURCES))
SOURCE, BPM, ANCHOR, SCALE, NUDGE, BAR_ANCHOR = range(6)
"""What hands say, by place: who leads; for a tempo that is tapped or Link's, its BPM and the index of a sample at
which a beat lies; how many times as fast what is heard is told; beats that all is moved by; and the index of a
sample at which a bar begins, NaN where that is not known."""
LED, LOST = 0.5, 0.1  # confidence from which what is heard leads, and beneath which it does no more
GLIDE, MENDING = 0.2, 0.1  # seconds in which a tempo, and the place in a beat, come to where they should be
REMEMBERED, MOVED = 4.0, 0.1  # seconds that a moved tempo tells; octaves after which little stability is left
SLOWER, FASTER = 0.5, 2.0  # times the tempo that a beat may run at while it is mended
BACK = 1 / 3  # beats: further than that is mended the other way, which at those speeds takes as long
SAMPLE, BEAT, BAR, TEMPO, KEPT, OWED, BAR_OWED, NUDGED, LEADS, USUAL, SURE, SAID, ONE = range(13)
BEATS = 4  # in a bar


def make_hand():
    """Nobody touches anything."""
    return np.array([HEARD, 120.0, 0.0, 1.0, 0.0, np.nan])


def make_ramp():
    ramp = np.zeros(13)
    ramp[SAMPLE], ramp[TEMPO], ramp[KEPT], ramp[USUAL], ramp[SAID] = np.nan, 120.0, 2.0, math.log2(120.0), np.nan
    return ramp


@kernel
def tell(ramp, record, hand, beats, hertz, sure, rate):
    """Into a record: what was heard, bars being counted from a multiple of four, unless a hand knows better."""
    sample, scale, bars = record[AT.sample], hand[SCALE], math.nan
    begins = math.isnan(ramp[SAMPLE])
    seconds = 0.0 if begins else (sample - ramp[SAMPLE]) / rate
    if hand[SOURCE] == HEARD:
        ramp[LEADS] = sure >= (LOST if ramp[LEADS] else LED)
        hertz, beats = hertz * scale, beats * scale
        bars = beats / BEATS
    elif hand[SOURCE] == HELD and not begins:  # who begins goes by what was in force when it was held
        ramp[LEADS] = 0.0
    else:
        ramp[LEADS] = 1.0
        hertz = hand[BPM] / 60.0
        beats = (sample - hand[ANCHOR]) / rate * hertz
    if ramp[LEADS] and begins:
        ramp[BEAT] = (beats + hand[NUDGE]) % 1.0
        ramp[BAR] = ((beats if math.isnan(bars) else BEATS * bars) + hand[NUDGE]) / BEATS % 1.0
        ramp[TEMPO], ramp[USUAL] = 60.0 * hertz, math.log2(60.0 * hertz)
    if ramp[LEADS]:
        ramp[KEPT] = hertz / scale
        ramp[OWED] = nearest(beats + hand[NUDGE] - ramp[BEAT] - seconds * hertz)
        if math.isnan(bars):
            beats_off = beats + hand[NUDGE] - BEATS * ramp[BAR] - seconds * hertz
            ramp[BAR_OWED] = nearest(beats_off) / BEATS
        else:
            ramp[BAR_OWED] = nearest(bars + (hand[NUDGE] - seconds * hertz) / BEATS - ramp[BAR])
    else:
        hertz = ramp[KEPT] * scale
        ramp[OWED] += hand[NUDGE] - ramp[NUDGED]
        ramp[BAR_OWED] += (hand[NUDGE] - ramp[NUDGED]) / BEATS
    ramp[NUDGED], ramp[SAMPLE] = hand[NUDGE], sample
    advance(ramp, BEAT, OWED, seconds * hertz, seconds)
    if not math.isnan(hand[BAR_ANCHOR]):
        count_from(ramp, hand[BAR_ANCHOR], sample, hertz / rate)
        ramp[BAR_OWED] = nearest((ramp[BEAT] + ramp[OWED] - ramp[ONE] - seconds * hertz) / BEATS - ramp[BAR])
    advance(ramp, BAR, BAR_OWED, seconds * hertz / BEATS, seconds)
    glide = 1.0 - math.exp(-seconds / GLIDE)
    ramp[TEMPO] += glide * (60.0 * hertz - ramp[TEMPO])
    ramp[SURE] += glide * ((sure if hand[SOURCE] == HEARD else 1.0) - ramp[SURE])
    octave = math.log2(ramp[TEMPO])
    ramp[USUAL] += (1.0 - math.exp(-seconds / REMEMBERED)) * (octave - ramp[USUAL])
    record[AT.tempo], record[AT.beat], record[AT.bar] = ramp[TEMPO], ramp[BEAT], ramp[BAR]
    record[AT.confidence] = ramp[SURE]
    record[AT.stability] = math.exp(-abs(octave - ramp[USUAL]) / MOVED)
    record[AT.tempo_source] = hand[SOURCE]


@kernel
def count_from(ramp, anchor, sample, per_sample):
    """Find the beat that somebody said is the one, from which bars are counted, whatever else is heard."""
    if ramp[SAID] != anchor:
        ramp[SAID], ramp[ONE] = anchor, round(ramp[BEAT] - (sample - anchor) * per_sample)


@kernel
def nearest(owed):
    """The same but for whole ones, ahead rather than back."""
    return owed - math.floor(owed + BACK)


@kernel
def advance(ramp, place, debt, run, seconds):
    step = run + ramp[debt] * (1.0 - math.exp(-seconds / MENDING))
    step = min(max(step, SLOWER * run), FASTER * run)
    ramp[place] += step
    ramp[debt] -= step - run
