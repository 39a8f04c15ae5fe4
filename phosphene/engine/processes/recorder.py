"""The recorder: a process that films a session, and may be lost without it."""

import contextlib
import os
import sys
import threading
import time
from pathlib import Path

import numpy as np

from phosphene.engine.audio.meters import Meter
from phosphene.engine.audio.now_playing import NowPlaying
from phosphene.engine.common.errors import PhospheneError
from phosphene.engine.encode.encoders import require_encoder
from phosphene.engine.encode.mp4 import Mp4Writer, truncate_unfinished
from phosphene.engine.encode.yuv420 import rgba_to_yuv420
from phosphene.engine.processes.serve import serve
from phosphene.engine.recording.audio_track import AudioTrack
from phosphene.engine.recording.frame_select import FrameSelector
from phosphene.engine.recording.shared_frames import BYTES_PER_PIXEL, FPS, RecorderStat, frame_slot, open_segment
from phosphene.engine.rings import ring
from phosphene.engine.rings.board import get, put
from phosphene.engine.visuals.window.frame_stats import count

CODEC, PRESET, CRF = "x264", "ultrafast", 18  # a disk has more room than who plays has time
THREADS = min(max((os.cpu_count() or 1) // 2, 1), 8)
IDLE = 0.01  # seconds that it rests when there is nothing to do
PATIENCE = 0.5  # seconds for which a picture may be on its way


class RecorderProcess:
    """One life of the recorder: from the first picture it sees to the end, one film.

    Parameters
    ----------
    wish : dict
        segment; film, as all processes are told of it; path, and part, where that is written until it is done.
    segment : Segment
        The session's.
    """

    def __init__(self, config, segment):
        require_encoder(CODEC)
        self.segment, self.path, self.part = segment, Path(config["path"]), Path(config["part"])
        self.footage = open_segment(config["film"])
        self.gauges, self.shown = self.footage["stats"], self.footage["frame_times"]
        self.stopped = threading.Event()
        self.present, self.sample = NowPlaying(segment), np.zeros((1, 1))
        self.film, self.cutter, self.track, self.picture = None, None, None, None
        put(self.gauges, int(RecorderStat.RECORDING), 1.0)

    def run(self):
        """Mp4Writer until `stop`, or until the disk is full."""
        try:
            while not self.stopped.is_set():
                count(self.gauges, RecorderStat.HEARTBEAT)
                if self.film and self._rate() != self.rate:
                    self._end()
                    self._give_up(f"the sound has {self._rate()} frames a second now, and had {self.rate}")
                if not self._see() + self._hear() + self._cut():
                    time.sleep(IDLE)
            self._end()
        except OSError as fault:
            if self.film:
                with contextlib.suppress(OSError):  # it is where nothing can be written
                    self.film.close()
                    truncate_unfinished(self.part)
                    os.replace(self.part, self.path)
            self._give_up(f"could not be written ({fault.strerror or fault})")

    def stop(self):
        self.stopped.set()

    def _see(self):
        """Take up the pictures that were shown; with the first, the film begins."""
        seen = 0
        while ring.readable(self.shown, 1):
            taken = self.shown.taken[ring.COUNT]
            sample = self.shown.rows[taken & (len(self.shown.rows) - 1), 0]
            if not self.film:
                self._begin(sample)
            self.cutter.add(sample, self._developed(frame_slot(self.footage, taken)))
            seen += ring.pull(self.shown, self.sample)  # last: from now on it is drawn over
        return seen

    def _begin(self, sample):
        self.rate = self._rate()
        self.size = int(get(self.gauges, int(RecorderStat.WIDTH))), int(get(self.gauges, int(RecorderStat.HEIGHT)))
        how = {"codec": CODEC, "crf": CRF, "preset": PRESET, "threads": THREADS}
        self.film = Mp4Writer(self.part, size=self.size, fps=FPS, rate=self.rate, **how)
        self.cutter = FrameSelector(sample, float(self.rate / FPS))
        self.track = AudioTrack(self.footage, round(sample))

    def _rate(self):
        return int(get(self.segment["meters"], int(Meter.RATE)))

    def _developed(self, raw):
        """A picture as the film takes it."""
        width, height = self.size
        i420 = np.empty(height * width * 3 // 2, np.uint8)
        if get(self.gauges, int(RecorderStat.IS_YUV420)):
            i420[:] = raw[: i420.size]
        else:
            rgba_to_yuv420(raw[: BYTES_PER_PIXEL * width * height].reshape(height, width, BYTES_PER_PIXEL), i420)
        return i420

    def _hear(self):
        """Take up what sounds since then."""
        if not self.film or (block := self.track.read()) is None:
            return 0
        if len(block):
            self.film.write_audio(block)
        count(self.gauges, RecorderStat.AUDIO_FRAMES, len(block))
        return 1

    def _cut(self, last=False):
        """Put the picture of the next moment in, if there was sound then and no nearer one is to come."""
        if not self.film or self.cutter.moment >= self.track.next or not (last or self.cutter.ready or self._late()):
            return 0
        picture = self.cutter.choose()
        self.picture = self.picture if picture is None else picture
        self.film.write_frame(self.picture)
        count(self.gauges, RecorderStat.PICTURES)
        count(self.gauges, RecorderStat.REPEATED, picture is None)
        return 1

    def _late(self):
        """True if it is no use to wait for another picture."""
        heard = self.present.sample(time.perf_counter())
        return heard is not None and heard > self.cutter.moment + PATIENCE * self.rate

    def _end(self):
        """Finish the film with all that was heard."""
        self._see()
        if not self.film:
            return
        while self._hear():
            pass
        while self._cut(last=True):
            pass
        self.film.end_video()
        self.film.end_audio()
        self.film.close()
        os.replace(self.part, self.path)

    def _give_up(self, why):
        put(self.gauges, int(RecorderStat.RECORDING), 0.0)
        raise PhospheneError(f"{self.path}: {why}; the recording ends here, the show goes on")


if __name__ == "__main__":
    sys.exit(serve(RecorderProcess))
