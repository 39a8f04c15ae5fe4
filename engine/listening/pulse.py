"""Pulse: where in the beat it is, by holding what is heard against a beat of the same tempo."""

import math
from typing import NamedTuple

import numpy as np

from engine.listening.novelty import BACK, PARTS
from engine.native import kernel

HARMONICS = 4  # of the beat: down to its sixteenths
MEMORY = 2.0  # seconds
REPLAYED = 5.0  # seconds that are heard again when the tempo is found
PLACES = 48  # in a beat, at which it is asked whether the beat lies there
NEAR = 6  # places: what is further away is another beat, not a correction
PHASE_PULL, TEMPO_PULL = 4.0, 2.5  # 1/s and 1/s², by which the beat follows what it finds
SHAPE = np.array(  # how much each harmonic of each part speaks for a beat: fitted
    [[6.2, 6.0, 2.7, 2.5], [9.7, 4.4, 4.7, 2.6], [2.8, 4.8, 2.6, 5.3]]
)
TURNED = np.exp(-2j * np.pi * np.outer(np.arange(PLACES), np.arange(1, HARMONICS + 1)) / PLACES)


class Pulse(NamedTuple):
    real: np.ndarray  # (PARTS, HARMONICS), rises as they lie in the beat
    imag: np.ndarray
    past: np.ndarray  # (hops, PARTS), circular: rises to hear again
    state: np.ndarray  # (2,): beats, at the hop's first sample; beats a second
    fits: np.ndarray  # (PLACES,), how well a beat fits at each place
    hops: np.ndarray  # (1,) int64
    late: float  # seconds from what began to the first sample of the hop that shows its rise
    fade: float
    step: float  # seconds a hop


def make_pulse(rate, hop, size):
    step = hop / rate
    return Pulse(
        np.zeros((PARTS, HARMONICS)),
        np.zeros((PARTS, HARMONICS)),
        np.zeros((round(REPLAYED / step), PARTS)),
        np.array([0.0, 2.0]),
        np.zeros(PLACES),
        np.zeros(1, np.int64),
        0.187 * size / rate + (0.5 * BACK - 1.0) * step,
        1 - math.exp(-step / MEMORY),
        step,
    )


@kernel
def hold(pulse, rises, beat):
    """Add the rises of a hop whose beat this is."""
    angle = -2.0 * math.pi * (beat - pulse.late * pulse.state[1])
    c1, s1 = math.cos(angle), math.sin(angle)
    c, s = c1, s1
    for h in range(HARMONICS):
        for part in range(PARTS):
            pulse.real[part, h] += pulse.fade * (rises[part] * c - pulse.real[part, h])
            pulse.imag[part, h] += pulse.fade * (rises[part] * s - pulse.imag[part, h])
        c, s = c * c1 - s * s1, c * s1 + s * c1


@kernel
def shift(pulse, beats):
    """The beat is further on than it was thought to be; so is all that was heard."""
    pulse.state[0] += beats
    for h in range(HARMONICS):
        c, s = math.cos(2.0 * math.pi * (h + 1) * beats), -math.sin(2.0 * math.pi * (h + 1) * beats)
        for part in range(PARTS):
            real, imag = pulse.real[part, h], pulse.imag[part, h]
            pulse.real[part, h], pulse.imag[part, h] = real * c - imag * s, real * s + imag * c


@kernel
def fit(pulse):
    """The place where a beat fits best."""
    best = 0
    pulse.fits[:] = 0.0
    for h in range(HARMONICS):
        real, imag = 0.0, 0.0
        for part in range(PARTS):
            real += SHAPE[part, h] * pulse.real[part, h]
            imag += SHAPE[part, h] * pulse.imag[part, h]
        for place in range(PLACES):
            pulse.fits[place] += real * TURNED[place, h].real - imag * TURNED[place, h].imag
    for place in range(PLACES):
        if pulse.fits[place] > pulse.fits[best]:
            best = place
    return best


@kernel
def summit(pulse, place):
    """Beats from here to the top of a fit, between the places."""
    before, here, after = pulse.fits[place - 1], pulse.fits[place], pulse.fits[(place + 1) % PLACES]
    bend = before - 2.0 * here + after
    beats = (place + (0.5 * (before - after) / bend if bend < 0.0 else 0.0)) / PLACES
    return beats - math.floor(beats + 0.5)


@kernel
def near(pulse):
    """The best place close by."""
    best = 0
    for away in range(-NEAR, NEAR + 1):
        if pulse.fits[away % PLACES] > pulse.fits[best]:
            best = away % PLACES
    return best


@kernel
def adopt(pulse, hertz):
    """Another tempo: what is remembered is heard again with it."""
    pulse.real[:] = 0.0
    pulse.imag[:] = 0.0
    pulse.state[1] = hertz
    length = pulse.past.shape[0]
    count = min(length, pulse.hops[0])
    for ago in range(count - 1, -1, -1):
        hold(pulse, pulse.past[(pulse.hops[0] - 1 - ago) % length], pulse.state[0] - ago * pulse.step * hertz)
    shift(pulse, summit(pulse, fit(pulse)))


@kernel
def follow_pulse(pulse, seconds):
    """Draw the beat to where it fits best, close by, for so many seconds."""
    off = summit(pulse, near(pulse))
    shift(pulse, (1.0 - math.exp(-seconds * PHASE_PULL)) * off)
    pulse.state[1] += seconds * TEMPO_PULL * off
