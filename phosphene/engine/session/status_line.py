"""What a session shows in the terminal: a status line that stays, notices that scroll."""

import sys
import time

import numpy as np
from rich.live import Live as Lit
from rich.text import Text

from phosphene.engine.listening.frame import AT, QUIETEST, SOURCES, WIDTH
from phosphene.engine.listening.rhythm.tempo_override import BEATS, HEARD
from phosphene.engine.rings.timeline import read, record_count

SEPARATOR = "  "
SHOWN = 2  # of who moves what
CELLS = 20  # of a level meter
QUIET, LOUD = -60.0, 0.0  # dB at its ends
HOT = -3.0  # dB: the peak turns red
REFRESH = 16  # a second: a beat is seen to come
GLOW = 0.25  # of a beat that its dot is bright
MIN_CONFIDENCE = 0.3  # confidence below which a tempo that is heard is dim


def level_meter(rms, peak):
    """A bar for the level, a mark for the peak, both in dB."""
    cells = (round(CELLS * (level - QUIET) / (LOUD - QUIET)) for level in (rms, peak))
    level, mark = (min(max(cell, 0), CELLS) for cell in cells)
    bar = Text().append("▮" * level, style="green").append("·" * (CELLS - level), style="dim")
    if mark > 0:
        bar = bar[: mark - 1] + Text("▮", style="red" if peak > HOT else "yellow") + bar[mark:]
    return bar


def tempo_text(frame, peers=None):
    """Tempo and where it comes from; a dot for each beat of a bar, of which the one that is heard is lit."""
    source = SOURCES[round(float(frame["tempo_source"]))]
    style = "dim" if source == SOURCES[HEARD] and frame["confidence"] < MIN_CONFIDENCE else "default"
    line = Text(f"{frame['tempo']:5.1f} bpm {source}{'' if peers is None else f' +{peers}'} ", style=style)
    beat, gone = divmod(float(frame["bar"]) % 1.0 * BEATS, 1.0)
    for dot in range(BEATS):
        lit = dot == int(beat)
        line.append("●" if lit else "○", style="bold" if lit and gone < GLOW else "dim" if not lit else style)
    return line


def fit_parts(parts, width):
    """(what it is worth, text) side by side; what is worth least is left out where there is no room."""
    parts = list(parts)
    while len(parts) > 1 and sum(len(text) + len(SEPARATOR) for _, text in parts) - len(SEPARATOR) > width:
        parts.remove(min(parts, key=lambda part: part[0]))
    return Text(SEPARATOR).join(text for _, text in parts)


class StatusLine:
    """Level, tempo, load, xruns and latency of a session, as long as standard output is a terminal."""

    def __init__(self, session, performer, console):
        self.console = console
        self.session, self.performer, self.record = session, performer, np.zeros(WIDTH)
        self.before = session.meters()
        self.load = 0.0

    def __enter__(self):
        self.lit = (
            Lit(console=self.console, refresh_per_second=REFRESH, transient=True) if sys.stdout.isatty() else None
        )
        if self.lit:
            self.lit.start()
        return self

    def __exit__(self, *_):
        if self.lit:
            self.lit.stop()

    def show(self):
        if self.lit:
            self.lit.update(self.line())

    def line(self):
        told = self.session.told
        return fit_parts(self._parts(told), self.console.width) if told else Text("starting", style="dim")

    def _parts(self, told):
        meters = self.session.meters()
        frames = self.session.segment["frames"]
        count = record_count(frames)
        level = QUIETEST, QUIETEST
        if count and read(frames, count - 1, self.record):
            level = self.record[AT.rms_db], self.record[AT.peak_db]
        busy, heard = meters["busy"] - self.before["busy"], meters["position"] - self.before["position"]
        if heard:
            self.load += 0.2 * (busy * told["rate"] / heard - self.load)
        self.before = meters
        xruns = int(meters["underflows"] + meters["overflows"])
        minutes, seconds = divmod(int(self.session.seconds()), 60)
        lamp = Text().append(*("● ", "red") if meters["device"] else ("○ ", "yellow"))
        yield 8, lamp + level_meter(*level) + Text(f" {level[0]:6.1f} dB" if level[0] > QUIET else "  quiet  ")
        if (frame := self.performer.present.frame(time.perf_counter())) is not None:
            yield 9, tempo_text(frame, self.performer.peers)
        if asks := self.performer.gear.asks:
            yield 10, Text(asks, style="bold")
        yield 2, Text(f"load {100 * self.load:.1f} %")
        yield 6, Text(f"xruns {xruns}", style="default" if not xruns else "yellow")
        yield 3, Text(f"latency {self.session.latency_ms()['total']:.0f} ms")
        if tells := self.session.desk.tells():
            more = f" +{len(tells) - SHOWN}" if len(tells) > SHOWN else ""
            yield 1, Text(", ".join(tells[:SHOWN]) + more, style="dim")
        yield 4, Text(f"{minutes:02d}:{seconds:02d}")
        if restarts := sum(self.session.restarts().values()):
            yield 5, Text(f"restarts {restarts}", style="yellow")
        if told["trouble"]:
            yield 7, Text(told["trouble"], style="yellow")
