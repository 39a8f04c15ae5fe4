"""FrameTap: copies frames, as they are shown, from GL to the recorder."""

import math
from typing import Any

import moderngl
import numpy as np

from phosphene.engine.encode.yuv420_gpu import Yuv420Readback, make_readback
from phosphene.engine.gl.context import Context
from phosphene.engine.gl.readback import Readback
from phosphene.engine.recording.shared_frames import RecorderStat, frame_slot, open_segment
from phosphene.engine.rings import ring
from phosphene.engine.rings.board import get, put
from phosphene.engine.visuals.window.frame_stats import increment

MIN_SIDE = 16  # pixels
MAX_BAR = 2  # pixels: a frame that misses the film's size by no more is stretched, without black bars


class FrameTap:
    """Reads back frames while a recorder runs, and never waits.

    A frame is fetched when the next one is captured. If there is no free slot it is dropped and counted. All frames
    have the size of the first, even after the visual process was restarted; a frame of another size is scaled to fit.

    Parameters
    ----------
    context : Context
        Current on this thread, as it must be in every method.
    film : dict
        "segment", the name of the shared memory, and "size", of which a film has at most as many pixels.
    """

    def __init__(self, context: Context, film: dict[str, Any]) -> None:
        self.context, self.max_pixels, self.segment = context, math.prod(film["size"]), open_segment(film)
        self.stats, self.frame_times = self.segment["stats"], self.segment["frame_times"]
        self.readback: Readback | None = None
        self.size: tuple[int, int] | None = None
        self.fit: tuple[Any, Any] | None = None
        self.sample = np.full((1, 1), np.nan)  # of the frame that is being read back

    def capture(self, framebuffer: moderngl.Framebuffer, size: tuple[int, int], sample: float) -> None:
        """Capture the frame in a framebuffer, which belongs to a sample of the sound.

        `size` is the size it would have at full resolution.
        """
        if sample < 0 or not get(self.stats, int(RecorderStat.RECORDING)):
            return
        self._publish()
        if not ring.writable(self.frame_times, 1):
            increment(self.stats, RecorderStat.DROPPED)
            return
        self._set_source(framebuffer, size)
        self.readback.request()
        self.sample[0, 0] = sample

    def _publish(self):
        """Pass on the frame that is being read back."""
        if self.readback and self.readback.pending:
            slot = frame_slot(self.segment, self.frame_times.written[ring.COUNT])
            self.readback.fetch(slot[: math.prod(self.readback.shape)])
            ring.push(self.frame_times, self.sample)

    def _set_source(self, framebuffer, size):
        """Read from this framebuffer, or scale it into the film's own first."""
        if self.readback is None:
            self.readback = make_readback(self.context, self._film_size(size))
            put(self.stats, int(RecorderStat.IS_YUV420), float(isinstance(self.readback, Yuv420Readback)))
        if framebuffer.size != self.size:
            self.size, self.fit = framebuffer.size, fit_size(framebuffer.size, self.readback.size)
            self.readback.framebuffer.clear()
        if self.size == self.readback.size and not isinstance(self.readback, Yuv420Readback):
            self.readback.source = framebuffer
            return
        self.readback.source = self.readback.framebuffer
        self.context.copy(framebuffer, self.size, self.readback.framebuffer, *self.fit)

    def _film_size(self, size):
        """The size of the films of this session; the first frame sets it."""
        sides = RecorderStat.WIDTH, RecorderStat.HEIGHT
        if not get(self.stats, int(RecorderStat.WIDTH)):
            for stat, side in zip(sides, even_size(size, self.max_pixels)):
                put(self.stats, int(stat), float(side))
        return tuple(int(get(self.stats, int(stat))) for stat in sides)

    def release(self) -> None:
        if self.readback:
            self._publish()
            self.readback.release()


def even_size(size: tuple[int, int], max_pixels: int) -> tuple[int, ...]:
    """The nearest size with even sides and at most `max_pixels` pixels."""
    scale = min(math.sqrt(max_pixels / math.prod(size)), 1.0)
    return tuple(max(int(side * scale) // 2 * 2, MIN_SIDE) for side in size)


def fit_size(size: tuple[int, int], target: tuple[int, int]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The size and the lower left corner of a frame that is scaled to fit into another size."""
    scale = min(target[0] / size[0], target[1] / size[1])
    sides = (round(side * scale) for side in size)
    fitted = tuple(full if full - side <= MAX_BAR * max(scale, 1.0) else side for side, full in zip(sides, target))
    return fitted, tuple((full - side) // 2 for side, full in zip(fitted, target))
