"""The spectrum: FFT of a window that ends with the hop; its mel bands, cepstrum and shape."""

import math
from typing import NamedTuple

import numpy as np

from phosphene.engine.listening.frame import AT, BANDS, CEPSTRA
from phosphene.engine.listening.mel_bands import BAND_SPLITS, mel_filters
from phosphene.engine.native import aligned_zeros, dot, kernel
from phosphene.engine.native.fft import Fft, make_fft, transform

WINDOW_SECONDS = 2048 / 48_000  # seconds, rounded up to a power of two of samples
POWER_FLOOR = 1e-10  # added to the power of a band: silence is -100 dB
MAGNITUDE_FLOOR = 1e-5  # lowest magnitude of a bin in the flatness: a logarithm needs one
GROUP, LANES = 32, 8  # magnitudes multiplied per logarithm, without overflow; products side by side
ROLLOFF_SHARE = 0.85  # of the magnitude lies below the rolloff
ROLLOFF_STEP = 32  # bins summed at once in the search
MIN_SUM_SHARE = 0.01  # of the difference's power, that the channels' sum must have; below it one channel is inverted


class Spectrum(NamedTuple):
    past: np.ndarray  # (window,) the last samples, mono
    hann: np.ndarray  # (window,) Hann
    fft: Fft  # of half the size: even samples are the real parts, odd samples the imaginary
    twiddles: np.ndarray  # (2, bins): cosines and sines that separate the two
    power: np.ndarray  # (bins + 8,): up to the Nyquist bin, then zeros
    magnitude: np.ndarray  # like `power`
    power32: np.ndarray  # `power` as float32
    moments: np.ndarray  # (3, bins + 8): 1, Hz, Hz squared
    splits: np.ndarray  # (4,) int64: first bins of low, mid and high, end of high
    edges: np.ndarray  # (BANDS, 2) int64: first bin of each band, and count, a multiple of 8
    weights: np.ndarray  # (BANDS, widest): weights of those bins
    dct: np.ndarray  # (CEPSTRA, BANDS): a DCT
    products: np.ndarray  # (LANES,)


def make_spectrum(rate: float) -> Spectrum:
    window = max(1 << math.ceil(math.log2(WINDOW_SECONDS * rate)), 64)
    bins = window // 2
    angles = 2 * np.pi * np.arange(bins) / window
    hertz = np.arange(bins + 1) * rate / window
    moments = aligned_zeros((3, bins + 8), np.float64)
    moments[:, : bins + 1] = hertz ** np.arange(3)[:, None]
    band, of = np.arange(CEPSTRA)[:, None], np.arange(BANDS)
    cosines = np.cos(np.pi * band * (of + 0.5) / BANDS) * np.sqrt(np.where(band, 2, 1) / BANDS)
    hann = aligned_zeros((window,), np.float64)
    hann[:] = 0.5 - 0.5 * np.cos(2 * np.pi * (np.arange(window) + 0.5) / window)
    power, magnitude, power32 = (aligned_zeros((bins + 8,), dtype) for dtype in (np.float64, np.float64, np.float32))
    edges, weights = _pad_to_lanes(*mel_filters(rate, window, window, BANDS), bins + 8)
    return Spectrum(
        aligned_zeros((window,), np.float64),
        hann,
        make_fft(bins),
        np.array([np.cos(angles), np.sin(angles)]),
        power,
        magnitude,
        power32,
        moments,
        np.array([1, *(min(round(split * window / rate), bins + 1) for split in BAND_SPLITS), bins + 1]),
        edges,
        weights,
        cosines,
        aligned_zeros((LANES,), np.float64),
    )


def _pad_to_lanes(edges, weights, bins):
    """The same bands with zero weights added, so that each has a multiple of 8 bins."""
    widest = -(-weights.shape[1] // 8) * 8
    table, bin_ranges = aligned_zeros((len(edges), widest), np.float64), np.zeros_like(edges)
    for row, into, bin_range, (first, last) in zip(weights, table, bin_ranges, edges):
        count = -(-(last - first) // 8) * 8
        start = min(first, bins - count)
        into[first - start : last - start] = row[: last - first]
        bin_range[:] = start, count
    return bin_ranges, table


@kernel
def update_spectrum(spectrum, sound, hop):
    """Move the window on by a hop of (2, hop or more) sound, and compute its spectrum."""
    past, fft, window = spectrum.past, spectrum.fft, spectrum.past.shape[0]
    for n in range(window - hop):
        past[n] = past[n + hop]
    sum_power, difference_power = 0.0, 0.0
    for n in range(hop):
        sum_power += (sound[0, n] + sound[1, n]) ** 2
        difference_power += (sound[0, n] - sound[1, n]) ** 2
    right_gain = 0.5 if sum_power >= MIN_SUM_SHARE * difference_power else -0.5
    for n in range(hop):
        past[window - hop + n] = 0.5 * sound[0, n] + right_gain * sound[1, n]
    for n in range(window // 2):
        fft.real[n] = past[2 * n] * spectrum.hann[2 * n]
        fft.imag[n] = past[2 * n + 1] * spectrum.hann[2 * n + 1]
    transform(fft)
    real_fft_power(fft.real, fft.imag, spectrum.twiddles[0], spectrum.twiddles[1], spectrum.power)
    for k in range(window // 2 + 1):
        spectrum.magnitude[k] = math.sqrt(spectrum.power[k])
        spectrum.power32[k] = spectrum.power[k]


@kernel
def real_fft_power(real, imag, cosines, sines, power):
    """The power spectrum of a real signal, from the FFT of its even and odd samples as one complex signal."""
    bins = real.shape[0]
    for k in range(1, bins // 2 + 1):
        ar, ai, br, bi = real[k], imag[k], real[bins - k], imag[bins - k]
        er, ei, dr, di = 0.5 * (ar + br), 0.5 * (ai - bi), 0.5 * (ai + bi), 0.5 * (br - ar)
        tr, ti = dr * cosines[k] + di * sines[k], di * cosines[k] - dr * sines[k]
        power[k] = (er + tr) * (er + tr) + (ei + ti) * (ei + ti)
        power[bins - k] = (er - tr) * (er - tr) + (ei - ti) * (ei - ti)
    power[0], power[bins] = (real[0] + imag[0]) ** 2, (real[0] - imag[0]) ** 2


@kernel
def measure_bands(spectrum, record):
    """Write the mel bands and their cepstrum."""
    mel = record[AT.mel : AT.mel + BANDS]
    for b in range(BANDS):
        first, count = spectrum.edges[b]
        mel[b] = 10.0 * math.log10(dot(spectrum.power, first, spectrum.weights[b], 0, count) + POWER_FLOOR)
    for c in range(CEPSTRA):
        record[AT.mfcc + c] = dot(spectrum.dct[c], 0, mel, 0, BANDS)


@kernel
def measure_shape(spectrum, record):
    """Write centroid, spread, rolloff, flatness and the shares of low, mid and high; return the power."""
    magnitude, moments, count = spectrum.magnitude, spectrum.moments, spectrum.power.shape[0]
    total = dot(magnitude, 0, moments[0], 0, count)
    scale = 1.0 / total if total > 0.0 else 0.0
    centre = dot(magnitude, 0, moments[1], 0, count) * scale
    record[AT.centroid] = centre
    record[AT.spread] = math.sqrt(max(dot(magnitude, 0, moments[2], 0, count) * scale - centre * centre, 0.0))
    record[AT.rolloff] = find_rolloff(spectrum, ROLLOFF_SHARE * total)
    power_sum = dot(spectrum.power, 0, moments[0], 0, count)
    record[AT.flatness] = measure_flatness(spectrum, power_sum)
    scale = 1.0 / power_sum if power_sum > 0.0 else 0.0
    for part in range(3):
        power = 0.0
        for k in range(spectrum.splits[part], spectrum.splits[part + 1]):
            power += spectrum.power[k]
        record[AT.low + part] = power * scale
    return power_sum


@kernel
def find_rolloff(spectrum, target):
    """Hz of the first bin up to which the magnitudes sum to `target`."""
    magnitude, below, k, last = spectrum.magnitude, 0.0, 0, spectrum.fft.real.shape[0]
    while k + ROLLOFF_STEP <= last:
        more = dot(magnitude, k, spectrum.moments[0], 0, ROLLOFF_STEP)
        if below + more >= target:
            break
        below, k = below + more, k + ROLLOFF_STEP
    while k < last and below + magnitude[k] < target:
        below, k = below + magnitude[k], k + 1
    return spectrum.moments[1, k]


@kernel
def measure_flatness(spectrum, power_sum):
    """Geometric over arithmetic mean of the powers; `power_sum` is their sum."""
    magnitude, products, bins = spectrum.magnitude, spectrum.products, spectrum.fft.real.shape[0]
    logs, k = math.log(max(magnitude[bins], MAGNITUDE_FLOOR)), 0
    while k < bins:
        for lane in range(LANES):
            products[lane] = 1.0
        for _ in range(min(GROUP, (bins - k) // LANES)):
            for lane in range(LANES):
                products[lane] *= max(magnitude[k + lane], MAGNITUDE_FLOOR)
            k += LANES
        for lane in range(LANES):
            logs += math.log(products[lane])
    count = bins + 1
    return math.exp(2.0 * logs / count) * count / max(power_sum, count * MAGNITUDE_FLOOR * MAGNITUDE_FLOOR)


@kernel
def zero_crossing_rate(spectrum):
    """The share of the window's samples at which the sign changes."""
    past, count = spectrum.past, 0
    for n in range(past.shape[0] - 1):
        count += (past[n] < 0.0) != (past[n + 1] < 0.0)
    return count / past.shape[0]
