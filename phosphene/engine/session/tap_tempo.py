"""Taps: a tempo and its beat from the moments at which a performer hits a key."""

from statistics import linear_regression
from typing import NamedTuple

MOST = 8  # taps that count
MAX_PAUSE_SECONDS, GAP = 2.0, 2.5  # seconds, and beats, without a tap after which the next one is a first one
DEBOUNCE_SECONDS = 0.15  # seconds after the last within which a tap is a key that bounces, or repeats
EVEN, UNSURE = 0.2, 0.4  # of a beat that a tap may be off: after many, and so much more the fewer there were


class TappedBeat(NamedTuple):
    bpm: float
    moment: float  # of the beat, by the clock of the taps


class TapTempo:
    """The line through the last taps, so that the unsteadiness of a hand is averaged over all of them.

    A tap that is off the beat is put aside. If the next one is as far from it as it was from the last, they
    are the first of another tempo; half and double time are no more than that.
    """

    def __init__(self):
        self.taps, self.aside = [], None  # (number of the beat, moment); a moment
        self.last = 0.0

    def tap(self, moment):
        """Take in a tap; gives the TappedBeat by all that count, None where it adds nothing."""
        since, self.last = moment - self.last, moment
        if since < DEBOUNCE_SECONDS:
            return None
        if since > MAX_PAUSE_SECONDS or (len(self.taps) > 1 and since > GAP * self._line()[0]):
            self.taps, self.aside = [], None
        if len(self.taps) < 2:
            self.taps.append((len(self.taps), moment))
        elif not self._fits(moment):
            return None
        del self.taps[:-MOST]
        if len(self.taps) < 2:
            return None
        period, start = self._line()
        return TappedBeat(60.0 / period, start + self.taps[-1][0] * period)

    def _fits(self, moment):
        """Find the place of a tap; False if it was put aside."""
        period, start = self._line()
        number, latest = round((moment - start) / period), self.taps[-1]
        reach = (EVEN + UNSURE / len(self.taps)) * period
        even = abs(moment - start - number * period) <= reach and number > latest[0]
        if self.aside is None:
            if even and number == latest[0] + 1:
                self.taps.append((number, moment))
                return True
            self.aside = moment
            return False
        first, second = self.aside - latest[1], moment - self.aside
        if abs(second - first) <= EVEN * first:
            self.taps = [(0, latest[1]), (1, self.aside), (2, moment)]
        elif even:
            self.taps.append((number, moment))
        else:
            self.taps = [(0, self.aside), (1, moment)]
        self.aside = None
        return True

    def _line(self):
        """Seconds a beat, and when beat 0 was."""
        return linear_regression(*zip(*self.taps))
