"""Films: H.264 and AAC in an MP4, encoded in this process."""

import contextlib
import os
import threading

import av
from av.codec.context import Flags

from phosphene.engine.common.errors import PhospheneError, UsageError
from phosphene.engine.encode.encoders import ENCODERS, open_encoder

SOUND_BITS = 320_000  # a second; AAC takes what it can of them at low rates
SOUND_RATE = 48_000  # where AAC does not have the source's
FRAGMENT = 500_000  # microseconds of film that a killed process may take along, beside what the encoder holds
BOX = 8  # bytes that say how long a part of an MP4 is, and what


class Mp4Writer:
    """An MP4 that takes pictures from one thread and sound from another.

    Picture n is shown at n / fps, the sound begins with the first. A process that is killed leaves a file
    that plays up to a few seconds before. Where picture and sound lie in it does not hang on who of the two
    is ahead; what x264 makes of a picture may differ by a few bits from one time to the next.

    Parameters
    ----------
    path : Path
    size : (int, int)
        Width and height, both even.
    fps : Fraction
        Pictures a second.
    rate : int
        Of the sound that is given; AAC may have to play it at another.
    codec : str
        A key of ENCODERS.
    crf : int
        0 to 51, lower is better; x264 without loss at 0. Other encoders take it as their own like of it.
    threads : int
        Of x264.
    preset : str
        Of the encoder.

    Raises
    ------
    UsageError
        If the encoder does not take the pictures.
    OSError
        If the file cannot be written, now or later.
    """

    def __init__(self, path, *, size, fps, rate, codec="x264", crf=16, threads=2, preset="medium"):
        self.size, self.fps, self.rate = size, fps, rate
        self._shown, self._heard = 0, 0  # pictures and frames of sound
        self._lock = threading.Lock()
        self._container = av.open(str(path), "w", format="mp4", container_options=_layout(_sound_rate(rate)))
        self._video = self._container.add_stream(ENCODERS[codec].name, rate=fps)
        try:
            settings = {"size": size, "fps": fps, "crf": crf, "threads": threads, "preset": preset}
            open_encoder(self._video.codec_context, codec, **settings)
        except PhospheneError as fault:
            raise UsageError(f"--codec {codec}: does not take {size[0]}x{size[1]} at {fps} ({fault})") from fault
        self._audio = self._container.add_stream("aac", rate=_sound_rate(rate), layout="stereo", bit_rate=SOUND_BITS)
        self._audio.codec_context.flags |= Flags.bitexact
        self._going = [self._video, self._audio]
        self._container.start_encoding()
        quality = f"{ENCODERS[codec].quality} {max(crf, ENCODERS[codec].best)}"
        sound = f"aac {self._audio.codec_context.bit_rate // 1000}k {self._audio.rate}"
        self.format = f"mp4 h264 {codec} yuv420p {quality} {preset}, {threads} threads, {sound}"

    def picture(self, i420):
        """The next picture: a contiguous uint8 array of its Y, U and V."""
        frame = av.VideoFrame.from_ndarray(i420.reshape(-1, self.size[0]), format="yuv420p")
        frame.pts, frame.time_base = self._shown, 1 / self.fps
        self._shown += 1
        self._write(self._video.encode(frame))

    def sound(self, block):
        """More sound: float32 (frames, 2)."""
        frame = av.AudioFrame.from_ndarray(block.reshape(1, -1), "flt", "stereo")
        frame.rate, frame.pts = self.rate, self._heard
        self._heard += len(block)
        self._write(self._audio.encode(frame))

    def end_picture(self):
        """That was the last picture."""
        self._end(self._video)

    def end_sound(self):
        """That was all the sound; when both have ended, the file is finished."""
        self._end(self._audio)

    def close(self):
        """Let go of the file, finished or not."""
        with self._lock, contextlib.suppress(av.FFmpegError):  # who closes it unfinished has another fault to tell of
            self._going.clear()
            self._container.close()

    def _write(self, packets):
        with self._lock:
            if not self._going:
                raise ValueError("the film is closed")  # FFmpeg would write to memory that is gone
            self._container.mux(packets)

    def _end(self, stream):
        self._write(stream.encode(None))
        with self._lock:
            self._going.remove(stream)
            if not self._going:
                self._container.close()


def trim(path):
    """Cut off what there was no room to finish: the film then ends with its last whole fragment."""
    with open(path, "r+b") as file:
        size, at, whole = file.seek(0, os.SEEK_END), 0, 0
        while at < size:
            file.seek(at)
            head = file.read(BOX)
            if (length := int.from_bytes(head[:4])) < BOX:
                return  # it was finished after all
            at += length
            if at <= size and head[4:] == b"mdat":
                whole = at
        if whole:
            file.truncate(whole)


def _sound_rate(rate):
    return rate if rate in av.Codec("aac", "w").audio_rates else SOUND_RATE


def _layout(rate):
    """The muxer's options."""
    return {
        "movflags": "hybrid_fragmented+delay_moov",  # delayed, it can say where picture and sound begin
        "frag_duration": str(FRAGMENT),
        "flush_packets": "1",
        "movie_timescale": str(rate),  # or the ends would be rounded to milliseconds
        "fflags": "+bitexact",
    }
