"""Noise reduction: a spectral gate that finds the noise floor by itself and follows it.

Speech and music pause, noise does not: the lowest recent power of a bin is taken as its noise (minimum statistics).
The gain of a bin depends on how far its power is above that. All channels get the same gains, which keeps the
stereo image. A steady tone becomes noise too, after some time.
"""

import math
from typing import NamedTuple

import numpy as np

from phosphene.engine.common.params import Param
from phosphene.engine.native import flat, kernel, peak
from phosphene.engine.native.fft import Fft, make_fft, run_stage, stage_count

PARAMS = (
    Param("strength", 1.0, low=0.0, high=1.0),
    Param("floor", -18.0, low=-40.0, high=-6.0, unit="dB"),  # gain for pure noise
    Param("sensitivity", 1.0, low=0.0, high=12.0, unit="dB"),  # above the noise floor: counts as signal
)
HOP = 1 / 240  # seconds, at most; the four hops of a window and one to compute in are a latency below 21 ms
OVERLAP = 4  # windows that cover each sample
RING_HOPS = OVERLAP + 1  # hops in a buffer: those of a window, and the one that is read and written meanwhile
GAIN_SLICES = 4  # parts of the spectrum; each step computes the gains of one
POWER_SMOOTHING = 0.03  # seconds; the power is averaged before its minimum is taken
RATIO_SMOOTHING = 0.12  # seconds; average of a bin's signal-to-noise ratio, less would warble
SPAN_COUNT, SPAN_SECONDS = 6, 0.25  # the minimum covers this many spans of this many seconds
MINIMUM_BIAS = 2.25  # mean power divided by that minimum, in steady white noise
LEARNING_TIME = 0.5  # seconds until the minimum is used in full, or a first syllable would count as noise
SILENCE_PEAK = 1e-7  # below the last of 24 bits: digital silence, which contains no noise to learn
MAX_POWER, MIN_POWER = np.float32(1e12), np.float32(1e-20)  # limits of powers, within which ratios are finite

# In State.counts: frames and steps done in this hop, row of the buffers, hops with sound, hops learnt from
FRAMES, STEPS, ROW, SOUND_HOPS, LEARNT_HOPS = range(5)


class State(NamedTuple):
    inputs: np.ndarray  # (channels, RING_HOPS, hop), circular by hop; an even number of channels
    outputs: np.ndarray  # (channels, RING_HOPS, hop), circular; a hop leaves where its input was, RING_HOPS later
    window: np.ndarray  # (OVERLAP * hop,), square root of a Hann window
    spectra: np.ndarray  # (pairs, 2, length): two channels are the real and imaginary part of one transform
    fft: Fft
    power: np.ndarray  # (bins + 2,), sum of all channels, mirrored at both ends
    smoothed_power: np.ndarray  # (bins,), power averaged over time
    minima: np.ndarray  # (SPAN_COUNT, bins), minimum in each span
    minimum: np.ndarray  # (bins,), minimum over the finished spans
    ratio: np.ndarray  # (bins,), output power over noise power, one window ago
    gains: np.ndarray  # (bins,)
    counts: np.ndarray  # (5,) int64, see FRAMES
    hop_seconds: float  # seconds per hop


def latency(rate):
    return RING_HOPS * _hop(rate)


def _hop(rate):
    return 8 * max(int(rate * HOP / 8), 1)  # `peak` needs a multiple of 8


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
    counts, hop = state.counts, state.inputs.shape[2]
    step_count = 2 * state.spectra.shape[0] * (stage_count(state.fft) + 2) + GAIN_SLICES
    n = 0
    while n < block.shape[0]:
        run = min(block.shape[0] - n, hop - counts[FRAMES])
        _exchange(state, block[n : n + run], out[n : n + run])
        n += run
        counts[FRAMES] += run
        while counts[STEPS] < step_count and (counts[STEPS] + 1) * hop <= counts[FRAMES] * step_count:
            _run_step(state, params, counts[STEPS])
            counts[STEPS] += 1
        if counts[FRAMES] == hop:
            counts[FRAMES], counts[STEPS] = 0, 0
            counts[ROW] = _row(counts[ROW], 1)


@kernel
def _row(row, offset):
    return row + offset if row + offset < RING_HOPS else row + offset - RING_HOPS


@kernel
def _exchange(state, block, out):
    start, row = state.counts[FRAMES], state.counts[ROW]
    for c in range(block.shape[1]):
        inputs, outputs = state.inputs[c, row, start:], state.outputs[c, row, start:]
        for n in range(block.shape[0]):
            inputs[n] = block[n, c]
        for n in range(block.shape[0]):
            out[n, c] = outputs[n]


@kernel
def _run_step(state, params, step):
    """Run one step between the last window and the next hop: transform each pair, find the gains, transform back."""
    stages = stage_count(state.fft) + 2
    forward_steps = state.spectra.shape[0] * stages
    if forward_steps <= step < forward_steps + GAIN_SLICES:
        _update_gains(state, params, step - forward_steps)
        return
    inverse = step >= forward_steps
    if inverse:
        step -= forward_steps + GAIN_SLICES
    pair, stage = step // stages, step % stages
    spectrum = state.spectra[pair]
    if 0 < stage < stages - 1:
        # with its parts swapped, the transform is its own inverse
        real, imag = spectrum[int(inverse)], spectrum[int(not inverse)]
        run_stage(Fft(real, imag, state.fft.other_real, state.fft.other_imag, state.fft.twiddles), stage - 1)
    elif stage > 0 and not inverse:
        _add_power(state.power, pair, spectrum[0], spectrum[1])
    else:
        for side in range(spectrum.shape[0]):
            if stage > 0:
                _overlap_add(state, 2 * pair + side, spectrum[side])
            elif inverse:
                _apply_gains(state.gains, spectrum[side])
            else:
                _window_input(state, 2 * pair + side, spectrum[side])


@kernel
def _window_input(state, channel, target):
    overlap, hop = state.inputs.shape[1] - 1, state.inputs.shape[2]
    for k in range(overlap):
        inputs, segment = state.inputs[channel, _row(state.counts[ROW], k + 1)], target[k * hop :]
        window = state.window[k * hop :]
        for n in range(hop):
            segment[n] = inputs[n] * window[n]
    padding = target[overlap * hop :]
    for n in range(padding.shape[0]):
        padding[n] = 0.0


@kernel
def _overlap_add(state, channel, source):
    overlap, hop = state.outputs.shape[1] - 1, state.outputs.shape[2]
    scale = np.float32(2.0 / (overlap * source.shape[0]))
    for k in range(overlap):
        outputs, segment = state.outputs[channel, _row(state.counts[ROW], k + 1)], source[k * hop :]
        window = state.window[k * hop :]
        if k == overlap - 1:  # clears the hop that has left, even if it was NaN
            for n in range(hop):
                outputs[n] = 0.0
        for n in range(hop):
            outputs[n] += segment[n] * (window[n] * scale)


@kernel
def _add_power(power, pair, real, imag):
    """Add the power of a pair: that of its two channels is the mean of a bin and its mirror."""
    half, keep, half_weight = real.shape[0] // 2, np.float32(pair > 0), np.float32(0.5)
    for k in range(1, half + 1):
        m = 2 * half - k
        pair_power = real[k] * real[k] + imag[k] * imag[k] + real[m] * real[m] + imag[m] * imag[m]
        total = keep * power[k + 1] + half_weight * pair_power
        power[k + 1] = total if total < MAX_POWER else MAX_POWER
    total = keep * power[1] + real[0] * real[0] + imag[0] * imag[0]
    power[1] = total if total < MAX_POWER else MAX_POWER
    power[0], power[half + 2] = power[2], power[half]


@kernel
def _update_gains(state, params, slice_number):
    """Compute the gains of one slice of the spectrum."""
    counts, bins = state.counts, state.gains.shape[0]
    if slice_number == 0:
        hop, loudest = state.inputs.shape[2], np.float32(0.0)
        newest = _row(counts[ROW], OVERLAP)
        for c in range(state.inputs.shape[0]):
            loudest = max(loudest, peak(flat(state.inputs), (c * RING_HOPS + newest) * hop, hop))
        counts[SOUND_HOPS] = counts[SOUND_HOPS] + 1 if loudest > SILENCE_PEAK else 0
        counts[LEARNT_HOPS] += counts[SOUND_HOPS] >= OVERLAP
    span = max(round(SPAN_SECONDS / state.hop_seconds), 1)
    row = counts[LEARNT_HOPS] // span % SPAN_COUNT
    first, last = slice_number * bins // GAIN_SLICES, (slice_number + 1) * bins // GAIN_SLICES
    pole = np.float32(math.exp(-state.hop_seconds / POWER_SMOOTHING))
    if counts[SOUND_HOPS] < OVERLAP:
        pole = np.float32(1.0)
    elif counts[LEARNT_HOPS] == 1:
        pole = np.float32(0.0)
    elif counts[LEARNT_HOPS] % span == 0:
        _start_span(state, row, first, last)
    confidence = min(counts[LEARNT_HOPS] * state.hop_seconds / LEARNING_TIME, 1.0) ** 4
    noise_scale = np.float32(MINIMUM_BIAS * confidence * 10.0 ** (params[2] / 10.0))
    ratio_pole = np.float32(math.exp(-state.hop_seconds / RATIO_SMOOTHING))
    floor = np.float32(10.0 ** (params[1] / 20.0))
    _update_slice(state, row, first, last, pole, noise_scale, ratio_pole, floor, np.float32(params[0]))


@kernel
def _start_span(state, row, first, last):
    """Start a new span in place of the oldest."""
    minimum = state.minimum[first:]
    for k in range(last - first):
        minimum[k] = MAX_POWER
    for span in range(state.minima.shape[0]):
        minima = state.minima[span, first:]
        for k in range(last - first):
            minima[k] = MAX_POWER if span == row else minima[k]
            minimum[k] = min(minimum[k], minima[k])


@kernel
def _update_slice(state, row, first, last, pole, noise_scale, ratio_pole, floor, strength):
    power, smoothed_power, minima = state.power[first:], state.smoothed_power[first:], state.minima[row, first:]
    minimum, ratio, gains = state.minimum[first:], state.ratio[first:], state.gains[first:]
    zero, one, half, quarter = np.float32(0.0), np.float32(1.0), np.float32(0.5), np.float32(0.25)
    for k in range(last - first):
        local = quarter * (power[k] + power[k + 2]) + half * power[k + 1]
        averaged = pole * smoothed_power[k] + (one - pole) * local
        lower = min(minima[k], averaged)
        snr = local / (noise_scale * min(lower, minimum[k]) + MIN_POWER)
        smoothed_snr = ratio_pole * ratio[k] + (one - ratio_pole) * max(snr - one, zero)
        gain = max(one - one / (one + smoothed_snr), floor)
        smoothed_power[k], minima[k] = averaged, lower
        ratio[k] = gain * gain * snr
        gains[k] = one - strength * (one - gain)


@kernel
def _apply_gains(gains, values):
    half = values.shape[0] // 2
    for k in range(half + 1):
        values[k] *= gains[k]
    for k in range(1, half):
        values[2 * half - k] *= gains[k]
