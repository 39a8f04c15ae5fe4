"""Lookahead: offline, the rhythm of a record also follows from the sound after it.

Records are pushed as they are analysed and pulled some seconds later. Meanwhile the beat is also tracked backward,
from a hop at which it was certain. This gives a beat to bars whose tempo was not known yet; elsewhere the lags of both
directions cancel. The same tracker runs in both directions.
"""

import math
from typing import Any, NamedTuple

import numpy as np

from phosphene.engine.listening.frame import AT, WIDTH
from phosphene.engine.listening.rhythm import beat_tracker as beat
from phosphene.engine.listening.rhythm.beat_clock import make_beat_clock, update_beat_clock
from phosphene.engine.listening.rhythm.beat_tracker import BEAT, HERTZ, MAX_CORRECTION, BeatTracker, make_beat_tracker
from phosphene.engine.listening.rhythm.novelty import PARTS
from phosphene.engine.listening.rhythm.rhythm import (
    CONFIDENCE,
    DOWNBEAT,
    FIT,
    Rhythm,
    fit_strength,
    make_rhythm,
    track_rhythm,
)
from phosphene.engine.listening.rhythm.tempo_bank import SCORE_INTERVAL
from phosphene.engine.listening.rhythm.tempo_override import make_tempo_override
from phosphene.engine.native import copy_rows, kernel

AHEAD_SECONDS, PORTION_SECONDS = 8.0, 1.0  # sound after a record that counts; records that are completed at once
MIN_CONFIDENCE = 0.5  # of a beat that is tracked backward; and its ratio to the forward confidence
SAME_TEMPO, SAME_BEAT = 0.05, 0.25  # share of the tempo, and beats, within which both directions agree
MIN_FIT_RATIO = 0.9  # of the backward beat to the forward one, that it is used


class LookaheadState(NamedTuple):
    records: np.ndarray  # (hops, WIDTH), as pushed
    rises: np.ndarray  # (hops, PARTS)
    forward: np.ndarray  # (hops, 4), tracked forward: BEAT, HERTZ, ROW_CONFIDENCE, ROW_FIT
    backward: np.ndarray  # (hops, 4), tracked backward
    counts: np.ndarray  # (3,) int64: records HELD, complete of these, PULLED of these
    rhythm: Rhythm
    tracker: BeatTracker
    clock: np.ndarray
    override: np.ndarray  # at its defaults
    portion: int  # records
    rate: float


ROW_CONFIDENCE, ROW_FIT = 2, 3
HELD, COMPLETE, PULLED = range(3)


class Lookahead:
    """Takes records and gives them back in order, later, with another rhythm. Its memory is constant.

    Parameters
    ----------
    rate : float
    hop, size : int
        Samples in a hop and in the window of the spectrum, of the analyser that makes the records.
    """

    def __init__(self, rate: float, hop: int, size: int) -> None:
        hop_seconds = hop / rate
        hops, portion = round((AHEAD_SECONDS + PORTION_SECONDS) / hop_seconds), round(PORTION_SECONDS / hop_seconds)
        self.state = LookaheadState(
            np.zeros((hops, WIDTH)),
            np.zeros((hops, PARTS)),
            np.zeros((hops, 4)),
            np.zeros((hops, 4)),
            np.zeros(3, np.int64),
            make_rhythm(rate, hop, size),
            make_beat_tracker(rate, hop, size),
            make_beat_clock(),
            make_tempo_override(),
            portion,
            float(rate),
        )
        self.ended = False

    @classmethod
    def for_analyser(cls, analyser: Any) -> "Lookahead":
        """For the records of an analyser."""
        return cls(analyser.rhythm.rate, analyser.hop, len(analyser.spectrum.past))

    def push(self, record: np.ndarray) -> None:
        """Take a record. Pull until there is none before the next push."""
        if not push_record(self.state, record):
            raise BufferError("lookahead: complete records must be pulled before the next push")

    def pull(self, into: np.ndarray) -> bool:
        """Copy the next complete record into a row; False if there is none until more are pushed."""
        return pull_record(self.state, into, self.ended)

    def end(self) -> None:
        """No more records follow: all that are held can be pulled."""
        self.ended = True


@kernel
def push_record(state, record):
    """Take a record; False if there is no room until complete records are pulled."""
    n, rhythm = state.counts[HELD], state.rhythm
    if n == state.records.shape[0]:
        return False
    copy_rows(record, 0, state.records[n], 0, WIDTH)
    track_rhythm(rhythm, record)
    now, tracked = rhythm.tracker.now, rhythm.state
    copy_rows(rhythm.novelty.rises, 0, state.rises[n], 0, PARTS)
    state.forward[n, BEAT], state.forward[n, HERTZ] = now[BEAT] - tracked[DOWNBEAT], now[HERTZ]
    state.forward[n, ROW_CONFIDENCE], state.forward[n, ROW_FIT] = tracked[CONFIDENCE], tracked[FIT]
    state.counts[HELD] += 1
    return True


@kernel
def drop_pulled(state):
    """Remove the records that were pulled."""
    hops, left = state.counts[COMPLETE], state.counts[HELD] - state.counts[COMPLETE]
    for n in range(left):
        copy_rows(state.records, n + hops, state.records, n, 1)
        copy_rows(state.rises, n + hops, state.rises, n, 1)
        copy_rows(state.forward, n + hops, state.forward, n, 1)
    state.counts[HELD], state.counts[COMPLETE], state.counts[PULLED] = left, 0, 0


@kernel
def pull_record(state, into, ended):
    """Copy the next complete record into a row; track backward first if that is due. False if there is none."""
    counts = state.counts
    if 0 < counts[COMPLETE] == counts[PULLED]:
        drop_pulled(state)
    if counts[COMPLETE] == 0 and (counts[HELD] == state.records.shape[0] or (ended and counts[HELD] > 0)):
        track_backward(state)
        counts[COMPLETE] = counts[HELD] if ended else state.portion
    if counts[PULLED] == counts[COMPLETE]:
        return False
    n = counts[PULLED]
    beats, hertz, confidence = merge_directions(state.forward[n], state.backward[n])
    copy_rows(state.records[n], 0, into, 0, WIDTH)
    update_beat_clock(state.clock, into, state.override, beats, hertz, confidence, state.rate)
    counts[PULLED] += 1
    return True


@kernel
def track_backward(state):
    """Track the beat from the last hop at which it was certain back to the first that is held."""
    tracker, held = state.tracker, state.counts[HELD]
    state.backward[:] = 0.0
    last = held - 1
    while last > 0 and state.forward[last, ROW_CONFIDENCE] < MIN_CONFIDENCE:
        last -= 1
    tracker.real[:] = 0.0
    tracker.imag[:] = 0.0
    tracker.now[BEAT], tracker.now[HERTZ] = state.forward[last, BEAT], state.forward[last, HERTZ]
    fit, confidence = state.forward[last, ROW_FIT], state.forward[last, ROW_CONFIDENCE]
    for n in range(last, -1, -1):
        beat.add_rises(tracker, state.rises[n], tracker.now[BEAT])
        hops = last - n + 1
        if hops % SCORE_INTERVAL == 0:
            beat.score_phases(tracker)
            fill = 1.0 - (1.0 - tracker.fade) ** hops
            fit = tracker.scores[beat.best_phase(tracker, MAX_CORRECTION)] / fill
            beat.correct_beat(tracker, fit_strength(fit) * fill * SCORE_INTERVAL * tracker.hop_seconds, -1.0)
        state.backward[n, BEAT], state.backward[n, HERTZ] = tracker.now[BEAT], tracker.now[HERTZ]
        state.backward[n, ROW_CONFIDENCE], state.backward[n, ROW_FIT] = confidence * fit_strength(fit), fit
        if n > 0:
            samples = state.records[n, AT.sample] - state.records[n - 1, AT.sample]
            tracker.now[BEAT] -= tracker.now[HERTZ] * samples / state.rate


@kernel
def merge_directions(forward, backward):
    """Beats, Hz and confidence: of both directions if they agree, else of the better fit; in doubt, backward."""
    same = abs(forward[HERTZ] - backward[HERTZ]) < SAME_TEMPO * backward[HERTZ]
    offset = forward[BEAT] - backward[BEAT]
    offset -= math.floor(offset + 0.5)
    same = same and abs(offset) < SAME_BEAT
    worse = backward[ROW_FIT] < MIN_FIT_RATIO * forward[ROW_FIT] and not same
    if worse or backward[ROW_CONFIDENCE] < MIN_CONFIDENCE * forward[ROW_CONFIDENCE]:
        return forward[BEAT], forward[HERTZ], forward[ROW_CONFIDENCE]
    forward_confidence, backward_confidence = forward[ROW_CONFIDENCE], backward[ROW_CONFIDENCE]
    share = (
        forward_confidence / (forward_confidence + backward_confidence) if same and backward_confidence > 0.0 else 0.0
    )
    confidence = max(forward_confidence, backward_confidence)
    return backward[BEAT] + share * offset, backward[HERTZ] + share * (forward[HERTZ] - backward[HERTZ]), confidence
