"""Ramp: tempo, beat and bar as they are told. Whoever leads, a beat never goes back and never jumps."""

import math

import numpy as np

from phosphene.engine.listening.frame import AT
from phosphene.engine.listening.rhythm.tempo_override import (
    ANCHOR,
    BAR_ANCHOR,
    BEATS_PER_BAR,
    BPM,
    HEARD,
    HELD,
    LINK,
    NUDGE,
    SCALE,
    SOURCE,
    TAPPED,
)
from phosphene.engine.native import kernel

LED, LOST = 0.5, 0.1  # confidence from which what is heard leads, and beneath which it does no more
GLIDE, MENDING = 0.2, 0.1  # seconds in which a tempo, and the place in a beat, come to where they should be
REMEMBERED, MOVED = 4.0, 0.1  # seconds that a moved tempo tells; octaves after which little stability is left
SLOWER, FASTER = 0.5, 2.0  # times the tempo that a beat may run at while it is mended
BACK = 1 / 3  # beats: further than that is mended the other way, which at those speeds takes as long
SAMPLE, BEAT, BAR, TEMPO, KEPT, OWED, BAR_OWED, NUDGED, LEADS, USUAL, SURE, SAID, ONE = range(13)


def make_ramp():
    ramp = np.zeros(13)
    ramp[SAMPLE], ramp[TEMPO], ramp[KEPT], ramp[USUAL], ramp[SAID] = np.nan, 120.0, 2.0, math.log2(120.0), np.nan
    return ramp


@kernel
def tell(ramp, record, hand, beats, hertz, sure, rate):
    """Put into a record what was heard, bars being counted from a multiple of four, unless a hand knows better."""
    sample, scale, bars = record[AT.sample], hand[SCALE], math.nan
    if hand[SOURCE] == HEARD:
        ramp[LEADS] = sure >= (LOST if ramp[LEADS] else LED)
        hertz, beats = hertz * scale, beats * scale
        bars = beats / BEATS_PER_BAR
    else:
        ramp[LEADS] = hand[SOURCE] != HELD or math.isnan(ramp[SAMPLE])  # who begins goes by what was in force then
        sure = 1.0
        if ramp[LEADS]:
            hertz = hand[BPM] / 60.0
            beats = (sample - hand[ANCHOR]) / rate * hertz
            bars = (sample - hand[BAR_ANCHOR]) / rate * hertz / BEATS_PER_BAR
    if ramp[LEADS]:
        ramp[KEPT] = hertz / scale
    seconds = (sample - ramp[SAMPLE]) / rate
    if math.isnan(seconds):
        begin(ramp, hertz, beats + hand[NUDGE], bars + hand[NUDGE] / BEATS_PER_BAR)
        seconds = 0.0
    glide = 1.0 - math.exp(-seconds / GLIDE)
    ramp[TEMPO] += glide * (60.0 * scale * ramp[KEPT] - ramp[TEMPO])
    ramp[SURE] += glide * (sure - ramp[SURE])
    run = seconds * ramp[TEMPO] / 60.0
    if ramp[LEADS]:
        owe(ramp, beats + hand[NUDGE] - run, bars + (hand[NUDGE] - run) / BEATS_PER_BAR)
    else:
        ramp[OWED] += hand[NUDGE] - ramp[NUDGED]
        ramp[BAR_OWED] += (hand[NUDGE] - ramp[NUDGED]) / BEATS_PER_BAR
    ramp[NUDGED], ramp[SAMPLE] = hand[NUDGE], sample
    advance(ramp, BEAT, OWED, run, seconds)
    if not math.isnan(hand[BAR_ANCHOR]):
        told = (hand[SOURCE] == TAPPED or hand[SOURCE] == LINK) and ramp[LEADS]
        count_bars(ramp, told, hand[BAR_ANCHOR], (sample - hand[BAR_ANCHOR]) * ramp[TEMPO] / 60.0 / rate, run)
    advance(ramp, BAR, BAR_OWED, run / BEATS_PER_BAR, seconds)
    octave = math.log2(ramp[TEMPO])
    ramp[USUAL] += (1.0 - math.exp(-seconds / REMEMBERED)) * (octave - ramp[USUAL])
    record[AT.tempo], record[AT.beat], record[AT.bar] = ramp[TEMPO], ramp[BEAT], ramp[BAR]
    record[AT.confidence] = ramp[SURE]
    record[AT.stability] = math.exp(-abs(octave - ramp[USUAL]) / MOVED)
    record[AT.tempo_source] = hand[SOURCE]


@kernel
def begin(ramp, hertz, beats, bars):
    """The first record has nothing before it: it may begin anywhere in a beat."""
    if ramp[LEADS]:
        ramp[BEAT] = beats % 1.0
        ramp[BAR] = beats / BEATS_PER_BAR % 1.0 if math.isnan(bars) else bars % 1.0
        ramp[TEMPO] = 60.0 * hertz
        ramp[USUAL] = math.log2(ramp[TEMPO])


@kernel
def owe(ramp, beats, bars):
    """How far it is from where beat and bar are to where they should be, but for whole ones."""
    ramp[OWED] = ahead(beats - ramp[BEAT])
    if math.isnan(bars):  # any bar does that keeps to the beat
        ramp[BAR_OWED] = ahead(beats - BEATS_PER_BAR * ramp[BAR]) / BEATS_PER_BAR
    else:
        ramp[BAR_OWED] = ahead(bars - ramp[BAR])


@kernel
def ahead(turns):
    return turns - math.floor(turns + BACK)


@kernel
def count_bars(ramp, told, anchor, since, run):
    """Have bars begin with the beat that somebody said is the one, `since` beats ago, whatever else is heard.

    Where it is `told` from that very sample how beats go, bars are right as they are, and the one is known by them.
    """
    place = ramp[BEAT] + ramp[OWED]
    if told:
        ramp[SAID], ramp[ONE] = anchor, round(place - run - BEATS_PER_BAR * (ramp[BAR] + ramp[BAR_OWED]))
    elif ramp[SAID] != anchor:
        ramp[SAID], ramp[ONE] = anchor, round(ramp[BEAT] - since)
    if not told:
        ramp[BAR_OWED] = ahead((place - ramp[ONE] - run) / BEATS_PER_BAR - ramp[BAR])


@kernel
def advance(ramp, place, debt, run, seconds):
    step = run + ramp[debt] * (1.0 - math.exp(-seconds / MENDING))
    step = min(max(step, SLOWER * run), FASTER * run)
    ramp[place] += step
    ramp[debt] -= step - run
