"""The visual process: pictures in time with what is audible, until its keeper lets go of it."""

import json
import math
import sys
import threading
import time

import numpy as np

from phosphene.engine.audio.meters import Meter
from phosphene.engine.audio.playback_clock import PlaybackClock
from phosphene.engine.modulation.matrix import Modulation
from phosphene.engine.processes.serve import serve
from phosphene.engine.recording.frame_tap import FrameTap
from phosphene.engine.rings import ring
from phosphene.engine.rings.board import get, put
from phosphene.engine.rings.mailbox import fetch_text, post_text
from phosphene.engine.visuals.catalogue import Look
from phosphene.engine.visuals.cues import Cue
from phosphene.engine.visuals.hud.operator import Operator
from phosphene.engine.visuals.renderer import Renderer
from phosphene.engine.visuals.window.frame_pacer import FramePacer
from phosphene.engine.visuals.window.frame_stats import FrameStat, increment, record_lateness
from phosphene.engine.visuals.window.recovery import Recovery
from phosphene.engine.visuals.window.window import Window

CALM = 0.15  # seconds that a window keeps a size before it is painted in it
SOFTWARE_RATE = 30.0  # pictures per second where the processor draws them, which has to sound as well


class VisualProcess:
    """One life of the visual process. It reads the frames, the clock and the board, and waits for nobody.

    Parameters
    ----------
    wish : dict
        size, borderless, monitor, film.
    segment : Segment
        The session's.
    """

    def __init__(self, config, segment):
        self.config, self.segment, self.frame_stats = config, segment, segment["frame_stats"]
        self.stopped = threading.Event()
        size = config["size"] and tuple(config["size"])
        full = get(segment["cues"], int(Cue.FULL)) > 0.0
        self.window = Window(size=size, fullscreen=full, borderless=config["borderless"], monitor=config["monitor"])
        self.wings = Operator(self.window, segment)
        self.most = SOFTWARE_RATE if self.window.context.software else math.inf
        self.pacer = FramePacer(min(self.window.refresh, self.most), vsync=self.window.vsync)
        self.rate, self.clock, self.painter, self.wanted, self.told = 0, None, None, None, None
        self.care, self.sick = Recovery(self.window.context, self.pacer.period, self.wings.notify), 0
        self.size = self.calm = self.window.size
        self.since = time.monotonic()
        self.lens = FrameTap(self.window.context, config["film"]) if config["film"] else None

    def run(self):
        """VisualProcess pictures until the window is closed, or `stop`."""
        try:
            while not (self.stopped.is_set() or self.window.closed):
                self._tell()
                self._picture()
                increment(self.frame_stats, FrameStat.HEARTBEAT)
        finally:
            for owned in filter(None, (self.lens, self.wings, self.care, self.painter)):
                owned.release()
            self.window.release()

    def stop(self):
        self.stopped.set()

    def _picture(self):
        self.window.poll()
        self._pass_keys()
        self.wings.poll(self.painter)
        period = 1.0 / min(self.window.refresh, self.most)  # that of another monitor, maybe
        self.pacer.period = self.care.scaler.period = period
        if text := fetch_text(self.segment["look"]):
            self._play(Look(*json.loads(text)))
        moment, missed = self.pacer.begin_frame()
        if not self._ready() or (sample := self.clock.sample_at(moment)) is None:
            self.pacer.restart()
            return
        self.painter.reload()
        self.painter.advance_to(sample)
        self.painter.render(sample)
        cost = self.pacer.frame_ready()
        self.window.present(self.wings.overlay(sample, self.rate, self.painter.size, self.pacer.pacing))
        seen = self.pacer.frame_presented()
        late = (self.clock.exact(seen) - sample) / self.rate
        if self.lens:
            self.lens.capture(self.window.framebuffer, self.calm, sample)
        increment(self.frame_stats, FrameStat.SHOWN)
        increment(self.frame_stats, FrameStat.DROPPED, missed)
        record_lateness(self.frame_stats, late)
        self.wings.add_frame(seen, late, missed)
        self.sick += self.care.check(self.painter, seen, cost, missed)

    def _play(self, look):
        """VisualProcess another look, or let other rows move the one that is shown."""
        self.wanted = look._replace(modulation=Modulation(*look.modulation))
        if self.painter:
            self.painter.show(self.wanted)

    def _pass_keys(self):
        """Tell the keeper what was pressed in the window."""
        if pressed := self.window.pressed:
            self.wings.handle_keys(pressed)
            ring.push(self.segment["keys"], np.array([(moment, ord(key)) for moment, key in pressed]))
            pressed.clear()

    def _ready(self):
        """False before there is sound, and where a painter had to be made first."""
        rate = int(get(self.segment["meters"], int(Meter.RATE)))
        if not (rate and self.wanted):
            return False
        size = self._size()
        if rate == self.rate and size == self.painter.size:
            return True
        self.window.resize(size)
        if rate == self.rate:
            self.painter.resize(size)
        else:
            self._begin(rate, size)
        return False

    def _begin(self, rate, size):
        """Make a painter, for sound of another rate than before."""
        if self.painter:
            self.painter.release()
        self.rate, self.clock = rate, PlaybackClock(self.segment["clock"], rate)
        self.painter = Renderer(
            self.window.context,
            size,
            frames=self.segment["frames"],
            board=self.segment["params"],
            rate=self.rate,
            screen=self.window,
            look=self.wanted,
            incremental=True,
        )

    def _size(self):
        """The window's, as it was when it last stood still; or less, where that is more than can be drawn in time."""
        now, size = time.monotonic(), self.window.size
        if size != self.size:
            self.size, self.since = size, now
        elif now - self.since >= CALM:
            self.calm = size
        return self.care.render_size(self.calm)

    def _tell(self):
        """Tell the keeper what it draws with, what is seen alone, what cannot be drawn, and what there is to say."""
        if self.painter and self.painter.settled is not None:
            put(self.frame_stats, int(FrameStat.SETTLED), float(self.painter.settled))
        told = {
            "gl": self.window.context.describe(),
            "fault": self.painter and (self.painter.fault or self.painter.deck.fault),
            "refused": self.painter and self.painter.refused,
            "pacing": self.pacer.pacing,
            "said": self.wings.notices(),
            "sick": self.sick,
        }
        if told != self.told:
            self.window.set_vsync(self.pacer.request_vsync)
            self.told = told
            post_text(self.segment["visual_status"], json.dumps(told))


if __name__ == "__main__":
    sys.exit(serve(VisualProcess))
