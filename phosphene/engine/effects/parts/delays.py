"""Circular lines, written a quantum at a time and read in runs that never wrap."""

import math
from typing import NamedTuple

import numpy as np

from phosphene.engine.native import aligned_zeros, flat, kernel
from phosphene.engine.native.simd import store_lanes

QUANTUM = 32  # frames


class DelayLines(NamedTuple):
    """Circular lines that are read in runs: their beginning is repeated behind their end."""

    rows: np.ndarray  # (lines, frames + edge) float32
    mask: int  # frames - 1, all ones


def make_delay_lines(count, frames, edge=QUANTUM):
    """DelayLines to be written a quantum at a time and read at least so many frames back, `edge` frames in one run."""
    size = 2 ** math.ceil(math.log2(frames + QUANTUM))
    return DelayLines(aligned_zeros((count, size + edge), np.float32), size - 1)


@kernel
def write_lanes(lines, row, clock, n, values):
    """Write lanes, `n` frames after the beginning of the quantum at `clock`."""
    line, at = flat(lines.rows), (clock & lines.mask) + n
    start, size = row * lines.rows.shape[1], lines.mask + 1
    store_lanes(line, start + at, values)
    if at + size < lines.rows.shape[1]:
        store_lanes(line, start + at + size, values)


@kernel
def read_moving(lines, row, clock, start, end, run):
    """Read a quantum from so many frames back, which change from `start` to `end`."""
    line, mask = lines.rows[row], lines.mask
    for n in range(run.shape[0]):
        back = start + (end - start) * n / QUANTUM
        whole = math.ceil(back)
        near, far = line[(clock + n + 1 - whole) & mask], line[(clock + n - whole) & mask]
        run[n] = far + np.float32(whole - back) * (near - far)
