"""Tap tempo: tempo and beat from the moments at which a key is tapped."""

from statistics import linear_regression
from typing import NamedTuple

MAX_TAPS = 8  # the last ones count
MAX_PAUSE_SECONDS, MAX_PAUSE_BEATS = 2.0, 2.5  # without a tap, after which the next tap starts anew
DEBOUNCE_SECONDS = 0.15  # after a tap; another one within is a bouncing or repeating key
TOLERANCE, FEW_TAPS_TOLERANCE = (
    0.2,
    0.4,
)  # beats that a tap may be off: always, and this / number of taps more


class TappedBeat(NamedTuple):
    bpm: float
    moment: float  # of the beat, by the clock of the taps


class TapTempo:
    """Fits a line through the last taps, which averages their errors.

    A tap off the beat is an outlier and set aside. If the next tap is as far from the outlier as the outlier was from
    the last tap, these three start another tempo. Half and double time are recognised in this way too.
    """

    def __init__(self) -> None:
        self.taps: list[tuple[int, float]] = []  # (number of the beat, moment)
        self.outlier: float | None = None
        self.last = 0.0

    def tap(self, moment: float) -> TappedBeat | None:
        """Add a tap; returns the beat by all taps that count, None if this tap changes nothing or is the first."""
        since, self.last = moment - self.last, moment
        if since < DEBOUNCE_SECONDS:
            return None
        if since > MAX_PAUSE_SECONDS or (len(self.taps) > 1 and since > MAX_PAUSE_BEATS * self._fit_line()[0]):
            self.taps, self.outlier = [], None
        if len(self.taps) < 2:
            self.taps.append((len(self.taps), moment))
        elif not self._add(moment):
            return None
        del self.taps[:-MAX_TAPS]
        if len(self.taps) < 2:
            return None
        period, start = self._fit_line()
        return TappedBeat(60.0 / period, start + self.taps[-1][0] * period)

    def _add(self, moment: float) -> bool:
        """Number a tap and add it; False if it became the outlier."""
        period, start = self._fit_line()
        number, latest = round((moment - start) / period), self.taps[-1]
        tolerance = (TOLERANCE + FEW_TAPS_TOLERANCE / len(self.taps)) * period
        on_beat = abs(moment - start - number * period) <= tolerance and number > latest[0]
        if self.outlier is None:
            if on_beat and number == latest[0] + 1:
                self.taps.append((number, moment))
                return True
            self.outlier = moment
            return False
        first, second = self.outlier - latest[1], moment - self.outlier
        if abs(second - first) <= TOLERANCE * first:
            self.taps = [(0, latest[1]), (1, self.outlier), (2, moment)]
        elif on_beat:
            self.taps.append((number, moment))
        else:
            self.taps = [(0, self.outlier), (1, moment)]
        self.outlier = None
        return True

    def _fit_line(self) -> tuple[float, float]:
        """Seconds per beat, and the moment of beat 0."""
        period, start = linear_regression(*zip(*self.taps))
        return period, start
