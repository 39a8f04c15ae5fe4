"""The beat clock: tempo, beat and bar as published. Whatever the source, the beat never goes back and never jumps."""

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

LEAD_CONFIDENCE, LOST_CONFIDENCE = 0.5, 0.1  # of the analysed beat: followed from the first on, until below the second
GLIDE_SECONDS, CORRECTION_SECONDS = 0.2, 0.1  # time constants of the tempo, and of the position in the beat
STABILITY_SECONDS, STABILITY_OCTAVES = 4.0, 0.1  # time constant of the mean tempo; distance from it at 1/e stability
MIN_SPEED, MAX_SPEED = 0.5, 2.0  # times the tempo: limits of the beat's speed while its position is corrected
MAX_BACKWARD = 1 / 3  # beats; larger errors are corrected forward, which takes as long at these speeds
# indices into the state; BASE_HERTZ is the followed tempo before `scale`, DOWNBEAT a beat at which a bar begins
SAMPLE, BEAT, BAR, TEMPO, BASE_HERTZ, BEAT_ERROR, BAR_ERROR, APPLIED_NUDGE = range(8)
FOLLOWING, MEAN_OCTAVE, CONFIDENCE, USED_BAR_ANCHOR, DOWNBEAT = range(8, 13)


def make_beat_clock() -> np.ndarray:
    """The state of a clock, indexed by SAMPLE to DOWNBEAT."""
    clock = np.zeros(13)
    clock[SAMPLE] = clock[USED_BAR_ANCHOR] = np.nan
    clock[TEMPO], clock[BASE_HERTZ], clock[MEAN_OCTAVE] = 120.0, 2.0, math.log2(120.0)
    return clock


@kernel
def update_beat_clock(clock, record, override, beats, hertz, confidence, rate):
    """Move the clock on to a record's sample, and write tempo, beat and bar to the record.

    `beats`, `hertz` and `confidence` are those of the analysed beat, whose bars begin at multiples of four; `override`
    replaces them unless its source is HEARD.
    """
    sample, scale, bars = record[AT.sample], override[SCALE], math.nan
    if override[SOURCE] == HEARD:
        clock[FOLLOWING] = confidence >= (LOST_CONFIDENCE if clock[FOLLOWING] else LEAD_CONFIDENCE)
        hertz, beats = hertz * scale, beats * scale
        bars = beats / BEATS_PER_BAR
    else:
        # a held tempo is not followed, except by a clock that starts
        clock[FOLLOWING] = override[SOURCE] != HELD or math.isnan(clock[SAMPLE])
        confidence = 1.0
        if clock[FOLLOWING]:
            hertz = override[BPM] / 60.0
            beats = (sample - override[ANCHOR]) / rate * hertz
            bars = (sample - override[BAR_ANCHOR]) / rate * hertz / BEATS_PER_BAR
    if clock[FOLLOWING]:
        clock[BASE_HERTZ] = hertz / scale
    seconds = (sample - clock[SAMPLE]) / rate
    if math.isnan(seconds):
        start_clock(clock, hertz, beats + override[NUDGE], bars + override[NUDGE] / BEATS_PER_BAR)
        seconds = 0.0
    glide = 1.0 - math.exp(-seconds / GLIDE_SECONDS)
    clock[TEMPO] += glide * (60.0 * scale * clock[BASE_HERTZ] - clock[TEMPO])
    clock[CONFIDENCE] += glide * (confidence - clock[CONFIDENCE])
    run = seconds * clock[TEMPO] / 60.0
    if clock[FOLLOWING]:
        update_errors(clock, beats + override[NUDGE] - run, bars + (override[NUDGE] - run) / BEATS_PER_BAR)
    else:
        clock[BEAT_ERROR] += override[NUDGE] - clock[APPLIED_NUDGE]
        clock[BAR_ERROR] += (override[NUDGE] - clock[APPLIED_NUDGE]) / BEATS_PER_BAR
    clock[APPLIED_NUDGE], clock[SAMPLE] = override[NUDGE], sample
    advance(clock, BEAT, BEAT_ERROR, run, seconds)
    if not math.isnan(override[BAR_ANCHOR]):
        follows_anchor = (override[SOURCE] == TAPPED or override[SOURCE] == LINK) and clock[FOLLOWING]
        since = (sample - override[BAR_ANCHOR]) * clock[TEMPO] / 60.0 / rate
        count_bars(clock, follows_anchor, override[BAR_ANCHOR], since, run)
    advance(clock, BAR, BAR_ERROR, run / BEATS_PER_BAR, seconds)
    octave = math.log2(clock[TEMPO])
    clock[MEAN_OCTAVE] += (1.0 - math.exp(-seconds / STABILITY_SECONDS)) * (octave - clock[MEAN_OCTAVE])
    record[AT.tempo], record[AT.beat], record[AT.bar] = clock[TEMPO], clock[BEAT], clock[BAR]
    record[AT.confidence] = clock[CONFIDENCE]
    record[AT.stability] = math.exp(-abs(octave - clock[MEAN_OCTAVE]) / STABILITY_OCTAVES)
    record[AT.tempo_source] = override[SOURCE]


@kernel
def start_clock(clock, hertz, beats, bars):
    """Start at the first record, anywhere in a beat."""
    if clock[FOLLOWING]:
        clock[BEAT] = beats % 1.0
        clock[BAR] = beats / BEATS_PER_BAR % 1.0 if math.isnan(bars) else bars % 1.0
        clock[TEMPO] = 60.0 * hertz
        clock[MEAN_OCTAVE] = math.log2(clock[TEMPO])


@kernel
def update_errors(clock, beats, bars):
    """Set the distances of beat and bar to where they should be, without whole beats and bars."""
    clock[BEAT_ERROR] = signed_distance(beats - clock[BEAT])
    if math.isnan(bars):  # any start of the bar will do that is on a beat
        clock[BAR_ERROR] = signed_distance(beats - BEATS_PER_BAR * clock[BAR]) / BEATS_PER_BAR
    else:
        clock[BAR_ERROR] = signed_distance(bars - clock[BAR])


@kernel
def signed_distance(turns):
    """The same distance in -MAX_BACKWARD to 1 - MAX_BACKWARD."""
    return turns - math.floor(turns + MAX_BACKWARD)


@kernel
def count_bars(clock, follows_anchor, anchor, since, run):
    """Make bars begin at the performer's downbeat, `since` beats ago.

    If the beat itself `follows_anchor`, the bars are right already, and the downbeat is derived from them.
    """
    position = clock[BEAT] + clock[BEAT_ERROR]
    if follows_anchor:
        bars = clock[BAR] + clock[BAR_ERROR]
        clock[USED_BAR_ANCHOR], clock[DOWNBEAT] = anchor, round(position - run - BEATS_PER_BAR * bars)
    elif clock[USED_BAR_ANCHOR] != anchor:
        clock[USED_BAR_ANCHOR], clock[DOWNBEAT] = anchor, round(clock[BEAT] - since)
    if not follows_anchor:
        clock[BAR_ERROR] = signed_distance((position - clock[DOWNBEAT] - run) / BEATS_PER_BAR - clock[BAR])


@kernel
def advance(clock, position, error, run, seconds):
    """Move beat or bar on by `run`, and correct a part of its error."""
    step = run + clock[error] * (1.0 - math.exp(-seconds / CORRECTION_SECONDS))
    step = min(max(step, MIN_SPEED * run), MAX_SPEED * run)
    clock[position] += step
    clock[error] -= step - run
