"""HUD: what an operator needs to know, drawn over the picture in the window and into no recording of it."""

import math
from collections import deque
from collections.abc import Iterator
from typing import Any

import numpy as np

from phosphene.engine.gl.context import Context
from phosphene.engine.listening.frame import MIN_DECIBELS
from phosphene.engine.listening.frame_reader import ONSETS, FrameReader, OnsetReader
from phosphene.engine.rings.timeline import Timeline
from phosphene.engine.visuals.hud import panels
from phosphene.engine.visuals.hud.overlay_batch import OverlayBatch
from phosphene.engine.visuals.hud.panels import BRIGHT, HOT, LEARNING, PictureReadout
from phosphene.engine.visuals.hud.status import HudStatus

PEAK_FALL = 14.0  # dB per second by which the peak mark falls
LAMP_DECAY = 0.12  # seconds in which an onset's lamp fades to 1/e
RECENT_SECONDS = 5.0  # of lateness and rate; a dropped refresh is marked as long
NOTICE_SECONDS = 6.0  # that a notice stays
READOUT_SECONDS = 0.2  # that numbers stand still, so that they can be read


class Hud:
    """Panels for sound and picture, faults and notices; or the list of keys.

    Parameters
    ----------
    context : Context
        Current on this thread, as it must be in every method.
    frames : Timeline
        Of the analyser.
    """

    def __init__(self, context: Context, frames: Timeline) -> None:
        self.batch, self.timing = OverlayBatch(context), context.timing
        self.reader, self.onsets = FrameReader(frames), OnsetReader(frames)
        self.peak, self.lamps, self.drawn_at = MIN_DECIBELS, np.zeros(len(ONSETS)), 0.0
        self.shown: deque[tuple[float, float]] = deque()  # (moment, lateness in seconds) of recent pictures
        self.dropped_at = -math.inf
        self.readout: PictureReadout | None = None
        self.readout_at = -math.inf

    def add_frame(self, moment: float, late: float, dropped: int) -> None:
        """Count a picture that was seen so many seconds late, after so many dropped refreshes."""
        self.shown.append((moment, abs(late)))
        while self.shown[0][0] < moment - RECENT_SECONDS:
            self.shown.popleft()
        self.dropped_at = moment if dropped else self.dropped_at

    def draw(
        self, screen_size: tuple[int, int], moment: float, sample: float, rate: int, status: HudStatus, **picture: Any
    ) -> None:
        """Draw the panels.

        Parameters
        ----------
        screen_size : (int, int)
        moment : float
            Now, in seconds.
        sample : float
            What is audible now.
        rate : int
            Samples per second.
        status : HudStatus
        picture
            Fields of PictureReadout: `size`, `pacing`, `shown`, `dropped`.
        """
        self.batch.resize(screen_size)
        self._draw_sound(moment, sample)
        if moment - self.readout_at > READOUT_SECONDS:
            self.readout = self._make_readout(moment, sample, rate, preset=status["preset"], **picture)
            self.readout_at = moment
        panels.draw_picture(self.batch, self.readout)
        panels.draw_lines(self.batch, self._lines(moment, status))
        self.batch.draw()

    def draw_keys(self, screen_size: tuple[int, int]) -> None:
        """Draw the list of keys."""
        self.batch.resize(screen_size)
        panels.draw_keys(self.batch)
        self.batch.draw()

    def _draw_sound(self, moment: float, sample: float) -> None:
        frame = self.reader.frame_at(sample)
        if frame is None or not np.isfinite(self.reader.record).all():
            return
        since, self.drawn_at = max(moment - self.drawn_at, 0.0), moment
        self.peak = max(float(frame["peak_db"]), self.peak - PEAK_FALL * since, MIN_DECIBELS)
        self.lamps = np.maximum(self.lamps * math.exp(-since / LAMP_DECAY), self.onsets.strongest_until(sample))
        panels.draw_sound(self.batch, frame, self.peak, self.lamps.tolist())

    def _make_readout(self, moment: float, sample: float, rate: int, **picture: Any) -> PictureReadout:
        late, newest = [late for _, late in self.shown], self.reader.newest_sample()
        return PictureReadout(
            rate=(len(late) - 1) / max(self.shown[-1][0] - self.shown[0][0], 1e-3) if late else 0.0,
            late=tuple(1000 * np.percentile(late, (50, 99))) if late else None,
            ahead=None if newest is None else 1000 * (newest - sample) / rate,
            dropping=moment - self.dropped_at < RECENT_SECONDS,
            passes=self.timing.times,
            **picture,
        )

    def _lines(self, moment: float, status: HudStatus) -> Iterator[tuple[str, int]]:
        """(line, colour): faults until they are gone, what MIDI learn waits for, and recent notices."""
        yield from ((fault, HOT) for fault in status["faults"])
        if status["learn"]:
            yield status["learn"], LEARNING
        yield from ((line, BRIGHT) for since, line in status["notices"] if moment - since < NOTICE_SECONDS)

    def release(self) -> None:
        self.batch.release()
