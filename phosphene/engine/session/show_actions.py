"""The stagehand: what a performer does to the picture."""

import json

from phosphene.engine.rings.mailbox import post_text
from phosphene.engine.visuals.cues import Cue, repeat, toggle

BLACKOUT, FREEZE = "visuals.finish.blackout", "visuals.finish.freeze"
ON = 0.5  # beyond which they are
MAX_NOTICES, MAX_FAULTS, MAX_LINE_LENGTH = (
    3,
    4,
    300,
)  # notices and faults that the HUD has room for, and letters of each
EMPTY_HUD: dict = {"preset": "", "notices": [], "faults": [], "learn": ""}  # as it begins


class ShowActions:
    """Parameters go by the desk, so that takes hold them; the operator's own wishes by cues.

    Parameters
    ----------
    segment : Segment
        The session's.
    desk : Desk
        Of the same.
    """

    def __init__(self, segment, desk):
        self.cues, self.mail, self.desk = segment["cues"], segment["hud"], desk
        self.told = EMPTY_HUD

    def blackout(self):
        self._turn(BLACKOUT)

    def freeze(self):
        self._turn(FREEZE)

    def _turn(self, name):
        """Over, from off to on or back."""
        self.desk.move(name, float(self.desk.standing(name).value <= ON), "hand")

    def show_hud(self):
        toggle(self.cues, Cue.HUD)

    def fill(self):
        toggle(self.cues, Cue.FULL)

    def keep_still(self):
        repeat(self.cues, Cue.STILLS)

    def panic(self):
        """Every parameter as the preset has it, and nothing left of what fed back."""
        self.desk.restore()
        repeat(self.cues, Cue.CLEARS)

    def tell(self, moment, notices=(), **told):
        """Let the HUD show what the terminal says: `preset`, `faults`, which stay, and `learn`, as they are now."""
        notices = [*self.told["notices"], *([moment, notice[:MAX_LINE_LENGTH]] for notice in notices)][-MAX_NOTICES:]
        told = {**self.told, **told, "notices": notices}
        told["faults"] = [fault[:MAX_LINE_LENGTH] for fault in told["faults"][:MAX_FAULTS]]
        if told != self.told:
            self.told = told
            post_text(self.mail, json.dumps(told))
