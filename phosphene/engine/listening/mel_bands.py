"""Mel bands: triangular filters of a power spectrum, equally wide on the mel scale."""

import numpy as np

MIN_HERTZ, MAX_HERTZ = 30.0, 16_000.0  # Hz, outer edges of the bands; the highest is below 0.45 of the rate
BAND_SPLITS = 250.0, 2_000.0  # Hz; boundaries of low, mid and high
HANN_POWER = 0.375  # mean of the squared Hann window


def band_frequencies(rate: float, count: int) -> np.ndarray:
    """Hz, (count + 2,): the start of the first band, the centre of each, the end of the last."""
    low, high = (2595 * np.log10(1 + f / 700) for f in (MIN_HERTZ, min(MAX_HERTZ, 0.45 * rate)))
    mel = np.linspace(low, high, count + 2)
    return 700 * (10 ** (mel / 2595) - 1)


def sine_power(size: int, window: int) -> float:
    """The power of a full-scale sine, summed over the bins of an FFT of `size`, under a Hann window of `window`."""
    return HANN_POWER * size * window / 4


def mel_filters(rate: float, size: int, window: int, count: int) -> tuple[np.ndarray, np.ndarray]:
    """The weights of the bands of a power spectrum: FFT of `size`, Hann window of `window` samples.

    A full-scale sine has 0 dB in every band that it falls into.

    Returns
    -------
    edges : int64 array, shape (count, 2)
        First bin of each band, and one past its last.
    weights : float64 array, shape (count, widest)
        Power weights of those bins.
    """
    centre = band_frequencies(rate, count) * size / rate  # in bins
    bins = np.arange(size // 2)
    rows = []
    for low, middle, high in zip(centre, centre[1:], centre[2:], strict=False):
        low, high = min(low, middle - 1), max(high, middle + 1)  # each band covers a bin
        rows.append(np.clip(np.minimum((bins - low) / (middle - low), (high - bins) / (high - middle)), 0, None))
    table = np.array(rows)
    edges = np.array([(row.nonzero()[0][0], row.nonzero()[0][-1] + 1) for row in table])
    weights = np.zeros((count, int((edges[:, 1] - edges[:, 0]).max())))
    for row, (first, last), into in zip(table, edges, weights, strict=True):
        into[: last - first] = row[first:last] / sine_power(size, window)
    return edges, weights
