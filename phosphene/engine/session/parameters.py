"""The desk: where presets, hands and the matrix meet, parameter by parameter.

Whoever touched a parameter last has it: a hand, MIDI and OSC count alike. A preset that is saved again moves what
the file changed and nothing else, so that what a hand has set stays. Rows of the matrix come last: they start from
where the others left it, and take their amount of it.
"""

from typing import NamedTuple

from phosphene.engine.common.errors import unknown
from phosphene.engine.common.params import Param
from phosphene.engine.rings.board import put

PRESET, HANDS = "preset", ("hand", "midi", "osc")


class Parameter(NamedTuple):
    """A parameter under its dotted name: `genome.1.gain`, `visuals.scope.hue`, `scene`."""

    name: str
    param: Param
    value: float  # as the preset has it
    slot: int  # on the board
    place: int  # as rows know it


class ParameterState(NamedTuple):
    value: float  # before any row
    who: str  # set it last
    rows: list  # that move it: what each listens to


class ParameterStore:
    """Every put goes through it.

    Parameters
    ----------
    board : Board
    """

    def __init__(self, board):
        self.board, self.controls, self.bases, self.rows = board, {}, {}, []

    def lay(self, controls, modulation):
        """Take up what a preset says: a control that it has anew, elsewhere or at another value is put there."""
        before, self.controls = self.controls, {control.name: control for control in controls}
        self.bases = {name: base for name, base in self.bases.items() if name in self.controls}
        for name, control in self.controls.items():
            if before.get(name) != control:
                self._put(control, control.value, PRESET)
        self.rows = [row for row in modulation.rows if row["amount"] and row["to"]]

    def move(self, name, value, who):
        """Set a parameter, one of HANDS; gives the nearest value that is allowed, which it has now.

        Raises
        ------
        UsageError
            If there is no such parameter.
        """
        if name not in self.controls:
            raise unknown("parameter", name, self.controls, who)
        return self._put(self.controls[name], value, who)

    def _put(self, control, value, who):
        value = control.param.clamp(float(value))
        put(self.board, control.slot, value)
        self.bases[control.name] = value, who
        return value

    def restore(self):
        """Every parameter as the preset has it, whoever moved it."""
        for control in self.controls.values():
            self._put(control, control.value, PRESET)

    def standing(self, name):
        """Who has a parameter, and at what value."""
        place = self.controls[name].place
        return ParameterState(*self.bases[name], [row["from"] for row in self.rows if place in row["to"]])

    def tells(self):
        """Who moves what, in short: `bass_fast → scope.afterglow`, `hand → genome.1.gain`."""
        hands = [f"{who} → {_short(name)}" for name, (_, who) in self.bases.items() if who != PRESET]
        return hands + [f"{row['from'].partition('.')[2]} → {_short(row['name'])}" for row in self.rows]


def _short(name):
    root, _, rest = name.partition(".")
    return rest if root in ("effects", "visuals") else name
