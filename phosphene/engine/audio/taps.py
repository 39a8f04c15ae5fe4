"""Taps of the audio path: the points where they sit, and the kernel that feeds them.

    input   what came in: the source, and what came back from the neural worker, side by side
    chain   behind the effects, before the return is mixed in
    output  what is heard: the effects and the return, limited

Any worker reads the sound at one of them through a Tap of its own. All are declared before the sound starts. Positions
count the frames of the session; a frame at `chain` is heard when the limiter has let it through.
"""

from typing import Any, NamedTuple

import numpy as np
from numba import typeof

from phosphene.engine.audio.meters import Meter
from phosphene.engine.native import address_of, aligned_zeros, descriptor_reader, kernel, load_relaxed, make_descriptor
from phosphene.engine.rings import allocate, tap
from phosphene.engine.rings.board import get, put
from phosphene.engine.rings.shared_memory import Layout
from phosphene.engine.rings.tap import ACTIVE, Tap

CHANNELS = 2
INPUT, CHAIN, OUTPUT = range(3)
POINTS = {"input": INPUT, "chain": CHAIN, "output": OUTPUT}
WIDTHS = {"input": 2 * CHANNELS, "chain": CHANNELS, "output": CHANNELS}
POINT, METER, WORDS = 0, 1, 2  # words of a row of the table: WORDS and on describe the tap
NO_METER = -1
POSITION = int(Meter.POSITION)

read_tap = descriptor_reader(typeof(allocate(tap.layout(2, CHANNELS))))


class TapPoint(NamedTuple):
    """A tap and where it sits; `meter` counts the frames that its reader missed, where a report names them."""

    point: str
    tap: Tap
    meter: int = NO_METER


def layout(point: str, frames: int) -> Layout:
    """A tap for a point, whose reader may be at least `frames` behind."""
    return tap.layout(frames, WIDTHS[point])


def tap_table(points: tuple[TapPoint, ...]) -> np.ndarray:
    """The taps as the core knows them, (taps, words) int64. Keep the taps for as long as it is in use."""
    rows = [[POINTS[each.point], each.meter, *make_descriptor(each.tap)] for each in points]
    table = aligned_zeros((len(rows), len(rows[0]) if rows else WORDS), np.int64)
    for at, row in enumerate(rows):
        table[at] = row
    return table


@kernel
def tapped(core: Any, point: int) -> bool:
    """Whether somebody reads at a point."""
    for at in range(core.taps.shape[0]):
        if core.taps[at, POINT] == point:
            if load_relaxed(read_tap(address_of(core.taps[at]) + 8 * WORDS).reader, ACTIVE) != 0:
                return True
    return False


@kernel
def feed_taps(core: Any, point: int, block: Any) -> None:
    """Give a block to all who read at a point."""
    sample = int(get(core.meters, POSITION))
    for at in range(core.taps.shape[0]):
        if core.taps[at, POINT] == point:
            lost = tap.push(read_tap(address_of(core.taps[at]) + 8 * WORDS), block, sample)
            meter = core.taps[at, METER]
            if lost > 0 and meter != NO_METER:
                put(core.meters, meter, get(core.meters, meter) + lost)
