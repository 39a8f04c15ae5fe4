"""What a session shows in the terminal: a status line that stays, notices that scroll."""

import sys

import numpy as np
from rich.console import Console
from rich.live import Live as Lit
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text

from engine.listening.frame import AT, QUIETEST, WIDTH
from engine.rings.timeline import newest, read

CELLS = 20  # of a level meter
QUIET, LOUD = -60.0, 0.0  # dB at its ends
HOT = -3.0  # dB: the peak turns red
REFRESH = 12  # a second

console = Console(highlight=False)
errors = Console(stderr=True, highlight=False, soft_wrap=True)


def fail(message):
    """An error, a line each, on standard error; nothing else is printed there."""
    for line in str(message).splitlines():
        errors.print(f"phosphene: {line}", markup=False, style="red" if errors.is_terminal else None)


def say(message):
    console.print(message, markup=False, soft_wrap=True)


def meter(rms, peak):
    """A bar for the level, a mark for the peak, both in dB."""
    cells = (round(CELLS * (level - QUIET) / (LOUD - QUIET)) for level in (rms, peak))
    level, mark = (min(max(cell, 0), CELLS) for cell in cells)
    bar = Text().append("▮" * level, style="green").append("·" * (CELLS - level), style="dim")
    if mark > 0:
        bar = bar[: mark - 1] + Text("▮", style="red" if peak > HOT else "yellow") + bar[mark:]
    return bar


class StatusLine:
    """Level, load, xruns and latency of a session, as long as standard output is a terminal."""

    def __init__(self, session):
        self.session, self.record = session, np.zeros(WIDTH)
        self.before = session.meters()
        self.load = 0.0

    def __enter__(self):
        self.lit = Lit(console=console, refresh_per_second=REFRESH, transient=True) if sys.stdout.isatty() else None
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
        meters, told = self.session.meters(), self.session.told
        if not told:
            return Text("starting", style="dim")
        frames = self.session.segment["frames"]
        count = newest(frames)
        level = QUIETEST, QUIETEST
        if count and read(frames, count - 1, self.record):
            level = self.record[AT.rms_db], self.record[AT.peak_db]
        busy, heard = meters["busy"] - self.before["busy"], meters["position"] - self.before["position"]
        if heard:
            self.load += 0.2 * (busy * told["rate"] / heard - self.load)
        self.before = meters
        xruns = int(meters["underflows"] + meters["overflows"])
        minutes, seconds = divmod(int(self.session.seconds()), 60)
        line = Text().append(*("● ", "red") if meters["device"] else ("○ ", "yellow"))
        line += meter(*level) + Text(f" {level[0]:6.1f} dB" if level[0] > QUIET else "  quiet   ")
        line += Text(f"   load {100 * self.load:.1f} %   xruns {xruns}", style="default" if not xruns else "yellow")
        line += Text(f"   latency {self.session.latency_ms()['total']:.0f} ms   {minutes:02d}:{seconds:02d}")
        if restarts := sum(self.session.restarts().values()):
            line += Text(f"   restarts {restarts}", style="yellow")
        if told["trouble"]:
            line += Text(f"   {told['trouble']}", style="yellow")
        return line


def progress():
    """A progress bar, where standard error is a terminal; silent elsewhere."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[told]}"),
        TimeRemainingColumn(),
        console=errors,
        transient=True,
        disable=not sys.stderr.isatty(),
    )
