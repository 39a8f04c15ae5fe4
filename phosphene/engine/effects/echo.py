"""Echo: repeats that grow darker, whose time bends like tape when it is moved.

Channels keep to themselves until `pingpong` joins them in pairs: it gathers a pair's sound on its first
side and lets every repeat come back on the other. An odd last channel stays alone.
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
HAS_TAIL = True  # after its input has ended
GLIDE = 0.03  # seconds
TIME_GLIDE = 0.1  # seconds; the time glides slower: a tap that moves changes its pitch
MAX_TAP_SPEED = 0.5  # frames a frame: up to a fifth higher or an octave lower
INERTIA = 0.02  # seconds in which it gathers speed, or tones would tick; below TAPE / 4 it never overshoots
SNAP_FRAMES = 1e-4  # frames
DAMPING_HZ = 500.0  # Hz; corner of the low-pass in the loop at damping 1, four times as much at a half, none at 0


class State(NamedTuple):
    line: np.ndarray  # (rows, channels), circular
    tone: np.ndarray  # (channels,), memory of the low-passes
    heard: np.ndarray  # (5,), PARAMS as they sound now
    speed: np.ndarray  # (1,), frames a frame at which the tap moves away; NaN before the first block
    cursor: np.ndarray  # (1,), row of line to write next
    rate: float


def init(rate, channels):
    rows = round(PARAMS[0].high * rate) + 2  # the interpolation reads one row further back
    heard = np.array([p.default for p in PARAMS])
    line, tone, speed = np.zeros((rows, channels)), np.zeros(channels), np.array([np.nan])
    return State(line, tone, heard, speed, np.zeros(1, np.int64), rate)


@kernel
def process(state, params, block, out):
    line, heard, rate, w = state.line, state.heard, state.rate, state.cursor[0]
    rows, frames = line.shape[0], block.shape[0]
    goal = min(max(float(round(params[0] * rate)), 1.0), rows - 2.0)  # or a run would never end
    if math.isnan(state.speed[0]):
        heard[0], state.speed[0] = goal / rate, 0.0
    pull = 1.0 - math.exp(-1.0 / (GLIDE * rate))
    n = 0
    while n < frames:
        moving = step_toward(heard[1:], params[1:], pull)
        back = heard[0] * rate
        if abs(goal - back) > SNAP_FRAMES:
            speed = min(max((goal - back) / (TIME_GLIDE * rate), -MAX_TAP_SPEED), MAX_TAP_SPEED)
            state.speed[0] += (speed - state.speed[0]) / (INERTIA * rate)
            heard[0] += state.speed[0] / rate
            moving = True
        else:
            back, state.speed[0] = goal, 0.0
        whole = int(back)
        near = w - whole if w >= whole else w - whole + rows
        far = near - 1 if near > 0 else rows - 1
        run = 1 if moving else min(frames - n, whole, rows - w, rows - max(near, far))
        echo_run(state, line[near:], line[far:], line[w:], back - whole, block[n : n + run], out[n : n + run])
        n += run
        w = w + run if w + run < rows else 0
    state.cursor[0] = w


@kernel
def echo_run(state, near, far, into, share, block, out):
    """One run: a tap between two places of the line, what goes back into it, and what is heard."""
    feedback, damping, pingpong, mix = state.heard[1], state.heard[2], state.heard[3], state.heard[4]
    keep = math.exp(-2.0 * math.pi * DAMPING_HZ / (state.rate * damping * damping))
    channels = block.shape[1]
    for a in range(0, channels, 2):
        b = a + 1 if a + 1 < channels else a  # one that is alone is its own neighbour,
        cross = pingpong if b > a else 0.0  # to whom it does not cross over
        left, right = state.tone[a], state.tone[b]
        for n in range(block.shape[0]):
            left = keep * left + (1.0 - keep) * (near[n, a] + share * (far[n, a] - near[n, a]))
            right = keep * right + (1.0 - keep) * (near[n, b] + share * (far[n, b] - near[n, b]))
            one, other = block[n, a], block[n, b]
            into[n, a] = one + 0.5 * cross * (other - one) + feedback * (left + cross * (right - left))
            into[n, b] = (1.0 - cross) * other + feedback * (right + cross * (left - right))
            out[n, a] = one + mix * (left - one)
            out[n, b] = other + mix * (right - other)
        state.tone[a], state.tone[b] = left, right
