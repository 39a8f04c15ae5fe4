"""A source at another speed, as the genome demands: read faster or slower, with its pitch kept."""

import numpy as np

from phosphene.engine.audio.core import CHANNELS
from phosphene.engine.effects import EFFECTS, speed

PIECE_FRAMES = 4096  # frames of sound made at once


def speed_of(genes, value=None):
    """The factor by which a source is to be read faster.

    Parameters
    ----------
    genes : list of (op, params)
    value : callable(gene), optional
        Returns the present value of the first parameter of a gene; by default the gene's own.
    """
    speed_now = 1.0
    for g, (op, params) in enumerate(genes):
        if getattr(EFFECTS[op], "PULLS_SOURCE", False):
            speed_now *= value(g) if value else params[EFFECTS[op].PARAMS[0].name]
    return speed.PARAMS[0].clamp(speed_now)


class VariableSpeedSource:
    """A Source that reads another. `speed` is called before each piece."""

    def __init__(self, source, speed_now):
        self.source, self.speed_now, self.rate = source, speed_now, source.rate
        self._start(0)

    def _start(self, position):
        self.position, self.end, self.source_frames = position, None, 0
        self.params = np.array([self.speed_now()])
        self.state = speed.init(float(self.rate), CHANNELS)
        self.state.smoothed[:] = self.params
        self.rest = np.zeros((0, CHANNELS), np.float32)  # of the source, read and not yet used

    @property
    def length(self):
        """Frames at the present speed; None for a source without an end."""
        return None if self.source.length is None else round(self.source.length / self.speed_now())

    def seek(self, position):
        self.source.seek(round(position * self.speed_now()))
        self._start(position)

    def read(self, out):
        done = 0
        while done < len(out):
            self.params[0] = self.speed_now()
            piece = out[done : done + PIECE_FRAMES]
            self._read_source(speed.frames_needed(self.state, self.params, len(piece)))
            piece = piece[: self._frames_left()]
            if not len(piece):
                break
            taken, made = speed.stretch(self.state, self.params, self.rest, piece)
            self.rest = self.rest[taken:]
            done += made
        self.position += done
        return done

    def _read_source(self, frames):
        """Have at least so many frames of the source in `rest`, with silence behind its end."""
        missing = np.zeros((max(frames - len(self.rest), 0), CHANNELS), np.float32)
        if self.end is None:
            frames_read = self.source.read(missing)
            self.source_frames += frames_read
            if frames_read < len(missing):
                self.end = self.source_frames
        self.rest = np.concatenate([self.rest, missing])

    def _frames_left(self):
        """Frames until the source has been played to its end, as far as that is known."""
        if self.end is None:
            return PIECE_FRAMES
        return max(round((self.end - speed.source_position(self.state)) / self.state.smoothed[0]), 0)
