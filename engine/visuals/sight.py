"""What the visual process tells of itself: one board slot each, counted up for as long as the session lives."""

from bisect import bisect_left
from enum import IntEnum
from itertools import accumulate

from engine.rings import board


class Sight(IntEnum):
    BEAT = 0  # counted up while it is well
    SHOWN = 1  # pictures
    DROPPED = 2  # refreshes that passed without a new one
    SETTLED = 3  # serial number of the look that was last seen alone


STEP, BINS = 0.5e-3, 800  # seconds, and how many of them: pictures by how far they were from the sound
FIRST_BIN = len(Sight)


def plan():
    return board.plan(FIRST_BIN + BINS)


def count(sights, slot, amount=1.0):
    board.put(sights, int(slot), board.get(sights, int(slot)) + amount)


def note(sights, seconds):
    """A picture was seen so many seconds before or after what it shows was heard."""
    count(sights, FIRST_BIN + min(int(abs(seconds) / STEP), BINS - 1))


def late_ms(sights):
    """Percentiles of how far pictures were from their sound, in milliseconds; None where none was shown."""
    bins = [board.get(sights, FIRST_BIN + at) for at in range(BINS)]
    return {f"p{share}": _percentile(bins, share / 100) for share in (50, 99)}


def _percentile(bins, share):
    upto = list(accumulate(bins))
    return 1000 * STEP * (bisect_left(upto, share * upto[-1]) + 0.5) if upto[-1] else None
