"""An outline: how far a sound of any length goes up and down, for whoever draws it."""

from typing import NamedTuple

import numpy as np

from phosphene.engine.native import kernel

COLUMNS = 4096


class Outline(NamedTuple):
    """The highest and the lowest sample in stretches of equal length, which double whenever the columns run out."""

    low: np.ndarray  # (COLUMNS,)
    high: np.ndarray  # (COLUMNS,)
    counts: np.ndarray  # (3,) int64: samples in a stretch, whole stretches, samples in the one begun


def make_outline():
    return Outline(np.zeros(COLUMNS), np.zeros(COLUMNS), np.array([1, 0, 0]))


@kernel
def extend(outline, block):
    """Go on with a float32 (frames, channels) block, all its channels in one outline."""
    low, high, counts = outline
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


def drawn(outline):
    """What there is of it: lowest and highest by column, and how many samples a column stands for."""
    columns = outline.counts[1] + (outline.counts[2] > 0)
    return outline.low[:columns], outline.high[:columns], int(outline.counts[0])
