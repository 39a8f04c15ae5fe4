"""The operators written plainly with numpy and scipy: what the kernels are held against, and are to be faster than.

A whole sound in, a whole sound out; parameters have the kernels' names. Where the mathematics is the same (volume,
echo, fade, the curve of distort, how long a reverb rings) tests compare the two; elsewhere this is the textbook's way.
"""

import math
from itertools import pairwise

import numpy as np
from scipy.signal import istft, lfilter, resample_poly, stft

from phosphene.engine.effects.chain.genome import MIN_LENGTH
from phosphene.engine.evolution.descriptors import AUDIBLE, BANDS, FLATNESS_RANGE, HOP, MEL_FLOOR, SPLITS
from phosphene.engine.evolution.distance import MEL_WEIGHT, WEIGHTS
from phosphene.engine.listening.mel_bands import triangles

WINDOW = 1024 / 48_000  # seconds of a Fourier transform


def volume(x, rate, *, gain):
    return x * 10 ** (gain / 20)


def fade(x, rate, *, fade_in, fade_out, closed):
    y, last = (1 - closed) * x, max(len(x) - 1, 0)
    wanted = rate * np.array([fade_in, fade_out])
    opening, closing = np.ceil(wanted * min(1.0, last / max(wanted.sum(), 1))).astype(int)
    y[:opening] *= np.sin(np.pi / 2 * np.arange(opening) / max(opening, 1))[:, None]
    if closing:
        y[len(y) - 1 - closing :] *= np.cos(np.pi / 2 * np.arange(closing + 1) / closing)[:, None]
    return y


def trim(x, rate, *, threshold, start, end, hold, **gate):
    x = x[round(start * len(x)) : round(end * len(x))]
    heard = np.flatnonzero(np.abs(x).max(axis=1, initial=0) >= 10 ** (threshold / 20))
    return x[max(heard[0] - round(0.005 * rate), 0) : heard[-1] + 1 + round(hold * rate)] if len(heard) else x[:0]


def echo(x, rate, *, time, feedback, damping, pingpong, mix):
    """The line, a delay at a time: no repeat needs what comes after it."""
    delay, frames = round(time * rate), len(x)
    keep = math.exp(-2 * math.pi * 500 / (rate * damping**2)) if damping else 0.0
    cross = pingpong * np.eye(2)[::-1] + (1 - pingpong) * np.eye(2) if x.shape[1] == 2 else np.eye(x.shape[1])
    enter = np.array([[1 - pingpong / 2, pingpong / 2], [0, 1 - pingpong]]) if x.shape[1] == 2 else np.eye(x.shape[1])
    line, wet = x @ enter.T, np.zeros((frames, x.shape[1]))
    memory = np.zeros((1, x.shape[1]))
    for at in range(delay, frames, delay):
        run = slice(at, min(at + delay, frames))
        wet[run], memory = lfilter([1 - keep], [1, -keep], line[at - delay : run.stop - delay], axis=0, zi=memory)
        line[run] += feedback * wet[run] @ cross.T
    return x + mix * (wet - x)


def reverb(x, rate, *, decay, size, damping, predelay, width, modulation, mix):
    """Sixteen lines that feed each other, the shortest of them at a time; they stand still."""
    lengths = np.round(np.geomspace(0.02, 0.08, 16) * (0.3 + 0.7 * size) * rate).astype(int) | 1
    gains = 10 ** (-3 * lengths / (decay * rate))[:, None]
    hadamard = np.array([[1.0]])
    for _ in range(4):
        hadamard = np.block([[hadamard, hadamard], [hadamard, -hadamard]]) / math.sqrt(2)
    step, rows, late = lengths.min(), np.arange(16)[:, None], round(predelay * rate)
    sides = np.where(np.arange(16) % 2, -1, 1) * np.array([1, 1])[:, None], np.repeat([1, -1], 8)
    exits = np.array([sides[0][0], sides[1]]) / 4
    given = np.concatenate([np.zeros(late), x.mean(axis=1)])[: len(x)]
    lines, memory, wet = np.zeros((16, len(x) + lengths.max())), np.zeros((16, 1)), np.zeros((len(x), 2))
    for at in range(0, len(x), step):
        count = min(step, len(x) - at)
        out = gains * lines[rows, at + np.arange(count)]
        out, memory = lfilter([1 - 0.5 * damping], [1, -0.5 * damping], out, zi=memory)
        wet[at : at + count] = (exits @ out).T
        lines[rows, at + np.arange(count) + lengths[:, None]] = hadamard @ out + given[at : at + count] / 4
    middle, side = wet.mean(axis=1), width * (wet[:, 0] - wet[:, 1]) / 2
    heard = np.stack([middle + side, middle - side], axis=1)[:, np.arange(x.shape[1]) % 2]
    return x + mix * (heard - x)


def curve(x, drive):
    gain = 10 ** (drive / 20)
    return gain * x / np.sqrt(1 + (gain**2 - 1) * x**2)


def distort(x, rate, *, drive, bits, tone, mix):
    """Three times as many samples while it bends."""
    bent = resample_poly(curve(resample_poly(x, 3, 1), drive), 1, 3)[: len(x)]
    if bits < 24:
        bent = np.round(bent * 2 ** (bits - 1)) / 2 ** (bits - 1)
    if tone < 20_000:
        keep = math.exp(-2 * math.pi * tone / rate)
        bent = lfilter([1 - keep], [1, -keep], bent, axis=0)
    return x + mix * (bent - x)


def spectra(x, rate):
    window = 4 * (round(WINDOW * rate) // 4)
    _, _, bins = stft(x.T, nperseg=window, noverlap=3 * window // 4)
    return bins, window


def noise_reduction(x, rate, *, strength, floor, sensitivity):
    """The fifth quietest of all moments is noise."""
    bins, window = spectra(x, rate)
    level = np.abs(bins)
    noise = np.percentile(level, 20, axis=-1, keepdims=True) * 10 ** (sensitivity / 20)
    gain = np.maximum(10 ** (floor / 20), 1 - strength * (noise / np.maximum(level, 1e-12)) ** 2)
    gain[..., 1:-1] = (gain[..., :-2] + gain[..., 1:-1] + gain[..., 2:]) / 3
    _, y = istft(gain * bins, nperseg=window, noverlap=3 * window // 4)
    return y.T[: len(x)]


def speed(x, rate, *, ratio):
    """A phase vocoder."""
    bins, window = spectra(x, rate)
    at = np.arange(0, bins.shape[-1] - 1, ratio)
    first, share = at.astype(int), at % 1
    level = (1 - share) * np.abs(bins[..., first]) + share * np.abs(bins[..., first + 1])
    turns = np.cumsum(np.angle(bins[..., first + 1] * np.conj(bins[..., first])), axis=-1)
    _, y = istft(level * np.exp(1j * turns), nperseg=window, noverlap=3 * window // 4)
    return y.T[: round(len(x) / ratio)]


def pitch(x, rate, *, semitones, mix):
    """Stretched, then played faster."""
    ratio = 2 ** (semitones / 12)
    longer = speed(x, rate, ratio=1 / ratio)
    at = np.arange(len(x)) * ratio
    moved = np.stack([np.interp(at, np.arange(len(longer)), channel) for channel in longer.T], axis=1)
    return x + mix * (moved - x)


OPERATORS = {
    function.__name__: function
    for function in (noise_reduction, trim, volume, speed, pitch, fade, echo, reverb, distort)
}


def portray(x, rate):
    """Features in the order of the engine's, and the picture of bands over time."""
    hop = max(8 * round(HOP * rate / 8), 8)
    size = 1 << (2 * hop - 1).bit_length()
    count = -(-len(x) // hop)
    mono = np.pad(x.mean(axis=1), (0, (count + 1) * hop - len(x)))
    frames = np.lib.stride_tricks.sliding_window_view(mono, 2 * hop)[::hop]
    hann = 0.5 - 0.5 * np.cos(np.pi * (np.arange(2 * hop) + 0.5) / hop)
    power = np.abs(np.fft.rfft(frames * hann, size))[:, : size // 2] ** 2
    edges, weights = triangles(rate, size, 2 * hop, BANDS)
    table = np.zeros((BANDS, size // 2))
    for row, (first, last), weight in zip(table, edges, weights):
        row[first:last] = weight[: last - first]
    picture = 10 * np.log10(np.maximum(power @ table.T, 10 ** (MEL_FLOOR / 10)))

    squares = np.mean(frames**2, axis=1)
    loud = 10 * np.log10(np.maximum(squares, 1e-12)) > AUDIBLE
    if not loud.any():
        return np.zeros(len(WEIGHTS)), picture
    frames, power, bins = frames[loud], power[loud], np.arange(size // 2)
    total = power.sum(axis=1)
    centre = power @ bins / total
    width = np.sqrt(np.maximum(power @ bins**2 / total - centre**2, 0))
    first, last = (round(edge * size / rate) for edge in FLATNESS_RANGE)
    last = first + (min(last, size // 2) - first) // 16 * 16
    tonal = power[:, first:last] + 1e-14
    flat = 10 * (np.mean(np.log10(tonal), axis=1) - np.log10(tonal.mean(axis=1)))
    splits = [1, *(min(round(hertz * size / rate), size // 2) for hertz in SPLITS), size // 2]
    bands = [10 * np.log10(power[:, a:b].sum(axis=1) + 1e-12) for a, b in pairwise(splits)]
    crossings = np.mean((frames[:, :-1] < 0) != (frames[:, 1:] < 0), axis=1) * (1 - 1 / (2 * hop))
    told = [crossings, np.log2(centre + 1), np.log2(width + 1), flat, *(bands - np.mean(bands, axis=0))]
    crossing, centroid, spread, flatness, low, mid, high = (np.mean(values) for values in told)
    rms = 10 * np.log10(np.mean(squares[loud]))
    return np.array([rms, crossing, centroid, spread, np.abs(mono).max(), flatness, low, mid, high]), picture


def evaluate(told, x, rate, target):
    """The distance to a target's portrait of what a genome, (op, params) pairs, makes of a sound."""
    for op, params in told:
        made = OPERATORS[op](x, rate, **params)
        x = made if len(made) >= MIN_LENGTH[1] * len(x) else x
    features, picture = portray(x, rate)
    frames = max(len(picture), len(target[1]))
    one, other = (
        np.pad(each, ((0, frames - len(each)), (0, 0)), constant_values=MEL_FLOOR) for each in (picture, target[1])
    )
    weight, scale = MEL_WEIGHT
    longer = abs(math.log2(len(picture) / len(target[1])))
    return np.abs(features - target[0]) @ WEIGHTS + weight / scale * np.mean(np.abs(one - other)) + longer
