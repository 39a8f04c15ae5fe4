"""The recorder process: films a session. The session goes on without it."""

import contextlib
import os
import sys
import threading
import time
from pathlib import Path
from typing import Any

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
from phosphene.engine.rings import Segment, ring
from phosphene.engine.rings.board import get, put
from phosphene.engine.visuals.window.frame_stats import increment

CODEC, PRESET, CRF = "x264", "ultrafast", 18  # disk space is cheaper than processor time on stage
THREADS = min(max((os.cpu_count() or 1) // 2, 1), 8)
IDLE = 0.01  # seconds that it rests when there is nothing to do
LATE_FRAME = 0.5  # seconds for which a picture may be on its way


class RecorderProcess:
    """One life of the recorder: a film from the first picture it gets to the end.

    Parameters
    ----------
    config : dict
        film: the recording's segment and size; path; part, where the film is written until it is complete.
    segment : Segment
        The session's.
    """

    def __init__(self, config: dict[str, Any], segment: Segment) -> None:
        require_encoder(CODEC)
        self.segment, self.path, self.part = segment, Path(config["path"]), Path(config["part"])
        self.shared = open_segment(config["film"])
        self.stats, self.frame_times = self.shared["stats"], self.shared["frame_times"]
        self.stopped = threading.Event()
        self.now_playing, self.sample = NowPlaying(segment), np.zeros((1, 1))
        self.film: Mp4Writer | None = None  # and no selector or track, before the first picture
        self.picture: np.ndarray | None = None  # the one written last
        put(self.stats, int(RecorderStat.RECORDING), 1.0)

    def run(self) -> None:
        """Record until `stop`, or until the disk is full."""
        try:
            while not self.stopped.is_set():
                increment(self.stats, RecorderStat.HEARTBEAT)
                if self.film and self._sample_rate() != self.rate:
                    self._finish()
                    self._fail(f"the sound has {self._sample_rate()} frames a second now, and had {self.rate}")
                if not self._read_pictures() + self._write_audio() + self._write_picture():
                    time.sleep(IDLE)
            self._finish()
        except OSError as fault:
            if self.film:
                with contextlib.suppress(OSError):  # nothing can be written there
                    self.film.close()
                    truncate_unfinished(self.part)
                    os.replace(self.part, self.path)
            self._fail(f"could not be written ({fault.strerror or fault})")

    def stop(self) -> None:
        self.stopped.set()

    def _read_pictures(self) -> int:
        """Read the pictures that were shown. The film begins with the first."""
        read = 0
        while ring.readable(self.frame_times, 1):
            count = self.frame_times.taken[ring.COUNT]
            sample = self.frame_times.rows[count & (len(self.frame_times.rows) - 1), 0]
            if not self.film:
                self._begin(sample)
            self.selector.add(sample, self._to_yuv420(frame_slot(self.shared, count)))
            read += ring.pull(self.frame_times, self.sample)  # last: from now on the slot is overwritten
        return read

    def _begin(self, sample: float) -> None:
        self.rate = self._sample_rate()
        self.size = self._stat(RecorderStat.WIDTH), self._stat(RecorderStat.HEIGHT)
        self.film = Mp4Writer(
            self.part,
            size=self.size,
            fps=FPS,
            rate=self.rate,
            codec=CODEC,
            crf=CRF,
            preset=PRESET,
            threads=THREADS,
        )
        self.selector = FrameSelector(sample, float(self.rate / FPS))
        self.track = AudioTrack(self.shared, round(sample))

    def _sample_rate(self) -> int:
        return int(get(self.segment["meters"], int(Meter.RATE)))

    def _stat(self, stat: RecorderStat) -> int:
        return int(get(self.stats, int(stat)))

    def _to_yuv420(self, raw: np.ndarray) -> np.ndarray:
        """A copy of a picture in the format of the encoder."""
        width, height = self.size
        yuv420 = np.empty(height * width * 3 // 2, np.uint8)
        if self._stat(RecorderStat.IS_YUV420):
            yuv420[:] = raw[: yuv420.size]
        else:
            rgba_to_yuv420(raw[: BYTES_PER_PIXEL * width * height].reshape(height, width, BYTES_PER_PIXEL), yuv420)
        return yuv420

    def _write_audio(self) -> int:
        """Write the sound that has come since the last call."""
        if not self.film or (block := self.track.read()) is None:
            return 0
        if len(block):
            self.film.write_audio(block)
        increment(self.stats, RecorderStat.AUDIO_FRAMES, len(block))
        return 1

    def _write_picture(self, last: bool = False) -> int:
        """Write the picture of the next moment, once its sound is there and no nearer picture is to come."""
        if not self.film or self.selector.moment >= self.track.next:
            return 0
        if not (last or self.selector.ready or self._is_late()):
            return 0
        picture = self.selector.choose()
        self.picture = self.picture if picture is None else picture
        assert self.picture is not None, "the first picture begins the film"
        self.film.write_frame(self.picture)
        increment(self.stats, RecorderStat.PICTURES)
        increment(self.stats, RecorderStat.REPEATED, picture is None)
        return 1

    def _is_late(self) -> bool:
        """True if no other picture will come for the next moment."""
        sample = self.now_playing.sample(time.perf_counter())
        return sample is not None and sample > self.selector.moment + LATE_FRAME * self.rate

    def _finish(self) -> None:
        """Write what is left, and complete the film."""
        self._read_pictures()
        if not self.film:
            return
        while self._write_audio():
            pass
        while self._write_picture(last=True):
            pass
        self.film.end_video()
        self.film.end_audio()
        self.film.close()
        os.replace(self.part, self.path)

    def _fail(self, why: str) -> None:
        put(self.stats, int(RecorderStat.RECORDING), 0.0)
        raise PhospheneError(f"{self.path}: {why}; the recording ends here, the show goes on")


if __name__ == "__main__":
    sys.exit(serve(RecorderProcess))
