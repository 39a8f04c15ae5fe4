"""The parameters of a session: the preset, the operator's controllers and the matrix set them by name.

The last one to set a parameter wins: keys, MIDI and OSC count alike. When a preset is saved again, only what changed
in the file is applied, so what the operator set stays. Rows of the matrix come last: they start from the value that
the others left and move it by their amount.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from phosphene.engine.common.errors import unknown
from phosphene.engine.common.params import Param
from phosphene.engine.effects import EFFECTS
from phosphene.engine.modulation.matrix import Modulation
from phosphene.engine.presets.model import Preset
from phosphene.engine.rings import board_layout
from phosphene.engine.rings.board import Board, put
from phosphene.engine.visuals import catalogue

PRESET, KEYS, MIDI, OSC = "preset", "keys", "midi", "osc"  # what sets a parameter
OPERATOR = KEYS, MIDI, OSC


class Parameter(NamedTuple):
    """A parameter of the current preset under its dotted name: `genome.1.gain`, `visuals.scope.hue`."""

    name: str
    param: Param
    value: float  # the preset's
    slot: int  # on the board
    place: int  # the number by which rows of the matrix refer to it


class BaseValue(NamedTuple):
    """A value before the matrix moves it."""

    value: float
    set_by: str


class ParameterState(NamedTuple):
    value: float  # before the matrix moves it
    set_by: str
    rows: list[str]  # sources of the matrix rows that move it


class ParameterStore:
    """Sets parameters and knows what set each of them last. Every write to the board goes through it.

    Parameters
    ----------
    board : Board
        The session's parameters in shared memory.
    """

    def __init__(self, board: Board) -> None:
        self.board = board
        self.by_name: dict[str, Parameter] = {}
        self.base_values: dict[str, BaseValue] = {}
        self.rows: list[dict] = []

    def apply_preset(self, parameters: Iterable[Parameter], modulation: Modulation) -> None:
        """Take over a preset's parameters; writes those that are new or have another slot or value than before."""
        before, self.by_name = self.by_name, {parameter.name: parameter for parameter in parameters}
        self.base_values = {name: base for name, base in self.base_values.items() if name in self.by_name}
        for name, parameter in self.by_name.items():
            if before.get(name) != parameter:
                self._write(parameter, parameter.value, PRESET)
        self.rows = [row for row in modulation.rows if row["amount"] and row["to"]]

    def set(self, name: str, value: float, set_by: str) -> float:
        """Set a parameter; returns its new value, the nearest that is allowed. `set_by` is one of OPERATOR.

        Raises
        ------
        UsageError
            If there is no such parameter.
        """
        if name not in self.by_name:
            raise unknown("parameter", name, self.by_name, set_by)
        return self._write(self.by_name[name], value, set_by)

    def _write(self, parameter: Parameter, value: float, set_by: str) -> float:
        value = parameter.param.clamp(float(value))
        put(self.board, parameter.slot, value)
        self.base_values[parameter.name] = BaseValue(value, set_by)
        return value

    def reset(self) -> None:
        """Set every parameter to the preset's value."""
        for parameter in self.by_name.values():
            self._write(parameter, parameter.value, PRESET)

    def state(self, name: str) -> ParameterState:
        place = self.by_name[name].place
        return ParameterState(*self.base_values[name], [row["from"] for row in self.rows if place in row["to"]])

    def summary(self) -> list[str]:
        """What moves what, in short: `bass_fast → scope.afterglow`, `keys → genome.1.gain`."""
        set_by_operator = [
            f"{base.set_by} → {_short(name)}" for name, base in self.base_values.items() if base.set_by != PRESET
        ]
        return set_by_operator + [f"{row['from'].partition('.')[2]} → {_short(row['name'])}" for row in self.rows]


def preset_parameters(preset: Preset, genome_serial: int, look_serial: int = 0) -> Iterator[Parameter]:
    """Every parameter that a preset sets. The serial numbers of genome and look choose the slots on the board."""
    values = preset.params()
    for (section, param), place in catalogue.PARAM_SLOTS.items():
        value = param.to_number(values[section][param.name])
        name = f"visuals.{section}.{param.name}"
        yield Parameter(name, param, value, catalogue.look_slot(look_serial, place), place)
    active = [(index, gene) for index, gene in enumerate(preset.genome) if not gene.bypass]
    for position, (index, gene) in enumerate(active):
        for number, param in enumerate(EFFECTS[gene.op].PARAMS):
            slot = board_layout.gene_slot(genome_serial, position, number)
            place = board_layout.gene_slot(0, position, number)
            yield Parameter(f"genome.{index}.{param.name}", param, getattr(gene.params, param.name), slot, place)


def preset_uses(preset: Preset, name: str) -> bool:
    """True if a parameter belongs to something that a preset shows or plays."""
    root, section = name.split(".")[:2]
    return root != "visuals" or section in (preset.scene, *preset.passes, catalogue.FINISH)


def _short(name: str) -> str:
    root, _, rest = name.partition(".")
    return rest if root in ("effects", "visuals") else name
