"""What the operator does to the picture: blackout, freeze, panic, HUD, full screen, stills."""

import json
from collections.abc import Sequence
from typing import Any

from phosphene.engine.rings import Segment
from phosphene.engine.rings.mailbox import post_text
from phosphene.engine.session.parameters import KEYS, ParameterStore
from phosphene.engine.visuals.cues import Cue, repeat, toggle
from phosphene.engine.visuals.hud.status import EMPTY_HUD_STATUS

BLACKOUT, FREEZE = "visuals.finish.blackout", "visuals.finish.freeze"
ON_ABOVE = 0.5  # value of a parameter that is switched on
MAX_NOTICES, MAX_FAULTS, MAX_LINE_LENGTH = 3, 4, 300  # what fits in the HUD: lines, and characters of each


class ShowActions:
    """Sets parameters, which takes record; what is no parameter goes through cues, which takes do not record.

    Parameters
    ----------
    segment : Segment
        The session's.
    parameters : ParameterStore
        Of the same session.
    """

    def __init__(self, segment: Segment, parameters: ParameterStore) -> None:
        self.cues, self.hud_mailbox, self.parameters = segment["cues"], segment["hud"], parameters
        self.hud: dict[str, Any] = {**EMPTY_HUD_STATUS}

    def toggle_blackout(self) -> None:
        self._toggle_parameter(BLACKOUT)

    def toggle_freeze(self) -> None:
        self._toggle_parameter(FREEZE)

    def _toggle_parameter(self, name: str) -> None:
        self.parameters.set(name, float(self.parameters.state(name).value <= ON_ABOVE), KEYS)

    def toggle_hud(self) -> None:
        toggle(self.cues, Cue.HUD)

    def toggle_fullscreen(self) -> None:
        toggle(self.cues, Cue.FULL)

    def save_still(self) -> None:
        repeat(self.cues, Cue.STILLS)

    def panic(self) -> None:
        """Reset every parameter to the preset's value, and clear the passes that feed back."""
        self.parameters.reset()
        repeat(self.cues, Cue.CLEARS)

    def publish_hud(self, moment: float, notices: Sequence[str] = (), **fields: Any) -> None:
        """Post the content of the HUD if it has changed.

        Parameters
        ----------
        moment : float
            Time of the notices.
        notices : sequence of str
            New lines; the last MAX_NOTICES are kept.
        fields
            `preset`, `faults` and `learn` as they are now. Those not given stay.
        """
        lines = [*self.hud["notices"], *([moment, notice[:MAX_LINE_LENGTH]] for notice in notices)][-MAX_NOTICES:]
        hud = {**self.hud, **fields, "notices": lines}
        hud["faults"] = [fault[:MAX_LINE_LENGTH] for fault in hud["faults"][:MAX_FAULTS]]
        if hud != self.hud:
            self.hud = hud
            post_text(self.hud_mailbox, json.dumps(hud))
