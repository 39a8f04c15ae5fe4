"""The wings: what the operator of a show sees and does beside the picture: HUD, full screen, screenshots."""

import json
import math
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from itertools import count
from pathlib import Path

from phosphene.engine.common.errors import PhospheneError
from phosphene.engine.common.keys import HELP
from phosphene.engine.common.png import write_png
from phosphene.engine.rings.board import get
from phosphene.engine.rings.mailbox import fetch_text
from phosphene.engine.session.show_actions import EMPTY_HUD
from phosphene.engine.visuals.cues import Cue
from phosphene.engine.visuals.hud.hud import Hud
from phosphene.engine.visuals.window.frame_stats import FrameStat

SAID = 4  # lines that are kept for a keeper who has not looked yet
HELPED = 8.0  # seconds that the list of keys stays


class Operator:
    """Heeds the cues of a session, in the process that draws.

    Parameters
    ----------
    window : Window
    segment : Segment
        The session's.
    """

    def __init__(self, window, segment):
        self.window, self.segment, self.lines = window, segment, []
        self.timing, self.told, self.helped = window.context.timing, EMPTY_HUD, -math.inf
        self.stills, self.clears = self._cue(Cue.STILLS), self._cue(Cue.CLEARS)
        self.hud, self.darkroom = None, ThreadPoolExecutor(1)

    def _cue(self, cue):
        return get(self.segment["cues"], int(cue))

    def heed(self, painter):
        """Do what was asked for since the last picture."""
        self.timing.on = self._cue(Cue.HUD) > 0.0
        self.window.fill(self._cue(Cue.FULL) > 0.0)
        if text := fetch_text(self.segment["hud"]):
            self.told = json.loads(text)
        if painter and self.clears != (clears := self._cue(Cue.CLEARS)):
            self.clears = clears
            painter.clear()
        if painter and self.stills != (stills := self._cue(Cue.STILLS)):
            self.stills = stills
            self.darkroom.submit(self._develop, self.window.picture())

    def hear(self, pressed):
        """Of the keys pressed in the window: the list of them is shown where it was asked for."""
        if any(key == HELP for _, key in pressed):
            now = time.perf_counter()
            self.helped = now if now - self.helped > HELPED else -math.inf

    def over(self, sample, rate, size, pacing):
        """What draws over the picture of a sample, as the window wants it; None where nothing does."""
        now = time.perf_counter()
        helping = now - self.helped < HELPED
        if not (self.timing.on or helping):
            return None
        self.hud = self.hud or Hud(self.window.context, self.segment["frames"])
        if helping:
            return self.hud.list_keys
        frame_stats = self.segment["frame_stats"]
        shown, dropped = (int(get(frame_stats, int(sight))) for sight in (FrameStat.SHOWN, FrameStat.DROPPED))
        picture = {"size": size, "pacing": pacing, "shown": shown, "dropped": dropped}
        return lambda room: self.hud.write(room, now, sample, rate, self.told, **picture)

    def note(self, moment, late, dropped):
        """A picture was seen so many seconds late, and so many were dropped before it."""
        if self.timing.on and self.hud:
            self.timing.turn()
            self.hud.note(moment, late, dropped)

    def say(self, line):
        """Tell the user."""
        self.lines.append(line)

    def said(self):
        """How many lines were said so far, and the last of them."""
        return [len(self.lines), self.lines[-SAID:]]

    def _develop(self, picture):
        """Write a PNG, whose name is no other's."""
        stem = f"phosphene-{datetime.now():%Y%m%d-%H%M%S}"
        names = (Path(stem + (f"-{number}" if number > 1 else "") + ".png") for number in count(1))
        path = next(name for name in names if not name.exists())
        try:
            write_png(path, picture[::-1])
            self.say(f"{path}: the picture")
        except PhospheneError as fault:
            self.say(str(fault))

    def release(self):
        self.darkroom.shutdown()
        if self.hud:
            self.hud.release()
