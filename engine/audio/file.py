"""Sound from a file: anything FFmpeg reads, at its own rate or another."""

from pathlib import Path

import av
import numpy as np
import soxr

from engine.errors import PhospheneError, UsageError

SIDES = 2


class FileSource:
    """The first sound stream of a file, in stereo: one channel is heard on both sides, more are folded down.

    Parameters
    ----------
    path : str or Path
    rate : int or None
        Frames per second to give; None for the file's own.
    loop : bool
        Start again at the end.

    Raises
    ------
    UsageError
        If there is no such file, or no sound in it that FFmpeg can read.
    """

    def __init__(self, path, rate=None, *, loop=False):
        self.path, self.loop = Path(path), loop
        self.container, self.stream = _open(self.path)
        self.native_rate = self.stream.rate
        self.rate = int(rate or self.native_rate)
        self.broken = 0  # packets that could not be decoded, and were left out
        self.position = 0
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
        self.resampler = None if same else soxr.ResampleStream(self.native_rate, self.rate, SIDES, quality="VHQ")
        self.pieces, self.rest = self._decode(skip), np.zeros((0, SIDES), np.float32)

    def seek(self, position):
        """Go to a frame of what is given; behind the end of a loop is inside it."""
        if self.loop and self.length_of_file:
            position %= self.length_of_file
        target = position / self.rate
        self.container.close()
        self.container, self.stream = _open(self.path)
        if target > 0:
            self.container.seek(int(target * av.time_base), backward=True)
        self._start(round(target * self.native_rate))
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
                    self.seek(0)
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
        for sound in self._frames(skip):
            if self.resampler is None:
                yield sound
            else:
                yield self.resampler.resample_chunk(sound)
        if self.resampler is not None:
            yield self.resampler.resample_chunk(np.zeros((0, SIDES), np.float32), last=True)

    def _frames(self, skip):
        fold, due, heard = None, None, 0
        for packet in self.container.demux(self.stream):
            try:
                frames = packet.decode()
            except av.error.FFmpegError:
                self.broken += 1
                continue
            for frame in frames:
                if due is None:
                    due = self._place(frame) if skip else 0
                fold = fold or _folder(frame)
                for sound in fold(frame):
                    begin = min(max(skip - due, 0), len(sound))
                    due += len(sound)
                    heard += len(sound)
                    if begin < len(sound):
                        yield sound[begin:]
        if not heard and not skip:
            raise PhospheneError(f"{self.path}: no sound in it could be decoded; is the file whole?")


def _open(path):
    if path.is_dir():
        raise UsageError(f"{path}: is a folder; name one sound file in it")
    if not path.exists():
        raise UsageError(f"{path}: no such file")
    try:
        container = av.open(str(path))
    except (av.error.FFmpegError, OSError) as fault:
        size = path.stat().st_size
        why = "is empty" if size == 0 else f"is not a file that FFmpeg can read ({fault.strerror})"
        raise UsageError(f"{path}: {why}") from fault
    if not container.streams.audio:
        kinds = ", ".join(sorted({stream.type for stream in container.streams})) or "nothing"
        container.close()
        raise UsageError(f"{path}: holds no sound (found {kinds})")
    stream = container.streams.audio[0]
    if not stream.rate or not stream.codec_context.channels:
        raise UsageError(f"{path}: its sound stream has {stream.codec_context.channels} channels at {stream.rate} Hz")
    return container, stream


def _folder(first):
    """What turns frames like this one into float32 (frames, 2) arrays."""
    channels = first.layout.nb_channels
    named = channels > SIDES and "channels" not in first.layout.name
    mix = av.AudioResampler("fltp", "stereo" if named else first.layout, first.sample_rate)

    def fold(frame):
        for part in mix.resample(frame):
            sound = part.to_ndarray().T
            if sound.shape[1] > SIDES:  # channels without a name: odd ones left, even ones right
                sound = np.stack([sound[:, side::SIDES].mean(axis=1) for side in range(SIDES)], axis=1)
            yield np.ascontiguousarray(np.broadcast_to(sound, (len(sound), SIDES)), np.float32)

    return fold
