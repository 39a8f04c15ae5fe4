"""True-peak limiter with lookahead, the last stage of every chain: no peak, even between samples, reaches 0 dBFS.

Below its ceiling it is a bit-exact delay. The channels are linked, which keeps the stereo image.
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
MARGIN = 10 ** (-0.25 / 20)  # a 20 kHz tone may rise this much between the interpolated points or while the gain moves
ATTACK = 0.001  # seconds
RELEASE = 0.1  # seconds
TAPS, POINTS = 32, 8  # of the interpolator; points checked per sample, one of which is the sample itself
SNAP = 1e-6  # a gain this close to 1 becomes 1, and the sound passes unchanged


class State(NamedTuple):
    buffer: LookaheadBuffer
    recent: np.ndarray  # (channels, TAPS + QUANTUM) float32: latest input
    phases: np.ndarray  # (POINTS - 1, TAPS) float32: phases of the interpolator
    overshoot: float  # a peak between samples is at most this factor above the samples around it
    gain_limits: np.ndarray  # (attack + 2,) largest gain for each quantum, newest last
    recent_gains: np.ndarray  # (attack,) the applied gain is their mean
    previous_peak: np.ndarray  # (1,) sample peak of the last quantum
    release: float  # share of the distance to 1 that the gain recovers per quantum


def _attack(rate):
    return math.ceil(ATTACK * rate / QUANTUM)


def latency(rate):
    """Frames by which the output trails the input."""
    return (_attack(rate) + 2) * QUANTUM


def init(rate, channels):
    attack = _attack(rate)
    buffer = make_lookahead_buffer(attack + 2, channels)
    buffer.gains[:] = 1.0
    position = np.arange(TAPS) - TAPS // 2 + 1 - np.arange(1, POINTS)[:, None] / POINTS
    phases = np.sinc(position) * np.kaiser(TAPS * POINTS + 1, 5.0)[np.round((position + TAPS / 2) * POINTS).astype(int)]
    phases = (phases / phases.sum(axis=1, keepdims=True)).astype(np.float32)
    return State(
        buffer,
        aligned_zeros((channels, TAPS + QUANTUM), np.float32),
        phases,
        float(np.abs(phases).sum(axis=1).max()),
        np.ones(attack + 2),
        np.ones(attack),
        np.zeros(1),
        1.0 - math.exp(-QUANTUM / (RELEASE * rate)),
    )


@kernel
def process(state, block, out):
    n = 0
    while n < block.shape[0]:
        n += exchange(state.buffer, block, out, n)
        if state.buffer.position[1] == 0:
            update_gain(state)


@kernel
def update_gain(state):
    """Compute the gain at the end of the next quantum that leaves. Called when a quantum is complete."""
    gain_limits, recent_gains, gains = state.gain_limits, state.recent_gains, state.buffer.gains
    for k in range(gain_limits.shape[0] - 1):
        gain_limits[k] = gain_limits[k + 1]
    gain_limits[-1] = min(1.0, CEILING * MARGIN / max(true_peak(state), CEILING * MARGIN))
    least = 1.0
    for k in range(gain_limits.shape[0]):
        least = min(least, gain_limits[k])
    recovered = recent_gains[-1] + state.release * (1.0 - recent_gains[-1])
    if recovered > 1.0 - SNAP:
        recovered = 1.0
    total = 0.0
    for k in range(recent_gains.shape[0] - 1):
        recent_gains[k] = recent_gains[k + 1]
        total += recent_gains[k]
    recent_gains[-1] = min(least, recovered)
    gains[0] = gains[1]
    gains[1] = (total + recent_gains[-1]) / recent_gains.shape[0]


@kernel
def true_peak(state):
    """The highest point of the waveform in the newest quantum and just before it."""
    recent, quantum, sample_peak = state.recent, newest_quantum(state.buffer), 0.0
    for c in range(recent.shape[0]):
        for k in range(TAPS):
            recent[c, k] = recent[c, QUANTUM + k]
        for n in range(QUANTUM):
            recent[c, TAPS + n] = quantum[n, c]
        sample_peak = max(sample_peak, peak(recent[c], TAPS, QUANTUM))
    highest, nearby_peak = sample_peak, max(sample_peak, state.previous_peak[0])
    state.previous_peak[0] = sample_peak
    if nearby_peak * state.overshoot > CEILING * MARGIN:
        for c in range(recent.shape[0]):
            for p in range(POINTS - 1):
                for n in range(QUANTUM):
                    highest = max(highest, abs(dot(recent[c], n + 1, state.phases[p], 0, TAPS)))
    return highest
