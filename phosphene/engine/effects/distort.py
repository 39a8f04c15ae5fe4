"""Distortion: saturation with little aliasing, bit reduction and a tone filter.

The curve is gx / sqrt(1 + (g² − 1)x²): quiet sound gets louder by g, full scale stays full scale, and without drive
nothing changes. It runs at three times the rate and uses antiderivative antialiasing: the difference quotient of the
antiderivative. For this curve the quotient has a closed form that is stable for two nearly equal samples:
g(a + b) / (sqrt(1 + (g² − 1)a²) + sqrt(1 + (g² − 1)b²)).
"""

import math
from functools import cache
from typing import NamedTuple

import numpy as np

from phosphene.engine.common.params import Param
from phosphene.engine.effects.parts.glide import step_toward
from phosphene.engine.native import kernel
from phosphene.engine.native.simd import LANES, broadcast, load_lanes, store_lanes

PARAMS = (
    Param("drive", 12.0, low=0.0, high=40.0, unit="dB"),
    Param("bits", 24.0, low=1.0, high=24.0, unit="bit"),  # the highest value turns it off
    Param("tone", 20_000.0, low=500.0, high=20_000.0, unit="Hz", curve="exp"),  # the highest value turns it off
    Param("mix", 1.0, low=0.0, high=1.0),
)
ALL_BITS, TONE_OPEN = PARAMS[1].high, PARAMS[2].high
GLIDE = 0.02  # seconds
OVERSAMPLING = 3  # times the rate; with antiderivative antialiasing, as clean as 8 times without
TAPS = 32  # of the resampling filter, in each of its three phases
PASSBAND, STOPBAND = 0.417, 0.52  # of the sample rate: flat up to the first, blocked from the second
CHUNK = 64  # frames processed at once, so that they stay in the L1 cache
MAX_INPUT = 1e4  # of full scale: the squares of smaller samples are finite
ROUNDING = np.float32(1.5 * 2**23)  # adding it to a float32 and subtracting it again rounds to an integer


class State(NamedTuple):
    target: np.ndarray  # (4,), gain, mix, coefficient of the tone filter, bits
    current: np.ndarray  # (4,), current values of these; NaN before the first block
    rows: np.ndarray  # (5, CHUNK), per frame: curvature, wet and dry gain, tone coefficient, quantisation step
    up_filter: np.ndarray  # (OVERSAMPLING * TAPS,), filter taps, phase by phase
    down_filter: np.ndarray
    history: np.ndarray  # (channels, TAPS - 1 + CHUNK), input of the upsampling filter
    oversampled: np.ndarray  # (OVERSAMPLING, CHUNK + LANES), by phase; column 0 holds the frame before the chunk
    previous: np.ndarray  # (channels,), last oversampled frame of the chunk before
    shaped: np.ndarray  # (channels, OVERSAMPLING, TAPS - 1 + CHUNK), input of the downsampling filter
    tone: np.ndarray  # (channels,), state of the tone filter
    mono: np.ndarray  # (CHUNK,), output of one channel
    rate: float


def latency(rate):
    return TAPS - 1


@cache
def _lowpass(taps):
    """A least-squares low-pass. It compensates half of the treble lost by the mean of two samples."""
    passband, stopband = np.linspace(0, PASSBAND / OVERSAMPLING, 200), np.linspace(STOPBAND / OVERSAMPLING, 0.5, 600)
    frequency, weight = np.concatenate([passband, stopband]), np.repeat([1.0, 10.0], [200, 600])
    response = np.concatenate([np.cos(np.pi * passband) ** -0.5, np.zeros(600)])
    waves = np.cos(2 * np.pi * np.outer(frequency, np.arange(taps) - (taps - 1) / 2))
    return np.linalg.lstsq(waves * weight[:, None], response * weight, rcond=None)[0]


def init(rate, channels):
    def zeros(*shape):
        return np.zeros(shape, np.float32)

    # 96 taps up and 95 down: their delays, and half a sample for the mean, add up to whole frames
    up_filter = OVERSAMPLING * _lowpass(OVERSAMPLING * TAPS).reshape(TAPS, OVERSAMPLING)[::-1].T
    down_filter = np.append(_lowpass(OVERSAMPLING * TAPS - 1), 0.0).reshape(TAPS, OVERSAMPLING)[::-1, ::-1].T
    return State(
        np.zeros(4),
        np.full(4, np.nan),
        zeros(5, CHUNK),
        up_filter.astype(np.float32).ravel(),
        down_filter.astype(np.float32).ravel(),
        zeros(channels, TAPS - 1 + CHUNK),
        zeros(OVERSAMPLING, CHUNK + LANES),
        zeros(channels),
        zeros(channels, OVERSAMPLING, TAPS - 1 + CHUNK),
        zeros(channels),
        zeros(CHUNK),
        rate,
    )


@kernel
def process(state, params, block, out):
    target, current = state.target, state.current
    target[0], target[1], target[3] = 10.0 ** (params[0] / 20.0), params[3], params[1]
    target[2] = 1.0 if params[2] >= TONE_OPEN else 1.0 - math.exp(-2.0 * math.pi * params[2] / state.rate)
    if math.isnan(current[0]):
        for p in range(current.shape[0]):
            current[p] = target[p]
    for start in range(0, block.shape[0], CHUNK):
        frames = min(block.shape[0] - start, CHUNK)
        _glide(state, frames)
        for c in range(block.shape[1]):
            _read_input(state.history[c], block, start, c, frames)
            _upsample(state, c, frames)
            _shape(state, c, frames)
            _downsample(state, c, frames)
            _write_output(state, c, out, start, frames)


@kernel
def _glide(state, frames):
    coefficient, n = 1.0 - math.exp(-1.0 / (GLIDE * state.rate)), 0
    while n < frames and step_toward(state.current, state.target, coefficient):
        _fill_rows(state.rows, state.current, n, n + 1)
        n += 1
    if n < frames:
        _fill_rows(state.rows, state.current, n, frames)


@kernel
def _fill_rows(rows, current, first, previous):
    gain, mix, tone_coefficient = current[0], current[1], np.float32(current[2])
    curvature, wet, dry = np.float32(gain * gain - 1.0), np.float32(mix * gain), np.float32(0.5 - 0.5 * mix)
    step = np.float32(2.0 ** (1.0 - current[3])) if current[3] < ALL_BITS else np.float32(0.0)
    _fill(rows[0, first:previous], curvature)
    _fill(rows[1, first:previous], wet)
    _fill(rows[2, first:previous], dry)
    _fill(rows[3, first:previous], tone_coefficient)
    _fill(rows[4, first:previous], step)


@kernel
def _fill(row, value):
    for n in range(row.shape[0]):
        row[n] = value


@kernel
def _shift_history(values, frames):
    """Move the end of a chunk to the front, as history for the next chunk."""
    for k in range(TAPS - 1):
        values[k] = values[k + frames]


@kernel
def _read_input(history, block, start, channel, frames):
    loudest = np.float32(MAX_INPUT)
    for n in range(frames):
        history[TAPS - 1 + n] = min(max(block[start + n, channel], -loudest), loudest)


@kernel
def _upsample(state, channel, frames):
    """Compute three phases per input frame. Six sums in parallel hide the latency of the additions."""
    history, up_filter = state.history[channel], state.up_filter
    first, second, third = state.oversampled[0, 1:], state.oversampled[1, 1:], state.oversampled[2, 1:]
    for n in range(0, frames, 2 * LANES):
        a = b = c = d = e = f = broadcast(np.float32(0.0))
        for t in range(TAPS):
            newer, older = load_lanes(history, n + t), load_lanes(history, n + t + LANES)
            p, q, r = broadcast(up_filter[t]), broadcast(up_filter[TAPS + t]), broadcast(up_filter[2 * TAPS + t])
            a, b, c = a + newer * p, b + newer * q, c + newer * r
            d, e, f = d + older * p, e + older * q, f + older * r
        store_lanes(first, n, a)
        store_lanes(second, n, b)
        store_lanes(third, n, c)
        store_lanes(first, n + LANES, d)
        store_lanes(second, n + LANES, e)
        store_lanes(third, n + LANES, f)
    _shift_history(history, frames)


@kernel
def _shape(state, channel, frames):
    oversampled, shaped, one = state.oversampled, state.shaped[channel], np.float32(1.0)
    oversampled[OVERSAMPLING - 1, 0] = state.previous[channel]
    state.previous[channel] = oversampled[OVERSAMPLING - 1, frames]
    before, first, second, third = oversampled[2], oversampled[0, 1:], oversampled[1, 1:], oversampled[2, 1:]
    low, middle, high = shaped[0, TAPS - 1 :], shaped[1, TAPS - 1 :], shaped[2, TAPS - 1 :]
    curvature, wet, dry = state.rows[0], state.rows[1], state.rows[2]
    for n in range(frames):
        a, b, c, d = before[n], first[n], second[n], third[n]
        root_a, root_b = math.sqrt(one + curvature[n] * (a * a)), math.sqrt(one + curvature[n] * (b * b))
        root_c, root_d = math.sqrt(one + curvature[n] * (c * c)), math.sqrt(one + curvature[n] * (d * d))
        low[n] = (a + b) * (wet[n] / (root_a + root_b) + dry[n])
        middle[n] = (b + c) * (wet[n] / (root_b + root_c) + dry[n])
        high[n] = (c + d) * (wet[n] / (root_c + root_d) + dry[n])


@kernel
def _downsample(state, channel, frames):
    shaped, mono, down_filter = state.shaped[channel], state.mono, state.down_filter
    low, middle, high = shaped[0], shaped[1], shaped[2]
    for n in range(0, frames, 2 * LANES):
        a = b = c = d = e = f = broadcast(np.float32(0.0))
        for t in range(TAPS):
            p, q, r = broadcast(down_filter[t]), broadcast(down_filter[TAPS + t]), broadcast(down_filter[2 * TAPS + t])
            a, d = a + load_lanes(low, n + t) * p, d + load_lanes(low, n + t + LANES) * p
            b, e = b + load_lanes(middle, n + t) * q, e + load_lanes(middle, n + t + LANES) * q
            c, f = c + load_lanes(high, n + t) * r, f + load_lanes(high, n + t + LANES) * r
        store_lanes(mono, n, a + b + c)
        store_lanes(mono, n + LANES, d + e + f)
    _shift_history(low, frames)
    _shift_history(middle, frames)
    _shift_history(high, frames)


@kernel
def _write_output(state, channel, out, start, frames):
    mono, tone_coefficient, step = state.mono, state.rows[3], state.rows[4]
    none, one = np.float32(0.0), np.float32(1.0)
    if tone_coefficient[0] < one or tone_coefficient[frames - 1] < one:
        tone = state.tone[channel]
        for n in range(frames):
            tone = (one - tone_coefficient[n]) * tone + tone_coefficient[n] * mono[n]
            mono[n] = tone
    state.tone[channel] = mono[frames - 1]
    for n in range(frames):
        quantised = ((mono[n] / step[n] + ROUNDING) - ROUNDING) * step[n]
        mono[n] = quantised if step[n] > none else mono[n]
    for n in range(frames):
        out[start + n, channel] = mono[n]
