"""Descriptors of a sound, for comparisons: mean features, and a mel spectrogram."""

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from phosphene.engine.listening.loudness import decibels
from phosphene.engine.listening.mel_bands import BAND_SPLITS, mel_filters
from phosphene.engine.native import aligned_zeros, dot, kernel, peak
from phosphene.engine.native.fft import make_fft, transform

HOP = 512 / 48_000  # seconds between frames; a frame is two hops long
LANES = 8  # samples; a hop is a multiple of this
MIN_TRANSFORM = 32  # bins
BANDS = 48
MEL_FLOOR = -80.0  # dB; lowest value of the mel spectrogram
LEVEL_FLOOR = -120.0  # dB of full scale; lowest level of a frame
AUDIBLE = -60.0  # dB of full scale; features are computed for frames above this level
GROUP = 16  # powers multiplied before taking a logarithm; the product stays in range
CLIP_LEVEL = 0.999  # of full scale
FLATNESS_RANGE = 100.0, 7_000.0  # Hz; range of the spectral flatness

FEATURES = (
    "rms",  # dB of full scale
    "crossings",  # per sample
    "centroid",  # octaves
    "spread",  # octaves
    "peak",  # of full scale
    "flatness",  # dB
    "low",  # dB above the mean of the three
    "mid",
    "high",
)
RMS, CROSSINGS, CENTROID, SPREAD, PEAK, FLATNESS, LOW = range(7)


class Descriptors(NamedTuple):
    """What describes a sound in a comparison."""

    mel: np.ndarray  # (frames, BANDS) float32, dB of full scale
    levels: np.ndarray  # (frames,) dB of full scale
    features: np.ndarray  # (len(FEATURES),), means over the audible frames
    clipped: float  # share of samples
    seconds: float


class AnalysisTables(NamedTuple):
    """Tables that turn the frames of a sound into spectra and bands."""

    window: np.ndarray  # (2 * hop,) Hann
    edges: np.ndarray  # (BANDS, 2) int64
    weights: np.ndarray  # (BANDS, widest)
    bin_powers: np.ndarray  # (3, bins): the bin number to the powers 0, 1 and 2
    flatness_bins: np.ndarray  # (2,) int64, first bin and one past the last of FLATNESS_RANGE
    band_bins: np.ndarray  # (4,) int64, bins at the edges of low, mid and high
    hop: int


@lru_cache
def make_tables(rate: int) -> AnalysisTables:
    """The tables for a sample rate."""
    hop = max(LANES * round(HOP * rate / LANES), LANES)
    size = max(1 << (2 * hop - 1).bit_length(), MIN_TRANSFORM)
    bins = np.arange(size // 2, dtype=float)

    def bin_at(hertz):
        return min(round(hertz * size / rate), size // 2)

    first = bin_at(FLATNESS_RANGE[0])
    edges, weights = mel_filters(rate, size, 2 * hop, BANDS)
    return AnalysisTables(
        (0.5 - 0.5 * np.cos(np.pi * (np.arange(2 * hop) + 0.5) / hop)).astype(np.float32),
        edges,
        weights.astype(np.float32),
        (bins ** np.arange(3)[:, None]).astype(np.float32),
        np.array([first, first + (bin_at(FLATNESS_RANGE[1]) - first) // GROUP * GROUP]),
        np.array([1, *map(bin_at, BAND_SPLITS), size // 2]),
        hop,
    )


def describe(sound: np.ndarray, rate: int) -> Descriptors:
    """Describe a float32 (frames, channels) sound; its channels are mixed to mono."""
    tables = make_tables(rate)
    count = -(-len(sound) // tables.hop)
    mono = aligned_zeros(((count + 2) * tables.hop,), np.float32)
    bins = tables.bin_powers.shape[1]
    fft, power = make_fft(2 * bins, np.float32), np.zeros((2, bins), np.float32)
    mel, levels, features = np.empty((count, BANDS), np.float32), np.empty(count), np.zeros(len(FEATURES))
    clipped = mix_to_mono(sound, mono)
    fill(tables, fft, power, mono, mel, levels, features)
    return Descriptors(mel, levels, features, clipped / max(sound.size, 1), len(sound) / rate)


@kernel
def mix_to_mono(sound, mono):
    """Mix all channels into `mono`; returns the number of clipped samples."""
    share, clipped = 1.0 / sound.shape[1], 0
    for c in range(sound.shape[1]):
        for n in range(sound.shape[0]):
            value = np.float64(sound[n, c])
            mono[n] += share * value
            clipped += abs(value) >= CLIP_LEVEL
    return clipped


@kernel
def fill(tables, fft, power, mono, mel, levels, features):
    """Fill `mel`, `levels` and `features`; one transform takes two frames, as real and imaginary part."""
    hop, count, audible_frames = tables.hop, mel.shape[0], 0
    for f in range(count):
        if f % 2 == 0:
            for n in range(2 * hop):
                fft.real[n] = mono[f * hop + n] * tables.window[n]
                fft.imag[n] = mono[f * hop + hop + n] * tables.window[n]
            fft.real[2 * hop :] = 0.0
            fft.imag[2 * hop :] = 0.0
            transform(fft)
            split_spectra(fft, power)
        frame_power = power[f % 2]
        for b in range(BANDS):
            first, last = tables.edges[b]
            total = 0.0
            for k in range(last - first):
                total += tables.weights[b, k] * frame_power[first + k]
            mel[f, b] = decibels(total, MEL_FLOOR)
        levels[f] = decibels(dot(mono, f * hop, mono, f * hop, 2 * hop) / (2 * hop), LEVEL_FLOOR)
        if levels[f] > AUDIBLE:
            audible_frames += 1
            add_features(tables, frame_power, mono[f * hop : f * hop + 2 * hop], features)
    features /= max(audible_frames, 1)
    features[RMS] = decibels(features[RMS], LEVEL_FLOOR)
    features[PEAK] = peak(mono, 0, mono.shape[0])


@kernel
def split_spectra(fft, power):
    """Separate the power spectra of two real signals that were transformed as one complex signal."""
    real, imag, last, quarter = fft.real, fft.imag, fft.real.shape[0], np.float32(0.25)
    power[0, 0], power[1, 0] = real[0] * real[0], imag[0] * imag[0]
    for k in range(1, power.shape[1]):
        ar, ai, br, bi = real[k], imag[k], real[last - k], imag[last - k]
        power[0, k] = quarter * ((ar + br) * (ar + br) + (ai - bi) * (ai - bi))
        power[1, k] = quarter * ((ai + bi) * (ai + bi) + (br - ar) * (br - ar))


@kernel
def add_features(tables, power, frame, features):
    """Add the features of one frame to the sums."""
    crossings = 0
    for n in range(frame.shape[0] - 1):
        crossings += (frame[n] < 0.0) != (frame[n + 1] < 0.0)
    features[RMS] += dot(frame, 0, frame, 0, frame.shape[0]) / frame.shape[0]
    features[CROSSINGS] += crossings / frame.shape[0]
    bins, tiny = power.shape[0], 1e-12
    total = dot(power, 0, tables.bin_powers[0], 0, bins) + tiny
    centre = dot(power, 0, tables.bin_powers[1], 0, bins) / total
    spread_bins = math.sqrt(max(dot(power, 0, tables.bin_powers[2], 0, bins) / total - centre * centre, 0.0))
    features[CENTROID] += math.log2(centre + 1.0)
    features[SPREAD] += math.log2(spread_bins + 1.0)
    features[FLATNESS] += flatness(power, tables.flatness_bins[0], tables.flatness_bins[1])
    mean = 0.0
    for b in range(3):
        band = 0.0
        for k in range(tables.band_bins[b], tables.band_bins[b + 1]):
            band += power[k]
        level = 10.0 * math.log10(band + tiny)
        features[LOW + b] += level
        mean += level / 3.0
    for b in range(3):
        features[LOW + b] -= mean


@kernel
def flatness(power, first, last):
    """Spectral flatness: the geometric mean of powers over their arithmetic mean, in dB."""
    logs, total = 0.0, 0.0
    for group in range(first, last, GROUP):
        product = 1.0
        for k in range(GROUP):
            value = power[group + k] + 1e-14
            total += value
            product *= value
        logs += math.log10(product)
    count = max(last - first, 1)
    return 10.0 * (logs / count - math.log10(max(total / count, 1e-14)))
