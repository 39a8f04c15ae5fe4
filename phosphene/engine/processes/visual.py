"""The visual process: draws pictures in time with what is audible, until the supervisor stops it."""

import json
import math
import sys
import threading
import time
from typing import Any

import numpy as np

from phosphene.engine.audio.meters import Meter
from phosphene.engine.audio.playback_clock import PlaybackClock
from phosphene.engine.modulation.matrix import Modulation
from phosphene.engine.processes.serve import serve
from phosphene.engine.recording.frame_tap import FrameTap
from phosphene.engine.rings import Segment, ring
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

RESIZE_DELAY = 0.15  # seconds that a window must keep a size before pictures are drawn at it
SOFTWARE_RATE = 30.0  # pictures per second where the processor draws them, beside the sound


class VisualProcess:
    """One life of the visual process. It reads frames, clock and board from shared memory, and never waits for them.

    Parameters
    ----------
    config : dict
        size, borderless, monitor, film.
    segment : Segment
        The session's.
    """

    def __init__(self, config: dict[str, Any], segment: Segment) -> None:
        self.config, self.segment, self.frame_stats = config, segment, segment["frame_stats"]
        self.stopped = threading.Event()
        size = config["size"] and tuple(config["size"])
        full = get(segment["cues"], int(Cue.FULL)) > 0.0
        self.window = Window(size=size, fullscreen=full, borderless=config["borderless"], monitor=config["monitor"])
        self.operator = Operator(self.window, segment)
        self.max_rate = SOFTWARE_RATE if self.window.context.software else math.inf
        self.pacer = FramePacer(min(self.window.refresh, self.max_rate), vsync=self.window.vsync)
        self.recovery = Recovery(self.window.context, self.pacer.period, self.operator.notify)
        self.failures = 0  # pictures that went bad and could not be recovered
        self.frame_tap = FrameTap(self.window.context, config["film"]) if config["film"] else None
        self.rate = 0  # of the sound; no renderer and no clock before it is known
        self.renderer: Renderer | None = None
        self.clock: PlaybackClock | None = None
        self.look: Look | None = None
        self.status: dict[str, Any] | None = None  # as published last
        self.window_size = self.settled_size = self.window.size
        self.resized_at = time.monotonic()

    def run(self) -> None:
        """Draw until the window is closed, or `stop`."""
        try:
            while not (self.stopped.is_set() or self.window.closed):
                self._publish_status()
                self._draw_frame()
                increment(self.frame_stats, FrameStat.HEARTBEAT)
        finally:
            for part in (self.frame_tap, self.operator, self.recovery, self.renderer):
                if part:
                    part.release()
            self.window.release()

    def stop(self) -> None:
        self.stopped.set()

    def _draw_frame(self) -> None:
        self.window.poll()
        self._forward_keys()
        self.operator.poll(self.renderer)
        period = 1.0 / min(self.window.refresh, self.max_rate)  # the window may be on another monitor now
        self.pacer.period = self.recovery.scaler.period = period
        if text := fetch_text(self.segment["look"]):
            self._show(Look(*json.loads(text)))
        moment, dropped = self.pacer.begin_frame()
        if not self._ready():
            self.pacer.restart()
            return
        renderer, clock = self.renderer, self.clock
        assert renderer and clock, "ready"
        if (sample := clock.sample_at(moment)) is None:
            self.pacer.restart()
            return
        renderer.reload()
        renderer.advance_to(sample)
        renderer.render(sample)
        cost = self.pacer.frame_ready()
        self.window.present(self.operator.overlay(sample, self.rate, renderer.size, self.pacer.pacing))
        seen = self.pacer.frame_presented()
        audible = clock.exact_sample_at(seen)
        lateness = 0.0 if audible is None else (audible - sample) / self.rate
        if self.frame_tap and self.window.framebuffer:
            self.frame_tap.capture(self.window.framebuffer, self.settled_size, sample)
        increment(self.frame_stats, FrameStat.SHOWN)
        increment(self.frame_stats, FrameStat.DROPPED, dropped)
        record_lateness(self.frame_stats, lateness)
        self.operator.add_frame(seen, lateness, dropped)
        self.failures += self.recovery.check(renderer, seen, cost, dropped)

    def _show(self, look: Look) -> None:
        """Show another look, or change the modulation of the one that is shown."""
        self.look = look._replace(modulation=Modulation(*look.modulation))
        if self.renderer:
            self.renderer.show(self.look)

    def _forward_keys(self) -> None:
        """Send the keys that were pressed in the window to the main process."""
        if pressed := self.window.pressed:
            self.operator.handle_keys(pressed)
            ring.push(self.segment["keys"], np.array([(moment, ord(key)) for moment, key in pressed]))
            pressed.clear()

    def _ready(self) -> bool:
        """False before there is sound, and when the renderer had to be created or resized first."""
        rate = int(get(self.segment["meters"], int(Meter.RATE)))
        if not (rate and self.look):
            return False
        size = self._render_size()
        if self.renderer and rate == self.rate and size == self.renderer.size:
            return True
        self.window.resize(size)
        if self.renderer and rate == self.rate:
            self.renderer.resize(size)
        else:
            self._create_renderer(rate, size)
        return False

    def _create_renderer(self, rate: int, size: tuple[int, int]) -> None:
        """A renderer belongs to a sample rate."""
        assert self.look is not None, "ready"
        if self.renderer:
            self.renderer.release()
        self.rate, self.clock = rate, PlaybackClock(self.segment["clock"], rate)
        self.renderer = Renderer(
            self.window.context,
            size,
            frames=self.segment["frames"],
            board=self.segment["params"],
            rate=self.rate,
            screen=self.window,
            look=self.look,
            incremental=True,
        )

    def _render_size(self) -> tuple[int, int]:
        """The size of the window since it last settled, or a smaller one where that cannot be drawn in time."""
        now, size = time.monotonic(), self.window.size
        if size != self.window_size:
            self.window_size, self.resized_at = size, now
        elif now - self.resized_at >= RESIZE_DELAY:
            self.settled_size = size
        return self.recovery.render_size(self.settled_size)

    def _publish_status(self) -> None:
        """Post to the supervisor what draws, what is shown, which faults there are, and notices for the user."""
        renderer = self.renderer
        if renderer and renderer.settled is not None:
            put(self.frame_stats, int(FrameStat.SETTLED), float(renderer.settled))
        status = {
            "gl": self.window.context.describe(),
            "fault": renderer and (renderer.fault or (renderer.deck and renderer.deck.fault)),
            "refused": renderer and renderer.refused,
            "pacing": self.pacer.pacing,
            "notices": self.operator.notices(),
            "failures": self.failures,
        }
        if status != self.status:
            self.window.set_vsync(self.pacer.request_vsync)
            self.status = status
            post_text(self.segment["visual_status"], json.dumps(status))


if __name__ == "__main__":
    sys.exit(serve(VisualProcess))
