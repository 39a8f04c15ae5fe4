"""Noise reduction: a spectral gate that finds the noise floor by itself, and follows it.

Speech and music pause, noise does not: the least power that a bin had of late is noise (minimum statistics).
Every bin is turned down by how far it stands above that. All channels are turned down alike, so that the stereo
image stays. A steady tone is noise too, after a while.
"""

import math
from typing import NamedTuple

import numpy as np

from phosphene.engine.common.params import Param
from phosphene.engine.native import flat, kernel, peak
from phosphene.engine.native.fft import Fft, make_fft, run_stage, stage_count

PARAMS = (
    Param("strength", 1.0, low=0.0, high=1.0),
    Param("floor", -18.0, low=-40.0, high=-6.0, unit="dB"),  # what is left of pure noise
    Param("sensitivity", 1.0, low=0.0, high=12.0, unit="dB"),  # over the noise floor: what counts as signal
)
HOP = 1 / 240  # seconds, at most; a window of four, and one to work in, are a latency below 21 ms
OVERLAP = 4  # windows over every sample
RING_HOPS = OVERLAP + 1  # hops: those of a window, and the one that comes and goes meanwhile
GAIN_SLICES = 4  # parts of the spectrum whose gains are found at different times
POWER_SMOOTHING = 0.03  # seconds over which the power is averaged before its minimum is taken
RATIO_SMOOTHING = 0.12  # seconds over which a bin's signal-to-noise ratio is averaged: less would warble
SPAN_COUNT, SPAN_SECONDS = 6, 0.25  # the minimum is one of so many spans of so many seconds
MINIMUM_BIAS = 2.25  # mean power over that minimum, in steady white noise
LEARNING_TIME = 0.5  # seconds until the minimum is believed, or a first syllable would be noise
SILENCE_PEAK = 1e-7  # below the last bit of 24: digital silence, which says nothing about the noise
MAX_POWER, MIN_POWER = np.float32(1e12), np.float32(1e-20)  # powers within which ratios are finite


class State(NamedTuple):
    past: np.ndarray  # (channels, RING, hop), in; channels made even
    made: np.ndarray  # (channels, RING, hop), out, in the same place a ring later
    shape: np.ndarray  # (OVERLAP * hop,), root of a Hann window
    spectra: np.ndarray  # (pairs, 2, length): two channels are real and imaginary part of one
    fft: Fft
    power: np.ndarray  # (bins + 2,), of all channels, mirrored at the ends
    blurred: np.ndarray  # (bins,), power averaged over time
    lows: np.ndarray  # (SPANS, bins), its minimum in each span
    lowest: np.ndarray  # (bins,), the least of the spans that are over
    ratio: np.ndarray  # (bins,), of what was let through to noise, one window ago
    gains: np.ndarray  # (bins,)
    counts: np.ndarray  # (5,) int64: frames of this hop, steps done in it, row of the rings, hops of sound, hops learnt
    pace: float  # seconds a hop


def latency(rate):
    return RING_HOPS * _hop(rate)


def _hop(rate):
    return 8 * max(int(rate * HOP / 8), 1)  # `peak` takes eights


def init(rate, channels):
    hop, pairs = _hop(rate), (channels + 1) // 2
    length = 1 << (OVERLAP * hop - 1).bit_length()
    bins = length // 2 + 1

    def run(*shape, value=0.0):
        return np.full(shape, value, np.float32)

    return State(
        run(2 * pairs, RING_HOPS, hop),
        run(2 * pairs, RING_HOPS, hop),
        np.sin(np.pi * np.arange(OVERLAP * hop) / (OVERLAP * hop)).astype(np.float32),
        run(pairs, 2, length),
        make_fft(length, np.float32),
        run(bins + 2),
        run(bins, value=MAX_POWER),
        run(SPAN_COUNT, bins, value=MAX_POWER),
        run(bins, value=MAX_POWER),
        run(bins),
        run(bins),
        np.zeros(5, np.int64),
        hop / rate,
    )


@kernel
def process(state, params, block, out):
    counts, hop = state.counts, state.past.shape[2]
    steps = 2 * state.spectra.shape[0] * (stage_count(state.fft) + 2) + GAIN_SLICES
    n = 0
    while n < block.shape[0]:
        run = min(block.shape[0] - n, hop - counts[0])
        _exchange(state, block[n : n + run], out[n : n + run])
        n += run
        counts[0] += run
        while counts[1] < steps and (counts[1] + 1) * hop <= counts[0] * steps:
            _run_step(state, params, counts[1])
            counts[1] += 1
        if counts[0] == hop:
            counts[0], counts[1] = 0, 0
            counts[2] = _row(counts[2], 1)


@kernel
def _row(row, later):
    return row + later if row + later < RING_HOPS else row + later - RING_HOPS


@kernel
def _exchange(state, block, out):
    at, row = state.counts[0], state.counts[2]
    for c in range(block.shape[1]):
        past, made = state.past[c, row, at:], state.made[c, row, at:]
        for n in range(block.shape[0]):
            past[n] = block[n, c]
        for n in range(block.shape[0]):
            out[n, c] = made[n]


@kernel
def _run_step(state, params, step):
    """One step from the last window to the next hop: forth for every pair, the gains, back for every pair."""
    parts = stage_count(state.fft) + 2
    forth = state.spectra.shape[0] * parts
    if forth <= step < forth + GAIN_SLICES:
        _update_gains(state, params, step - forth)
        return
    back = step >= forth
    if back:
        step -= forth + GAIN_SLICES
    pair, part = step // parts, step % parts
    both = state.spectra[pair]
    if 0 < part < parts - 1:
        real, imag = both[int(back)], both[int(not back)]  # the inverse is the transform, turned round
        run_stage(Fft(real, imag, state.fft.other_real, state.fft.other_imag, state.fft.twiddles), part - 1)
    elif part > 0 and not back:
        _add_power(state.power, pair, both[0], both[1])
    else:
        for side in range(both.shape[0]):
            if part > 0:
                _overlap_add(state, 2 * pair + side, both[side])
            elif back:
                _apply_gains(state.gains, both[side])
            else:
                _window(state, 2 * pair + side, both[side])


@kernel
def _window(state, channel, target):
    overlap, hop = state.past.shape[1] - 1, state.past.shape[2]
    for k in range(overlap):
        past, into = state.past[channel, _row(state.counts[2], k + 1)], target[k * hop :]
        shape = state.shape[k * hop :]
        for n in range(hop):
            into[n] = past[n] * shape[n]
    rest = target[overlap * hop :]
    for n in range(rest.shape[0]):
        rest[n] = 0.0


@kernel
def _overlap_add(state, channel, source):
    overlap, hop = state.made.shape[1] - 1, state.made.shape[2]
    scale = np.float32(2.0 / (overlap * source.shape[0]))
    for k in range(overlap):
        made, given = state.made[channel, _row(state.counts[2], k + 1)], source[k * hop :]
        shape = state.shape[k * hop :]
        if k == overlap - 1:  # what has been heard is left behind, were it not a number
            for n in range(hop):
                made[n] = 0.0
        for n in range(hop):
            made[n] += given[n] * (shape[n] * scale)


@kernel
def _add_power(power, pair, real, imag):
    """Add a pair's power: that of the two channels is the mean of a bin's and its mirror's."""
    half, kept, share = real.shape[0] // 2, np.float32(pair > 0), np.float32(0.5)
    for k in range(1, half + 1):
        m = 2 * half - k
        both = real[k] * real[k] + imag[k] * imag[k] + real[m] * real[m] + imag[m] * imag[m]
        total = kept * power[k + 1] + share * both
        power[k + 1] = total if total < MAX_POWER else MAX_POWER
    total = kept * power[1] + real[0] * real[0] + imag[0] * imag[0]
    power[1] = total if total < MAX_POWER else MAX_POWER
    power[0], power[half + 2] = power[2], power[half]


@kernel
def _update_gains(state, params, part):
    """The gains of one slice of the spectrum."""
    counts, bins = state.counts, state.gains.shape[0]
    if part == 0:
        hop, sound = state.past.shape[2], np.float32(0.0)
        newest = _row(counts[2], OVERLAP)
        for c in range(state.past.shape[0]):
            sound = max(sound, peak(flat(state.past), (c * RING_HOPS + newest) * hop, hop))
        counts[3] = counts[3] + 1 if sound > SILENCE_PEAK else 0
        counts[4] += counts[3] >= OVERLAP
    span = max(round(SPAN_SECONDS / state.pace), 1)
    row = counts[4] // span % SPAN_COUNT
    first, last = part * bins // GAIN_SLICES, (part + 1) * bins // GAIN_SLICES
    keep = np.float32(math.exp(-state.pace / POWER_SMOOTHING))
    if counts[3] < OVERLAP:
        keep = np.float32(1.0)
    elif counts[4] == 1:
        keep = np.float32(0.0)
    elif counts[4] % span == 0:
        _start_span(state, row, first, last)
    trust = min(counts[4] * state.pace / LEARNING_TIME, 1.0) ** 4
    over = np.float32(MINIMUM_BIAS * trust * 10.0 ** (params[2] / 10.0))
    hold, floor = np.float32(math.exp(-state.pace / RATIO_SMOOTHING)), np.float32(10.0 ** (params[1] / 20.0))
    _update_slice(state, row, first, last, keep, over, hold, floor, np.float32(params[0]))


@kernel
def _start_span(state, row, first, last):
    """A span begins in the place of the oldest."""
    lowest = state.lowest[first:]
    for k in range(last - first):
        lowest[k] = MAX_POWER
    for span in range(state.lows.shape[0]):
        lows = state.lows[span, first:]
        for k in range(last - first):
            lows[k] = MAX_POWER if span == row else lows[k]
            lowest[k] = min(lowest[k], lows[k])


@kernel
def _update_slice(state, row, first, last, keep, over, hold, floor, strength):
    power, blurred, lows = state.power[first:], state.blurred[first:], state.lows[row, first:]
    lowest, ratio, gains = state.lowest[first:], state.ratio[first:], state.gains[first:]
    none, one, half, quarter = np.float32(0.0), np.float32(1.0), np.float32(0.5), np.float32(0.25)
    for k in range(last - first):
        near = quarter * (power[k] + power[k + 2]) + half * power[k + 1]
        blur = keep * blurred[k] + (one - keep) * near
        low = min(lows[k], blur)
        above = near / (over * min(low, lowest[k]) + MIN_POWER)
        clean = hold * ratio[k] + (one - hold) * max(above - one, none)
        gain = max(one - one / (one + clean), floor)
        blurred[k], lows[k] = blur, low
        ratio[k] = gain * gain * above
        gains[k] = one - strength * (one - gain)


@kernel
def _apply_gains(gains, values):
    half = values.shape[0] // 2
    for k in range(half + 1):
        values[k] *= gains[k]
    for k in range(1, half):
        values[2 * half - k] *= gains[k]
