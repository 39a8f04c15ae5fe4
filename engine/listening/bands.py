"""Bands of a spectrum: triangles, equally wide on the mel scale."""

import numpy as np

LOWEST, HIGHEST = 30.0, 16_000.0  # Hz, outer edges of the bands; the highest is below 0.45 of the rate
SPLITS = 250.0, 2_000.0  # Hz, between low, mid and high
HANN = 0.375  # mean of the window's square


def centres(rate, count):
    """Hz at the middle of each band, and at the outer edges of the first and the last."""
    highest = min(HIGHEST, 0.45 * rate)
    mel = np.linspace(*(2595 * np.log10(1 + f / 700) for f in (LOWEST, highest)), count + 2)
    return 700 * (10 ** (mel / 2595) - 1)


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
    centre = centres(rate, count) * size / rate  # in bins
    bins = np.arange(size // 2)
    rows = []
    for low, middle, high in zip(centre, centre[1:], centre[2:], strict=False):
        low, high = min(low, middle - 1), max(high, middle + 1)  # no band falls between two bins
        rows.append(np.clip(np.minimum((bins - low) / (middle - low), (high - bins) / (high - middle)), 0, None))
    table = np.array(rows)
    edges = np.array([(row.nonzero()[0][0], row.nonzero()[0][-1] + 1) for row in table])
    weights = np.zeros((count, int((edges[:, 1] - edges[:, 0]).max())))
    sine = HANN * size * window / 4  # what its power sums to, one side
    for row, (first, last), into in zip(table, edges, weights, strict=True):
        into[: last - first] = row[first:last] / sine
    return edges, weights
