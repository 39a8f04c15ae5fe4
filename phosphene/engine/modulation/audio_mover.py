"""The audio mover: steps a matrix on new frames, and writes its moves of audio parameters to a board."""

import threading

import numpy as np

from phosphene.engine.listening.frame import WIDTH
from phosphene.engine.modulation.matrix import Matrix, Modulation
from phosphene.engine.native import kernel
from phosphene.engine.rings.board import Board, put
from phosphene.engine.rings.board_layout import GENE_PARAMS, GENES, GENOME_SLOTS, gene_slot
from phosphene.engine.rings.timeline import Timeline, read, record_count

SLOTS = GENES * GENE_PARAMS  # of the plan that plays
DELAY_HOPS = 1  # hops from the end of a hop until its moves apply, on the offline clock


def moves_sound(modulation: Modulation) -> bool:
    """True if a row moves an audio parameter."""
    return any(slot < GENOME_SLOTS for row in modulation.rows for slot in row["to"])


class AudioMover:
    """Steps a matrix on the frames of the sound, for the plan with a serial number.

    Live, the analysis thread calls `step`; on the offline clock, the player calls `step_until`.

    Parameters
    ----------
    modulation : Modulation
    frames : Timeline
        Frames that are there already are skipped.
    moves : Board
        Of the core: two values by slot, the share of the base value that is replaced, and what is added.
    hop, rate : int
        Of the frames.
    serial : int
    """

    name, thread, done = "modulation", "analysis", False

    def __init__(
        self, modulation: Modulation, frames: Timeline, moves: Board, *, hop: int, rate: int, serial: int
    ) -> None:
        self.frames, self.moves, self.hop, self.serial = frames, moves, hop, serial
        self.matrix, self.lock = Matrix(modulation, rate, SLOTS), threading.Lock()
        self.index, self.record = record_count(frames), np.zeros(WIDTH)
        self._write()

    def step(self) -> int:
        """Step on all frames published since the last call; return their number."""
        with self.lock:
            last, first = record_count(self.frames), self.index
            while self.index < last:
                self._step_frame()
            if last > first:
                self._write()
            return last - first

    def step_until(self, position: int) -> int:
        """Step on the frames due at a position; return the distance to the next one due, 0 if it is not published yet.

        Positions count in audio frames from the first one played, which is the first of the first hop.
        """
        while (ahead := (self.index + 1 + DELAY_HOPS) * self.hop - position) <= 0:
            if record_count(self.frames) <= self.index:
                return 0
            self._step_frame()
            self._write()
        return ahead

    def change(self, modulation: Modulation, serial: int) -> None:
        """Use other rows, or rows for another plan, whose parameters are moved before it plays.

        The moves of the previous plan stay as they are while its tail rings.
        """
        with self.lock:
            self.matrix.change(modulation, glide=serial == self.serial)
            self.serial = serial
            self._write()

    def _step_frame(self):
        if read(self.frames, self.index, self.record) and np.isfinite(self.record).all():
            self.matrix.step(self.record)
        self.index += 1

    def _write(self):
        write_moves(self.moves, gene_slot(self.serial, 0, 0), self.matrix.moved)


@kernel
def write_moves(moves, first, moved):
    """Write (slots, 2) moves to a board, from a slot on."""
    for slot in range(moved.shape[0]):
        put(moves, 2 * (first + slot), moved[slot, 0])
        put(moves, 2 * (first + slot) + 1, moved[slot, 1])
