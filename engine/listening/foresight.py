"""Foresight: the rhythm of what is heard, told by whoever knows how it goes on.

Records come out as they went in, seconds later, with the same stamps: only tempo, beat and bar are told anew. Beats
are put where onsets are strong and as far apart as the tempo says that is known a while later, by dynamic programming
over a window that moves along; so the first bar has the right tempo already, and memory stays what it is.
"""

import math
from typing import NamedTuple

import numpy as np

from engine.listening.frame import AT, WIDTH
from engine.native import kernel

AHEAD = 6.0  # seconds after which the tempo of a moment is known
SURE = 4.0  # seconds more, after which its beats no longer change
LAG = -0.001  # seconds from the stamp of a frame to where what it tells the onset of began, on average
TIGHT = 100.0  # how much it costs to leave the tempo: times the square of the logarithm, in deviations of onset
LED = 2.0  # deviations of onset that it counts to be where the causal rhythm has its beat: or an off-beat might win
SLOWEST = 3.0  # seconds between two beats at the most
NEAR = 2  # beats on either side that one is smoothed with
BEATS = 4  # of a bar
FORGET = 8.0  # seconds over which bars are remembered
CHAIN = 64  # beats under the window at the most
TOLD = 0.3  # confidence above which the beats tell the tempo
COUNT, OUT, POWER, BEAT, BAR, LAST = range(6)  # numbers of the state


class State(NamedTuple):
    rows: np.ndarray  # (hops, WIDTH) circular
    onset: np.ndarray  # (hops,) circular
    score: np.ndarray  # (hops,) circular: of the best beats that end here
    back: np.ndarray  # (hops,) int64, circular: hops to the beat before, 0 for none
    chain: np.ndarray  # (CHAIN,): beats, newest first, in hops
    votes: np.ndarray  # (BEATS,): for which beat begins a bar
    now: np.ndarray  # (6,): records come, given out; power of onsets; beat, bar and sample given out last
    ahead: int  # hops
    late: int  # hops from going in to coming out
    lag: float  # hops
    seconds: float  # of a hop


class Foresight:
    """Records in, the same records out some seconds later, their rhythm told anew.

    Parameters
    ----------
    hop_seconds : float
        From record to record.
    """

    def __init__(self, hop_seconds):
        ahead, late = round(AHEAD / hop_seconds), round((AHEAD + SURE) / hop_seconds)
        size = 1 << (late + math.ceil(2 * SLOWEST / hop_seconds)).bit_length()
        self.state = State(
            np.zeros((size, WIDTH)),
            np.zeros(size),
            np.zeros(size),
            np.zeros(size, np.int64),
            np.zeros(CHAIN),
            np.zeros(BEATS),
            np.array([0.0, 0.0, 0.0, math.nan, math.nan, math.nan]),
            ahead,
            late,
            LAG / hop_seconds,
            float(hop_seconds),
        )
        self.pushed = self.pulled = 0  # records
        self.over = False

    def push(self, record):
        """The next record; `pull` whatever has come out before the one after it."""
        take(self.state, record, 1.0)
        self.pushed += 1

    def end(self):
        """That was the last one."""
        self.over = True

    def pull(self, into):
        """The next record that is ready, into a row; False if there is none."""
        if self.pulled == self.pushed:
            return False
        if self.over:
            while not self._ready():
                take(self.state, into, 0.0)
        if not self._ready():
            return False
        give(self.state, into)
        self.pulled += 1
        return True

    def _ready(self):
        return self.state.now[COUNT] - self.pulled > self.state.late


@kernel
def take(state, record, real):
    """Add a record; where it is not real, nothing is heard any more and the beat goes on."""
    count, mask = int(state.now[COUNT]), state.rows.shape[0] - 1
    row = state.rows[count & mask]
    if real > 0.0:
        row[:] = record
    elif count > 0:
        row[:] = state.rows[(count - 1) & mask]
        row[AT.onset] = row[AT.confidence] = 0.0
    gone = state.onset[(count - 2 * state.ahead) & mask] if count >= 2 * state.ahead else 0.0
    state.onset[count & mask] = row[AT.onset]
    state.now[POWER] += row[AT.onset] * row[AT.onset] - gone * gone
    state.now[COUNT] = count + 1
    if count >= state.ahead:
        link(state, count - state.ahead)


@kernel
def link(state, at):
    """Find the best beat before, were there one here."""
    mask = state.rows.shape[0] - 1
    period, sure, beat = foreseen(state, at)
    best, lag = 0.0, 0
    for back in range(max(int(0.5 * period), 1), min(int(2.0 * period) + 1, at + 1)):
        away = math.log(back / period)
        score = state.score[(at - back) & mask] - TIGHT * away * away
        if lag == 0 or score > best:
            best, lag = score, back
    usual = math.sqrt(max(state.now[POWER], 0.0) / min(state.now[COUNT], 2.0 * state.ahead)) + 1e-3
    told = LED * math.cos(2.0 * math.pi * beat)
    state.score[at & mask] = sure * (state.onset[at & mask] / usual + told) + best
    state.back[at & mask] = lag


@kernel
def foreseen(state, at):
    """Hops from beat to beat, as they are known once they are known best, how well, and where in its beat this is."""
    mask, best, period, beat = state.rows.shape[0] - 1, -1.0, 1.0, 0.0
    for beyond in range(0, state.ahead + 1):
        row = state.rows[(at + beyond) & mask]
        if row[AT.confidence] > best + 0.02:
            best, period = row[AT.confidence], 60.0 / (row[AT.tempo] * state.seconds)
            beat = row[AT.beat] - beyond / period
    return period, max(best, 0.0), beat


@kernel
def give(state, into):
    """The oldest record not given out yet, its rhythm told anew."""
    mask, at = state.rows.shape[0] - 1, int(state.now[OUT])
    into[:] = state.rows[at & mask]
    period, sure, _ = foreseen(state, at)
    state.now[OUT] = at + 1
    moved = (into[AT.sample] - state.now[LAST]) if at > 0 else 0.0
    before = state.rows[(at - 1) & mask] if at > 0 else into
    state.now[LAST] = into[AT.sample]
    if into[AT.tempo_source] != 0.0:  # a hand says how it goes
        state.now[BEAT] = ahead_of(state.now[BEAT], into[AT.beat] - before[AT.beat])
        state.now[BAR] = ahead_of(state.now[BAR], into[AT.bar] - before[AT.bar])
    else:
        tell(state, into, at, period, sure, moved)
    into[AT.beat], into[AT.bar] = state.now[BEAT], state.now[BAR]


@kernel
def ahead_of(place, step):
    return step if math.isnan(place) else place + max(step, 0.0)


@kernel
def tell(state, into, at, period, sure, moved):
    count = trace(state, at)
    chain, k = state.chain, 0
    while k + 2 < count and chain[k + 1] > at:
        k += 1
    later, earlier = smoothed(chain, count, k), smoothed(chain, count, k + 1)
    span = max(later - earlier, 1.0)
    turns = (at - state.lag - earlier) / span
    state.now[BEAT] = onward(state.now[BEAT], turns - math.floor(turns), 1.0 / span)
    ends = int(state.now[COUNT]) - 1 - state.ahead
    front = state.rows[ends & (state.rows.shape[0] - 1)]
    vote(state, state.now[BEAT] + k + (ends - chain[0]) / span + 1.0 - (turns - math.floor(turns)), front)
    down = 0
    for beat in range(BEATS):
        if state.votes[beat] > state.votes[down]:
            down = beat
    turns = (state.now[BEAT] - down) / BEATS
    state.now[BAR] = onward(state.now[BAR], turns - math.floor(turns), 1.0 / (span * BEATS))
    if into[AT.silence] == 0.0:
        into[AT.confidence] = max(into[AT.confidence], sure)
    if sure > TOLD:
        into[AT.tempo] = 60.0 / (span * state.seconds)


@kernel
def onward(place, phase, step):
    """The place with this phase that is nearest to where a step leads; never behind."""
    if math.isnan(place):
        return phase
    return max(phase + round(place + step - phase), place)


@kernel
def vote(state, beats, row):
    """Remember which beats begin a bar, by what a record tells at a place of ours."""
    for beat in range(BEATS):
        state.votes[beat] *= math.exp(-state.seconds / FORGET)
    bars = row[AT.bar] - math.floor(row[AT.bar])
    down = int(round(beats - BEATS * bars)) % BEATS
    state.votes[down] += row[AT.confidence] * state.seconds


@kernel
def trace(state, at):
    """The best beats up to the front, newest first, past `at` and some more; gives how many."""
    mask, front = state.rows.shape[0] - 1, int(state.now[COUNT]) - 1 - state.ahead
    period, _, _ = foreseen(state, front)
    best, oldest = front, max(at - 2 * int(SLOWEST / state.seconds), 0)
    for back in range(1, min(int(period), front) + 1):
        if state.score[(front - back) & mask] > state.score[best & mask]:
            best = front - back
    count = 0
    while count < CHAIN - 1:
        state.chain[count] = best
        count += 1
        lag = state.back[best & mask]
        if lag == 0 or best - lag < oldest:
            break
        best -= lag
    if count == 1:  # there is one beat only: the one before is where it ought to be
        state.chain[1] = state.chain[0] - period
        count = 2
    while state.chain[count - 1] > at and count < CHAIN:
        state.chain[count] = state.chain[count - 1] - (state.chain[count - 2] - state.chain[count - 1])
        count += 1
    return count


@kernel
def smoothed(chain, count, at):
    """A beat, on the straight line through it and its neighbours."""
    near = min(NEAR, at, count - 1 - at)
    total = 0.0
    for k in range(at - near, at + near + 1):
        total += chain[k]
    return total / (2 * near + 1)
