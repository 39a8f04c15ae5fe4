"""Pulse: where the beat lies, and which beat begins the bar, by what lately rose at each place in them."""

import math
from typing import NamedTuple

import numpy as np

from phosphene.engine.listening.rhythm.novelty import BACK, PARTS
from phosphene.engine.listening.rhythm.tempo_bank import FASTEST, SLOWEST
from phosphene.engine.listening.rhythm.tempo_override import BEATS_PER_BAR
from phosphene.engine.native import kernel

HARMONICS = 4  # of the beat, down to its sixteenths
MEMORY, BAR_MEMORY = 1.6, 10.0  # seconds
REPLAYED = 5.0  # seconds that are heard again with a new tempo
PLACES = 48  # in a beat, where it is tried
NEAR = 6  # places: what fits further away is another beat, and no correction
PULLS = 4.0, 4.0  # 1/s and 1/s²: how firmly the beat, and its tempo, follow what fits
AT_BEAT = 0.125  # beats about one that count as on it
LATE = 0.22  # of a window, after which what begins shows as a rise: measured
FITTING = np.array(  # how much each harmonic, in each part, speaks for a beat (tools/rhythmfit.py made these)
    [[8.0, 12.4, 2.4, 4.8], [16.0, 3.3, 3.7, 1.2], [1.6, 6.2, 4.1, 4.1]]
)
BEGINNING = np.array(  # how much each part, on each beat of a bar, speaks for the bar
    [[7.9, 25.9, -28.9], [-8.9, -6.4, 15.6], [7.6, -13.8, 5.8], [-6.7, -5.7, 7.6]]
)
LOUDNESS = 0.01  # of a bar that says nothing
TRIAL = np.exp(-2j * np.pi * np.outer(np.arange(PLACES), np.arange(1, HARMONICS + 1)) / PLACES)
COSINES, SINES = TRIAL.real.copy(), TRIAL.imag.copy()
BEAT, HERTZ = range(2)


class Pulse(NamedTuple):
    now: np.ndarray  # (2,): BEAT at the hop's first sample, and HERTZ
    real: np.ndarray  # (PARTS, HARMONICS), rises by where they lie in a beat
    imag: np.ndarray
    bar: np.ndarray  # (BEATS, PARTS), rises on the beats of a bar
    past: np.ndarray  # (hops, PARTS), circular: rises to hear again
    fits: np.ndarray  # (PLACES,), how well the beat fits when moved so far
    late: float  # seconds from where something begins to the stamp of the hop that shows it
    step: float  # seconds a hop
    fade: float
    bar_fade: float


def make_pulse(rate, hop, size):
    step = hop / rate
    return Pulse(
        np.array([0.0, 2.0]),
        np.zeros((PARTS, HARMONICS)),
        np.zeros((PARTS, HARMONICS)),
        np.zeros((BEATS_PER_BAR, PARTS)),
        np.zeros((round(REPLAYED / step), PARTS)),
        np.zeros(PLACES),
        LATE * size / rate + (0.5 * BACK - 1.0) * step,
        step,
        1 - math.exp(-step / MEMORY),
        1 - math.exp(-step / BAR_MEMORY),
    )


@kernel
def gather(pulse, rises, beat):
    """Add the rises of a hop at which the beat was there."""
    now, fade = pulse.now, pulse.fade
    beat -= pulse.late * now[HERTZ]
    number = math.floor(beat + 0.5)
    for place in range(BEATS_PER_BAR):
        on = place == number % BEATS_PER_BAR and abs(beat - number) < AT_BEAT
        for part in range(PARTS):
            pulse.bar[place, part] += pulse.bar_fade * ((rises[part] if on else 0.0) - pulse.bar[place, part])
    c, s = math.cos(2.0 * math.pi * beat), -math.sin(2.0 * math.pi * beat)
    real, imag = c, s
    for h in range(HARMONICS):
        for part in range(PARTS):
            pulse.real[part, h] += fade * (rises[part] * real - pulse.real[part, h])
            pulse.imag[part, h] += fade * (rises[part] * imag - pulse.imag[part, h])
        real, imag = real * c - imag * s, real * s + imag * c


@kernel
def move(pulse, beats):
    """The beat is further on than was thought, and always was."""
    pulse.now[BEAT] += beats
    for h in range(HARMONICS):
        angle = 2.0 * math.pi * (h + 1) * beats
        c, s = math.cos(angle), -math.sin(angle)
        for part in range(PARTS):
            real, imag = pulse.real[part, h], pulse.imag[part, h]
            pulse.real[part, h], pulse.imag[part, h] = real * c - imag * s, real * s + imag * c


@kernel
def fit(pulse):
    """Try the beat everywhere."""
    pulse.fits[:] = 0.0
    for h in range(HARMONICS):
        real, imag = 0.0, 0.0
        for part in range(PARTS):
            real += FITTING[part, h] * pulse.real[part, h]
            imag += FITTING[part, h] * pulse.imag[part, h]
        for place in range(PLACES):
            pulse.fits[place] += real * COSINES[place, h] - imag * SINES[place, h]


@kernel
def best(pulse, near):
    """The place that fits best, no further away than so many."""
    found = 0
    for away in range(-near, near + 1):
        if pulse.fits[away % PLACES] > pulse.fits[found]:
            found = away % PLACES
    return found


@kernel
def beats_to(pulse, place):
    """Beats from here to the peak at a place or beside it; less than half of one."""
    before, here, after = pulse.fits[place - 1], pulse.fits[place], pulse.fits[(place + 1) % PLACES]
    bend = before - 2.0 * here + after
    beats = (place + (0.5 * (before - after) / bend if bend < 0.0 else 0.0)) / PLACES
    return beats - math.floor(beats + 0.5)


@kernel
def adopt(pulse, hertz, hops):
    """Take on a tempo: hear again with it what is remembered."""
    pulse.real[:] = 0.0
    pulse.imag[:] = 0.0
    pulse.bar[:] = 0.0
    pulse.now[HERTZ] = hertz
    length = pulse.past.shape[0]
    for ago in range(min(length, hops) - 1, -1, -1):
        gather(pulse, pulse.past[(hops - 1 - ago) % length], pulse.now[BEAT] - ago * pulse.step * hertz)
    fit(pulse)
    move(pulse, beats_to(pulse, best(pulse, PLACES // 2)))


@kernel
def pull(pulse, seconds, sense):
    """Draw the beat to where it fits, close by, for so many seconds; the `sense` in which they go by is 1 or -1."""
    off = beats_to(pulse, best(pulse, NEAR))
    move(pulse, (1.0 - math.exp(-seconds * PULLS[0])) * off)
    hertz = pulse.now[HERTZ] + sense * seconds * PULLS[1] * off
    pulse.now[HERTZ] = min(max(hertz, SLOWEST / 60.0), FASTEST / 60.0)


@kernel
def speaks(pulse, first):
    """How much says that a bar begins on a beat."""
    told, loud = 0.0, LOUDNESS
    for place in range(BEATS_PER_BAR):
        for part in range(PARTS):
            told += BEGINNING[place, part] * pulse.bar[(first + place) % BEATS_PER_BAR, part]
            loud += abs(pulse.bar[place, part])
    return told / loud
