"""Waveform overview: minimum and maximum by column, of a sound of any length, to draw it."""

from typing import NamedTuple

import numpy as np

from phosphene.engine.native import kernel

COLUMNS = 4096


class WaveformOverview(NamedTuple):
    """Lowest and highest sample by column. When the columns run out, pairs are merged and the span doubles."""

    low: np.ndarray  # (COLUMNS,)
    high: np.ndarray  # (COLUMNS,)
    counts: np.ndarray  # (3,) int64: samples per column, complete columns, samples in the incomplete one


def make_waveform_overview() -> WaveformOverview:
    return WaveformOverview(np.zeros(COLUMNS), np.zeros(COLUMNS), np.array([1, 0, 0]))


@kernel
def extend_overview(overview, block):
    """Add a float32 (frames, channels) block; all channels go into the same columns."""
    low, high, counts = overview
    for n in range(block.shape[0]):
        if counts[1] == COLUMNS:
            for c in range(COLUMNS // 2):
                low[c], high[c] = min(low[2 * c], low[2 * c + 1]), max(high[2 * c], high[2 * c + 1])
            counts[0], counts[1] = 2 * counts[0], COLUMNS // 2
        c = counts[1]
        if counts[2] == 0:
            low[c] = high[c] = block[n, 0]
        for side in range(block.shape[1]):
            low[c], high[c] = min(low[c], block[n, side]), max(high[c], block[n, side])
        counts[2] += 1
        if counts[2] == counts[0]:
            counts[1], counts[2] = counts[1] + 1, 0


def overview_columns(overview: WaveformOverview) -> tuple[np.ndarray, np.ndarray, int]:
    """(low, high, samples per column), without unused columns."""
    columns = overview.counts[1] + (overview.counts[2] > 0)
    return overview.low[:columns], overview.high[:columns], int(overview.counts[0])
