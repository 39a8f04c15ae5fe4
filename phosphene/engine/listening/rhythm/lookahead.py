"""Foresight: where there is time, a rhythm is told by one who has heard what follows.

Records go in as they are heard and come out some seconds later. By then the beat was also followed backwards, from
where it was sure: into bars whose tempo was not known yet, and through those where the two ways round cancel their
lags. It is the same pulse in both directions.
"""

import math
from typing import NamedTuple

import numpy as np

from phosphene.engine.listening.frame import AT, WIDTH
from phosphene.engine.listening.rhythm import beat_tracker as beat
from phosphene.engine.listening.rhythm.beat_clock import make_ramp, tell
from phosphene.engine.listening.rhythm.beat_tracker import BEAT, HERTZ, NEAR, Pulse, make_pulse
from phosphene.engine.listening.rhythm.novelty import PARTS
from phosphene.engine.listening.rhythm.rhythm import FIRST, FITTING, SURE, Rhythm, hear_rhythm, make_rhythm, strength_of
from phosphene.engine.listening.rhythm.tempo_bank import TURNS
from phosphene.engine.listening.rhythm.tempo_override import make_tempo_override
from phosphene.engine.native import copy_rows, kernel

AHEAD, PORTION = 8.0, 1.0  # seconds that are looked ahead, and that are settled at once
FIRM = 0.5  # trust from which a beat is followed back
SAME, CLOSE = 0.05, 0.25  # of a tempo, and beats, within which two mean the same
FAIR = 0.9  # times as well as what was heard, that what is heard from behind must fit


class Sight(NamedTuple):
    rows: np.ndarray  # (hops, WIDTH), records not told yet
    rises: np.ndarray  # (hops, PARTS)
    forth: np.ndarray  # (hops, 4), heard by who did not know what follows: BEAT, HERTZ, TRUSTED, FITTING
    back: np.ndarray  # (hops, 4), and by who comes from there
    counts: np.ndarray  # (3,) int64: records held, settled, and given out of these
    rhythm: Rhythm
    pulse: Pulse
    ramp: np.ndarray
    hand: np.ndarray  # untouched
    portion: int
    rate: float


TRUSTED, FITS = 2, 3
HELD, SETTLED, GIVEN = range(3)


class Foresight:
    """Gives out every record that it takes, in order; only their rhythm is another.

    Rates and sizes are those of the listener whose records they are. Memory stays the same however many come.
    """

    def __init__(self, rate, hop, size):
        step = hop / rate
        hops, portion = round((AHEAD + PORTION) / step), round(PORTION / step)
        self.sight = Sight(
            np.zeros((hops, WIDTH)),
            np.zeros((hops, PARTS)),
            np.zeros((hops, 4)),
            np.zeros((hops, 4)),
            np.zeros(3, np.int64),
            make_rhythm(rate, hop, size),
            make_pulse(rate, hop, size),
            make_ramp(),
            make_tempo_override(),
            portion,
            float(rate),
        )
        self.ended = False

    @classmethod
    def beside(cls, listener):
        """For the records of a listener."""
        return cls(listener.rhythm.rate, listener.hop, len(listener.spectrum.past))

    def push(self, record):
        """Take a record. Pull until nothing comes before the next one."""
        if not push(self.sight, record):
            raise BufferError("records wait to be pulled")

    def pull(self, into):
        """Put the next record that is settled into a row; False if more must come first."""
        return pull(self.sight, into, self.ended)

    def end(self):
        """No more will come; what is held can be pulled."""
        self.ended = True


@kernel
def push(sight, record):
    """False, and nothing is taken, while what is settled was not pulled."""
    n, rhythm = sight.counts[HELD], sight.rhythm
    if n == sight.rows.shape[0]:
        return False
    copy_rows(record, 0, sight.rows[n], 0, WIDTH)
    hear_rhythm(rhythm, record)
    now, state = rhythm.pulse.now, rhythm.state
    copy_rows(rhythm.novelty.rises, 0, sight.rises[n], 0, PARTS)
    sight.forth[n, BEAT], sight.forth[n, HERTZ] = now[BEAT] - state[FIRST], now[HERTZ]
    sight.forth[n, TRUSTED], sight.forth[n, FITS] = state[SURE], state[FITTING]
    sight.counts[HELD] += 1
    return True


@kernel
def drop(sight):
    """Make room: what was given out goes."""
    gone, left = sight.counts[SETTLED], sight.counts[HELD] - sight.counts[SETTLED]
    for n in range(left):
        copy_rows(sight.rows, n + gone, sight.rows, n, 1)
        copy_rows(sight.rises, n + gone, sight.rises, n, 1)
        copy_rows(sight.forth, n + gone, sight.forth, n, 1)
    sight.counts[HELD], sight.counts[SETTLED], sight.counts[GIVEN] = left, 0, 0


@kernel
def pull(sight, into, ended):
    counts = sight.counts
    if 0 < counts[SETTLED] == counts[GIVEN]:
        drop(sight)
    if counts[SETTLED] == 0 and (counts[HELD] == sight.rows.shape[0] or (ended and counts[HELD] > 0)):
        follow_back(sight)
        counts[SETTLED] = counts[HELD] if ended else sight.portion
    if counts[GIVEN] == counts[SETTLED]:
        return False
    n = counts[GIVEN]
    beats, hertz, sure = settle(sight.forth[n], sight.back[n])
    copy_rows(sight.rows[n], 0, into, 0, WIDTH)
    tell(sight.ramp, into, sight.hand, beats, hertz, sure, sight.rate)
    counts[GIVEN] += 1
    return True


@kernel
def follow_back(sight):
    """From the last hop at which the beat was sure, back to the first that is held."""
    pulse, held = sight.pulse, sight.counts[HELD]
    sight.back[:] = 0.0
    last = held - 1
    while last > 0 and sight.forth[last, TRUSTED] < FIRM:
        last -= 1
    pulse.real[:] = 0.0
    pulse.imag[:] = 0.0
    pulse.now[BEAT], pulse.now[HERTZ] = sight.forth[last, BEAT], sight.forth[last, HERTZ]
    fits, sure = sight.forth[last, FITS], sight.forth[last, TRUSTED]
    for n in range(last, -1, -1):
        beat.gather(pulse, sight.rises[n], pulse.now[BEAT])
        gone = last - n + 1
        if gone % TURNS == 0:
            beat.fit(pulse)
            filled = 1.0 - (1.0 - pulse.fade) ** gone
            fits = pulse.fits[beat.best(pulse, NEAR)] / filled
            beat.pull(pulse, strength_of(fits) * filled * TURNS * pulse.step, -1.0)
        sight.back[n, BEAT], sight.back[n, HERTZ] = pulse.now[BEAT], pulse.now[HERTZ]
        sight.back[n, TRUSTED], sight.back[n, FITS] = sure * strength_of(fits), fits
        if n > 0:
            pulse.now[BEAT] -= pulse.now[HERTZ] * (sight.rows[n, AT.sample] - sight.rows[n - 1, AT.sample]) / sight.rate


@kernel
def settle(forth, back):
    """Both, where they mean the same beat; else the one that fits, in doubt who knows what follows."""
    near = abs(forth[HERTZ] - back[HERTZ]) < SAME * back[HERTZ]
    off = forth[BEAT] - back[BEAT]
    off -= math.floor(off + 0.5)
    near = near and abs(off) < CLOSE
    worse = back[FITS] < FAIR * forth[FITS] and not near
    if worse or back[TRUSTED] < FIRM * forth[TRUSTED]:
        return forth[BEAT], forth[HERTZ], forth[TRUSTED]
    share = forth[TRUSTED] / (forth[TRUSTED] + back[TRUSTED]) if near and back[TRUSTED] > 0.0 else 0.0
    sure = max(forth[TRUSTED], back[TRUSTED])
    return back[BEAT] + share * off, back[HERTZ] + share * (forth[HERTZ] - back[HERTZ]), sure
