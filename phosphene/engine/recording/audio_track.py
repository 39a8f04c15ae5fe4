"""The audio track of a recording: what is heard, from one sample on and without a gap."""

import numpy as np

from phosphene.engine.audio.taps import CHANNELS
from phosphene.engine.recording.shared_frames import RecorderStat
from phosphene.engine.rings import Segment
from phosphene.engine.rings.tap import TapReader
from phosphene.engine.visuals.window.frame_stats import increment

MAX_READ_FRAMES = 4096  # per block


class AudioTrack:
    """Reads the sound of a session; sound that was lost on the way becomes silence.

    Parameters
    ----------
    shared : Segment
        Of the recording.
    start : int
        The first sample; `next` is the sample that the next block begins with.
    """

    def __init__(self, shared: Segment, start: int) -> None:
        self.reader, self.stats, self.next = TapReader(shared["audio"], MAX_READ_FRAMES), shared["stats"], start
        self.silence = np.zeros((MAX_READ_FRAMES, CHANNELS), np.float32)

    def read(self) -> np.ndarray | None:
        """The next block, valid until the next call; None if nothing waits."""
        if not (waiting := self.reader.available()):
            return None
        sample = self.reader.sample
        if sample > self.next:
            block = self.silence[: min(sample - self.next, MAX_READ_FRAMES)]
            increment(self.stats, RecorderStat.LOST, len(block))
        else:
            # an audio process that died in the middle of a block plays it again
            block = self.reader.read(waiting)[self.next - sample :]
        self.next += len(block)
        return block
