"""The present: what of a session is heard at a moment, for whoever has to tell or to take it up."""

import numpy as np

from phosphene.engine.audio.meters import Meter
from phosphene.engine.audio.playback_clock import PlaybackClock
from phosphene.engine.listening.frame import AT, WIDTH, as_frame
from phosphene.engine.rings.board import get
from phosphene.engine.rings.timeline import EMPTY, WITHIN, read_at


class NowPlaying:
    """By the clock and the frames of a session; moments are those of `time.perf_counter()`."""

    def __init__(self, segment):
        self.segment, self.rate, self.clock = segment, 0, None
        self.record, self.spare = np.zeros((2, WIDTH))

    def sample(self, moment):
        """The sample that is heard then, or was; None before there is sound."""
        rate = int(get(self.segment["meters"], int(Meter.RATE)))
        if rate != self.rate:
            self.rate, self.clock = rate, PlaybackClock(self.segment["clock"], rate)
        return self.clock.exact(moment) if rate else None

    def frame(self, moment):
        """The frame of that sample, between its neighbours; the last one where it has not been listened to yet.

        None before there is any. The next call gives the same one, changed.
        """
        sample = self.sample(moment)
        found = EMPTY if sample is None else read_at(self.segment["frames"], sample, self.record, self.spare)
        if found == EMPTY:
            return None
        if found == WITHIN:  # between two sources there is none
            self.record[AT.tempo_source] = self.spare[AT.tempo_source]
        return as_frame(self.record)
