"""Auto gain: level, bass, mid and treble from 0 to 1, whatever the loudness of the music.

1 is the loudest of the last seconds, the reference. It rises at once and waits before it falls, so that a short rest
does not raise the values; during a longer silence it does not move, so that noise is not amplified.
"""

import math
from typing import NamedTuple

import numpy as np

from phosphene.engine.listening.frame import AT, MIN_DECIBELS
from phosphene.engine.listening.loudness import decibels
from phosphene.engine.listening.mel_bands import sine_power
from phosphene.engine.native import kernel

GROUPS = 4  # level, low, mid, high
ATTACK_SECONDS = 0.05  # time constant of a rising reference
HOLD_RANGE = 3.0  # dB below the reference; a level within it keeps the reference from falling
HOLD_SECONDS = 1.0  # until the reference falls: longer than a beat
FALL_RATE = 12.0  # dB per second
MIN_REFERENCE, MAX_BELOW_LEVEL = -96.0, 45.0  # dB: no reference is lower, nor further below the level's: hum is no bass
SILENCE_BEGINS, SILENCE_ENDS = -70.0, -66.0  # dBFS
SILENCE_SECONDS, FREEZE_SECONDS = 0.1, 1.0  # of quiet until silence is reported, and until references freeze
FAST_SECONDS, SLOW_SECONDS = (0.01, 0.16), (0.25, 1.0)  # time constants up and down


class AutoGain(NamedTuple):
    reference: np.ndarray  # (GROUPS,) dB
    since_peak: np.ndarray  # (GROUPS,) seconds since the level was last within HOLD_RANGE
    quiet_seconds: np.ndarray  # (1,) seconds below SILENCE_BEGINS
    smoothing: np.ndarray  # (2, 2): smoothing per hop; rows fast and slow, columns up and down
    attack: float  # smoothing per hop of a rising reference
    hop_seconds: float
    power_scale: float  # scales power so that a full-scale sine has a power of 1


def make_auto_gain(rate: float, window: int, hop: int) -> AutoGain:
    seconds = hop / rate
    smoothing = -np.expm1(-seconds / np.array([FAST_SECONDS, SLOW_SECONDS]))
    attack = -math.expm1(-seconds / ATTACK_SECONDS)
    scale = 1.0 / sine_power(window, window)
    return AutoGain(
        np.full(GROUPS, MIN_REFERENCE), np.zeros(GROUPS), np.array([FREEZE_SECONDS]), smoothing, attack, seconds, scale
    )


@kernel
def update_auto_gain(state, power, record):
    """Detect silence and update the values; `power` is the sum of the spectrum."""
    silent = record[AT.silence] = detect_silence(state, record[AT.rms_db])
    for group in range(GROUPS):
        share = 1.0 if group == 0 else record[AT.low + group - 1]
        level = decibels(power * share * state.power_scale, MIN_DECIBELS)
        target = 0.0
        if state.quiet_seconds[0] < FREEZE_SECONDS:
            target = relative_level(state, group, level) * (1.0 - silent)
        fast, slow = AT.level_fast + 2 * group, AT.level_slow + 2 * group
        record[fast] = smooth(state.smoothing[0], record[fast], target)
        record[slow] = smooth(state.smoothing[1], record[slow], target)
        record[AT.level_travel + group] += state.hop_seconds * record[fast]


@kernel
def detect_silence(state, level):
    """1 during silence, else 0; `level` is in dBFS."""
    if level > SILENCE_ENDS:
        state.quiet_seconds[0] = 0.0
    elif level < SILENCE_BEGINS or state.quiet_seconds[0] >= SILENCE_SECONDS:
        state.quiet_seconds[0] = min(state.quiet_seconds[0] + state.hop_seconds, FREEZE_SECONDS)
    return 1.0 if state.quiet_seconds[0] >= SILENCE_SECONDS else 0.0


@kernel
def relative_level(state, group, level):
    """Update the reference of a group; return the amplitude of a level (dB) against it, at most 1."""
    reference = state.reference[group]
    if level > reference - HOLD_RANGE:
        state.since_peak[group] = 0.0
        reference += state.attack * max(level - reference, 0.0)
    else:
        state.since_peak[group] += state.hop_seconds
        if state.since_peak[group] > HOLD_SECONDS:
            reference -= FALL_RATE * state.hop_seconds
    reference = max(reference, MIN_REFERENCE)
    if group > 0:
        reference = max(reference, state.reference[0] - MAX_BELOW_LEVEL)
    state.reference[group] = reference
    return min(10.0 ** ((level - reference) / 20.0), 1.0)


@kernel
def smooth(smoothing, value, target):
    """One step from a value to a target; `smoothing` holds the shares for up and down."""
    return value + (smoothing[0] if target > value else smoothing[1]) * (target - value)
