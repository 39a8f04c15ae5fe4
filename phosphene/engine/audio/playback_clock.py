"""The playback clock: which sample is audible at a moment.

The audio thread publishes for every block when the device will play it. These times have jitter and drift and are
sometimes wrong, and the sound may stop, jump or start again. The clock therefore follows an average of them that
rejects outliers.
"""

import math

import numpy as np

from phosphene.engine.rings import timeline

MAX_LATENCY = 2.0  # seconds: a longer latency is taken for an error of the device
HOLD_SECONDS = 0.2  # seconds for which sound is assumed to go on without news: more than a block
AVERAGING_SECONDS = 3.0  # seconds: 10 ms of jitter become half a millisecond
MAX_DRIFT = 1e-3  # largest drift; two clocks differ by a tenth of this
OUTLIER_RATIO = 6.0  # times the usual deviation: a larger one is not jitter
OUTLIER_SECONDS = 0.1  # seconds: nor is a larger one, whatever is usual


class OutlierFilter:
    """The level of noisy readings and its drift, all in seconds.

    At first it is their mean, later a slow second-order loop. Outliers are put aside. When they have agreed with each
    other for `confirm` seconds, or for as long as the level has held, the level jumps to theirs.
    """

    def __init__(self, tolerance, confirm):
        self.tolerance, self.confirm = tolerance, confirm  # deviations within the tolerance are never outliers
        self.at, self.level, self.drift, self.jitter = 0.0, 0.0, 0.0, 0.0
        self.held = 0.0  # seconds over which the level was averaged
        self.rival, self.since, self.votes = math.inf, 0.0, 0

    def follow(self, at, reading):
        """Add a reading; False if it is put aside as an outlier."""
        expected = self.level + self.drift * (at - self.at)
        off, reach = reading - expected, self.tolerance + min(OUTLIER_RATIO * self.jitter, OUTLIER_SECONDS)
        if abs(off) > reach:
            return self._add_outlier(at, reading, reach)
        elapsed = max(at - self.at, 0.0)
        slow = -math.expm1(-elapsed / AVERAGING_SECONDS)
        self.held = self.held * (1.0 - slow) + elapsed
        share = elapsed / self.held if self.held else 0.0
        self.level = expected + share * off
        # critically damped
        self.drift = min(max(self.drift + slow * off / (4.0 * AVERAGING_SECONDS), -MAX_DRIFT), MAX_DRIFT)
        self.jitter += share * (abs(off) - self.jitter)
        self.at, self.rival = at, math.inf
        return True

    def _add_outlier(self, at, reading, reach):
        if abs(reading - self.rival) > reach:
            self.rival, self.since, self.votes = reading, at, 0
        self.votes += 1
        self.rival += (reading - self.rival) / self.votes
        held = at - self.since
        if held < min(self.confirm, self.held):
            return False
        self.at, self.level, self.drift = at, self.rival, 0.0
        self.held, self.rival = held, math.inf
        return True


class PlaybackClock:
    """Which sample is audible when, from a session's `clock` timeline. Each reader has a clock of its own.

    Parameters
    ----------
    line : Timeline
        Rows of (sample, time at which it is audible, time of writing), by `time.perf_counter()`.
    rate : float
        Samples per second.
    """

    def __init__(self, line, rate):
        self.line, self.rate = line, rate
        self.row, self.rows_read = np.zeros(3), 0
        self.latency = OutlierFilter(tolerance=0.1, confirm=1.0)  # a sound server hands out its buffer in bursts
        self.start = OutlierFilter(tolerance=0.01, confirm=0.05)  # time of sample 0 at the present pace
        self.newest, self.last_audible = None, math.nan
        self.last_sample = -math.inf

    def sample_at(self, moment):
        """The sample that is audible at a moment of `time.perf_counter()`, past or future; None before any sound.

        A float, negative before the first sample. It never decreases from call to call. It stops when the sound stops,
        at most HOLD_SECONDS later.
        """
        sample = self.exact_sample_at(moment)
        if sample is not None:
            self.last_sample = sample = max(self.last_sample, sample)
        return sample

    def exact_sample_at(self, moment):
        """The same, as known now: it may be less than in the call before. For measuring."""
        self._read_rows()
        if self.newest is None:
            return None
        return min((moment - self.start.level) * self.rate, self.newest + HOLD_SECONDS * self.rate)

    def _read_rows(self):
        """Read the rows that were published since the last call and are still there."""
        rows = timeline.record_count(self.line)
        for index in range(max(self.rows_read, rows - len(self.line.marks)), rows):
            if timeline.read(self.line, index, self.row):
                self._add_row(*self.row.tolist())
        self.rows_read = rows

    def _add_row(self, sample, audible, now):
        if math.isfinite(sample) and math.isfinite(now):
            self.newest, at = sample, sample / self.rate
            self.start.follow(at, self._audible_time(at, audible, now) - at)

    def _audible_time(self, at, audible, now):
        """The time at which a sample is audible: as the device says if plausible, otherwise by the usual latency."""
        likely = audible != self.last_audible and 0.0 <= audible - now <= MAX_LATENCY
        self.last_audible = audible
        if likely and self.latency.follow(at, audible - now):
            return audible
        return now + (self.latency.level if self.latency.held else 0.0)
