"""Lookahead: delays sound by a few quanta, so that a gain can change before the sound it reacts to."""

from typing import NamedTuple

import numpy as np

from phosphene.engine.native import aligned_zeros, flat, kernel

QUANTUM = 16  # frames between two updates of the gain, a third of a millisecond


class LookaheadBuffer(NamedTuple):
    line: np.ndarray  # (quanta, QUANTUM, channels) float32: the delayed sound; its length is the latency
    position: np.ndarray  # (2,) int64: current quantum, frames of it that are done
    gains: np.ndarray  # (2,) float64: at the start and the end of the quantum that leaves


def make_lookahead_buffer(quanta, channels):
    """A buffer with a latency of `quanta` quanta."""
    return LookaheadBuffer(aligned_zeros((quanta, QUANTUM, channels), np.float32), np.zeros(2, np.int64), np.zeros(2))


@kernel
def exchange(buffer, block, out, start):
    """Read `block` from `start` up to the end of the quantum, write as many delayed frames; returns the count.

    If `buffer.position[1]` is zero afterwards, a quantum is complete: it is `newest_quantum(buffer)`, and
    `buffer.gains` are those of the quantum that has just left.
    """
    slot, done = buffer.position[0], buffer.position[1]
    count = min(QUANTUM - done, block.shape[0] - start)
    channels = block.shape[1]
    source, target, line = flat(block)[start * channels :], flat(out)[start * channels :], flat(buffer.line[slot])
    line = line[done * channels :]
    first, last = buffer.gains[0], buffer.gains[1]
    if first == last:
        steady = np.float32(first)
        for k in range(count * channels):
            sample = source[k]
            target[k] = line[k] * steady
            line[k] = sample
    else:
        slope = (last - first) / QUANTUM
        for n in range(count):
            gain = first + slope * (done + n)
            for c in range(channels):
                sample = source[n * channels + c]
                target[n * channels + c] = line[n * channels + c] * gain
                line[n * channels + c] = sample
    done += count
    if done == QUANTUM:
        done, slot = 0, slot + 1
        if slot == buffer.line.shape[0]:
            slot = 0
    buffer.position[0], buffer.position[1] = slot, done
    return count


@kernel
def newest_quantum(buffer):
    """The last complete quantum of input."""
    slot = buffer.position[0] - 1
    return buffer.line[slot if slot >= 0 else buffer.line.shape[0] - 1]
