"""The last in every chain: a limiter that looks ahead, so that no peak, between samples either, reaches 0 dBFS.

Below its ceiling it is a delay, to the bit. Channels are linked, so that the stereo image stands still.
"""

import math
from typing import NamedTuple

import numpy as np

from phosphene.engine.effects.parts.lookahead import (
    QUANTUM,
    LookaheadBuffer,
    exchange,
    make_lookahead_buffer,
    newest_quantum,
)
from phosphene.engine.native import aligned_zeros, dot, kernel, peak

CEILING = 10 ** (-1 / 20)  # of full scale, true peak
MARGIN = 10 ** (-0.25 / 20)  # by so much 20 kHz may rise between the points looked at, and where the gain moves
ATTACK = 0.001  # seconds
RELEASE = 0.1  # seconds
TAPS, POINTS = 32, 8  # of the interpolator; points looked at a sample, of which one is the sample itself
SNAP = 1e-6  # of gain: nearer to one is one, and the sound passes untouched


class State(NamedTuple):
    ahead: LookaheadBuffer
    wave: np.ndarray  # (channels, TAPS + QUANTUM) float32: what came last, in runs
    between: np.ndarray  # (POINTS - 1, TAPS) float32: a phase of the interpolator each
    bound: float  # a peak between samples is at most so many times as high as the samples around it
    room: np.ndarray  # (attack + 2,) largest gain that a quantum stands: newest last
    averaged: np.ndarray  # (attack,) gains whose mean is heard
    loudest: np.ndarray  # (1,) sample peak of the quantum before
    heal: float  # share of the way back to one, a quantum


def _attack(rate):
    return math.ceil(ATTACK * rate / QUANTUM)


def latency(rate):
    """Frames by which the output trails the input."""
    return (_attack(rate) + 2) * QUANTUM


def init(rate, channels):
    attack = _attack(rate)
    ahead = make_lookahead_buffer(attack + 2, channels)
    ahead.gains[:] = 1.0
    at = np.arange(TAPS) - TAPS // 2 + 1 - np.arange(1, POINTS)[:, None] / POINTS
    between = np.sinc(at) * np.kaiser(TAPS * POINTS + 1, 5.0)[np.round((at + TAPS / 2) * POINTS).astype(int)]
    between = (between / between.sum(axis=1, keepdims=True)).astype(np.float32)
    return State(
        ahead,
        aligned_zeros((channels, TAPS + QUANTUM), np.float32),
        between,
        float(np.abs(between).sum(axis=1).max()),
        np.ones(attack + 2),
        np.ones(attack),
        np.zeros(1),
        1.0 - math.exp(-QUANTUM / (RELEASE * rate)),
    )


@kernel
def process(state, block, out):
    n = 0
    while n < block.shape[0]:
        n += exchange(state.ahead, block, out, n)
        if state.ahead.at[1] == 0:
            update_gain(state)


@kernel
def update_gain(state):
    """A quantum is whole: find the gain at the end of the one that goes out next."""
    room, averaged, gains = state.room, state.averaged, state.ahead.gains
    for k in range(room.shape[0] - 1):
        room[k] = room[k + 1]
    room[-1] = min(1.0, CEILING * MARGIN / max(true_peak(state), CEILING * MARGIN))
    least = 1.0
    for k in range(room.shape[0]):
        least = min(least, room[k])
    held = averaged[-1] + state.heal * (1.0 - averaged[-1])
    if held > 1.0 - SNAP:
        held = 1.0
    total = 0.0
    for k in range(averaged.shape[0] - 1):
        averaged[k] = averaged[k + 1]
        total += averaged[k]
    averaged[-1] = min(least, held)
    gains[0] = gains[1]
    gains[1] = (total + averaged[-1]) / averaged.shape[0]


@kernel
def true_peak(state):
    """The highest point of the newest quantum and of the waveform that leads to it."""
    wave, quantum, loudest = state.wave, newest_quantum(state.ahead), 0.0
    for c in range(wave.shape[0]):
        for k in range(TAPS):
            wave[c, k] = wave[c, QUANTUM + k]
        for n in range(QUANTUM):
            wave[c, TAPS + n] = quantum[n, c]
        loudest = max(loudest, peak(wave[c], TAPS, QUANTUM))
    found, around = loudest, max(loudest, state.loudest[0])
    state.loudest[0] = loudest
    if around * state.bound > CEILING * MARGIN:
        for c in range(wave.shape[0]):
            for p in range(POINTS - 1):
                for n in range(QUANTUM):
                    found = max(found, abs(dot(wave[c], n + 1, state.between[p], 0, TAPS)))
    return found
