"""Board: the latest value of each of many parameters."""

from typing import NamedTuple

import numpy as np

from phosphene.engine.native import bits_of, float_of, kernel, load_relaxed, store_relaxed
from phosphene.engine.rings.shared_memory import Plan


class Board(NamedTuple):
    """One 64-bit slot a parameter: anyone writes, anyone reads, the last write wins."""

    words: np.ndarray  # (slots,) int64, the bits of float64


def plan(slots):
    return Plan(Board, (((slots,), np.int64),))


@kernel
def put(board, slot, value):
    store_relaxed(board.words, slot, bits_of(value))


@kernel
def get(board, slot):
    return float_of(load_relaxed(board.words, slot))
