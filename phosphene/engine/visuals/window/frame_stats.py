"""Frame stats: what the visual process counts on a board, for as long as the session lives."""

from enum import IntEnum

import numpy as np

from phosphene.engine.rings import board
from phosphene.engine.rings.board import Board
from phosphene.engine.rings.shared_memory import Layout


class FrameStat(IntEnum):
    """Slots of the board; the bins of the lateness histogram follow them."""

    HEARTBEAT = 0  # counts up while the process is well
    SHOWN = 1  # pictures
    DROPPED = 2  # refreshes without a new picture
    SETTLED = 3  # serial number of the look that was last shown alone


BIN_SECONDS, BIN_COUNT = 0.5e-3, 800  # of the histogram of how far pictures were from their sound
FIRST_BIN = len(FrameStat)


def layout() -> Layout:
    """The layout of the board."""
    return board.layout(FIRST_BIN + BIN_COUNT)


def increment(stats: Board, slot: int, amount: float = 1.0) -> None:
    """Add to a slot. Only one process may write it."""
    board.put(stats, int(slot), board.get(stats, int(slot)) + amount)


def record_lateness(stats: Board, seconds: float) -> None:
    """Count a picture that was seen this long before or after its sound was audible."""
    increment(stats, FIRST_BIN + min(int(abs(seconds) / BIN_SECONDS), BIN_COUNT - 1))


def lateness_percentiles(stats: Board) -> dict[str, float | None]:
    """How far pictures were from their sound, in milliseconds: p50 and p99; None if none was shown."""
    cumulative = np.cumsum(_bins(stats))
    return {f"p{share}": _percentile(cumulative, share / 100) for share in (50, 99)}


def lateness_histogram(stats: Board) -> list[list[float]]:
    """The bins that are not empty: [lower bound in milliseconds, pictures]."""
    bins = _bins(stats)
    return [[1000 * BIN_SECONDS * at, int(bins[at])] for at in np.flatnonzero(bins).tolist()]


def _bins(stats: Board) -> np.ndarray:
    return stats.words[FIRST_BIN:].view(np.float64).copy()


def _percentile(cumulative: np.ndarray, share: float) -> float | None:
    """In milliseconds."""
    if not cumulative[-1]:
        return None
    return 1000 * BIN_SECONDS * (int(np.searchsorted(cumulative, share * cumulative[-1])) + 0.5)
