"""Board: the latest value of each of many parameters."""

from typing import NamedTuple

import numpy as np

from phosphene.engine.native import bits_to_float, float_to_bits, kernel, load_relaxed, store_relaxed
from phosphene.engine.rings.shared_memory import Layout


class Board(NamedTuple):
    """One 64-bit slot a parameter: anyone writes, anyone reads, the last write wins."""

    words: np.ndarray  # (slots,) int64, the bits of float64


def layout(slots):
    return Layout(Board, (((slots,), np.int64),))


@kernel
def put(board, slot, value):
    store_relaxed(board.words, slot, float_to_bits(value))


@kernel
def get(board, slot):
    return bits_to_float(load_relaxed(board.words, slot))
