"""Long arrays for narrow pictures."""

import numpy as np

from phosphene.engine.offline.features import npz


def pooled(path, name, columns, ufunc):
    """An array of an archive in at most so many rows, each the np.maximum or the mean (np.add) of those it is for."""
    rows = npz.length(path)
    edges = np.arange(min(columns, rows) + 1) * rows // min(columns, rows)
    total, start = [], 0
    for piece in npz.pieces(path, name):
        place = np.searchsorted(edges, np.arange(start, start + len(piece)), side="right") - 1
        firsts = np.flatnonzero(np.diff(place, prepend=-1))
        parts = list(ufunc.reduceat(piece.astype(float), firsts))
        if len(total) > place[0]:  # a row that the last piece began
            total[-1] = ufunc(total[-1], parts.pop(0))
        total += parts
        start += len(piece)
    return (np.transpose(total) / np.diff(edges)).T if ufunc is np.add else np.array(total)
