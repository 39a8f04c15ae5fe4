"""The operators in plain numpy and scipy: the reference for tests of the kernels and for their speed.

Each function takes and returns a whole sound; parameters have the names of PARAMS. Tests compare the two where the
mathematics is the same (volume, echo, fade, the curve of distort, the decay of a reverb). The other functions
are the textbook methods.
"""

import math
from itertools import pairwise

import numpy as np
from scipy.signal import istft, lfilter, resample_poly, stft

from phosphene.engine.effects.chain.genome import MIN_LENGTH
from phosphene.engine.evolution.descriptors import AUDIBLE, BANDS, FLATNESS_RANGE, HOP, MEL_FLOOR
from phosphene.engine.evolution.distance import MEL_WEIGHT, WEIGHTS
from phosphene.engine.listening.mel_bands import BAND_SPLITS, mel_filters

WINDOW = 1024 / 48_000  # seconds; length of a Fourier transform


def volume(x, rate, *, gain):
    return x * 10 ** (gain / 20)


def fade(x, rate, *, fade_in, fade_out, closed):
    y, last = (1 - closed) * x, max(len(x) - 1, 0)
    lengths = rate * np.array([fade_in, fade_out])
    opening, closing = np.ceil(lengths * min(1.0, last / max(lengths.sum(), 1))).astype(int)
    y[:opening] *= np.sin(np.pi / 2 * np.arange(opening) / max(opening, 1))[:, None]
    if closing:
        y[len(y) - 1 - closing :] *= np.cos(np.pi / 2 * np.arange(closing + 1) / closing)[:, None]
    return y


def trim(x, rate, *, threshold, start, end, hold, **gate):
    x = x[round(start * len(x)) : round(end * len(x))]
    loud_frames = np.flatnonzero(np.abs(x).max(axis=1, initial=0) >= 10 ** (threshold / 20))
    if not len(loud_frames):
        return x[:0]
    return x[max(loud_frames[0] - round(0.005 * rate), 0) : loud_frames[-1] + 1 + round(hold * rate)]


def echo(x, rate, *, time, feedback, damping, pingpong, mix):
    """Process one delay length at a time, because a repeat depends only on earlier input."""
    delay, frames = round(time * rate), len(x)
    pole = math.exp(-2 * math.pi * 500 / (rate * damping**2)) if damping else 0.0
    feedback_matrix = input_matrix = np.eye(x.shape[1])
    if x.shape[1] == 2:
        feedback_matrix = pingpong * np.eye(2)[::-1] + (1 - pingpong) * np.eye(2)
        input_matrix = np.array([[1 - pingpong / 2, pingpong / 2], [0, 1 - pingpong]])
    line, wet = x @ input_matrix.T, np.zeros((frames, x.shape[1]))
    memory = np.zeros((1, x.shape[1]))
    for at in range(delay, frames, delay):
        run = slice(at, min(at + delay, frames))
        wet[run], memory = lfilter([1 - pole], [1, -pole], line[at - delay : run.stop - delay], axis=0, zi=memory)
        line[run] += feedback * wet[run] @ feedback_matrix.T
    return x + mix * (wet - x)


def reverb(x, rate, *, decay, size, damping, predelay, width, modulation, mix):
    """A feedback delay network of sixteen lines, without modulation; processes the length of the shortest at a time."""
    lengths = np.round(np.geomspace(0.02, 0.08, 16) * (0.3 + 0.7 * size) * rate).astype(int) | 1
    gains = 10 ** (-3 * lengths / (decay * rate))[:, None]
    hadamard = np.array([[1.0]])
    for _ in range(4):
        hadamard = np.block([[hadamard, hadamard], [hadamard, -hadamard]]) / math.sqrt(2)
    step, rows, late_frames = lengths.min(), np.arange(16)[:, None], round(predelay * rate)
    signs = np.where(np.arange(16) % 2, -1, 1) * np.array([1, 1])[:, None], np.repeat([1, -1], 8)
    output_gains = np.array([signs[0][0], signs[1]]) / 4
    delayed_input = np.concatenate([np.zeros(late_frames), x.mean(axis=1)])[: len(x)]
    lines, memory, wet = np.zeros((16, len(x) + lengths.max())), np.zeros((16, 1)), np.zeros((len(x), 2))
    for at in range(0, len(x), step):
        count = min(step, len(x) - at)
        out = gains * lines[rows, at + np.arange(count)]
        out, memory = lfilter([1 - 0.5 * damping], [1, -0.5 * damping], out, zi=memory)
        wet[at : at + count] = (output_gains @ out).T
        lines[rows, at + np.arange(count) + lengths[:, None]] = hadamard @ out + delayed_input[at : at + count] / 4
    middle, side = wet.mean(axis=1), width * (wet[:, 0] - wet[:, 1]) / 2
    output = np.stack([middle + side, middle - side], axis=1)[:, np.arange(x.shape[1]) % 2]
    return x + mix * (output - x)


def curve(x, drive):
    gain = 10 ** (drive / 20)
    return gain * x / np.sqrt(1 + (gain**2 - 1) * x**2)


def distort(x, rate, *, drive, bits, tone, mix):
    """Apply the curve at three times the sample rate."""
    shaped = resample_poly(curve(resample_poly(x, 3, 1), drive), 1, 3)[: len(x)]
    if bits < 24:
        shaped = np.round(shaped * 2 ** (bits - 1)) / 2 ** (bits - 1)
    if tone < 20_000:
        pole = math.exp(-2 * math.pi * tone / rate)
        shaped = lfilter([1 - pole], [1, -pole], shaped, axis=0)
    return x + mix * (shaped - x)


def spectra(x, rate):
    window = 4 * (round(WINDOW * rate) // 4)
    _, _, bins = stft(x.T, nperseg=window, noverlap=3 * window // 4)
    return bins, window


def noise_reduction(x, rate, *, strength, floor, sensitivity):
    """A spectral gate; the noise level is the 20th percentile over time."""
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
    phases = np.cumsum(np.angle(bins[..., first + 1] * np.conj(bins[..., first])), axis=-1)
    _, y = istft(level * np.exp(1j * phases), nperseg=window, noverlap=3 * window // 4)
    return y.T[: round(len(x) / ratio)]


def pitch(x, rate, *, semitones, mix):
    """Stretch the sound, then resample it."""
    ratio = 2 ** (semitones / 12)
    stretched = speed(x, rate, ratio=1 / ratio)
    at = np.arange(len(x)) * ratio
    shifted = np.stack([np.interp(at, np.arange(len(stretched)), channel) for channel in stretched.T], axis=1)
    return x + mix * (shifted - x)


OPERATORS = {
    function.__name__: function
    for function in (noise_reduction, trim, volume, speed, pitch, fade, echo, reverb, distort)
}


def describe(x, rate):
    """Features in the order of FEATURES, and the mel spectrogram."""
    hop = max(8 * round(HOP * rate / 8), 8)
    size = 1 << (2 * hop - 1).bit_length()
    count = -(-len(x) // hop)
    mono = np.pad(x.mean(axis=1), (0, (count + 1) * hop - len(x)))
    frames = np.lib.stride_tricks.sliding_window_view(mono, 2 * hop)[::hop]
    hann = 0.5 - 0.5 * np.cos(np.pi * (np.arange(2 * hop) + 0.5) / hop)
    power = np.abs(np.fft.rfft(frames * hann, size))[:, : size // 2] ** 2
    edges, weights = mel_filters(rate, size, 2 * hop, BANDS)
    table = np.zeros((BANDS, size // 2))
    for row, (first, last), weight in zip(table, edges, weights):
        row[first:last] = weight[: last - first]
    mel = 10 * np.log10(np.maximum(power @ table.T, 10 ** (MEL_FLOOR / 10)))

    squares = np.mean(frames**2, axis=1)
    audible = 10 * np.log10(np.maximum(squares, 1e-12)) > AUDIBLE
    if not audible.any():
        return np.zeros(len(WEIGHTS)), mel
    frames, power, bins = frames[audible], power[audible], np.arange(size // 2)
    total = power.sum(axis=1)
    centre = power @ bins / total
    width = np.sqrt(np.maximum(power @ bins**2 / total - centre**2, 0))
    first, last = (round(edge * size / rate) for edge in FLATNESS_RANGE)
    last = first + (min(last, size // 2) - first) // 16 * 16
    tonal = power[:, first:last] + 1e-14
    flatness_of_frame = 10 * (np.mean(np.log10(tonal), axis=1) - np.log10(tonal.mean(axis=1)))
    splits = [1, *(min(round(hertz * size / rate), size // 2) for hertz in BAND_SPLITS), size // 2]
    bands = [10 * np.log10(power[:, a:b].sum(axis=1) + 1e-12) for a, b in pairwise(splits)]
    crossings = np.mean((frames[:, :-1] < 0) != (frames[:, 1:] < 0), axis=1) * (1 - 1 / (2 * hop))
    relative = bands - np.mean(bands, axis=0)
    per_frame = [crossings, np.log2(centre + 1), np.log2(width + 1), flatness_of_frame, *relative]
    crossing, centroid, spread, flatness, low, mid, high = (np.mean(values) for values in per_frame)
    rms = 10 * np.log10(np.mean(squares[audible]))
    return np.array([rms, crossing, centroid, spread, np.abs(mono).max(), flatness, low, mid, high]), mel


def evaluate(genome, x, rate, target):
    """Render a genome, as (op, params) pairs, and return the distance of the result to a described target."""
    for op, params in genome:
        rendered = OPERATORS[op](x, rate, **params)
        x = rendered if len(rendered) >= MIN_LENGTH[1] * len(x) else x
    features, mel = describe(x, rate)
    frames = max(len(mel), len(target[1]))
    one, other = (
        np.pad(each, ((0, frames - len(each)), (0, 0)), constant_values=MEL_FLOOR) for each in (mel, target[1])
    )
    weight, scale = MEL_WEIGHT
    longer = abs(math.log2(len(mel) / len(target[1])))
    return np.abs(features - target[0]) @ WEIGHTS + weight / scale * np.mean(np.abs(one - other)) + longer
