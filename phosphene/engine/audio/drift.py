"""Drift: two devices run at slightly different rates, so the input of one is resampled to the rate of the other.

A windowed sinc reads the capture ring at a rate that keeps its fill steady. A slow PI controller sets the rate, so that
the pitch error stays inaudible. The fill jumps by whole blocks, and with equal blocks on both devices two jumps may be
a minute apart. The frames that the microphone has recorded since its last block are therefore counted as well.
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
PHASES = 512  # between two samples, with linear interpolation between two phases
BETA = 9.0  # of the Kaiser window: 90 dB
FILL_SMOOTHING = 2.0  # seconds over which the fill is averaged, because blocks make it jump
PROPORTIONAL_GAIN = 0.1  # share of the fill's error that is corrected in a second
INTEGRAL_GAIN = 0.005  # share of it that is added to the integral in a second
MAX_CORRECTION = 1e-3  # largest correction; two clocks differ by a tenth of this


class Drift(NamedTuple):
    capture: Ring
    table: np.ndarray  # (PHASES + 1, TAPS)
    past: np.ndarray  # (TAPS, channels) float32, the samples under the window
    row: np.ndarray  # (1, channels) float32, the sample read last
    memory: np.ndarray  # (4,): phase between two samples, smoothed error, integral of the error, 1 when running
    target: float  # frames to keep in the ring
    rate: float
    meters: Board


CORRECTION, CAPTURED, ASKED = int(Meter.DRIFT), int(Meter.CAPTURED), int(Meter.ASKED)
PHASE, ERROR, INTEGRAL, RUNNING = 0, 1, 2, 3


def make_drift(capture, rate, target, meters):
    """`target` frames of `capture` are kept in the ring: more than the largest block of either device."""
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
    """Seconds from the ring's writer to the output of `resample`."""
    return (drift.target + TAPS / 2) / drift.rate


@kernel
def resample(drift, out):
    """Fill a block from the ring at the rate that keeps it at its target; returns the number of frames."""
    memory, frames = drift.memory, out.shape[0]
    wanted, fill = drift.target + frames, frames_waiting(drift)
    if memory[RUNNING] == 0.0 and fill < wanted:
        return 0
    if memory[RUNNING] == 0.0 or fill > 4.0 * wanted:  # after a long stall, late sound is worse than a jump
        skip(drift, int(fill - wanted))
        memory[RUNNING], memory[ERROR], fill = 1.0, 0.0, wanted
    seconds = frames / drift.rate
    memory[ERROR] += (1.0 - math.exp(-seconds / FILL_SMOOTHING)) * (fill - wanted - memory[ERROR])
    integral = memory[INTEGRAL] + INTEGRAL_GAIN * seconds * memory[ERROR] / drift.rate
    memory[INTEGRAL] = min(max(integral, -MAX_CORRECTION), MAX_CORRECTION)
    step = 1.0 + correction(drift)
    for n in range(frames):
        while memory[PHASE] >= 1.0:
            if ring.pull(drift.capture, drift.row) == 0:
                memory[RUNNING] = 0.0  # the ring ran dry: wait until it has the target again
                return n
            shift_window(drift)
            memory[PHASE] -= 1.0
        interpolate(drift, memory[PHASE], out, n)
        memory[PHASE] += step
    return frames


@kernel
def frames_waiting(drift):
    """Frames in the ring, and frames recorded since the last block."""
    recorded = drift.rate * (get(drift.meters, ASKED) - get(drift.meters, CAPTURED))
    if not 0.0 <= recorded <= drift.target:  # the microphone has stopped, or uses another clock
        recorded = 0.0
    return ring.readable(drift.capture, drift.capture.rows.shape[0]) + recorded


@kernel
def correction(drift):
    """The relative correction of the rate; 1e-6 is a part per million."""
    wanted = PROPORTIONAL_GAIN * drift.memory[ERROR] / drift.rate + drift.memory[INTEGRAL]
    return min(max(wanted, -MAX_CORRECTION), MAX_CORRECTION)


@kernel
def skip(drift, frames):
    for _ in range(frames):
        ring.pull(drift.capture, drift.row)
        shift_window(drift)


@kernel
def shift_window(drift):
    past = drift.past
    for t in range(TAPS - 1):
        for c in range(past.shape[1]):
            past[t, c] = past[t + 1, c]
    for c in range(past.shape[1]):
        past[TAPS - 1, c] = drift.row[0, c]


@kernel
def interpolate(drift, place, out, n):
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
def fill_from_drift(drift, block, frames):
    """Fill a block from the Drift at an address, and meter its correction."""
    state = read_drift(drift)
    frames_read = resample(state, audio_at(block, frames, state.row.shape[1]))
    put(state.meters, CORRECTION, 1e6 * correction(state))
    return frames_read
