"""Watchdog: notices a picture that has gone bad: NaN, black, white or frozen."""

import math

import moderngl
import numpy as np

from phosphene.engine.gl.context import Context
from phosphene.engine.gl.pass_program import PassProgram
from phosphene.engine.gl.release_stack import ReleaseStack
from phosphene.engine.gl.shader_header import read_spec
from phosphene.engine.gl.target import Target

CHECK_INTERVAL = 0.25  # seconds
MAX_BAD_SECONDS = 2.0  # a picture that is bad for longer is reported
BLACK_LEVEL, WHITE_LEVEL = 1e-3, 5.0  # light: a quarter of a display step, and what is shown as plain white
NAN, BLACK, WHITE, FROZEN = "NaN", "black", "white", "frozen"


class FaultDetector:
    """Finds what is wrong with a series of pictures, once it has been wrong for long enough."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Forget the past."""
        self.last_cells: np.ndarray | None = None
        self.since: dict[str, float] = {}  # seconds at which each present fault began

    def detect(self, cells: np.ndarray, seconds: float, *, dark: bool = False) -> str | None:
        """The fault of a picture, or None. A fault is reported once, and again after as long.

        Parameters
        ----------
        cells : array (height, width, 4)
            As shaders/post/probe.frag writes them.
        seconds : float
            When.
        dark : bool
            The picture may be black and stand still.
        """
        black = cells[..., 0].max() < BLACK_LEVEL
        faults = {
            NAN: cells[..., 2].max() > 0.0,
            BLACK: black and not dark,
            WHITE: cells[..., 1].min() > WHITE_LEVEL,
            FROZEN: self.last_cells is not None and np.array_equal(cells, self.last_cells) and not black,
        }
        self.last_cells = cells
        for fault, present in faults.items():
            if not present:
                self.since.pop(fault, None)
            elif seconds - self.since.setdefault(fault, seconds) > MAX_BAD_SECONDS:
                self.reset()
                return fault
        return None


class Watchdog:
    """Probes pictures now and then without waiting: each check reads the probe that the one before it started.

    Parameters
    ----------
    context : Context
    """

    def __init__(self, context: Context) -> None:
        (probe,) = read_spec("post", "probe").passes
        self.probed: moderngl.Texture | None = None
        self.owned = ReleaseStack()
        with self.owned:
            self.target = self.owned.add(Target(context, probe, probe.size))
            textures = {"picture": lambda: self.probed}
            self.program = self.owned.add(PassProgram(context, probe, self.target, textures, {}))
        self.detector, self.checked_at = FaultDetector(), -math.inf

    def check(self, picture: moderngl.Texture, seconds: float, *, excused: bool, dark: bool) -> str | None:
        """The fault of the picture, or None. While it is `excused` it has none."""
        if excused:
            self.detector.reset()
            self.checked_at = -math.inf
            return None
        if 0.0 <= seconds - self.checked_at < CHECK_INTERVAL:
            return None
        fault = None
        if math.isfinite(self.checked_at):
            shape = (*self.target.size[::-1], 4)
            cells = np.frombuffer(self.target.picture.read(), np.float32).reshape(shape)
            fault = self.detector.detect(cells, seconds, dark=dark)
        self.checked_at, self.probed = seconds, picture
        self.program.render()
        self.probed = None
        return fault

    def release(self) -> None:
        self.owned.release()
