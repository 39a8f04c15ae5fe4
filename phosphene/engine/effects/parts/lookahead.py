"""Looking ahead: sound waits for a few quanta, so that a gain can begin before what it is for is heard."""

from typing import NamedTuple

import numpy as np

from phosphene.engine.native import aligned_zeros, flat, kernel

QUANTUM = 16  # frames between two decisions, a third of a millisecond


class LookaheadBuffer(NamedTuple):
    line: np.ndarray  # (quanta, QUANTUM, channels) float32: what waits; its length is the latency
    at: np.ndarray  # (2,) int64: the quantum that is exchanged now, frames of it done
    gains: np.ndarray  # (2,) float64: at the beginning and the end of the quantum that goes out


def make_lookahead_buffer(quanta, channels):
    """For a latency of so many quanta."""
    return LookaheadBuffer(aligned_zeros((quanta, QUANTUM, channels), np.float32), np.zeros(2, np.int64), np.zeros(2))


@kernel
def exchange(ahead, block, out, start):
    """Take frames in from `start` on, up to the end of the quantum, and as many out, at its gain; gives how many.

    When `ahead.at[1]` is zero afterwards, the last quantum that came in is `newest(ahead)`, and the gains are
    those of one that has gone.
    """
    slot, done = ahead.at[0], ahead.at[1]
    count = min(QUANTUM - done, block.shape[0] - start)
    channels = block.shape[1]
    given, made, line = flat(block)[start * channels :], flat(out)[start * channels :], flat(ahead.line[slot])
    line = line[done * channels :]
    first, last = ahead.gains[0], ahead.gains[1]
    if first == last:
        still = np.float32(first)
        for k in range(count * channels):
            came = given[k]
            made[k] = line[k] * still
            line[k] = came
    else:
        slope = (last - first) / QUANTUM
        for n in range(count):
            gain = first + slope * (done + n)
            for c in range(channels):
                came = given[n * channels + c]
                made[n * channels + c] = line[n * channels + c] * gain
                line[n * channels + c] = came
    done += count
    if done == QUANTUM:
        done, slot = 0, slot + 1
        if slot == ahead.line.shape[0]:
            slot = 0
    ahead.at[0], ahead.at[1] = slot, done
    return count


@kernel
def newest_quantum(ahead):
    """The quantum that came in last."""
    slot = ahead.at[0] - 1
    return ahead.line[slot if slot >= 0 else ahead.line.shape[0] - 1]
