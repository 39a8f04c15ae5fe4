"""Recovery: keeps the picture as large as the machine can draw in time, and resets a picture that has gone bad."""

import math
from collections.abc import Callable

from phosphene.engine.gl.context import Context
from phosphene.engine.visuals.renderer import Renderer
from phosphene.engine.visuals.window.resolution_scaler import ResolutionScaler
from phosphene.engine.visuals.window.watchdog import MAX_BAD_SECONDS, Watchdog

RELAPSE_SECONDS = 5 * MAX_BAD_SECONDS  # a picture that goes bad again within this time is given up


class Recovery:
    """Checks every picture of a Renderer.

    Parameters
    ----------
    context : Context
    period : float
        Seconds from refresh to refresh.
    notify : callable(str)
        Shows the user a line.
    """

    def __init__(self, context: Context, period: float, notify: Callable[[str], None]) -> None:
        self.scaler, self.watchdog, self.notify = ResolutionScaler(period), Watchdog(context), notify
        self.last_reset = -math.inf

    def render_size(self, size: tuple[int, int]) -> tuple[int, int]:
        """The size to draw in for a picture of a size."""
        width, height = (max(round(side * self.scaler.scale), 1) for side in size)
        return width, height

    def check(self, renderer: Renderer, seen: float, cost: float, dropped: int) -> bool:
        """Check the picture that was just shown.

        Parameters
        ----------
        renderer : Renderer
        seen : float
            Moment at which it was seen, in seconds.
        cost : float
            Seconds that it took to draw.
        dropped : int
            Refreshes dropped before it.

        Returns
        -------
        bool
            True if its preset is to be given up.
        """
        if self.scaler.add_frame(seen, cost, dropped):
            self.notify(f"the picture is drawn at {100 * self.scaler.scale:g} % of its size, to keep up")
        fault = self._picture_fault(renderer)
        if not fault:
            return False
        name = renderer.deck.look.name or renderer.deck.look.scene
        relapsed, self.last_reset = seen - self.last_reset < RELAPSE_SECONDS, seen
        renderer.clear()
        action = "the preset before it comes back" if relapsed else "it starts again"
        self.notify(f"{name}: the picture was {fault} for {MAX_BAD_SECONDS:g} s; {action}")
        return relapsed

    def _picture_fault(self, renderer: Renderer) -> str | None:
        excused = renderer.signals.silent or renderer.frozen
        now = renderer.sample / renderer.rate  # of the stream: while that stands still, the picture may, too
        return self.watchdog.check(renderer.deck.picture, now, excused=excused, dark=renderer.deck.dark)

    def release(self) -> None:
        self.watchdog.release()
