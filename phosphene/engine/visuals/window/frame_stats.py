"""What the visual process tells of itself: one board slot each, counted up for as long as the session lives."""

from enum import IntEnum

import numpy as np

from phosphene.engine.rings import board


class FrameStat(IntEnum):
    BEAT = 0  # counted up while it is well
    SHOWN = 1  # pictures
    DROPPED = 2  # refreshes that passed without a new one
    SETTLED = 3  # serial number of the look that was last seen alone


STEP, BINS = 0.5e-3, 800  # seconds, and how many of them: pictures by how far they were from the sound
FIRST_BIN = len(FrameStat)


def plan():
    return board.layout(FIRST_BIN + BINS)


def count(sights, slot, amount=1.0):
    board.put(sights, int(slot), board.get(sights, int(slot)) + amount)


def note(sights, seconds):
    """A picture was seen so many seconds before or after what it shows was heard."""
    count(sights, FIRST_BIN + min(int(abs(seconds) / STEP), BINS - 1))


def late_ms(sights):
    """Percentiles of how far pictures were from their sound, in milliseconds; None where none was shown."""
    upto = np.cumsum(_bins(sights))
    return {f"p{share}": _percentile(upto, share / 100) for share in (50, 99)}


def late_histogram(sights):
    """Pictures by how far they were from their sound: [milliseconds at least, how many], of those there were."""
    bins = _bins(sights)
    return [[1000 * STEP * at, int(bins[at])] for at in np.flatnonzero(bins).tolist()]


def _bins(sights):
    return sights.words[FIRST_BIN:].view(np.float64).copy()


def _percentile(upto, share):
    return 1000 * STEP * (int(np.searchsorted(upto, share * upto[-1])) + 0.5) if upto[-1] else None
