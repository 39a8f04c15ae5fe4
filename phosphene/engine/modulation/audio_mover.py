"""The mover: puts what rows make of the parameters of sound on a board beside them."""

import threading

import numpy as np

from phosphene.engine.listening.frame import WIDTH as NUMBERS
from phosphene.engine.modulation.matrix import Matrix
from phosphene.engine.native import kernel
from phosphene.engine.rings.board import put
from phosphene.engine.rings.board_layout import GENE_PARAMS, GENES, GENOME_SLOTS, gene_slot
from phosphene.engine.rings.timeline import read, record_count

PLACES = GENES * GENE_PARAMS  # of the one plan that plays
LATE = 1  # hops from the end of a hop until what is made of it takes hold, on the offline clock


def sounding(modulation):
    """True if a row moves sound."""
    return any(place < GENOME_SLOTS for row in modulation.rows for place in row["to"])


class AudioMover:
    """Steps a matrix on the frames of what is heard, for the plan with a serial number.

    Live, whoever listens calls `step`; on the offline clock, whoever plays calls `until`.

    Parameters
    ----------
    modulation : Modulation
    frames : Timeline
        Those that are there already are passed over.
    moves : Board
        As the core knows it: (share, toward) by slot.
    hop, rate : int
        Of the frames.
    serial : int
    """

    def __init__(self, modulation, frames, moves, *, hop, rate, serial):
        self.frames, self.moves, self.hop, self.serial = frames, moves, hop, serial
        self.matrix, self.turn = Matrix(modulation, rate, PLACES), threading.Lock()
        self.index, self.record = record_count(frames), np.zeros(NUMBERS)
        self._put()

    def step(self):
        """Hear what has been published since; gives how many frames that was."""
        with self.turn:
            last, first = record_count(self.frames), self.index
            while self.index < last:
                self._hear()
            if last > first:
                self._put()
            return last - first

    def until(self, position):
        """Do what is due by a position of the sound; gives the frames to what is due next, 0 where the ear is behind.

        Positions count from the first frame played, which is the first of the first hop.
        """
        while (ahead := (self.index + 1 + LATE) * self.hop - position) <= 0:
            if record_count(self.frames) <= self.index:
                return 0
            self._hear()
            self._put()
        return ahead

    def change(self, modulation, serial):
        """Take other rows, or those for another plan, whose parameters are moved before it plays.

        What moved the plan before stays as it was, for as long as that rings on.
        """
        with self.turn:
            self.matrix.change(modulation, glide=serial == self.serial)
            self.serial = serial
            self._put()

    def _hear(self):
        if read(self.frames, self.index, self.record) and np.isfinite(self.record).all():
            self.matrix.step(self.record)
        self.index += 1

    def _put(self):
        lay(self.moves, gene_slot(self.serial, 0, 0), self.matrix.moved)


@kernel
def lay(moves, first, moved):
    for place in range(moved.shape[0]):
        put(moves, 2 * (first + place), moved[place, 0])
        put(moves, 2 * (first + place) + 1, moved[place, 1])
