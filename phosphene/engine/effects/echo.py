"""Echo: repeats that grow darker; a moved delay time bends the pitch, as tape does.

Channels are separate until `pingpong` links them in pairs: the input of a pair enters its first channel, and
every repeat changes sides. An odd last channel is not linked.
"""

import math
from typing import NamedTuple

import numpy as np

from phosphene.engine.common.params import Param
from phosphene.engine.effects.parts.glide import step_toward
from phosphene.engine.native import kernel

PARAMS = (
    Param("time", 0.3, low=0.001, high=2.0, unit="s", curve="exp"),
    Param("feedback", 0.4, low=0.0, high=0.95),
    Param("damping", 0.3, low=0.0, high=1.0),
    Param("pingpong", 0.0, low=0.0, high=1.0),
    Param("mix", 0.35, low=0.0, high=1.0),
)
HAS_TAIL = True
GLIDE = 0.03  # seconds
TIME_GLIDE = 0.1  # seconds; slower than the other parameters, because a moving tap changes the pitch
MAX_TAP_SPEED = 0.5  # frames per frame: up to a fifth higher or an octave lower
INERTIA = 0.02  # seconds to accelerate, or tones would tick; below TIME_GLIDE / 4 the delay never overshoots
SNAP_FRAMES = 1e-4  # frames: a delay this close snaps to its target
DAMPING_HZ = 500.0  # Hz; corner of the low-pass in the loop at damping 1; four times as high at 0.5, no filter at 0


class State(NamedTuple):
    line: np.ndarray  # (rows, channels), circular
    tone: np.ndarray  # (channels,), state of the low-pass filters
    smoothed: np.ndarray  # (5,), current values of PARAMS
    speed: np.ndarray  # (1,), frames per frame by which the delay grows; NaN before the first block
    cursor: np.ndarray  # (1,), next row of line to write
    rate: float


def init(rate, channels):
    rows = round(PARAMS[0].high * rate) + 2  # the interpolation reads one row further back
    smoothed = np.array([p.default for p in PARAMS])
    line, tone, speed = np.zeros((rows, channels)), np.zeros(channels), np.array([np.nan])
    return State(line, tone, smoothed, speed, np.zeros(1, np.int64), rate)


@kernel
def process(state, params, block, out):
    line, smoothed, rate, w = state.line, state.smoothed, state.rate, state.cursor[0]
    rows, frames = line.shape[0], block.shape[0]
    target = min(max(float(round(params[0] * rate)), 1.0), rows - 2.0)  # or a run would have no length
    if math.isnan(state.speed[0]):
        smoothed[0], state.speed[0] = target / rate, 0.0
    coefficient = 1.0 - math.exp(-1.0 / (GLIDE * rate))
    n = 0
    while n < frames:
        moving = step_toward(smoothed[1:], params[1:], coefficient)
        delay = smoothed[0] * rate
        if abs(target - delay) > SNAP_FRAMES:
            speed = min(max((target - delay) / (TIME_GLIDE * rate), -MAX_TAP_SPEED), MAX_TAP_SPEED)
            state.speed[0] += (speed - state.speed[0]) / (INERTIA * rate)
            smoothed[0] += state.speed[0] / rate
            moving = True
        else:
            delay, state.speed[0] = target, 0.0
        whole = int(delay)
        newer = w - whole if w >= whole else w - whole + rows
        older = newer - 1 if newer > 0 else rows - 1
        run = 1 if moving else min(frames - n, whole, rows - w, rows - max(newer, older))
        echo_run(state, line[newer:], line[older:], line[w:], delay - whole, block[n : n + run], out[n : n + run])
        n += run
        w = w + run if w + run < rows else 0
    state.cursor[0] = w


@kernel
def echo_run(state, newer, older, write, fraction, block, out):
    """Process a run of frames over which neither the tap nor the cursor wraps.

    `newer` and `older` are the rows on both sides of the tap, `write` the rows that are written.
    """
    feedback, damping, pingpong, mix = state.smoothed[1], state.smoothed[2], state.smoothed[3], state.smoothed[4]
    pole = math.exp(-2.0 * math.pi * DAMPING_HZ / (state.rate * damping * damping))
    channels = block.shape[1]
    for a in range(0, channels, 2):
        b = a + 1 if a + 1 < channels else a  # an unpaired channel is its own partner
        cross = pingpong if b > a else 0.0
        left, right = state.tone[a], state.tone[b]
        for n in range(block.shape[0]):
            left = pole * left + (1.0 - pole) * (newer[n, a] + fraction * (older[n, a] - newer[n, a]))
            right = pole * right + (1.0 - pole) * (newer[n, b] + fraction * (older[n, b] - newer[n, b]))
            first, second = block[n, a], block[n, b]
            write[n, a] = first + 0.5 * cross * (second - first) + feedback * (left + cross * (right - left))
            write[n, b] = (1.0 - cross) * second + feedback * (right + cross * (left - right))
            out[n, a] = first + mix * (left - first)
            out[n, b] = second + mix * (right - second)
        state.tone[a], state.tone[b] = left, right
