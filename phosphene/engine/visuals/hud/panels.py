"""Panels: what the HUD shows at the edges of the picture: sound on the left, picture on the right, lines below."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from phosphene.engine.common.keys import HELP, KEYS
from phosphene.engine.common.params import Param
from phosphene.engine.listening.frame import BANDS, SCALARS
from phosphene.engine.listening.frame_reader import tempo_state
from phosphene.engine.listening.rhythm.tempo_override import BEATS_PER_BAR
from phosphene.engine.visuals.audio_signals import BAND_TILT_DB
from phosphene.engine.visuals.hud.overlay_batch import LARGE, OverlayBatch

BRIGHT, DIM, PALE, LIT = 0xF4F6FAFF, 0x9AA4B5FF, 0xFFFFFF24, 0x7DE3D2FF  # 0xRRGGBBAA, as all colours here
HOT, WARM, LEARNING = 0xFF6459FF, 0xFFB85CFF, 0xBFA5FFFF
DARK, GROUND = 0x0B1513FF, 0x090B10D6
PANEL_LETTERS = 23  # width of a panel
MARGIN, PADDING = 0.8, 1.0  # lines around a panel, and letters within
HOT_DB = -3.0  # a peak above it is hot
BAND_RANGE_DB = -72.0, -12.0  # of a band at the ends of its bar
FEATURES = {"bass": "bass_fast", "mid": "mid_fast", "treble": "treble_fast", "bright": "centroid", "noise": "flatness"}
LAMPS = ("kick", "snare", "hat", "onset")  # labels of `frame_reader.ONSETS`
MAX_PASSES = 7  # that are listed; the others are summed up
PARAMS = {param.name: param for param in SCALARS}


class PictureReadout(NamedTuple):
    """What the panel of the picture shows."""

    preset: str
    size: tuple[int, int]
    rate: float  # pictures shown per second
    pacing: str
    late: tuple[float, ...] | None  # ms between picture and sound: recent median and 99th percentile
    ahead: float | None  # ms by which the analyser is ahead of what is audible
    shown: int
    dropped: int
    dropping: bool  # a refresh was dropped recently
    passes: Mapping[str, float]  # seconds by name


class Panel:
    """A column of rows on a dark ground; `top` is where the next row begins.

    Parameters
    ----------
    batch : OverlayBatch
    lines : float
        Height of the panel.
    right : bool
        At the right edge of the screen, not at the left.
    """

    def __init__(self, batch: OverlayBatch, lines: float, *, right: bool = False) -> None:
        line, letter = batch.line_height, batch.letter_width
        self.batch, self.width, margin = batch, PANEL_LETTERS * letter, round(MARGIN * line)
        total = self.width + 2 * PADDING * letter
        left = batch.size[0] - margin - total if right else margin
        batch.add_box(left, margin, total, round((lines + 1) * line), GROUND, 0.5 * line)
        self.left, self.top = left + PADDING * letter, margin + 0.5 * line
        self.right = self.left + self.width

    def row(
        self, label: str, value: str = "", color: int = BRIGHT, share: float | None = None, mark: float | None = None
    ) -> None:
        """Add a label, a bar filled to a share with a mark at another, and a value at the right end."""
        batch, letter, top = self.batch, self.batch.letter_width, round(self.top)
        batch.add_text(self.left, top, label, DIM)
        batch.add_text(self.right - len(value) * letter, top, value, color)
        if share is not None:
            left, right = self.left + 8 * letter, self.right - (len(value) + bool(value)) * letter
            self._bar(left, top + round(0.38 * batch.line_height), right - left, share, mark, color)
        self.top += batch.line_height

    def _bar(self, left: float, top: float, width: float, share: float, mark: float | None, color: int) -> None:
        height = max(round(0.32 * self.batch.line_height), 3)
        self.batch.add_box(left, top, width, height, PALE, height / 2)
        if (filled := round(width * share)) > 0:
            self.batch.add_box(left, top, max(filled, height), height, LIT if color == BRIGHT else color, height / 2)
        if mark:
            thickness = max(height // 3, 2)
            at = left + round((width - thickness) * mark)
            self.batch.add_box(at, top - thickness // 2, thickness, height + thickness, color)

    def gap(self, lines: float = 0.5) -> None:
        """Leave some space."""
        self.top += lines * self.batch.line_height

    def rule(self) -> None:
        """Add a horizontal line."""
        self.batch.add_box(self.left, round(self.top + 0.25 * self.batch.line_height), self.width, 1, PALE)
        self.gap()


def draw_sound(batch: OverlayBatch, frame: np.void, peak: float, lamps: Sequence[float]) -> None:
    """Add the panel of the sound: tempo, level, bands, features and onsets.

    Parameters
    ----------
    batch : OverlayBatch
    frame : record
        What is audible.
    peak : float
        The recent peak in dB.
    lamps : sequence of float
        Brightness of LAMPS, 0 to 1.
    """
    panel = Panel(batch, 14.3)
    _add_tempo(panel, frame)
    high = _share(PARAMS["peak_db"], peak)
    panel.row("level", _decibels(frame["rms_db"]), share=_share(PARAMS["rms_db"], frame["rms_db"]), mark=high)
    panel.row("peak", _decibels(peak), HOT if peak > HOT_DB else BRIGHT, share=high)
    panel.gap(0.4)
    _add_bands(panel, frame["mel"])
    panel.gap(0.6)
    for label, feature in FEATURES.items():
        panel.row(label, share=_share(PARAMS[feature], float(frame[feature])))
    panel.gap(0.4)
    _add_lamps(panel, lamps)


def _decibels(level: float) -> str:
    return f"{max(level, -99.9):5.1f}"


def _share(param: Param, value: float) -> float:
    """Position of a value in its range, 0 to 1."""
    return param.position_of(min(max(value, param.low), param.high))


def _add_lamps(panel: Panel, lamps: Sequence[float]) -> None:
    """Add a lamp for each kind of onset."""
    batch, left, top, height = panel.batch, panel.left, round(panel.top), panel.batch.line_height
    for label, brightness in zip(LAMPS, lamps, strict=True):
        width = (len(label) + 0.8) * batch.letter_width
        batch.add_box(left, top, width, height, PALE, 0.25 * height)
        batch.add_box(left, top, width, height, LIT & ~0xFF | round(0xFF * brightness), 0.25 * height)
        batch.add_text(left + 0.4 * batch.letter_width, top, label, DIM if brightness < 0.5 else DARK)
        left += width + 0.9 * batch.letter_width


def _add_tempo(panel: Panel, frame: np.void) -> None:
    """Add the tempo in large letters, its source, and a dot for each beat of the bar."""
    batch, line, tempo = panel.batch, panel.batch.line_height, tempo_state(frame)
    color = BRIGHT if tempo.certain else DIM
    end = batch.add_text(panel.left, round(panel.top - 0.15 * line), f"{tempo.bpm:.1f}", color, LARGE)
    end += batch.letter_width
    batch.add_text(end, round(panel.top + 0.05 * line), f"bpm {tempo.source}", DIM)
    side = round(0.7 * line)
    for dot in range(BEATS_PER_BAR):
        color = PALE if dot != tempo.beat else BRIGHT if tempo.flash else LIT
        batch.add_box(end + dot * 1.6 * side, round(panel.top + 1.15 * line), side, side, color, side / 2)
    panel.gap(2.4)


def _add_bands(panel: Panel, mel: np.ndarray) -> None:
    """Add a bar for each band, the lowest on the left."""
    batch, height = panel.batch, 2.5 * panel.batch.line_height
    edges = np.round(panel.left + np.linspace(0, panel.width, BANDS + 1)).tolist()
    low, high = BAND_RANGE_DB
    share = np.clip((mel + BAND_TILT_DB - low) / (high - low), 0.0, 1.0)
    bottom, bars = round(panel.top + height), np.maximum(np.round(share * height), 1.0).tolist()
    gap = round(panel.width / BANDS / 5)
    for left, right, bar in zip(edges, edges[1:], bars, strict=False):
        batch.add_box(left, bottom - bar, right - left - gap, bar, LIT)
    panel.top += height


def draw_picture(batch: OverlayBatch, readout: PictureReadout) -> None:
    """Add the panel of the picture: preset, size, pace, lateness, and the passes with their times."""
    slowest = sorted(readout.passes.items(), key=lambda item: -item[1])
    listed, others = slowest[:MAX_PASSES], slowest[MAX_PASSES:]
    panel = Panel(batch, 8.0 + (len(listed) + bool(others) + 1.5 if listed else 0.0), right=True)
    panel.row("preset", readout.preset[: PANEL_LETTERS - 8])
    panel.row("picture", "{}×{}".format(*readout.size))
    panel.row("pace", f"{readout.rate:.1f} a second")
    panel.row("pacing", readout.pacing)
    panel.row("late", "–" if readout.late is None else "{:.1f} / {:.1f} ms".format(*readout.late))
    panel.row("ahead", "–" if readout.ahead is None else f"{readout.ahead:.0f} ms")
    panel.row("shown", f"{readout.shown:,}".replace(",", " "))
    panel.row("dropped", f"{readout.dropped:,}".replace(",", " "), WARM if readout.dropping else BRIGHT)
    if not listed:
        return
    panel.rule()
    longest = listed[0][1] or 1.0
    for name, seconds in listed:
        panel.row(name[:7], f"{1000 * seconds:5.2f}", share=seconds / longest)
    if others:
        panel.row("others", f"{1000 * sum(seconds for _, seconds in others):5.2f}")
    panel.row("passes", f"{1000 * sum(readout.passes.values()):.2f} ms")


def draw_lines(batch: OverlayBatch, lines: Iterable[tuple[str, int]]) -> None:
    """Add (text, colour) lines along the lower edge; a line that is too long is cut."""
    line, letter, margin = batch.line_height, batch.letter_width, round(MARGIN * batch.line_height)
    max_length = int((batch.size[0] - 2 * margin) / letter - 2 * PADDING)
    shown = [(text if len(text) <= max_length else text[: max_length - 1] + "…", color) for text, color in lines]
    if not shown:
        return
    width = (max(len(text) for text, _ in shown) + 2 * PADDING) * letter
    height = round((len(shown) + 0.8) * line)
    top = batch.size[1] - margin - height
    batch.add_box(margin, top, width, height, GROUND, 0.5 * line)
    for at, (text, color) in enumerate(shown):
        batch.add_text(margin + PADDING * letter, round(top + (at + 0.4) * line), text, color)


def draw_keys(batch: OverlayBatch) -> None:
    """Add the list of keys, in the middle."""
    rows = [*((key.label, key.description) for key in KEYS), (HELP, "this list")]
    label_letters, text_letters = (max(map(len, column)) for column in zip(*rows, strict=True))
    line, letter = min(batch.line_height, batch.size[1] // (len(rows) + 1)), batch.letter_width
    width, height = (label_letters + 2 + text_letters + 2 * PADDING) * letter, round((len(rows) + 1) * line)
    left, top = round((batch.size[0] - width) / 2), round((batch.size[1] - height) / 2)
    batch.add_box(left, top, width, height, GROUND, 0.5 * line)
    for at, (label, text) in enumerate(rows):
        row_top = round(top + (at + 0.5) * line)
        batch.add_text(left + (PADDING + label_letters - len(label)) * letter, row_top, label, LIT)
        batch.add_text(left + (PADDING + label_letters + 2) * letter, row_top, text, BRIGHT)
