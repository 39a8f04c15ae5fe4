"""Sound from a file: anything FFmpeg reads, at its own rate or another."""

from pathlib import Path

import av
import numpy as np
import soxr

from phosphene.engine.common.errors import PhospheneError, UsageError
from phosphene.engine.common.params import RATE_RANGE

CHANNELS = 2
USUAL_LAYOUTS = dict(
    enumerate("mono stereo 2.1 4.0 5.0 5.1 6.1 7.1".split(), start=1)
)  # FFmpeg's layouts by number of channels
PREROLL = 0.25  # seconds that a decoder starts before the frame that is wanted


class FileSource:
    """The first sound stream of a file. In stereo, mono goes to both sides, and more channels are folded down.

    Parameters
    ----------
    path : str or Path
    rate : int or None
        Frames per second of the output; None for the file's own.
    loop : bool
        Start again at the end.
    fold : bool
        Give stereo; otherwise the channels of the file.

    Raises
    ------
    UsageError
        If there is no such file, or no sound in it that FFmpeg can read.
    """

    def __init__(self, path, rate=None, *, loop=False, fold=True):
        self.path, self.loop = Path(path), loop
        self.container, self.stream = _open(self.path)
        self.native_rate = self.stream.rate
        self.channels = CHANNELS if fold else self.stream.channels
        self.fold = fold
        self.rate = int(rate or self.native_rate)
        self.broken = 0  # packets that could not be decoded and were left out
        self.position = 0  # frames read, over all loops
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
        """Go to a frame at the output rate; behind the end of a loop it wraps."""
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
        """Fill float32 (frames, channels); returns the number of frames, fewer only at the end."""
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
        """Pieces of sound from a frame of the file on, at the output rate."""
        for sound in self._converted(skip):
            if self.resampler is None:
                yield sound
            else:  # a NaN would spread over its neighbours
                yield self.resampler.resample_chunk(np.nan_to_num(sound, posinf=0.0, neginf=0.0))
        if self.resampler is not None:
            yield self.resampler.resample_chunk(np.zeros((0, self.channels), np.float32), last=True)

    def _converted(self, skip):
        fold, format_now, found_sound = None, None, False
        for first_frame, frame in self._frames_from(skip):
            if format_now != (format_now := (frame.format.name, frame.layout.name, frame.sample_rate)):
                # it changes where two files were joined end to end
                fold = _stereo_converter(frame, self.native_rate) if self.fold else self._unfolded_converter()
            for sound in fold(frame):
                found_sound = True
                start = min(max(skip - first_frame, 0), len(sound))
                first_frame += len(sound)
                if start < len(sound):
                    yield sound[start:]
        if not found_sound and not skip:
            raise PhospheneError(f"{self.path}: no sound in it could be decoded; is the file complete?")

    @property
    def layout(self):
        """FFmpeg's name for the channels, the usual one where the file does not say."""
        name = "stereo" if self.fold else self.stream.layout.name
        return USUAL_LAYOUTS.get(self.channels, name) if "channels" in name else name

    def _unfolded_converter(self):
        """A function from any frame to float32 arrays of the file's channels."""
        mix = av.AudioResampler("flt", self.stream.layout, self.native_rate)

        def keep(frame):
            for part in mix.resample(frame):
                yield part.to_ndarray().reshape(part.samples, self.channels)

        return keep

    def _frames_from(self, skip):
        """Frames of the file from just before the frame `skip` on, each with the number of its first sample."""
        first, first_frame = self.stream.start_time or 0, 0
        near = int((skip / self.native_rate - PREROLL) / self.stream.time_base)
        if near > 0:
            try:
                self.container.seek(first + near, stream=self.stream)
                first_frame = None
            except av.error.FFmpegError:
                self._reopen()
        for frame in self._decoded():
            if first_frame is None:
                if frame.pts is None:  # a format without times: decode from the start
                    self._reopen()
                    yield from self._frames_from(0)
                    return
                first_frame = round((frame.pts - first) * self.stream.time_base * self.native_rate)
            yield first_frame, frame
            first_frame += frame.samples

    def _decoded(self):
        """Frames in their order; damaged packets are left out and counted."""
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
        container = av.open(str(path.absolute()))  # in a relative path, FFmpeg takes "a:" for a protocol
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


def _stereo_converter(first, rate):
    """A function from frames like this one to float32 (frames, 2) arrays."""
    channels = first.layout.nb_channels
    named = channels > CHANNELS and "channels" not in first.layout.name
    mix = av.AudioResampler(
        "flt", "stereo" if named else first.layout, rate
    )  # PyAV misreads eight planes; packed is safe

    def fold(frame):
        for part in mix.resample(frame):
            sound = part.to_ndarray().reshape(part.samples, -1)
            if sound.shape[1] > CHANNELS:  # unnamed channels: odd ones left, even ones right
                sound = np.stack([sound[:, side::CHANNELS].mean(axis=1) for side in range(CHANNELS)], axis=1)
            yield np.ascontiguousarray(np.broadcast_to(sound, (len(sound), CHANNELS)), np.float32)

    return fold
