"""Mp4Writer: H.264 and AAC in an MP4, encoded in this process."""

import contextlib
import os
import threading
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import av
import numpy as np
from av.codec.context import Flags

from phosphene.engine.common.errors import PhospheneError, UsageError
from phosphene.engine.encode.encoders import ENCODERS, open_encoder

AUDIO_BIT_RATE = 320_000  # per second; AAC takes what it can of them at low rates
AUDIO_RATE = 48_000  # where AAC does not have the source's
FRAGMENT_MICROSECONDS = 500_000  # of film that a killed process may lose, beside what the encoder holds
BOX_HEADER = 8  # bytes: the length and the type of a part of an MP4


class FilmSettings(NamedTuple):
    """Size, frame rate and encoder of a film."""

    size: tuple[int, int] = (1280, 720)
    fps: Fraction = Fraction(30)
    codec: str = "x264"
    crf: int = 16
    preset: str = "medium"  # of the encoder


class Mp4Writer:
    """An MP4 that takes frames from one thread and sound from another.

    Frame n is shown at n / fps; the sound begins with the first frame. A process that is killed leaves a file that
    plays up to a few seconds before the end. The order of video and audio in the file does not depend on which
    thread is ahead; the bits that x264 makes of a frame may differ slightly between runs.

    Parameters
    ----------
    path : Path
    size : (int, int)
        Width and height, both even.
    fps : Fraction
        Frames per second.
    rate : int
        Of the sound; AAC may have to resample it.
    codec : str
        A key of ENCODERS.
    crf : int
        Quality, 0 (x264: lossless) to 51; other encoders take it as the option that is closest to it.
    threads : int
        Of x264.
    preset : str
        Of the encoder.

    Raises
    ------
    UsageError
        If the encoder does not take this size and rate.
    OSError
        If the file cannot be written, now or later.
    """

    def __init__(
        self,
        path: Path,
        *,
        size: tuple[int, int],
        fps: Fraction,
        rate: int,
        codec: str = "x264",
        crf: int = 16,
        threads: int = 2,
        preset: str = "medium",
    ) -> None:
        self.size, self.fps, self.rate = size, fps, rate
        self._frames, self._samples = 0, 0  # written so far
        self._lock = threading.Lock()
        audio_rate = _audio_rate(rate)
        place = os.path.abspath(path)  # in a relative path, FFmpeg takes what precedes a colon for a protocol
        self._container = av.open(place, "w", format="mp4", container_options=_muxer_options(audio_rate))
        self._video = self._container.add_stream(ENCODERS[codec].name, rate=fps)
        try:
            context = self._video.codec_context
            open_encoder(context, codec, size=size, fps=fps, crf=crf, threads=threads, preset=preset)
        except PhospheneError as fault:
            raise UsageError(f"--codec {codec}: does not take {size[0]}x{size[1]} at {fps} ({fault})") from fault
        self._audio = self._container.add_stream("aac", rate=audio_rate, layout="stereo", bit_rate=AUDIO_BIT_RATE)
        self._audio.codec_context.flags |= Flags.bitexact
        self._open_streams = [self._video, self._audio]
        self._container.start_encoding()
        quality = f"{ENCODERS[codec].quality} {max(crf, ENCODERS[codec].best)}"
        sound = f"aac {self._audio.codec_context.bit_rate // 1000}k {self._audio.rate}"
        self.format = f"mp4 h264 {codec} yuv420p {quality} {preset}, {threads} threads, {sound}"

    def write_frame(self, yuv420: np.ndarray) -> None:
        """Append a frame: a contiguous uint8 array of its Y, U and V planes."""
        frame = av.VideoFrame.from_ndarray(yuv420.reshape(-1, self.size[0]), format="yuv420p")
        frame.pts, frame.time_base = self._frames, 1 / self.fps
        self._frames += 1
        self._mux(self._video.encode(frame))

    def write_audio(self, block: np.ndarray) -> None:
        """Append sound: float32 (frames, 2)."""
        frame = av.AudioFrame.from_ndarray(block.reshape(1, -1), "flt", "stereo")
        frame.rate, frame.pts = self.rate, self._samples
        self._samples += len(block)
        self._mux(self._audio.encode(frame))

    def end_video(self) -> None:
        """Declare that no frame follows."""
        self._end(self._video)

    def end_audio(self) -> None:
        """Declare that no sound follows; the file is finished once both streams have ended."""
        self._end(self._audio)

    def close(self) -> None:
        """Close the file, finished or not."""
        with self._lock, contextlib.suppress(av.FFmpegError):  # the caller of an unfinished one has an error already
            self._open_streams.clear()
            self._container.close()

    def _mux(self, packets):
        with self._lock:
            if not self._open_streams:
                raise ValueError("the film is closed")  # FFmpeg would write to freed memory
            self._container.mux(packets)

    def _end(self, stream):
        self._mux(stream.encode(None))
        with self._lock:
            self._open_streams.remove(stream)
            if not self._open_streams:
                self._container.close()


def truncate_unfinished(path: Path) -> None:
    """Cut a file that could not be finished behind its last whole fragment, so that it plays to there."""
    with open(path, "r+b") as file:
        size, at, whole = file.seek(0, os.SEEK_END), 0, 0
        while at < size:
            file.seek(at)
            header = file.read(BOX_HEADER)
            if (length := int.from_bytes(header[:4])) < BOX_HEADER:
                return  # it was finished after all
            at += length
            if at <= size and header[4:] == b"mdat":
                whole = at
        if whole:
            file.truncate(whole)


def _audio_rate(rate):
    return rate if rate in av.Codec("aac", "w").audio_rates else AUDIO_RATE


def _muxer_options(rate):
    return {
        "movflags": "hybrid_fragmented+delay_moov",  # delayed, the header can say where video and audio begin
        "frag_duration": str(FRAGMENT_MICROSECONDS),
        "flush_packets": "1",
        "movie_timescale": str(rate),  # otherwise the ends are rounded to milliseconds
        "fflags": "+bitexact",
    }
