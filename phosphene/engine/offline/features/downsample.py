"""Downsamples long arrays of a feature file for narrow plots."""

from pathlib import Path

import numpy as np

from phosphene.engine.offline.features import npz


def downsample(path: Path, name: str, columns: int, ufunc: np.ufunc) -> np.ndarray:
    """An array of a feature file, reduced to at most `columns` rows.

    Parameters
    ----------
    path : Path
        The .npz.
    name : str
        Of the array.
    columns : int
    ufunc : np.maximum or np.add
        Keep the maximum or the mean of the rows that fall together.
    """
    rows = npz.row_count(path)
    edges = np.arange(min(columns, rows) + 1) * rows // min(columns, rows)
    reduced, start = [], 0
    for block in npz.iterate_rows(path, name):
        column = np.searchsorted(edges, np.arange(start, start + len(block)), side="right") - 1
        firsts = np.flatnonzero(np.diff(column, prepend=-1))
        parts = list(ufunc.reduceat(block.astype(float), firsts))
        if len(reduced) > column[0]:  # a column that the previous block began
            reduced[-1] = ufunc(reduced[-1], parts.pop(0))
        reduced += parts
        start += len(block)
    return (np.transpose(reduced) / np.diff(edges)).T if ufunc is np.add else np.array(reduced)
