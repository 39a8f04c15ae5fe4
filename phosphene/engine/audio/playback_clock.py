"""The audible clock: which sample is heard at a moment, for whoever has to show something just then.

The audio thread tells of every block when the device will play it. Devices say so with jitter, drift, and
now and then lie; and the sound may stop, jump or start again. What is followed is therefore not the last
word, but what the words agree on.
"""

import math

import numpy as np

from phosphene.engine.rings import timeline

BELIEVED = 2.0  # seconds: a device that claims a longer latency is wrong
HOLD = 0.2  # seconds that sound is taken to go on where nothing more is told: more than a block lasts
SLOW = 3.0  # seconds over which readings are averaged: 10 ms of jitter become half a millisecond
LIMIT = 1e-3  # drift at the most; two clocks differ by a tenth of this
FAR = 6.0  # times what readings usually differ by; beyond, it is not jitter
WIDE = 0.1  # seconds: nor is what differs by more, however much it usually is


class Follower:
    """A level that readings agree on, and its drift; all in seconds.

    The mean at first, a slow second-order loop later. A reading that is far off is put aside; once those
    put aside have agreed with each other for `sure` seconds, or as long as the level has held, it is theirs.
    """

    def __init__(self, near, sure):
        self.near, self.sure = near, sure  # what is nearer is never far off
        self.at, self.level, self.drift, self.jitter = 0.0, 0.0, 0.0, 0.0
        self.held = 0.0  # seconds that the level stands for
        self.rival, self.since, self.votes = math.inf, 0.0, 0

    def follow(self, at, reading):
        """Take in a reading; False if it is put aside."""
        expected = self.level + self.drift * (at - self.at)
        off, reach = reading - expected, self.near + min(FAR * self.jitter, WIDE)
        if abs(off) > reach:
            return self._doubt(at, reading, reach)
        elapsed = max(at - self.at, 0.0)
        slow = -math.expm1(-elapsed / SLOW)
        self.held = self.held * (1.0 - slow) + elapsed
        share = elapsed / self.held if self.held else 0.0
        self.level = expected + share * off
        self.drift = min(max(self.drift + slow * off / (4.0 * SLOW), -LIMIT), LIMIT)  # critically damped
        self.jitter += share * (abs(off) - self.jitter)
        self.at, self.rival = at, math.inf
        return True

    def _doubt(self, at, reading, reach):
        if abs(reading - self.rival) > reach:
            self.rival, self.since, self.votes = reading, at, 0
        self.votes += 1
        self.rival += (reading - self.rival) / self.votes
        held = at - self.since
        if held < min(self.sure, self.held):
            return False
        self.at, self.level, self.drift = at, self.rival, 0.0
        self.held, self.rival = held, math.inf
        return True


class PlaybackClock:
    """Which sample is heard when, by what a session's `clock` timeline tells. Each reader has its own.

    Parameters
    ----------
    line : Timeline
        Rows of (sample, time at which it is heard, time at which that was known), by `time.perf_counter()`.
    rate : float
        Samples per second.
    """

    def __init__(self, line, rate):
        self.line, self.rate = line, rate
        self.row, self.told = np.zeros(3), 0
        self.latency = Follower(near=0.1, sure=1.0)  # a sound server gives out its buffer in bursts
        self.start = Follower(near=0.01, sure=0.05)  # when sample 0 was heard, had all gone on like this
        self.newest, self.heard = None, math.nan
        self.given = -math.inf

    def sample_at(self, moment):
        """The sample that is heard at a moment of `time.perf_counter()`, maybe a future one; None if none ever was.

        A float, below 0 before the first is heard. It never falls from call to call: what is ahead waits. It
        stands still where the sound does, `HOLD` seconds later at most.
        """
        sample = self.exact(moment)
        if sample is not None:
            self.given = sample = max(self.given, sample)
        return sample

    def exact(self, moment):
        """The same by what is known now, which may be less than was said before: for measuring."""
        self._catch_up()
        if self.newest is None:
            return None
        return min((moment - self.start.level) * self.rate, self.newest + HOLD * self.rate)

    def _catch_up(self):
        """Read what was told since the last look; what has been overwritten meanwhile is not missed."""
        told = timeline.record_count(self.line)
        for index in range(max(self.told, told - len(self.line.marks)), told):
            if timeline.read(self.line, index, self.row):
                self._hear(*self.row.tolist())
        self.told = told

    def _hear(self, sample, heard, now):
        if math.isfinite(sample) and math.isfinite(now):
            self.newest, at = sample, sample / self.rate
            self.start.follow(at, self._believe(at, heard, now) - at)

    def _believe(self, at, heard, now):
        """The time at which a sample is heard: as the device says, or as late as it lately was."""
        likely = heard != self.heard and 0.0 <= heard - now <= BELIEVED
        self.heard = heard
        if likely and self.latency.follow(at, heard - now):
            return heard
        return now + (self.latency.level if self.latency.held else 0.0)
