"""Panels: what a performer is told over the picture, at its edges: sound on the left, picture on the right."""

from typing import NamedTuple

import numpy as np

from phosphene.engine.common.keys import HELP, KEYS
from phosphene.engine.listening.frame import BANDS, SCALARS, SOURCES
from phosphene.engine.listening.rhythm.tempo_override import BEATS_PER_BAR, HEARD
from phosphene.engine.visuals.audio_signals import BAND_TILT_DB
from phosphene.engine.visuals.hud.overlay_batch import LARGE

BRIGHT, DIM, PALE, LIT = 0xF4F6FAFF, 0x9AA4B5FF, 0xFFFFFF24, 0x7DE3D2FF
HOT, WARM, LEARNING = 0xFF6459FF, 0xFFB85CFF, 0xBFA5FFFF
DARK, BACK = 0x0B1513FF, 0x090B10D6
COLUMNS = 23  # letters in a panel
MARGIN, PAD = 0.8, 1.0  # lines around a panel, and letters within
LOUD = -3.0  # dB: the peak is hot
FAINT, STRONG = -72.0, -12.0  # dB of a band at the ends of its bar
SURE = 0.3  # confidence below which a tempo that is heard is dim
GLOW = 0.25  # of a beat that its dot is bright
FEATURES = {"bass": "bass_fast", "mid": "mid_fast", "treble": "treble_fast", "bright": "centroid", "noise": "flatness"}
STROKES = ("kick", "snare", "hat", "onset")
PASSES = 7  # of those that take longest; the others are told as one
PARAMS = {param.name: param for param in SCALARS}


class Readout(NamedTuple):
    """What there is to tell of the picture."""

    preset: str
    size: tuple
    rate: float  # shown a second
    pacing: str
    late: tuple | None  # ms from its sound, median and 99th percentile of late
    ahead: float | None  # ms by which what has been listened to is ahead of what is heard
    shown: int
    dropped: int
    dropping: bool  # lately
    passes: dict  # seconds by name


class Panel:
    """A column of lines on a dark ground; `top` is where the next one begins."""

    def __init__(self, sheet, lines, *, right=False):
        self.sheet, line, letter = sheet, sheet.line, sheet.letter
        self.width, margin = COLUMNS * letter, round(MARGIN * line)
        whole = self.width + 2 * PAD * letter
        left = sheet.room[0] - margin - whole if right else margin
        sheet.box(left, margin, whole, round((lines + 1) * line), BACK, 0.5 * line)
        self.left, self.right, self.top = left + PAD * letter, left + PAD * letter + self.width, margin + 0.5 * line

    def row(self, name, told="", ink=BRIGHT, share=None, mark=None):
        """A name, a bar of a share with a mark, and what is told at the right end."""
        sheet, top = self.sheet, round(self.top)
        sheet.say(self.left, top, name, DIM)
        sheet.say(self.right - len(told) * sheet.letter, top, told, ink)
        if share is not None:
            begin, end = self.left + 8 * sheet.letter, self.right - (len(told) + bool(told)) * sheet.letter
            self.bar(begin, top + round(0.38 * sheet.line), end - begin, share, mark, ink)
        self.top += sheet.line

    def bar(self, left, top, width, share, mark, ink):
        high = max(round(0.32 * self.sheet.line), 3)
        self.sheet.box(left, top, width, high, PALE, high / 2)
        if (long := round(width * share)) > 0:
            self.sheet.box(left, top, max(long, high), high, LIT if ink == BRIGHT else ink, high / 2)
        if mark:
            thin = max(high // 3, 2)
            self.sheet.box(left + round((width - thin) * mark), top - thin // 2, thin, high + thin, ink)

    def gap(self, lines=0.5):
        self.top += lines * self.sheet.line

    def rule(self):
        self.sheet.box(self.left, round(self.top + 0.25 * self.sheet.line), self.width, 1, PALE)
        self.gap()


def sound(sheet, frame, peak, glows):
    """What is heard: tempo, level, bands, features, strokes; `peak` in dB is the highest of late."""
    panel = Panel(sheet, 14.3)
    _tempo(panel, frame)
    high = _share(PARAMS["peak_db"], peak)
    panel.row("level", _decibels(frame["rms_db"]), share=_share(PARAMS["rms_db"], frame["rms_db"]), mark=high)
    panel.row("peak", _decibels(peak), HOT if peak > LOUD else BRIGHT, share=high)
    panel.gap(0.4)
    _bands(panel, frame["mel"])
    panel.gap(0.6)
    for name, feature in FEATURES.items():
        param = PARAMS[feature]
        panel.row(name, share=_share(param, float(frame[feature])))
    panel.gap(0.4)
    _strokes(panel, glows)


def _decibels(level):
    return f"{max(level, -99.9):5.1f}"


def _share(param, value):
    """How far up its range a number is."""
    return param.position_of(min(max(value, param.low), param.high))


def _strokes(panel, glows):
    """A lamp for each kind, lit when one is heard."""
    sheet, left, top, high = panel.sheet, panel.left, round(panel.top), panel.sheet.line
    for name, glow in zip(STROKES, glows):
        wide = (len(name) + 0.8) * sheet.letter
        sheet.box(left, top, wide, high, PALE, 0.25 * high)
        sheet.box(left, top, wide, high, LIT & ~0xFF | round(0xFF * glow), 0.25 * high)
        sheet.say(left + 0.4 * sheet.letter, top, name, DIM if glow < 0.5 else DARK)
        left += wide + 0.9 * sheet.letter


def _tempo(panel, frame):
    """How fast, in large letters; who says so, and a dot for each beat of the bar."""
    sheet, source = panel.sheet, SOURCES[round(float(frame["tempo_source"]))]
    ink = DIM if source == SOURCES[HEARD] and frame["confidence"] < SURE else BRIGHT
    end = sheet.say(panel.left, round(panel.top - 0.15 * sheet.line), f"{float(frame['tempo']):.1f}", ink, LARGE)
    end += sheet.letter
    sheet.say(end, round(panel.top + 0.05 * sheet.line), f"bpm {source}", DIM)
    beat, gone = divmod(float(frame["bar"]) % 1.0 * BEATS_PER_BAR, 1.0)
    side = round(0.7 * sheet.line)
    for dot in range(BEATS_PER_BAR):
        lit = dot == int(beat)
        colour = PALE if not lit else BRIGHT if gone < GLOW else LIT
        sheet.box(end + dot * 1.6 * side, round(panel.top + 1.15 * sheet.line), side, side, colour, side / 2)
    panel.gap(2.4)


def _bands(panel, mel):
    """Bars for the bands, the lowest on the left."""
    sheet, high = panel.sheet, 2.5 * panel.sheet.line
    places = np.round(panel.left + np.linspace(0, panel.width, BANDS + 1)).tolist()
    share = np.clip((mel + BAND_TILT_DB - FAINT) / (STRONG - FAINT), 0.0, 1.0)
    bottom, tall = round(panel.top + high), np.maximum(np.round(share * high), 1.0).tolist()
    gap = round(panel.width / BANDS / 5)
    for left, right, up in zip(places, places[1:], tall):
        sheet.box(left, bottom - up, right - left - gap, up, LIT)
    panel.top += high


def picture(sheet, readout):
    """What is drawn: preset, sizes, pace, lateness, and the passes with their times."""
    slow = sorted(readout.passes.items(), key=lambda item: -item[1])
    shown, others = slow[:PASSES], slow[PASSES:]
    panel = Panel(sheet, 8.0 + (len(shown) + bool(others) + 1.5 if shown else 0.0), right=True)
    panel.row("preset", readout.preset[: COLUMNS - 8])
    panel.row("picture", "{}×{}".format(*readout.size))
    panel.row("pace", f"{readout.rate:.1f} a second")
    panel.row("pacing", readout.pacing)
    panel.row("late", "–" if readout.late is None else "{:.1f} / {:.1f} ms".format(*readout.late))
    panel.row("ahead", "–" if readout.ahead is None else f"{readout.ahead:.0f} ms")
    panel.row("shown", f"{readout.shown:,}".replace(",", " "))
    panel.row("dropped", f"{readout.dropped:,}".replace(",", " "), WARM if readout.dropping else BRIGHT)
    if not shown:
        return
    panel.rule()
    longest = shown[0][1] or 1.0
    for name, seconds in shown:
        panel.row(name[:7], f"{1000 * seconds:5.2f}", share=seconds / longest)
    if others:
        panel.row("others", f"{1000 * sum(seconds for _, seconds in others):5.2f}")
    panel.row("passes", f"{1000 * sum(readout.passes.values()):.2f} ms")


def below(sheet, lines):
    """(words, ink) along the lower edge."""
    line, letter, margin = sheet.line, sheet.letter, round(MARGIN * sheet.line)
    most = int((sheet.room[0] - 2 * margin) / letter - 2 * PAD)
    lines = [(words if len(words) <= most else words[: most - 1] + "…", ink) for words, ink in lines]
    if not lines:
        return
    width = (max(len(words) for words, _ in lines) + 2 * PAD) * letter
    top = sheet.room[1] - margin - round((len(lines) + 0.8) * line)
    sheet.box(margin, top, width, round((len(lines) + 0.8) * line), BACK, 0.5 * line)
    for at, (words, ink) in enumerate(lines):
        sheet.say(margin + PAD * letter, round(top + (at + 0.4) * line), words, ink)


def keys(sheet):
    """What each key does, in the middle."""
    rows = [*((key.label, key.description) for key in KEYS), (HELP, "this list")]
    names, words = (max(map(len, column)) for column in zip(*rows))
    line, letter = min(sheet.line, sheet.room[1] // (len(rows) + 1)), sheet.letter
    width, height = (names + 2 + words + 2 * PAD) * letter, round((len(rows) + 1) * line)
    left, top = round((sheet.room[0] - width) / 2), round((sheet.room[1] - height) / 2)
    sheet.box(left, top, width, height, BACK, 0.5 * line)
    for at, (name, does) in enumerate(rows):
        place = round(top + (at + 0.5) * line)
        sheet.say(left + (PAD + names - len(name)) * letter, place, name, LIT)
        sheet.say(left + (PAD + names + 2) * letter, place, does, BRIGHT)
