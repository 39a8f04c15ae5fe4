"""Rhythm: the analysed tempo and beat, hop by hop, at the first sample of each."""

from typing import NamedTuple

import numpy as np

from phosphene.engine.listening.frame import AT, BANDS
from phosphene.engine.listening.rhythm import beat_tracker as beat
from phosphene.engine.listening.rhythm.beat_clock import make_beat_clock, update_beat_clock
from phosphene.engine.listening.rhythm.beat_tracker import BEAT, HERTZ, MAX_CORRECTION, PHASES, BeatTracker
from phosphene.engine.listening.rhythm.novelty import PARTS, Novelty, make_novelty, update_novelty
from phosphene.engine.listening.rhythm.tempo_bank import (
    SCORE_INTERVAL,
    STEPS_PER_OCTAVE,
    TempoBank,
    interpolated_bpm,
    make_tempo_bank,
    score_tempi,
    tempo_index,
    tempo_probability,
    update_resonators,
)
from phosphene.engine.listening.rhythm.tempo_override import BEATS_PER_BAR
from phosphene.engine.native import copy_rows, kernel

MIN_PROBABILITY = 0.3  # of a new tempo
SAME_TEMPO_STEPS = 5  # steps of the tempo bank; a tempo further away is another one, and no drift
WEAK_FIT, STRONG_FIT = 2.0, 6.0  # scores that noise reaches, and that every clear beat reaches
KEPT_CONFIDENCE = 0.5  # share of the confidence that a new tempo keeps
CONFIDENCE_THRESHOLD, CONFIDENCE_SECONDS = 0.3, 0.4  # quality at which confidence rises; time to 1 at full quality
BETTER_PHASE_RATIO = 1.1  # of the score of another phase to the present one, to move there
PROVEN_CONFIDENCE = 0.7  # above it the age of a tempo grows
PATIENCE_SHARE, MAX_PATIENCE = 0.5, 5.0  # of its age, and seconds, that a tempo stays although its octave is likelier
PATIENCE_TURNS = 4  # turns for which another phase or downbeat must be better; a turn is SCORE_INTERVAL hops
CONFIDENCE, FIT, OTHER_PHASE_TURNS, DOWNBEAT, OTHER_DOWNBEAT_TURNS, AGE, RIVAL_SECONDS = range(7)


class Rhythm(NamedTuple):
    novelty: Novelty
    tempo_bank: TempoBank
    tracker: BeatTracker
    clock: np.ndarray  # of beat_clock
    state: np.ndarray  # (7,): CONFIDENCE, 0 to 1; FIT, the best score nearby; OTHER_PHASE_TURNS; DOWNBEAT, 0 to 3;
    # OTHER_DOWNBEAT_TURNS; AGE, seconds of proven confidence; RIVAL_SECONDS, for which another tempo was likelier
    last: np.ndarray  # (1,): sample of the last hop
    hops: np.ndarray  # (1,) int64
    rate: float
    hop: int


def make_rhythm(rate: float, hop: int, size: int) -> Rhythm:
    """A rhythm for hops of `hop` samples, whose spectrum has a window of `size` samples."""
    return Rhythm(
        make_novelty(rate, hop),
        make_tempo_bank(rate, hop),
        beat.make_beat_tracker(rate, hop, size),
        make_beat_clock(),
        np.zeros(7),
        np.zeros(1),
        np.zeros(1, np.int64),
        float(rate),
        hop,
    )


@kernel
def update_rhythm(rhythm, record, override):
    """Analyse the hop whose sample and bands are in a record, and write its rhythm there."""
    track_rhythm(rhythm, record)
    now, state = rhythm.tracker.now, rhythm.state
    update_beat_clock(
        rhythm.clock, record, override, now[BEAT] - state[DOWNBEAT], now[HERTZ], state[CONFIDENCE], rhythm.rate
    )


@kernel
def track_rhythm(rhythm, record):
    """Track tempo and beat through a record's hop; hops that were missed count as silent."""
    novelty = rhythm.novelty
    if rhythm.hops[0] > 0:
        missed = round((record[AT.sample] - rhythm.last[0]) / rhythm.hop) - 1
        novelty.rises[:] = 0.0
        for _ in range(min(missed, rhythm.tracker.past_rises.shape[0])):
            step_hop(rhythm)
    rhythm.last[0] = record[AT.sample]
    update_novelty(novelty, record[AT.mel : AT.mel + BANDS])
    step_hop(rhythm)


@kernel
def step_hop(rhythm):
    """Move on by a hop, whose rises are in `novelty`."""
    tracker, rises, hops = rhythm.tracker, rhythm.novelty.rises, rhythm.hops
    tracker.now[BEAT] += tracker.hop_seconds * tracker.now[HERTZ]
    copy_rows(rises, 0, tracker.past_rises[hops[0] % tracker.past_rises.shape[0]], 0, PARTS)
    update_resonators(rhythm.tempo_bank, rises, hops[0])
    beat.add_rises(tracker, rises, tracker.now[BEAT])
    hops[0] += 1
    if hops[0] % SCORE_INTERVAL == 0:
        update_tempo(rhythm)
        update_downbeat(rhythm)


@kernel
def update_tempo(rhythm):
    """Adopt another tempo if it is far likelier; else correct the beat and update its confidence."""
    bank, tracker, state = rhythm.tempo_bank, rhythm.tracker, rhythm.state
    index, own_index = score_tempi(bank, rhythm.novelty.sounding[0]), tempo_index(60.0 * tracker.now[HERTZ])
    probability, own_probability = tempo_probability(bank, index), tempo_probability(bank, own_index)
    turn = SCORE_INTERVAL * tracker.hop_seconds
    rival = (
        abs(index - own_index) > SAME_TEMPO_STEPS
        and probability > MIN_PROBABILITY
        and probability > 2.0 * own_probability
    )
    same_beats = abs(abs(index - own_index) - STEPS_PER_OCTAVE) <= SAME_TEMPO_STEPS
    patience = min(PATIENCE_SHARE * state[AGE], MAX_PATIENCE) if same_beats else 0.0
    if state[CONFIDENCE] > PROVEN_CONFIDENCE:
        state[AGE] += turn
    state[RIVAL_SECONDS] = state[RIVAL_SECONDS] + turn if rival else 0.0
    if rival and state[RIVAL_SECONDS] > patience:
        beat.adopt_tempo(tracker, interpolated_bpm(bank, index) / 60.0, rhythm.hops[0])
        state[CONFIDENCE] *= KEPT_CONFIDENCE
        state[FIT] = state[OTHER_PHASE_TURNS] = state[AGE] = state[RIVAL_SECONDS] = 0.0
        return
    if rival and same_beats:
        own_probability = probability  # twice or half as fast: both agree on the beat
    beat.score_phases(tracker)
    here, elsewhere = beat.best_phase(tracker, MAX_CORRECTION), beat.best_phase(tracker, PHASES // 2)
    state[FIT] = tracker.scores[here]
    strength = fit_strength(state[FIT])
    other_phase_better = tracker.scores[elsewhere] > max(BETTER_PHASE_RATIO * tracker.scores[here], WEAK_FIT)
    state[OTHER_PHASE_TURNS] = state[OTHER_PHASE_TURNS] + 1.0 if other_phase_better else 0.0
    if state[OTHER_PHASE_TURNS] > PATIENCE_TURNS:
        beat.shift_beat(tracker, beat.beats_to_phase(tracker, elsewhere))
        state[OTHER_PHASE_TURNS] = 0.0
    else:
        beat.correct_beat(tracker, strength * SCORE_INTERVAL * tracker.hop_seconds, 1.0)
    gain = (own_probability * strength - CONFIDENCE_THRESHOLD) * turn / CONFIDENCE_SECONDS
    state[CONFIDENCE] = min(max(state[CONFIDENCE] + gain, 0.0), 1.0)


@kernel
def fit_strength(fit):
    """A score as 0 (noise) to 1 (a clear beat)."""
    return min(max((fit - WEAK_FIT) / (STRONG_FIT - WEAK_FIT), 0.0), 1.0)


@kernel
def update_downbeat(rhythm):
    """Move the downbeat if another beat has been better for PATIENCE_TURNS."""
    tracker, state = rhythm.tracker, rhythm.state
    first = 0
    for index in range(1, BEATS_PER_BAR):
        if beat.downbeat_score(tracker, index) > beat.downbeat_score(tracker, first):
            first = index
    state[OTHER_DOWNBEAT_TURNS] = state[OTHER_DOWNBEAT_TURNS] + 1.0 if first != state[DOWNBEAT] else 0.0
    if state[OTHER_DOWNBEAT_TURNS] > PATIENCE_TURNS:
        state[DOWNBEAT], state[OTHER_DOWNBEAT_TURNS] = first, 0.0
