"""Now playing: which sample and which frame of a session are audible at a moment."""

from phosphene.engine.audio.meters import Meter
from phosphene.engine.audio.playback_clock import PlaybackClock
from phosphene.engine.listening.frame_reader import FrameReader
from phosphene.engine.rings.board import get


class NowPlaying:
    """Reads the clock and the frames of a session. Moments are those of `time.perf_counter()`."""

    def __init__(self, segment):
        self.segment, self.rate, self.clock = segment, 0, None
        self.reader = FrameReader(segment["frames"])

    def sample(self, moment):
        """The sample that is audible at a moment; None before there is sound."""
        rate = int(get(self.segment["meters"], int(Meter.RATE)))
        if rate != self.rate:
            self.rate, self.clock = rate, PlaybackClock(self.segment["clock"], rate)
        return self.clock.exact_sample_at(moment) if rate else None

    def frame(self, moment):
        """The frame of that sample, as `FrameReader.frame_at` gives it; None before there is sound."""
        sample = self.sample(moment)
        return None if sample is None else self.reader.frame_at(sample)

    @property
    def record(self):
        """The last frame as a row of numbers."""
        return self.reader.record
