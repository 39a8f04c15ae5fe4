"""The input meter: the level of what comes in, for any process of a session."""

import math
from typing import NamedTuple

import numpy as np

from phosphene.engine.audio.taps import CHANNELS
from phosphene.engine.rings.tap import Tap, TapReader, activate

MIN_DECIBELS = -120.0


class Level(NamedTuple):
    """In dB of full scale."""

    rms: float
    peak: float


class InputMeter:
    """Reads a tap at the input of the core: the level of the source, before effects."""

    def __init__(self, tap: Tap) -> None:
        self.reader = TapReader(activate(tap))

    def poll(self) -> Level | None:
        """The level since the last call; None where no sound has come."""
        frames, squares, peak = 0, 0.0, 0.0
        while self.reader.available():
            block = self.reader.read()[:, :CHANNELS]
            frames += block.size
            squares += float(np.square(block, dtype=np.float64).sum())
            peak = max(peak, float(np.abs(block).max()))
        if not frames:
            return None
        return Level(_decibels(math.sqrt(squares / frames)), _decibels(peak))


def _decibels(amplitude: float) -> float:
    return max(20.0 * math.log10(max(amplitude, 1e-9)), MIN_DECIBELS)
