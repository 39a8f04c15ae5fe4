"""Portraits: a sound as it is compared, by its features and by a picture of its bands over time."""

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from phosphene.engine.listening.loudness import decibels
from phosphene.engine.listening.mel_bands import SPLITS, triangles
from phosphene.engine.native import aligned_zeros, dot, kernel, peak
from phosphene.engine.native.fft import make_fft, transform

HOP = 512 / 48_000  # seconds between frames; a frame is two hops long
LANES = 8  # samples that a hop is a multiple of
MIN_TRANSFORM = 32  # transform
BANDS = 48
MEL_FLOOR = -80.0  # dB; in a picture, all that is quieter looks alike
LEVEL_FLOOR = -120.0  # dB of full scale; no frame is quieter
AUDIBLE = -60.0  # dB of full scale; frames below have no features
GROUP = 16  # powers multiplied before a logarithm is taken: it still fits
CLIP_LEVEL = 0.999  # of full scale
FLATNESS_RANGE = 100.0, 7_000.0  # Hz, between which flatness is told

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
    """A sound as it is compared."""

    picture: np.ndarray  # (frames, BANDS) float32, dB of full scale
    levels: np.ndarray  # (frames,) dB of full scale
    features: np.ndarray  # (len(FEATURES),), means over what is heard
    clipped: float  # share of samples
    seconds: float


class AnalysisTables(NamedTuple):
    """What turns the frames of a sound into spectra and bands."""

    shape: np.ndarray  # (2 * hop,) Hann
    edges: np.ndarray  # (BANDS, 2) int64
    weights: np.ndarray  # (BANDS, widest)
    places: np.ndarray  # (3, bins): one, and each bin's number to the powers one and two
    tonal: np.ndarray  # (2,) int64, first bin and one past the last between EDGES
    splits: np.ndarray  # (4,) int64, the bins where low, mid and high begin and end
    hop: int


@lru_cache
def make_tables(rate):
    hop = max(LANES * round(HOP * rate / LANES), LANES)
    size = max(1 << (2 * hop - 1).bit_length(), MIN_TRANSFORM)
    bins = np.arange(size // 2, dtype=float)

    def bin_at(hertz):
        return min(round(hertz * size / rate), size // 2)

    first = bin_at(FLATNESS_RANGE[0])
    edges, weights = triangles(rate, size, 2 * hop, BANDS)
    return AnalysisTables(
        (0.5 - 0.5 * np.cos(np.pi * (np.arange(2 * hop) + 0.5) / hop)).astype(np.float32),
        edges,
        weights.astype(np.float32),
        (bins ** np.arange(3)[:, None]).astype(np.float32),
        np.array([first, first + (bin_at(FLATNESS_RANGE[1]) - first) // GROUP * GROUP]),
        np.array([1, *map(bin_at, SPLITS), size // 2]),
        hop,
    )


def describe(sound, rate):
    """The portrait of a float32 (frames, channels) sound, its channels mixed to one."""
    lens = make_tables(rate)
    count = -(-len(sound) // lens.hop)
    mono = aligned_zeros(((count + 2) * lens.hop,), np.float32)
    bins = lens.places.shape[1]
    fft, power = make_fft(2 * bins, np.float32), np.zeros((2, bins), np.float32)
    picture, levels, features = np.empty((count, BANDS), np.float32), np.empty(count), np.zeros(len(FEATURES))
    clipped = mix_to_mono(sound, mono)
    fill(lens, fft, power, mono, picture, levels, features)
    return Descriptors(picture, levels, features, clipped / max(sound.size, 1), len(sound) / rate)


@kernel
def mix_to_mono(sound, mono):
    """The mean of all channels; tells how many samples clip."""
    share, clipped = 1.0 / sound.shape[1], 0
    for c in range(sound.shape[1]):
        for n in range(sound.shape[0]):
            value = np.float64(sound[n, c])
            mono[n] += share * value
            clipped += abs(value) >= CLIP_LEVEL
    return clipped


@kernel
def fill(lens, fft, power, mono, picture, levels, features):
    """Fill a portrait; frames go through the transform in twos, as the real and the imaginary part."""
    hop, count, heard = lens.hop, picture.shape[0], 0
    for f in range(count):
        if f % 2 == 0:
            for n in range(2 * hop):
                fft.real[n] = mono[f * hop + n] * lens.shape[n]
                fft.imag[n] = mono[f * hop + hop + n] * lens.shape[n]
            fft.real[2 * hop :] = 0.0
            fft.imag[2 * hop :] = 0.0
            transform(fft)
            split_spectra(fft, power)
        own = power[f % 2]
        for b in range(BANDS):
            first, last = lens.edges[b]
            total = 0.0
            for k in range(last - first):
                total += lens.weights[b, k] * own[first + k]
            picture[f, b] = decibels(total, MEL_FLOOR)
        levels[f] = decibels(dot(mono, f * hop, mono, f * hop, 2 * hop) / (2 * hop), LEVEL_FLOOR)
        if levels[f] > AUDIBLE:
            heard += 1
            add_features(lens, own, mono[f * hop : f * hop + 2 * hop], features)
    features /= max(heard, 1)
    features[RMS] = decibels(features[RMS], LEVEL_FLOOR)
    features[PEAK] = peak(mono, 0, mono.shape[0])


@kernel
def split_spectra(fft, power):
    """The power spectra of the two real signals that were transformed as one."""
    real, imag, last, quarter = fft.real, fft.imag, fft.real.shape[0], np.float32(0.25)
    power[0, 0], power[1, 0] = real[0] * real[0], imag[0] * imag[0]
    for k in range(1, power.shape[1]):
        ar, ai, br, bi = real[k], imag[k], real[last - k], imag[last - k]
        power[0, k] = quarter * ((ar + br) * (ar + br) + (ai - bi) * (ai - bi))
        power[1, k] = quarter * ((ai + bi) * (ai + bi) + (br - ar) * (br - ar))


@kernel
def add_features(lens, power, frame, features):
    """Add one frame's features up."""
    crossings = 0
    for n in range(frame.shape[0] - 1):
        crossings += (frame[n] < 0.0) != (frame[n + 1] < 0.0)
    features[RMS] += dot(frame, 0, frame, 0, frame.shape[0]) / frame.shape[0]
    features[CROSSINGS] += crossings / frame.shape[0]
    bins, tiny = power.shape[0], 1e-12
    total = dot(power, 0, lens.places[0], 0, bins) + tiny
    centre = dot(power, 0, lens.places[1], 0, bins) / total
    width = math.sqrt(max(dot(power, 0, lens.places[2], 0, bins) / total - centre * centre, 0.0))
    features[CENTROID] += math.log2(centre + 1.0)
    features[SPREAD] += math.log2(width + 1.0)
    features[FLATNESS] += flatness(power, lens.tonal[0], lens.tonal[1])
    mean = 0.0
    for b in range(3):
        band = 0.0
        for k in range(lens.splits[b], lens.splits[b + 1]):
            band += power[k]
        level = 10.0 * math.log10(band + tiny)
        features[LOW + b] += level
        mean += level / 3.0
    for b in range(3):
        features[LOW + b] -= mean


@kernel
def flatness(power, first, last):
    """The geometric mean of powers over their arithmetic mean, in dB."""
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
