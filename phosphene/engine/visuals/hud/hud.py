"""The HUD: what a performer has to know, written over the picture and into no recording of it."""

import math
from collections import deque

import numpy as np

from phosphene.engine.listening.frame import AT, QUIETEST, WIDTH, as_frame
from phosphene.engine.rings.timeline import EMPTY, WITHIN, read, read_at, record_count
from phosphene.engine.visuals.hud import panels
from phosphene.engine.visuals.hud.overlay_batch import OverlayBatch
from phosphene.engine.visuals.hud.panels import BRIGHT, HOT, LEARNING, STROKES, Readout

FALL = 14.0  # dB a second that the peak's mark sinks by
FADE = 0.12  # seconds in which a stroke's lamp fades to 1/e
RECENT = 5.0  # seconds that lateness and rate are told of, and that a drop is fresh
NOTICED = 6.0  # seconds that a notice stays
READ = 0.2  # seconds that a number stands still, to be read


class Hud:
    """Panels of sound and picture, and what has to be said; or the list of keys.

    Parameters
    ----------
    context : Context
        Current on this thread, as it must be in every method.
    frames : Timeline
        Of what is heard.
    """

    def __init__(self, context, frames):
        self.frames, self.sheet, self.timing = frames, OverlayBatch(context), context.timing
        self.record, self.spare = np.zeros((2, WIDTH))
        self.peak, self.glows, self.moment = QUIETEST, np.zeros(len(STROKES)), 0.0
        self.index = record_count(frames)  # of the record that is looked at next
        self.past, self.fresh, self.readout, self.taken = deque(), -math.inf, None, -math.inf

    def note(self, moment, late, dropped):
        """A picture was seen so many seconds late, and so many were dropped before it."""
        self.past.append((moment, abs(late)))
        while self.past[0][0] < moment - RECENT:
            self.past.popleft()
        self.fresh = moment if dropped else self.fresh

    def write(self, room, moment, sample, rate, told, **picture):
        """Draw what there is to tell at a moment, when a sample is heard; `told` as a Stagehand has it."""
        self.sheet.fit(room)
        self._sound(moment, sample)
        if moment - self.taken > READ:
            self.taken, self.readout = moment, self._readout(moment, sample, rate, preset=told["preset"], **picture)
        panels.picture(self.sheet, self.readout)
        panels.below(self.sheet, self._lines(moment, **told))
        self.sheet.draw()

    def list_keys(self, room):
        self.sheet.fit(room)
        panels.keys(self.sheet)
        self.sheet.draw()

    def _sound(self, moment, sample):
        found = read_at(self.frames, sample, self.record, self.spare)
        if found == EMPTY or not np.isfinite(self.record).all():
            return
        if found == WITHIN:  # between two sources there is none
            self.record[AT.tempo_source] = self.spare[AT.tempo_source]
        gone, self.moment, frame = max(moment - self.moment, 0.0), moment, as_frame(self.record)
        self.peak = max(float(frame["peak_db"]), self.peak - FALL * gone, QUIETEST)
        self.glows = np.maximum(self.glows * math.exp(-gone / FADE), self._strokes(sample))
        panels.sound(self.sheet, frame, self.peak, self.glows.tolist())

    def _strokes(self, sample):
        """The strongest of each since the last look."""
        strongest, last = np.zeros(len(STROKES)), record_count(self.frames)
        self.index = max(self.index, last - len(self.frames.marks) // 2)
        while self.index < last and read(self.frames, self.index, self.spare) and self.spare[AT.sample] <= sample:
            self.index += 1
            strongest = np.maximum(strongest, self.spare[[AT.kick, AT.snare, AT.hat, AT.onset_event]])
        return strongest

    def _readout(self, moment, sample, rate, **picture):
        late, last, ahead = [late for _, late in self.past], record_count(self.frames), None
        if last and read(self.frames, last - 1, self.spare):
            ahead = 1000 * (float(self.spare[AT.sample]) - sample) / rate
        return Readout(
            rate=(len(late) - 1) / max(self.past[-1][0] - self.past[0][0], 1e-3) if late else 0.0,
            late=tuple(1000 * np.percentile(late, (50, 99))) if late else None,
            ahead=ahead,
            dropping=moment - self.fresh < RECENT,
            passes=self.timing.times,
            **picture,
        )

    def _lines(self, moment, *, faults, learn, notices, **_):
        """Faults until they are mended, what is being learnt, and what was said of late."""
        yield from ((fault, HOT) for fault in faults)
        if learn:
            yield learn, LEARNING
        yield from ((notice, BRIGHT) for when, notice in notices if moment - when < NOTICED)

    def release(self):
        self.sheet.release()
