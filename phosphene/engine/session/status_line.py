"""The status line of a live session: it stays at the bottom of the terminal while notices scroll."""

import sys
import time
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from rich.console import Console
from rich.live import Live
from rich.text import Text

from phosphene.engine.audio.input_meter import InputMeter, Level
from phosphene.engine.listening.frame import AT, MIN_DECIBELS, WIDTH
from phosphene.engine.listening.frame_reader import tempo_state
from phosphene.engine.listening.rhythm.tempo_override import BEATS_PER_BAR
from phosphene.engine.rings.timeline import read, record_count
from phosphene.engine.session.actions import OperatorActions
from phosphene.engine.session.report import SessionReport

SEPARATOR = "  "
MAX_MOVES = 2  # entries of what moves what
METER_CELLS = 20
METER_LOW, METER_HIGH = -60.0, 0.0  # dB
RED_ABOVE = -3.0  # dB of the peak
REFRESH_RATE = 16  # per second: fast enough to see beats
LOAD_SMOOTHING = 0.2


def level_meter(rms: float, peak: float) -> Text:
    """A bar for the level and a mark for the peak, both in dB."""
    cells = (round(METER_CELLS * (level - METER_LOW) / (METER_HIGH - METER_LOW)) for level in (rms, peak))
    level, mark = (min(max(cell, 0), METER_CELLS) for cell in cells)
    bar = Text().append("▮" * level, style="green").append("·" * (METER_CELLS - level), style="dim")
    if mark > 0:
        bar = bar[: mark - 1] + Text("▮", style="red" if peak > RED_ABOVE else "yellow") + bar[mark:]
    return bar


def input_text(level: Level | None) -> Text:
    """The peak of the input in dB; red where it clips."""
    if level is None:
        return Text("no input", style="yellow")
    peak = f"{level.peak:.0f} dB" if level.peak > METER_LOW else "quiet"
    return Text(f"in {peak}", style="red" if level.peak >= METER_HIGH else "default")


def tempo_text(frame: Any, peers: int | None = None) -> Text:
    """Tempo, its source, and a dot for each beat of the bar. The current beat's dot is filled."""
    tempo = tempo_state(frame)
    style = "default" if tempo.certain else "dim"
    line = Text(f"{tempo.bpm:5.1f} bpm {tempo.source}{'' if peers is None else f' +{peers}'} ", style=style)
    for dot in range(BEATS_PER_BAR):
        if dot == tempo.beat:
            line.append("●", style="bold" if tempo.flash else style)
        else:
            line.append("○", style="dim")
    return line


def fit_parts(parts: Iterable[tuple[int, Text]], width: int) -> Text:
    """(priority, text) pairs side by side; those of the lowest priority are left out where the width is too small."""
    parts = list(parts)
    while len(parts) > 1 and sum(len(text) + len(SEPARATOR) for _, text in parts) - len(SEPARATOR) > width:
        parts.remove(min(parts, key=lambda part: part[0]))
    return Text(SEPARATOR).join(text for _, text in parts)


class StatusLine:
    """Level, tempo, load, dropouts and latency of a session, if standard output is a terminal. A context manager.

    Parameters
    ----------
    report : SessionReport
    actions : OperatorActions
    console : Console
        Of the terminal.
    input_meter : InputMeter, optional
        Its level is shown, where the source is a microphone.
    """

    def __init__(
        self,
        report: SessionReport,
        actions: OperatorActions,
        console: Console,
        input_meter: InputMeter | None = None,
    ) -> None:
        self.report, self.actions, self.console = report, actions, console
        self.supervisor = report.supervisor
        self.record, self.meters_before, self.load = np.zeros(WIDTH), report.meters(), 0.0
        self.input_meter = input_meter
        self.input_level: Level | None = None
        self.live: Live | None = None

    def __enter__(self) -> "StatusLine":
        if sys.stdout.isatty():
            self.live = Live(console=self.console, refresh_per_second=REFRESH_RATE, transient=True)
            self.live.start()
        return self

    def __exit__(self, *_: Any) -> None:
        if self.live:
            self.live.stop()

    def show(self) -> None:
        if self.live:
            self.live.update(self.line())

    def line(self) -> Text:
        if not self.supervisor.audio_status:
            return Text("starting", style="dim")
        return fit_parts(self._parts(), self.console.width)

    def _parts(self) -> Iterator[tuple[int, Text]]:
        """The parts from left to right, with their priorities."""
        status, meters = self.supervisor.audio_status, self.report.meters()
        self._update_load(meters, status["rate"])
        rms, peak = self._levels()
        device = Text().append(*("● ", "red") if meters["device"] else ("○ ", "yellow"))
        yield 8, device + level_meter(rms, peak) + Text(f" {rms:6.1f} dB" if rms > METER_LOW else "  quiet  ")
        if self.input_meter:
            self.input_level = self.input_meter.poll() or self.input_level
            yield 7, input_text(self.input_level)
        if (frame := self.actions.now_playing.frame(time.perf_counter())) is not None:
            yield 9, tempo_text(frame, self.actions.link_peers)
        if prompt := self.actions.controllers.learn_prompt:
            yield 10, Text(prompt, style="bold")
        yield 2, Text(f"load {100 * self.load:.1f} %")
        xruns = int(meters["underflows"] + meters["overflows"])
        yield 6, Text(f"xruns {xruns}", style="yellow" if xruns else "default")
        yield 3, Text(f"latency {self.report.latency_ms()['total']:.0f} ms")
        if moves := self.supervisor.parameters.summary():
            more = f" +{len(moves) - MAX_MOVES}" if len(moves) > MAX_MOVES else ""
            yield 1, Text(", ".join(moves[:MAX_MOVES]) + more, style="dim")
        minutes, seconds = divmod(int(self.report.seconds()), 60)
        yield 4, Text(f"{minutes:02d}:{seconds:02d}")
        if restarts := sum(self.supervisor.restarts().values()):
            yield 5, Text(f"restarts {restarts}", style="yellow")
        if status["fault"]:
            yield 7, Text(status["fault"], style="yellow")

    def _levels(self) -> tuple[float, float]:
        """RMS and peak of the newest frame of features, in dB."""
        frames = self.supervisor.segment["frames"]
        count = record_count(frames)
        if count and read(frames, count - 1, self.record):
            return self.record[AT.rms_db], self.record[AT.peak_db]
        return MIN_DECIBELS, MIN_DECIBELS

    def _update_load(self, meters: dict[str, float], rate: float) -> None:
        """Smooth the share of real time that the audio callback needs."""
        busy = meters["busy"] - self.meters_before["busy"]
        played = meters["position"] - self.meters_before["position"]
        if played:
            self.load += LOAD_SMOOTHING * (busy * rate / played - self.load)
        self.meters_before = meters
