"""Sound from a file: anything FFmpeg reads, at its own rate or another."""

from pathlib import Path

import av
import numpy as np
import soxr

from phosphene.engine.common.errors import PhospheneError, UsageError
from phosphene.engine.common.params import RATE_RANGE

SIDES = 2
USUAL = dict(enumerate("mono stereo 2.1 4.0 5.0 5.1 6.1 7.1".split(), start=1))  # layouts by channels
RUN_UP = 0.25  # seconds a decoder is given to find its feet before a frame that was asked for


class FileSource:
    """The first sound stream of a file. In stereo, one channel is heard on both sides, and more are folded down.

    Parameters
    ----------
    path : str or Path
    rate : int or None
        Frames per second to give; None for the file's own.
    loop : bool
        Start again at the end.
    fold : bool
        In stereo; else in the channels of the file.

    Raises
    ------
    UsageError
        If there is no such file, or no sound in it that FFmpeg can read.
    """

    def __init__(self, path, rate=None, *, loop=False, fold=True):
        self.path, self.loop = Path(path), loop
        self.container, self.stream = _open(self.path)
        self.native_rate = self.stream.rate
        self.channels = SIDES if fold else self.stream.channels
        self.fold = fold
        self.rate = int(rate or self.native_rate)
        self.broken = 0  # packets that could not be decoded, and were left out
        self.position = 0  # frames given, however often a loop began again
        self._start()

    @property
    def length(self):
        """Frames, as far as the file says; None if it does not."""
        if self.loop:
            return None
        if self.stream.duration is not None:
            return round(float(self.stream.duration * self.stream.time_base) * self.rate)
        if self.container.duration is not None:
            return round(self.container.duration / av.time_base * self.rate)
        return None

    def _start(self, skip=0):
        same = self.rate == self.native_rate
        self.resampler = (
            None if same else soxr.ResampleStream(self.native_rate, self.rate, self.channels, quality="VHQ")
        )
        self.pieces, self.rest = self._decode(skip), np.zeros((0, self.channels), np.float32)

    def _reopen(self):
        self.container.close()
        self.container, self.stream = _open(self.path)

    def seek(self, position):
        """Go to a frame of what is given; behind the end of a loop is inside it."""
        inside = position % self.length_of_file if self.loop and self.length_of_file else position
        self._reopen()
        self._start(round(inside / self.rate * self.native_rate))
        self.position = position

    @property
    def length_of_file(self):
        looped, self.loop = self.loop, False
        length, self.loop = self.length, looped
        return length

    def read(self, out):
        """Fill a float32 (frames, 2) array; gives how many frames there were."""
        done = 0
        while done < len(out):
            if not len(self.rest):
                piece = next(self.pieces, None)
                if piece is None:
                    if not (self.loop and self.position + done > 0):
                        break
                    self._reopen()
                    self._start()
                    continue
                self.rest = piece
                continue
            count = min(len(out) - done, len(self.rest))
            out[done : done + count] = self.rest[:count]
            self.rest = self.rest[count:]
            done += count
        self.position += done
        return done

    def _decode(self, skip):
        """Pieces of sound from a frame of the file on, at the rate that is wanted."""
        for sound in self._sound(skip):
            if self.resampler is None:
                yield sound
            else:  # which would spread what is not a number over all that is near it
                yield self.resampler.resample_chunk(np.nan_to_num(sound, posinf=0.0, neginf=0.0))
        if self.resampler is not None:
            yield self.resampler.resample_chunk(np.zeros((0, self.channels), np.float32), last=True)

    def _sound(self, skip):
        fold, like, heard = None, None, False
        for due, frame in self._frames(skip):
            if like != (like := (frame.format.name, frame.layout.name, frame.sample_rate)):
                # again where two files were joined end to end
                fold = _folder(frame, self.native_rate) if self.fold else self._keeper()
            for sound in fold(frame):
                heard = True
                begin = min(max(skip - due, 0), len(sound))
                due += len(sound)
                if begin < len(sound):
                    yield sound[begin:]
        if not heard and not skip:
            raise PhospheneError(f"{self.path}: no sound in it could be decoded; is the file whole?")

    @property
    def layout(self):
        """FFmpeg's name for the channels, the usual one where the file does not say."""
        name = "stereo" if self.fold else self.stream.layout.name
        return USUAL.get(self.channels, name) if "channels" in name else name

    def _keeper(self):
        """What turns any frame into a float32 array of the file's channels."""
        mix = av.AudioResampler("flt", self.stream.layout, self.native_rate)

        def keep(frame):
            for part in mix.resample(frame):
                yield part.to_ndarray().reshape(part.samples, self.channels)

        return keep

    def _frames(self, skip):
        """Frames that reach up to one of the file and on from there, each with the number of its first."""
        first, due = self.stream.start_time or 0, 0
        near = int((skip / self.native_rate - RUN_UP) / self.stream.time_base)
        if near > 0:
            try:
                self.container.seek(first + near, stream=self.stream)
                due = None
            except av.error.FFmpegError:
                self._reopen()
        for frame in self._decoded():
            if due is None:
                if frame.pts is None:  # a format without times: nothing but the whole way leads there
                    self._reopen()
                    yield from self._frames(0)
                    return
                due = round((frame.pts - first) * self.stream.time_base * self.native_rate)
            yield due, frame
            due += frame.samples

    def _decoded(self):
        """Frames in their order; what is damaged is left out, and counted."""
        packets = self.container.demux(self.stream)
        while True:
            try:
                packet = next(packets, None)
                if packet is None:
                    return
                frames = packet.decode()
            except av.error.FFmpegError:
                self.broken += 1
                continue
            yield from frames


def _open(path):
    try:
        if path.is_dir():
            raise UsageError(f"{path}: is a folder; name one sound file in it")
        size = path.stat().st_size
        container = av.open(str(path))
    except FileNotFoundError:
        raise UsageError(f"{path}: no such file") from None
    except av.error.FFmpegError as fault:
        why = "is empty" if size == 0 else f"is not a file that FFmpeg can read ({fault.strerror})"
        raise UsageError(f"{path}: {why}") from fault
    except OSError as fault:
        raise UsageError(f"{path}: cannot be read ({fault.strerror})") from fault
    if not container.streams.audio:
        kinds = ", ".join(sorted({stream.type for stream in container.streams})) or "nothing"
        container.close()
        raise UsageError(f"{path}: holds no sound (found {kinds})")
    stream = container.streams.audio[0]
    channels, (slowest, fastest) = stream.codec_context.channels, RATE_RANGE
    if not channels or not slowest <= (stream.rate or 0) <= fastest:
        fits = f"needs 1 or more, at {slowest} to {fastest} Hz"
        raise UsageError(f"{path}: its sound has {channels} channels at {stream.rate} Hz, {fits}")
    return container, stream


def _folder(first, rate):
    """What turns frames like this one into float32 (frames, 2) arrays."""
    channels = first.layout.nb_channels
    named = channels > SIDES and "channels" not in first.layout.name
    mix = av.AudioResampler("flt", "stereo" if named else first.layout, rate)  # PyAV misreads eight planes: one is safe

    def fold(frame):
        for part in mix.resample(frame):
            sound = part.to_ndarray().reshape(part.samples, -1)
            if sound.shape[1] > SIDES:  # channels without a name: odd ones left, even ones right
                sound = np.stack([sound[:, side::SIDES].mean(axis=1) for side in range(SIDES)], axis=1)
            yield np.ascontiguousarray(np.broadcast_to(sound, (len(sound), SIDES)), np.float32)

    return fold
