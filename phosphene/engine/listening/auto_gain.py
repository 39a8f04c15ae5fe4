"""Controls: bass, mid and treble as a performer wants them, from 0 to 1 however loud the evening is.

What is 1 is as loud as it lately gets. That reference rises at once and waits before it falls, so that a
rest does not turn into a swell; in a longer silence it stands still, so that noise is never made large.
"""

import math
from typing import NamedTuple

import numpy as np

from phosphene.engine.listening.frame import AT, QUIETEST
from phosphene.engine.listening.loudness import decibels
from phosphene.engine.listening.mel_bands import sine
from phosphene.engine.native import kernel

GROUPS = 4  # level, and low, mid, high
ATTACK = 0.05  # seconds in which the reference goes most of the way up
NEAR = 3.0  # dB below it: still as loud as it gets
WAIT = 1.0  # seconds, longer than from beat to beat
FALL = 12.0  # dB per second after that
LOWEST, BELOW = -96.0, 45.0  # dB: no reference is lower, nor further beneath that of the level: hum is no bass
SILENT, HEARD = -70.0, -66.0  # dBFS where silence begins, and where it ends
REST, HOLD = 0.1, 1.0  # seconds below before it is silence, and before references stand still
FAST, SLOW = (0.01, 0.16), (0.25, 1.0)  # seconds up and down


class Controls(NamedTuple):
    reference: np.ndarray  # (GROUPS,) dB
    waited: np.ndarray  # (GROUPS,) seconds since it was last near
    quiet: np.ndarray  # (1,) seconds below SILENT
    follow: np.ndarray  # (2, 2): shares of the way, a hop, fast and slow, up and down
    rise: float  # the same of the reference
    seconds: float  # of a hop
    scale: float  # of power: a full-scale sine becomes one


def make_controls(rate, window, hop):
    seconds = hop / rate
    follow = -np.expm1(-seconds / np.array([FAST, SLOW]))
    rise = -math.expm1(-seconds / ATTACK)
    scale = 1.0 / sine(window, window)
    return Controls(np.full(GROUPS, LOWEST), np.zeros(GROUPS), np.array([HOLD]), follow, rise, seconds, scale)


@kernel
def control(controls, power, record):
    """Tell silence, and move the controls; `power` is that of the whole spectrum."""
    quiet = record[AT.silence] = silence(controls, record[AT.rms_db])
    for group in range(GROUPS):
        share = 1.0 if group == 0 else record[AT.low + group - 1]
        level = decibels(power * share * controls.scale, QUIETEST)
        wanted = 0.0
        if controls.quiet[0] < HOLD:
            wanted = size(controls, group, level) * (1.0 - quiet)
        fast, slow = AT.level_fast + 2 * group, AT.level_slow + 2 * group
        record[fast] = toward(controls.follow[0], record[fast], wanted)
        record[slow] = toward(controls.follow[1], record[slow], wanted)
        record[AT.level_travel + group] += controls.seconds * record[fast]


@kernel
def silence(controls, level):
    """1 while there is nothing to hear."""
    if level > HEARD:
        controls.quiet[0] = 0.0
    elif level < SILENT or controls.quiet[0] >= REST:
        controls.quiet[0] = min(controls.quiet[0] + controls.seconds, HOLD)
    return 1.0 if controls.quiet[0] >= REST else 0.0


@kernel
def size(controls, group, level):
    """How large a level is beside the reference, which follows it."""
    reference = controls.reference[group]
    if level > reference - NEAR:
        controls.waited[group] = 0.0
        reference += controls.rise * max(level - reference, 0.0)
    else:
        controls.waited[group] += controls.seconds
        if controls.waited[group] > WAIT:
            reference -= FALL * controls.seconds
    reference = max(reference, LOWEST)
    if group > 0:
        reference = max(reference, controls.reference[0] - BELOW)
    controls.reference[group] = reference
    return min(10.0 ** ((level - reference) / 20.0), 1.0)


@kernel
def toward(follow, value, wanted):
    return value + (follow[0] if wanted > value else follow[1]) * (wanted - value)
