"""Operator: what the operator of a show sees and does beside the picture: HUD, list of keys, full screen, stills."""

import json
import math
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from itertools import count
from pathlib import Path

import numpy as np

from phosphene.engine.common.errors import PhospheneError
from phosphene.engine.common.keys import HELP
from phosphene.engine.common.png import write_png
from phosphene.engine.rings import Segment
from phosphene.engine.rings.board import get
from phosphene.engine.rings.mailbox import fetch_text
from phosphene.engine.visuals.cues import Cue
from phosphene.engine.visuals.hud.hud import Hud
from phosphene.engine.visuals.hud.status import EMPTY_HUD_STATUS, HudStatus
from phosphene.engine.visuals.renderer import Renderer
from phosphene.engine.visuals.window.frame_stats import FrameStat
from phosphene.engine.visuals.window.window import Window

MAX_NOTICES = 4  # lines kept for a supervisor that has not read them yet
HELP_SECONDS = 8.0  # that the list of keys stays


class Operator:
    """Carries out the cues of a session, in the visual process.

    Parameters
    ----------
    window : Window
    segment : Segment
        The session's shared memory.
    """

    def __init__(self, window: Window, segment: Segment) -> None:
        self.window, self.segment = window, segment
        self.timing = window.context.timing
        self.status: HudStatus = EMPTY_HUD_STATUS
        self.help_until = -math.inf
        self.stills, self.clears = self._cue(Cue.STILLS), self._cue(Cue.CLEARS)
        self.hud: Hud | None = None  # made when it is first shown
        self.lines: list[str] = []  # every notice so far
        self.writer = ThreadPoolExecutor(1)  # of stills

    def _cue(self, cue: Cue) -> float:
        return get(self.segment["cues"], int(cue))

    def poll(self, renderer: Renderer | None) -> None:
        """Carry out what was requested since the last picture."""
        self.timing.on = self._cue(Cue.HUD) > 0.0
        self.window.set_fullscreen(self._cue(Cue.FULL) > 0.0)
        if text := fetch_text(self.segment["hud"]):
            self.status = json.loads(text)
        if renderer and self.clears != (clears := self._cue(Cue.CLEARS)):
            self.clears = clears
            renderer.clear()
        if renderer and self.stills != (stills := self._cue(Cue.STILLS)):
            self.stills = stills
            self.writer.submit(self._save_still, self.window.read_pixels())

    def handle_keys(self, pressed: Iterable[tuple[float, str]]) -> None:
        """Show or hide the list of keys, if its key was pressed in the window."""
        if any(key == HELP for _, key in pressed):
            now = time.perf_counter()
            self.help_until = now + HELP_SECONDS if now > self.help_until else -math.inf

    def overlay(
        self, sample: float, rate: int, size: tuple[int, int], pacing: str
    ) -> Callable[[tuple[int, int]], None] | None:
        """What draws over the picture of a sample, for `Window.present`; None if nothing does."""
        now = time.perf_counter()
        helping = now < self.help_until
        if not (self.timing.on or helping):
            return None
        hud = self.hud = self.hud or Hud(self.window.context, self.segment["frames"])
        if helping:
            return hud.draw_keys
        stats = self.segment["frame_stats"]
        shown, dropped = (int(get(stats, int(stat))) for stat in (FrameStat.SHOWN, FrameStat.DROPPED))
        picture = {"size": size, "pacing": pacing, "shown": shown, "dropped": dropped}
        return lambda room: hud.draw(room, now, sample, rate, self.status, **picture)

    def add_frame(self, moment: float, late: float, dropped: int) -> None:
        """Count a picture that was seen so many seconds late, after so many dropped refreshes."""
        if self.timing.on and self.hud:
            self.timing.end_frame()
            self.hud.add_frame(moment, late, dropped)

    def notify(self, line: str) -> None:
        """Show the user a line."""
        self.lines.append(line)

    def notices(self) -> tuple[int, list[str]]:
        """The number of notices so far, and the last of them."""
        return len(self.lines), self.lines[-MAX_NOTICES:]

    def _save_still(self, picture: np.ndarray) -> None:
        """Write a PNG under a name that no file has."""
        stem = f"phosphene-{datetime.now():%Y%m%d-%H%M%S}"
        names = (Path(stem + (f"-{number}" if number > 1 else "") + ".png") for number in count(1))
        path = next(name for name in names if not name.exists())
        try:
            write_png(path, picture[::-1])
            self.notify(f"{path}: still saved")
        except PhospheneError as error:
            self.notify(str(error))

    def release(self) -> None:
        """Finish writing stills, and release the HUD."""
        self.writer.shutdown()
        if self.hud:
            self.hud.release()
