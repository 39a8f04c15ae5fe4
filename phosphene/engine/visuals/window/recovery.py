"""Recovery: a picture is kept as large as the machine can bear, and healed where it goes bad."""

import math

from phosphene.engine.visuals.window.resolution_scaler import ResolutionScaler
from phosphene.engine.visuals.window.watchdog import PATIENCE, Watchdog

RELAPSE = 5 * PATIENCE  # seconds within which a picture that goes bad again is past healing


class Recovery:
    """Looks after the picture of a Painter.

    Parameters
    ----------
    context : Context
    period : float
        Seconds from refresh to refresh.
    say : callable(str)
        Tells the user.
    """

    def __init__(self, context, period, say):
        self.ladder, self.watchdog, self.say = ResolutionScaler(period), Watchdog(context), say
        self.healed = -math.inf

    def bearable(self, size):
        """A size, or as much of it as can be drawn in time."""
        return tuple(max(round(side * self.ladder.scale), 1) for side in size)

    def look(self, painter, seen, cost, missed):
        """Look at a picture that was seen at a moment and took some seconds; True if its preset is past healing."""
        if self.ladder.note(seen, cost, missed):
            self.say(f"the picture is drawn at {100 * self.ladder.scale:g} % of its size, as fits the load")
        excused = painter.signals.silent or painter.frozen
        now = painter.sample / painter.rate  # of the stream: while that stands still, so may a picture
        wrong = self.watchdog.look(painter.deck.picture, now, excused=excused, dark=painter.deck.dark)
        if not wrong:
            return False
        name = painter.deck.look.name or painter.deck.look.scene
        relapsed, self.healed = seen - self.healed < RELAPSE, seen
        painter.clear()
        what = "the preset before it comes back" if relapsed else "it begins again"
        self.say(f"{name}: the picture was {wrong} for {PATIENCE:g} s; {what}")
        return relapsed

    def release(self):
        self.watchdog.release()
