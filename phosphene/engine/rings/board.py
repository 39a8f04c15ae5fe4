"""Board: the latest value of each of many parameters."""

from typing import NamedTuple

import numpy as np

from phosphene.engine.native import bits_to_float, float_to_bits, kernel, load_relaxed, store_relaxed
from phosphene.engine.rings.shared_memory import Layout


class Board(NamedTuple):
    """One 64-bit slot for each parameter. Anyone writes, anyone reads, the last write wins."""

    words: np.ndarray  # (slots,) int64, the bits of float64


def layout(slots: int) -> Layout:
    """The memory of a board."""
    return Layout(Board, (((slots,), np.int64),))


@kernel
def put(board: Board, slot: int, value: float) -> None:
    """Write a slot."""
    store_relaxed(board.words, slot, float_to_bits(value))


@kernel
def get(board: Board, slot: int) -> float:
    """Read a slot."""
    return bits_to_float(load_relaxed(board.words, slot))
