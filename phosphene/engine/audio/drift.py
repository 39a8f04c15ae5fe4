"""Drift: two devices never agree on a second, so what one gives is resampled to what the other takes.

A windowed sinc reads the capture ring at a pace that keeps its fill steady. The pace follows the fill
slowly (a proportional and an integral part), so the pitch error stays below what can be heard. A fill
that only jumps by whole blocks would say nothing between two jumps, which may be a minute apart where both
devices have the same block: so what the microphone has heard since its last block counts as being there.
"""

import math
from typing import NamedTuple

import numpy as np
from numba import typeof

from phosphene.engine.audio.meters import Meter
from phosphene.engine.native import FILL_SIGNATURE, aligned_zeros, audio_at, descriptor_reader, kernel, native_function
from phosphene.engine.rings import allocate, board, ring
from phosphene.engine.rings.board import Board, get, put
from phosphene.engine.rings.ring import Ring

TAPS = 32
PHASES = 512  # between two samples; in between, linear
BETA = 9.0  # of the Kaiser window: 90 dB
SMOOTH = 2.0  # seconds over which the fill is averaged: blocks make it jump
PULL = 0.1  # of the fill's error, made good in a second
LEARN = 0.005  # of the same, kept in a second
LIMIT = 1e-3  # correction at the most; two clocks differ by a tenth of this


class Drift(NamedTuple):
    capture: Ring
    table: np.ndarray  # (PHASES + 1, TAPS)
    past: np.ndarray  # (TAPS, channels) float32, the samples under the window
    row: np.ndarray  # (1, channels) float32, one sample on its way
    memory: np.ndarray  # (4,): place between two samples, smoothed error, learnt correction, 1 when running
    target: float  # frames to keep in the ring
    rate: float
    meters: Board


CORRECTION, CAPTURED, ASKED = int(Meter.DRIFT), int(Meter.CAPTURED), int(Meter.ASKED)
PLACE, ERROR, LEARNT, RUNNING = 0, 1, 2, 3


def make_drift(capture, rate, target, meters):
    """`target` frames of `capture` are kept waiting: more than the largest block of either device."""
    spread = np.arange(TAPS) - (TAPS // 2 - 1)
    offsets = spread[None, :] - np.linspace(0, 1, PHASES + 1)[:, None]
    window = np.i0(BETA * np.sqrt(np.clip(1 - (offsets / (TAPS / 2)) ** 2, 0, 1))) / np.i0(BETA)
    table = np.sinc(offsets) * window
    channels = capture.rows.shape[1]
    return Drift(
        capture,
        np.ascontiguousarray(table / table.sum(axis=1, keepdims=True)),
        aligned_zeros((TAPS, channels), np.float32),
        aligned_zeros((1, channels), np.float32),
        np.zeros(4),
        float(target),
        float(rate),
        meters,
    )


def latency(drift):
    """Seconds from the ring's writer to what `draw` gives."""
    return (drift.target + TAPS / 2) / drift.rate


@kernel
def draw(drift, out):
    """Fill a block from the ring at the pace that keeps it at its target; gives the frames that came."""
    memory, frames = drift.memory, out.shape[0]
    wanted, fill = drift.target + frames, waiting(drift)
    if memory[RUNNING] == 0.0 and fill < wanted:
        return 0
    if memory[RUNNING] == 0.0 or fill > 4.0 * wanted:  # held up for long: late sound is worse than a step
        skip(drift, int(fill - wanted))
        memory[RUNNING], memory[ERROR], fill = 1.0, 0.0, wanted
    seconds = frames / drift.rate
    memory[ERROR] += (1.0 - math.exp(-seconds / SMOOTH)) * (fill - wanted - memory[ERROR])
    learnt = memory[LEARNT] + LEARN * seconds * memory[ERROR] / drift.rate
    memory[LEARNT] = min(max(learnt, -LIMIT), LIMIT)
    pace = 1.0 + correction(drift)
    for n in range(frames):
        while memory[PLACE] >= 1.0:
            if ring.pull(drift.capture, drift.row) == 0:
                memory[RUNNING] = 0.0  # ran dry: wait for the target again
                return n
            shift(drift)
            memory[PLACE] -= 1.0
        tap(drift, memory[PLACE], out, n)
        memory[PLACE] += pace
    return frames


@kernel
def waiting(drift):
    """Frames in the ring, and those since heard by the microphone."""
    coming = drift.rate * (get(drift.meters, ASKED) - get(drift.meters, CAPTURED))
    if not 0.0 <= coming <= drift.target:  # the microphone has stopped, or is timed by another clock
        coming = 0.0
    return ring.readable(drift.capture, drift.capture.rows.shape[0]) + coming


@kernel
def correction(drift):
    """How much faster than its own rate the ring is read; 1e-6 is a part per million."""
    wanted = PULL * drift.memory[ERROR] / drift.rate + drift.memory[LEARNT]
    return min(max(wanted, -LIMIT), LIMIT)


@kernel
def skip(drift, frames):
    for _ in range(frames):
        ring.pull(drift.capture, drift.row)
        shift(drift)


@kernel
def shift(drift):
    past = drift.past
    for t in range(TAPS - 1):
        for c in range(past.shape[1]):
            past[t, c] = past[t + 1, c]
    for c in range(past.shape[1]):
        past[TAPS - 1, c] = drift.row[0, c]


@kernel
def tap(drift, place, out, n):
    phase = int(place * PHASES)
    share = place * PHASES - phase
    for c in range(out.shape[1]):
        total = 0.0
        for t in range(TAPS):
            near, far = drift.table[phase, t], drift.table[phase + 1, t]
            total += (near + share * (far - near)) * drift.past[t, c]
        out[n, c] = total


read_drift = descriptor_reader(typeof(make_drift(allocate(ring.layout(2, 2)), 1000.0, 2, allocate(board.layout(1)))))


@native_function(FILL_SIGNATURE)
def supply(drift, block, frames):
    """Fill a block from the drift at an address, and tell how it corrects."""
    state = read_drift(drift)
    came = draw(state, audio_at(block, frames, state.row.shape[1]))
    put(state.meters, CORRECTION, 1e6 * correction(state))
    return came
