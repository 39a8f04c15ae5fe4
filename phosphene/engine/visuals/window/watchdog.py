"""The watchdog: notices a picture that has gone bad."""

import math

import numpy as np

from phosphene.engine.gl.pass_program import PassProgram, Target
from phosphene.engine.gl.shader_header import read_spec

EVERY = 0.25  # seconds from look to look
PATIENCE = 2.0  # seconds after which it counts
DARKEST, BRIGHTEST = 1e-3, 5.0  # light: the screen shows a quarter of a step of it, or nothing but white
LOST, BLACK, WHITE, FROZEN = "NaN", "black", "white", "frozen"


class Judge:
    """Tells what is wrong with a picture, once it has been so for long enough."""

    def __init__(self):
        self.before, self.since = None, {}

    def rest(self):
        """Nothing is wrong with it just now."""
        self.before, self.since = None, {}

    def look(self, cells, seconds, *, dark=False):
        """What is wrong, by a word, or None; told once, and again after as long.

        Parameters
        ----------
        cells : array (height, width, 4)
            What shaders/post/probe.frag tells.
        seconds : float
            When.
        dark : bool
            The picture may be black, and then it does not move.
        """
        black = cells[..., 0].max() < DARKEST
        wrong = {
            LOST: cells[..., 2].max() > 0.0,
            BLACK: black and not dark,
            WHITE: cells[..., 1].min() > BRIGHTEST,
            FROZEN: self.before is not None and np.array_equal(cells, self.before) and not black,
        }
        self.before = cells
        for kind, so in wrong.items():
            if not so:
                self.since.pop(kind, None)
            elif seconds - self.since.setdefault(kind, seconds) > PATIENCE:
                self.rest()
                return kind
        return None


class Watchdog:
    """Looks at light now and then, without waiting for it: each look sees what the one before it asked for.

    Parameters
    ----------
    context : Context
    """

    def __init__(self, context):
        (probe,) = read_spec("post", "probe").passes
        self.target, self.shown, self.stage = Target(context, probe, probe.size), None, None
        try:
            self.stage = PassProgram(context, probe, self.target, {"picture": lambda: self.shown}, {})
        except BaseException:
            self.release()
            raise
        self.judge, self.asked = Judge(), -math.inf

    def look(self, picture, seconds, *, excused, dark):
        """What is wrong with a picture, or None. While it is `excused` nothing is."""
        if excused:
            self.judge.rest()
            self.asked = -math.inf
            return None
        if 0.0 <= seconds - self.asked < EVERY:
            return None
        wrong = None
        if math.isfinite(self.asked):
            size = (*self.target.size[::-1], 4)
            cells = np.frombuffer(self.target.picture.read(), np.float32).reshape(size)
            wrong = self.judge.look(cells, seconds, dark=dark)
        self.asked, self.shown = seconds, picture
        self.stage.render()
        self.shown = None
        return wrong

    def release(self):
        if self.stage:
            self.stage.release()
        self.target.release()
