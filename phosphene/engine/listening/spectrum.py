"""The spectrum: what lies under a window that ends with the hop, and the bands and the shape of it."""

import math
from typing import NamedTuple

import numpy as np

from phosphene.engine.listening.frame import AT, BANDS, CEPSTRA
from phosphene.engine.listening.mel_bands import SPLITS, triangles
from phosphene.engine.native import aligned_zeros, dot, kernel
from phosphene.engine.native.fft import Fft, make_fft, transform

WINDOW = 2048 / 48_000  # seconds, rounded up to a power of two of samples
FLOOR = 1e-10  # power at which a band counts as silent: -100 dB
FAINTEST = 1e-5  # magnitude of a bin where flatness is told: a logarithm needs one
GROUP, LANES = 32, 8  # magnitudes multiplied before a logarithm is taken: it still fits; and so many products at a time
ROLLOFF = 0.85  # of the magnitude lies below
RUN = 32  # bins
OPPOSED = 0.01  # of the power of their difference, that the sum of both sides must have: else one is upside down


class Spectrum(NamedTuple):
    past: np.ndarray  # (window,) the last samples, mono
    taper: np.ndarray  # (window,) Hann
    fft: Fft  # of half as many: even samples are its real parts, odd ones its imaginary
    turns: np.ndarray  # (2, bins): cosines and sines that take the two apart
    power: np.ndarray  # (bins + 8,), with the Nyquist bin, then zeros
    magnitude: np.ndarray  # the same
    single: np.ndarray  # power as float32, for what needs no more
    places: np.ndarray  # (3, bins + 8): 1, Hz, Hz squared
    splits: np.ndarray  # (4,) int64: the bins where low, mid and high begin and end
    edges: np.ndarray  # (BANDS, 2) int64: first bin of each band and how many, by eights
    weights: np.ndarray  # (BANDS, widest): power weights of those bins
    cosines: np.ndarray  # (CEPSTRA, BANDS): a DCT
    products: np.ndarray  # (LANES,)


def make_spectrum(rate):
    window = max(1 << math.ceil(math.log2(WINDOW * rate)), 64)
    bins = window // 2
    angles = 2 * np.pi * np.arange(bins) / window
    hertz = np.arange(bins + 1) * rate / window
    places = aligned_zeros((3, bins + 8), np.float64)
    places[:, : bins + 1] = hertz ** np.arange(3)[:, None]
    band, of = np.arange(CEPSTRA)[:, None], np.arange(BANDS)
    cosines = np.cos(np.pi * band * (of + 0.5) / BANDS) * np.sqrt(np.where(band, 2, 1) / BANDS)
    taper = aligned_zeros((window,), np.float64)
    taper[:] = 0.5 - 0.5 * np.cos(2 * np.pi * (np.arange(window) + 0.5) / window)
    return Spectrum(
        aligned_zeros((window,), np.float64),
        taper,
        make_fft(bins),
        np.array([np.cos(angles), np.sin(angles)]),
        *(aligned_zeros((bins + 8,), kind) for kind in (np.float64, np.float64, np.float32)),
        places,
        np.array([1, *(min(round(split * window / rate), bins + 1) for split in SPLITS), bins + 1]),
        *_by_eights(*triangles(rate, window, window, BANDS), bins + 8),
        cosines,
        aligned_zeros((LANES,), np.float64),
    )


def _by_eights(edges, weights, bins):
    """The same bands, each of so many bins that eight go at a time."""
    widest = -(-weights.shape[1] // 8) * 8
    table, places = aligned_zeros((len(edges), widest), np.float64), np.zeros_like(edges)
    for row, into, place, (first, last) in zip(weights, table, places, edges):
        count = -(-(last - first) // 8) * 8
        start = min(first, bins - count)
        into[first - start : last - start] = row[: last - first]
        place[:] = start, count
    return places, table


@kernel
def look(spectrum, sound, hop):
    """Move the window on by a hop of (2, hop or more) sound, and take its spectrum."""
    past, fft, window = spectrum.past, spectrum.fft, spectrum.past.shape[0]
    for n in range(window - hop):
        past[n] = past[n + hop]
    middle, sides = 0.0, 0.0
    for n in range(hop):
        middle += (sound[0, n] + sound[1, n]) ** 2
        sides += (sound[0, n] - sound[1, n]) ** 2
    right = 0.5 if middle >= OPPOSED * sides else -0.5
    for n in range(hop):
        past[window - hop + n] = 0.5 * sound[0, n] + right * sound[1, n]
    for n in range(window // 2):
        fft.real[n] = past[2 * n] * spectrum.taper[2 * n]
        fft.imag[n] = past[2 * n + 1] * spectrum.taper[2 * n + 1]
    transform(fft)
    unfold(fft.real, fft.imag, spectrum.turns[0], spectrum.turns[1], spectrum.power)
    for k in range(window // 2 + 1):
        spectrum.magnitude[k] = math.sqrt(spectrum.power[k])
        spectrum.single[k] = spectrum.power[k]


@kernel
def unfold(real, imag, cosines, sines, power):
    """The power of a real signal's spectrum, out of the transform of its even and odd samples as one."""
    bins = real.shape[0]
    for k in range(1, bins // 2 + 1):
        ar, ai, br, bi = real[k], imag[k], real[bins - k], imag[bins - k]
        er, ei, dr, di = 0.5 * (ar + br), 0.5 * (ai - bi), 0.5 * (ai + bi), 0.5 * (br - ar)
        tr, ti = dr * cosines[k] + di * sines[k], di * cosines[k] - dr * sines[k]
        power[k] = (er + tr) * (er + tr) + (ei + ti) * (ei + ti)
        power[bins - k] = (er - tr) * (er - tr) + (ei - ti) * (ei - ti)
    power[0], power[bins] = (real[0] + imag[0]) ** 2, (real[0] - imag[0]) ** 2


@kernel
def bands(spectrum, record):
    """Tell the bands, and the cepstrum of them."""
    mel = record[AT.mel : AT.mel + BANDS]
    for b in range(BANDS):
        first, count = spectrum.edges[b]
        mel[b] = 10.0 * math.log10(dot(spectrum.power, first, spectrum.weights[b], 0, count) + FLOOR)
    for c in range(CEPSTRA):
        record[AT.mfcc + c] = dot(spectrum.cosines[c], 0, mel, 0, BANDS)


@kernel
def shape(spectrum, record):
    """Tell how the spectrum is spread; gives its power."""
    magnitude, places, count = spectrum.magnitude, spectrum.places, spectrum.power.shape[0]
    total = dot(magnitude, 0, places[0], 0, count)
    scale = 1.0 / total if total > 0.0 else 0.0
    centre = dot(magnitude, 0, places[1], 0, count) * scale
    record[AT.centroid] = centre
    record[AT.spread] = math.sqrt(max(dot(magnitude, 0, places[2], 0, count) * scale - centre * centre, 0.0))
    record[AT.rolloff] = rolloff(spectrum, ROLLOFF * total)
    whole = dot(spectrum.power, 0, places[0], 0, count)
    record[AT.flatness] = flatness(spectrum, whole)
    scale = 1.0 / whole if whole > 0.0 else 0.0
    for part in range(3):
        power = 0.0
        for k in range(spectrum.splits[part], spectrum.splits[part + 1]):
            power += spectrum.power[k]
        record[AT.low + part] = power * scale
    return whole


@kernel
def rolloff(spectrum, wanted):
    """Hz of the first bin up to which so much magnitude lies."""
    magnitude, below, k, last = spectrum.magnitude, 0.0, 0, spectrum.fft.real.shape[0]
    while k + RUN <= last:
        more = dot(magnitude, k, spectrum.places[0], 0, RUN)
        if below + more >= wanted:
            break
        below, k = below + more, k + RUN
    while k < last and below + magnitude[k] < wanted:
        below, k = below + magnitude[k], k + 1
    return spectrum.places[1, k]


@kernel
def flatness(spectrum, whole):
    """The geometric mean of the powers over their arithmetic mean, whose sum is given."""
    magnitude, products, bins = spectrum.magnitude, spectrum.products, spectrum.fft.real.shape[0]
    logs, k = math.log(max(magnitude[bins], FAINTEST)), 0
    while k < bins:
        for lane in range(LANES):
            products[lane] = 1.0
        for _ in range(min(GROUP, (bins - k) // LANES)):
            for lane in range(LANES):
                products[lane] *= max(magnitude[k + lane], FAINTEST)
            k += LANES
        for lane in range(LANES):
            logs += math.log(products[lane])
    count = bins + 1
    return math.exp(2.0 * logs / count) * count / max(whole, count * FAINTEST * FAINTEST)


@kernel
def crossings(spectrum):
    """The share of samples under the window at which the sign has changed."""
    past, count = spectrum.past, 0
    for n in range(past.shape[0] - 1):
        count += (past[n] < 0.0) != (past[n + 1] < 0.0)
    return count / past.shape[0]
