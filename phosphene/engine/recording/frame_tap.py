"""The lens: pictures as they are shown, from GL to who records them."""

import math

import numpy as np

from phosphene.engine.encode.yuv420_gpu import Yuv420Readback, screen_of
from phosphene.engine.recording.shared_frames import RecorderStat, opened, slide
from phosphene.engine.rings import ring
from phosphene.engine.rings.board import get, put
from phosphene.engine.visuals.window.frame_stats import count

LEAST = 16  # pixels a side


class FrameTap:
    """Takes pictures for as long as there is a recorder, and waits for nobody.

    Each is fetched when the next one is taken. One for which there is no room is dropped, and counted. All
    are of one size, that of the first, on whichever life of the visual process; another one is fitted into it.

    Parameters
    ----------
    context : Context
        Current on this thread, as it must be in every method.
    film : dict
        What the wish says of it.
    """

    def __init__(self, context, film):
        self.context, self.most, self.footage = context, math.prod(film["size"]), opened(film)
        self.gauges, self.shown = self.footage["gauges"], self.footage["shown"]
        self.screen, self.size, self.place = None, None, None
        self.sample = np.full((1, 1), np.nan)  # of the picture that is on its way

    def take(self, framebuffer, size, sample):
        """Take the picture in a framebuffer, which shows what is heard at a sample.

        `size` is what it would have, had there been more time to draw it.
        """
        if sample < 0 or not get(self.gauges, int(RecorderStat.ROLLING)):
            return
        self._give()
        if not ring.writable(self.shown, 1):
            count(self.gauges, RecorderStat.DROPPED)
            return
        self._expose(framebuffer, size)
        self.screen.ask()
        self.sample[0, 0] = sample

    def _give(self):
        """Give the picture that is on its way."""
        if self.screen and self.screen.waiting:
            room = slide(self.footage, self.shown.written[ring.COUNT])
            self.screen.fetch(room[: math.prod(self.screen.shape)])
            ring.push(self.shown, self.sample)

    def _expose(self, framebuffer, size):
        """Have a picture read, or first copied onto the film's screen, as large as it fits."""
        if self.screen is None:
            self.screen = screen_of(self.context, self._film_size(size))
            put(self.gauges, int(RecorderStat.PLANAR), float(isinstance(self.screen, Yuv420Readback)))
        if framebuffer.size != self.size:
            self.size, self.place = framebuffer.size, fitted(framebuffer.size, self.screen.size)
            self.screen.framebuffer.clear()
        if self.size == self.screen.size and not isinstance(self.screen, Yuv420Readback):
            self.screen.source = framebuffer
            return
        self.screen.source = self.screen.framebuffer
        self.context.copy(framebuffer, self.size, self.screen.framebuffer, *self.place)

    def _film_size(self, size):
        if not get(self.gauges, int(RecorderStat.WIDTH)):
            for gauge, side in zip((RecorderStat.WIDTH, RecorderStat.HEIGHT), even(size, self.most)):
                put(self.gauges, int(gauge), float(side))
        return int(get(self.gauges, int(RecorderStat.WIDTH))), int(get(self.gauges, int(RecorderStat.HEIGHT)))

    def release(self):
        if self.screen:
            self._give()
            self.screen.release()


def even(size, most):
    """The nearest size that a film can have, of `most` pixels at most."""
    share = min(math.sqrt(most / math.prod(size)), 1.0)
    return tuple(max(int(side * share) // 2 * 2, LEAST) for side in size)


def fitted(size, room):
    """The size that a picture has in a room, and its lower left corner; bars of a pixel of it are none."""
    share = min(room[0] / size[0], room[1] / size[1])
    sides = (round(side * share) for side in size)
    place = tuple(most if most - side <= 2 * max(share, 1.0) else side for side, most in zip(sides, room))
    return place, tuple((most - side) // 2 for side, most in zip(place, room))
