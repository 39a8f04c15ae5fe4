"""Circular delay lines, written a quantum at a time and read in runs that never wrap."""

import math
from typing import NamedTuple

import numpy as np

from phosphene.engine.native import aligned_zeros, flat, kernel
from phosphene.engine.native.simd import store_lanes

QUANTUM = 32  # frames


class DelayLines(NamedTuple):
    """Circular delay lines. The first `edge` frames are repeated behind the end, so that a run never wraps."""

    rows: np.ndarray  # (lines, frames + edge) float32
    mask: int  # frames - 1, all ones


def make_delay_lines(count, frames, edge=QUANTUM):
    """Make `count` lines that can be read up to `frames` frames back, up to `edge` frames in one run."""
    size = 2 ** math.ceil(math.log2(frames + QUANTUM))
    return DelayLines(aligned_zeros((count, size + edge), np.float32), size - 1)


@kernel
def write_lanes(lines, row, clock, n, values):
    """Write SIMD lanes, `n` frames after the start of the quantum at `clock`."""
    line, at = flat(lines.rows), (clock & lines.mask) + n
    start, size = row * lines.rows.shape[1], lines.mask + 1
    store_lanes(line, start + at, values)
    if at + size < lines.rows.shape[1]:
        store_lanes(line, start + at + size, values)


@kernel
def read_moving(lines, row, clock, start, end, out):
    """Read a quantum into `out` at a delay that moves from `start` to `end` frames."""
    line, mask = lines.rows[row], lines.mask
    for n in range(out.shape[0]):
        delay = start + (end - start) * n / QUANTUM
        whole = math.ceil(delay)
        newer, older = line[(clock + n + 1 - whole) & mask], line[(clock + n - whole) & mask]
        out[n] = older + np.float32(whole - delay) * (newer - older)
