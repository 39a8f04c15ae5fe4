"""The beat tracker: the phase of the beat, and the downbeat, from the recent rises at each phase of beat and bar."""

import math
from typing import NamedTuple

import numpy as np

from phosphene.engine.listening.rhythm.novelty import COMPARED_HOPS, PARTS
from phosphene.engine.listening.rhythm.tempo_bank import MAX_BPM, MIN_BPM
from phosphene.engine.listening.rhythm.tempo_override import BEATS_PER_BAR
from phosphene.engine.native import kernel

HARMONICS = 4  # of the beat, down to its sixteenths
MEMORY_SECONDS, BAR_MEMORY_SECONDS = 1.6, 10.0  # time constants of the rises by phase
REPLAY_SECONDS = 5.0  # of rises that are added again after a change of tempo
PHASES = 48  # of a beat that are scored
MAX_CORRECTION = 6  # phases; a better phase further away is another beat
CORRECTION_RATES = 4.0, 4.0  # 1/s and 1/s²: how fast the beat and its tempo move to the best phase
BEAT_TOLERANCE = 0.125  # beats; a rise this close to a beat is on it
ONSET_DELAY = 0.22  # of a window, from an onset to its rise: measured
PHASE_WEIGHTS = np.array(  # (PARTS, HARMONICS): evidence for a beat; made by tools/fit/rhythm_tables.py
    [[8.0, 12.4, 2.4, 4.8], [16.0, 3.3, 3.7, 1.2], [1.6, 6.2, 4.1, 4.1]]
)
BAR_WEIGHTS = np.array(  # (BEATS_PER_BAR, PARTS): evidence for a downbeat; made by the same tool
    [[7.9, 25.9, -28.9], [-8.9, -6.4, 15.6], [7.6, -13.8, 5.8], [-6.7, -5.7, 7.6]]
)
MIN_BAR_RISES = 0.01  # rises of a bar without evidence
PHASE_TURNS = np.exp(-2j * np.pi * np.outer(np.arange(PHASES), np.arange(1, HARMONICS + 1)) / PHASES)
COSINES, SINES = PHASE_TURNS.real.copy(), PHASE_TURNS.imag.copy()
BEAT, HERTZ = range(2)


class BeatTracker(NamedTuple):
    now: np.ndarray  # (2,): BEAT at the hop's first sample, and HERTZ
    real: np.ndarray  # (PARTS, HARMONICS): Fourier series of the rises over a beat
    imag: np.ndarray
    bar_rises: np.ndarray  # (BEATS_PER_BAR, PARTS): rises on the beats of a bar
    past_rises: np.ndarray  # (hops, PARTS), circular
    scores: np.ndarray  # (PHASES,): how well the beat fits when it is shifted there
    delay: float  # seconds from an onset to the sample of the hop that has its rise
    hop_seconds: float
    fade: float
    bar_fade: float


def make_beat_tracker(rate: float, hop: int, size: int) -> BeatTracker:
    hop_seconds = hop / rate
    return BeatTracker(
        np.array([0.0, 2.0]),
        np.zeros((PARTS, HARMONICS)),
        np.zeros((PARTS, HARMONICS)),
        np.zeros((BEATS_PER_BAR, PARTS)),
        np.zeros((round(REPLAY_SECONDS / hop_seconds), PARTS)),
        np.zeros(PHASES),
        ONSET_DELAY * size / rate + (0.5 * COMPARED_HOPS - 1.0) * hop_seconds,
        hop_seconds,
        1 - math.exp(-hop_seconds / MEMORY_SECONDS),
        1 - math.exp(-hop_seconds / BAR_MEMORY_SECONDS),
    )


@kernel
def add_rises(tracker, rises, beat):
    """Add the rises of a hop whose position is `beat`, in beats."""
    now, fade = tracker.now, tracker.fade
    beat -= tracker.delay * now[HERTZ]
    number = math.floor(beat + 0.5)
    for beat_of_bar in range(BEATS_PER_BAR):
        on = beat_of_bar == number % BEATS_PER_BAR and abs(beat - number) < BEAT_TOLERANCE
        for part in range(PARTS):
            target = rises[part] if on else 0.0
            tracker.bar_rises[beat_of_bar, part] += tracker.bar_fade * (target - tracker.bar_rises[beat_of_bar, part])
    c, s = math.cos(2.0 * math.pi * beat), -math.sin(2.0 * math.pi * beat)
    real, imag = c, s
    for h in range(HARMONICS):
        for part in range(PARTS):
            tracker.real[part, h] += fade * (rises[part] * real - tracker.real[part, h])
            tracker.imag[part, h] += fade * (rises[part] * imag - tracker.imag[part, h])
        real, imag = real * c - imag * s, real * s + imag * c


@kernel
def shift_beat(tracker, beats):
    """Shift the beat, now and in the past, by `beats`."""
    tracker.now[BEAT] += beats
    for h in range(HARMONICS):
        angle = 2.0 * math.pi * (h + 1) * beats
        c, s = math.cos(angle), -math.sin(angle)
        for part in range(PARTS):
            real, imag = tracker.real[part, h], tracker.imag[part, h]
            tracker.real[part, h], tracker.imag[part, h] = real * c - imag * s, real * s + imag * c


@kernel
def score_phases(tracker):
    """Score the beat at every phase."""
    tracker.scores[:] = 0.0
    for h in range(HARMONICS):
        real, imag = 0.0, 0.0
        for part in range(PARTS):
            real += PHASE_WEIGHTS[part, h] * tracker.real[part, h]
            imag += PHASE_WEIGHTS[part, h] * tracker.imag[part, h]
        for phase in range(PHASES):
            tracker.scores[phase] += real * COSINES[phase, h] - imag * SINES[phase, h]


@kernel
def best_phase(tracker, reach):
    """The phase of the best score, at most `reach` phases away."""
    best = 0
    for shift in range(-reach, reach + 1):
        if tracker.scores[shift % PHASES] > tracker.scores[best]:
            best = shift % PHASES
    return best


@kernel
def beats_to_phase(tracker, phase):
    """Beats to the peak of the scores at or beside a phase, -0.5 to 0.5."""
    previous, peak, following = tracker.scores[phase - 1], tracker.scores[phase], tracker.scores[(phase + 1) % PHASES]
    curvature = previous - 2.0 * peak + following
    beats = (phase + (0.5 * (previous - following) / curvature if curvature < 0.0 else 0.0)) / PHASES
    return beats - math.floor(beats + 0.5)


@kernel
def adopt_tempo(tracker, hertz, hops):
    """Change the tempo, and add the past rises again with it."""
    tracker.real[:] = 0.0
    tracker.imag[:] = 0.0
    tracker.bar_rises[:] = 0.0
    tracker.now[HERTZ] = hertz
    length = tracker.past_rises.shape[0]
    for ago in range(min(length, hops) - 1, -1, -1):
        past_beat = tracker.now[BEAT] - ago * tracker.hop_seconds * hertz
        add_rises(tracker, tracker.past_rises[(hops - 1 - ago) % length], past_beat)
    score_phases(tracker)
    shift_beat(tracker, beats_to_phase(tracker, best_phase(tracker, PHASES // 2)))


@kernel
def correct_beat(tracker, seconds, direction):
    """Move the beat towards the best phase nearby for `seconds`; `direction` of the time is 1 or -1."""
    offset = beats_to_phase(tracker, best_phase(tracker, MAX_CORRECTION))
    shift_beat(tracker, (1.0 - math.exp(-seconds * CORRECTION_RATES[0])) * offset)
    hertz = tracker.now[HERTZ] + direction * seconds * CORRECTION_RATES[1] * offset
    tracker.now[HERTZ] = min(max(hertz, MIN_BPM / 60.0), MAX_BPM / 60.0)


@kernel
def downbeat_score(tracker, first):
    """The evidence that bars begin on the beat `first` of four."""
    evidence, rises_sum = 0.0, MIN_BAR_RISES
    for beat_of_bar in range(BEATS_PER_BAR):
        for part in range(PARTS):
            evidence += BAR_WEIGHTS[beat_of_bar, part] * tracker.bar_rises[(first + beat_of_bar) % BEATS_PER_BAR, part]
            rises_sum += abs(tracker.bar_rises[beat_of_bar, part])
    return evidence / rises_sum
