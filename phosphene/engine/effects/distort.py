"""Distortion: a saturation that does not alias, bits that are missing, a tone to round it off.

The curve is gx / sqrt(1 + (g² − 1)x²): quiet sound gets louder by g, full scale stays full scale, and no drive is no
change at all. It runs at three times the rate, and as the difference quotient of its antiderivative (antiderivative
antialiasing), which for this curve needs no case for two samples that are nearly the same:
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
    Param("bits", 24.0, low=1.0, high=24.0, unit="bit"),  # the highest is all of them
    Param("tone", 20_000.0, low=500.0, high=20_000.0, unit="Hz", curve="exp"),  # the highest is open
    Param("mix", 1.0, low=0.0, high=1.0),
)
ALL_BITS, TONE_OPEN = PARAMS[1].high, PARAMS[2].high
GLIDE = 0.02  # seconds
OVERSAMPLING = 3  # times the rate; with the antiderivative, as clean as eight without
TAPS = 32  # of a filter, in each of the three phases
PASSBAND, STOPBAND = 0.417, 0.52  # of the rate: flat to here, and gone from there
CHUNK = 64  # frames at a time, so that all of it stays in the nearest cache
MAX_INPUT = 1e4  # full scales: squares of less are finite
ROUNDING = np.float32(1.5 * 2**23)  # added to a single and taken away again, it leaves an integer


class State(NamedTuple):
    goal: np.ndarray  # (4,), gain, mix, share of the tone filter and bits
    now: np.ndarray  # (4,), the same as they sound; NaN before the first block
    rows: np.ndarray  # (5, RUN), what follows from these, by frame: bend, wet, dry, pull and grain
    rise: np.ndarray  # (OVER * TAPS,), the filters, phase by phase
    fall: np.ndarray
    past: np.ndarray  # (channels, TAPS - 1 + RUN), the sound that the first hears
    fine: np.ndarray  # (OVER, RUN + LANES), three times the rate; from 1 on, before it stands the last frame
    last: np.ndarray  # (channels,), of the newest phase
    bent: np.ndarray  # (channels, OVER, TAPS - 1 + RUN), the sound that the second hears
    toned: np.ndarray  # (channels,)
    made: np.ndarray  # (RUN,)
    rate: float


def latency(rate):
    return TAPS - 1


@cache
def _lowpass(taps):
    """Least squares over frequency; lifts what the mean of two samples will lower, half of it."""
    flat, gone = np.linspace(0, PASSBAND / OVERSAMPLING, 200), np.linspace(STOPBAND / OVERSAMPLING, 0.5, 600)
    frequency, weight = np.concatenate([flat, gone]), np.repeat([1.0, 10.0], [200, 600])
    wanted = np.concatenate([np.cos(np.pi * flat) ** -0.5, np.zeros(600)])
    waves = np.cos(2 * np.pi * np.outer(frequency, np.arange(taps) - (taps - 1) / 2))
    return np.linalg.lstsq(waves * weight[:, None], wanted * weight, rcond=None)[0]


def init(rate, channels):
    def run(*shape):
        return np.zeros(shape, np.float32)

    # 96 taps up, 95 down: their delays and that of the mean, half a sample, add up to whole frames
    rise = OVERSAMPLING * _lowpass(OVERSAMPLING * TAPS).reshape(TAPS, OVERSAMPLING)[::-1].T
    fall = np.append(_lowpass(OVERSAMPLING * TAPS - 1), 0.0).reshape(TAPS, OVERSAMPLING)[::-1, ::-1].T
    return State(
        np.zeros(4),
        np.full(4, np.nan),
        run(5, CHUNK),
        rise.astype(np.float32).ravel(),
        fall.astype(np.float32).ravel(),
        run(channels, TAPS - 1 + CHUNK),
        run(OVERSAMPLING, CHUNK + LANES),
        run(channels),
        run(channels, OVERSAMPLING, TAPS - 1 + CHUNK),
        run(channels),
        run(CHUNK),
        rate,
    )


@kernel
def process(state, params, block, out):
    goal, now = state.goal, state.now
    goal[0], goal[1], goal[3] = 10.0 ** (params[0] / 20.0), params[3], params[1]
    goal[2] = 1.0 if params[2] >= TONE_OPEN else 1.0 - math.exp(-2.0 * math.pi * params[2] / state.rate)
    if math.isnan(now[0]):
        for p in range(now.shape[0]):
            now[p] = goal[p]
    for start in range(0, block.shape[0], CHUNK):
        frames = min(block.shape[0] - start, CHUNK)
        _glide(state, frames)
        for c in range(block.shape[1]):
            _read_input(state.past[c], block, start, c, frames)
            _upsample(state, c, frames)
            _shape(state, c, frames)
            _downsample(state, c, frames)
            _write_output(state, c, out, start, frames)


@kernel
def _glide(state, frames):
    share, n = 1.0 - math.exp(-1.0 / (GLIDE * state.rate)), 0
    while n < frames and step_toward(state.now, state.goal, share):
        _fill_rows(state.rows, state.now, n, n + 1)
        n += 1
    if n < frames:
        _fill_rows(state.rows, state.now, n, frames)


@kernel
def _fill_rows(rows, now, first, last):
    gain, mix, pull = now[0], now[1], np.float32(now[2])
    bend, wet, dry = np.float32(gain * gain - 1.0), np.float32(mix * gain), np.float32(0.5 - 0.5 * mix)
    grain = np.float32(2.0 ** (1.0 - now[3])) if now[3] < ALL_BITS else np.float32(0.0)
    _fill(rows[0, first:last], bend)
    _fill(rows[1, first:last], wet)
    _fill(rows[2, first:last], dry)
    _fill(rows[3, first:last], pull)
    _fill(rows[4, first:last], grain)


@kernel
def _fill(row, value):
    for n in range(row.shape[0]):
        row[n] = value


@kernel
def _shift_history(values, frames):
    """What came last is what was before."""
    for k in range(TAPS - 1):
        values[k] = values[k + frames]


@kernel
def _read_input(past, block, start, channel, frames):
    loudest = np.float32(MAX_INPUT)
    for n in range(frames):
        past[TAPS - 1 + n] = min(max(block[start + n, channel], -loudest), loudest)


@kernel
def _upsample(state, channel, frames):
    """From the sound to three phases. Six sums at a time: one would wait for itself."""
    past, rise = state.past[channel], state.rise
    first, second, third = state.fine[0, 1:], state.fine[1, 1:], state.fine[2, 1:]
    for n in range(0, frames, 2 * LANES):
        a = b = c = d = e = f = broadcast(np.float32(0.0))
        for t in range(TAPS):
            near, far = load_lanes(past, n + t), load_lanes(past, n + t + LANES)
            p, q, r = broadcast(rise[t]), broadcast(rise[TAPS + t]), broadcast(rise[2 * TAPS + t])
            a, b, c = a + near * p, b + near * q, c + near * r
            d, e, f = d + far * p, e + far * q, f + far * r
        store_lanes(first, n, a)
        store_lanes(second, n, b)
        store_lanes(third, n, c)
        store_lanes(first, n + LANES, d)
        store_lanes(second, n + LANES, e)
        store_lanes(third, n + LANES, f)
    _shift_history(past, frames)


@kernel
def _shape(state, channel, frames):
    fine, bent, one = state.fine, state.bent[channel], np.float32(1.0)
    fine[OVERSAMPLING - 1, 0] = state.last[channel]
    state.last[channel] = fine[OVERSAMPLING - 1, frames]
    before, first, second, third = fine[2], fine[0, 1:], fine[1, 1:], fine[2, 1:]
    low, middle, high = bent[0, TAPS - 1 :], bent[1, TAPS - 1 :], bent[2, TAPS - 1 :]
    bend, wet, dry = state.rows[0], state.rows[1], state.rows[2]
    for n in range(frames):
        a, b, c, d = before[n], first[n], second[n], third[n]
        root_a, root_b = math.sqrt(one + bend[n] * (a * a)), math.sqrt(one + bend[n] * (b * b))
        root_c, root_d = math.sqrt(one + bend[n] * (c * c)), math.sqrt(one + bend[n] * (d * d))
        low[n] = (a + b) * (wet[n] / (root_a + root_b) + dry[n])
        middle[n] = (b + c) * (wet[n] / (root_b + root_c) + dry[n])
        high[n] = (c + d) * (wet[n] / (root_c + root_d) + dry[n])


@kernel
def _downsample(state, channel, frames):
    bent, made, fall = state.bent[channel], state.made, state.fall
    low, middle, high = bent[0], bent[1], bent[2]
    for n in range(0, frames, 2 * LANES):
        a = b = c = d = e = f = broadcast(np.float32(0.0))
        for t in range(TAPS):
            p, q, r = broadcast(fall[t]), broadcast(fall[TAPS + t]), broadcast(fall[2 * TAPS + t])
            a, d = a + load_lanes(low, n + t) * p, d + load_lanes(low, n + t + LANES) * p
            b, e = b + load_lanes(middle, n + t) * q, e + load_lanes(middle, n + t + LANES) * q
            c, f = c + load_lanes(high, n + t) * r, f + load_lanes(high, n + t + LANES) * r
        store_lanes(made, n, a + b + c)
        store_lanes(made, n + LANES, d + e + f)
    _shift_history(low, frames)
    _shift_history(middle, frames)
    _shift_history(high, frames)


@kernel
def _write_output(state, channel, out, start, frames):
    made, pull, grain = state.made, state.rows[3], state.rows[4]
    none, one = np.float32(0.0), np.float32(1.0)
    if pull[0] < one or pull[frames - 1] < one:
        toned = state.toned[channel]
        for n in range(frames):
            toned = (one - pull[n]) * toned + pull[n] * made[n]
            made[n] = toned
    state.toned[channel] = made[frames - 1]
    for n in range(frames):
        grains = ((made[n] / grain[n] + ROUNDING) - ROUNDING) * grain[n]
        made[n] = grains if grain[n] > none else made[n]
    for n in range(frames):
        out[start + n, channel] = made[n]
