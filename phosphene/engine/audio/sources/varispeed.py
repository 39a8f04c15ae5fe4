"""A source at the speed that a genome asks for: read faster or slower, its pitch kept."""

import numpy as np

from phosphene.engine.audio.core import CHANNELS
from phosphene.engine.effects import EFFECTS, speed

PIECE = 4096  # frames of sound made at once


def speed_of(genes, value=None):
    """How much faster than itself a source is to be read.

    Parameters
    ----------
    genes : list of (op, params)
    value : callable(gene), optional
        Gives what the first parameter of a gene stands at now; without, it is what the gene tells.
    """
    pace = 1.0
    for g, (op, params) in enumerate(genes):
        if getattr(EFFECTS[op], "PULLS_SOURCE", False):
            pace *= value(g) if value else params[EFFECTS[op].PARAMS[0].name]
    return speed.PARAMS[0].clamp(pace)


class VariableSpeedSource:
    """A source around another; `pace` is asked before each piece. See engine.audio.sources for what a source is."""

    def __init__(self, source, pace):
        self.source, self.pace, self.rate = source, pace, source.rate
        self._start(0)

    def _start(self, position):
        self.position, self.end, self.given = position, None, 0
        self.params = np.array([self.pace()])
        self.state = speed.init(float(self.rate), CHANNELS)
        self.state.heard[:] = self.params
        self.rest = np.zeros((0, CHANNELS), np.float32)  # of the source, read and not yet used

    @property
    def length(self):
        """Frames, if the pace stays; None where the source has no end."""
        return None if self.source.length is None else round(self.source.length / self.pace())

    def seek(self, position):
        self.source.seek(round(position * self.pace()))
        self._start(position)

    def read(self, out):
        done = 0
        while done < len(out):
            self.params[0] = self.pace()
            piece = out[done : done + PIECE]
            self._pull(speed.frames_needed(self.state, self.params, len(piece)))
            piece = piece[: self._left()]
            if not len(piece):
                break
            taken, made = speed.stretch(self.state, self.params, self.rest, piece)
            self.rest = self.rest[taken:]
            done += made
        self.position += done
        return done

    def _pull(self, frames):
        """Have so many frames of the source at hand, with silence behind its end."""
        missing = np.zeros((max(frames - len(self.rest), 0), CHANNELS), np.float32)
        if self.end is None:
            came = self.source.read(missing)
            self.given += came
            if came < len(missing):
                self.end = self.given
        self.rest = np.concatenate([self.rest, missing])

    def _left(self):
        """Frames until the last of the source has been heard, as far as it is known which that is."""
        if self.end is None:
            return PIECE
        return max(round((self.end - speed.source_position(self.state)) / self.state.heard[0]), 0)
