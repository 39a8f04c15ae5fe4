"""The sound track: what is heard, from one sample on and without a gap."""

import numpy as np

from phosphene.engine.audio.core import CHANNELS
from phosphene.engine.recording.shared_frames import RecorderStat
from phosphene.engine.rings import ring, timeline
from phosphene.engine.visuals.window.frame_stats import count

CHUNK = 4096  # frames at most that it gives at once


class AudioTrack:
    """Reads the sound of a session; what was lost on the way is silence.

    Parameters
    ----------
    footage : Segment
    start : int
        The sample that comes first; `next` is the one that comes next.
    """

    def __init__(self, footage, start):
        self.sound, self.joins = footage["sound"], footage["joins"]
        self.next, self.gauges = start, footage["gauges"]
        self.block, self.silence = np.zeros((2, CHUNK, CHANNELS), np.float32)
        self.join = np.zeros(2)

    def read(self):
        """More of it, valid until the next call; None where nothing waits."""
        waiting = min(ring.readable(self.sound, CHUNK), CHUNK)  # first: where these rows go on is told by now
        if not waiting:
            return None
        sample, more = self._joined(self.sound.taken[ring.COUNT])
        if sample > self.next:
            block = self.silence[: min(sample - self.next, CHUNK)]
            count(self.gauges, RecorderStat.LOST, len(block))
        else:
            block = self.block[: min(waiting, more)]
            ring.pull(self.sound, block)
            block = block[self.next - sample :]  # who was lost in the middle of a block plays it again
        self.next += len(block)
        return block

    def _joined(self, row):
        """The sample of a row, and for how many more they go together."""
        told, more = timeline.record_count(self.joins), CHUNK
        for index in range(told - 1, max(told - len(self.joins.marks), 0) - 1, -1):
            if timeline.read(self.joins, index, self.join):
                if self.join[0] <= row:
                    return int(self.join[1] + row - self.join[0]), more
                more = int(self.join[0] - row)
        return self.next, more
