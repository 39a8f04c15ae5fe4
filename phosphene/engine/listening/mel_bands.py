"""Bands of a spectrum: triangles, equally wide on the mel scale."""

import numpy as np

LOWEST, HIGHEST = 30.0, 16_000.0  # Hz, outer edges of the bands; the highest is below 0.45 of the rate
SPLITS = 250.0, 2_000.0  # Hz, between low, mid and high
HANN = 0.375  # mean of the window's square


def corners(rate, count):
    """Hz: where the first band begins, the middle of each, and where the last one ends."""
    mel = np.linspace(*(2595 * np.log10(1 + f / 700) for f in (LOWEST, min(HIGHEST, 0.45 * rate))), count + 2)
    return 700 * (10 ** (mel / 2595) - 1)


def sine(size, window):
    """What the power of a full-scale sine sums to over the bins of a transform of `size`, under a Hann window."""
    return HANN * size * window / 4


def triangles(rate, size, window, count):
    """The bands of a power spectrum of `size` bins, seen through a Hann window of `window` samples.

    Scaled so that a full-scale sine is 0 dB in all that hear it.

    Returns
    -------
    edges : int64 array, shape (count, 2)
        First bin and one past the last of each band.
    weights : float64 array, shape (count, widest)
        Power weights of those bins.
    """
    centre = corners(rate, count) * size / rate  # in bins
    bins = np.arange(size // 2)
    rows = []
    for low, middle, high in zip(centre, centre[1:], centre[2:], strict=False):
        low, high = min(low, middle - 1), max(high, middle + 1)  # no band falls between two bins
        rows.append(np.clip(np.minimum((bins - low) / (middle - low), (high - bins) / (high - middle)), 0, None))
    table = np.array(rows)
    edges = np.array([(row.nonzero()[0][0], row.nonzero()[0][-1] + 1) for row in table])
    weights = np.zeros((count, int((edges[:, 1] - edges[:, 0]).max())))
    for row, (first, last), into in zip(table, edges, weights, strict=True):
        into[: last - first] = row[first:last] / sine(size, window)
    return edges, weights
