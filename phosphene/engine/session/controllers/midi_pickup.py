"""Rows of a MIDI mapping at work: knobs pick parameters up, buttons toggle them or press keys."""

from collections.abc import Callable, Iterator

from phosphene.engine.common.params import Param
from phosphene.engine.session.controllers.midi_mapping import ENCODERS, KEYS, MappingRow, MidiMapping, control_of
from phosphene.engine.session.controllers.midi_messages import MAX_7_BIT, MidiEvent
from phosphene.engine.session.parameters import MIDI, BaseValue, ParameterStore

PICKUP_TOLERANCE = 2 / MAX_7_BIT  # of the range: a knob this close to its parameter picks it up
MOMENTARY = ("note", "program", "pressure")  # these always start from rest, so there is nothing to pick up


def encoder_steps(kind: str, value: int) -> int:
    """Steps that an endless encoder was turned by; to the right is positive."""
    if kind == "offset":
        return value - 64
    if kind == "sign":
        return value & 63 if value < 64 else -(value & 63)
    return value if value < 64 else value - 128


class MappedControl:
    """One row. Its knob moves the parameter only once it has passed the parameter's position, so that nothing jumps.

    Parameters
    ----------
    row : MappingRow
    """

    def __init__(self, row: MappingRow) -> None:
        self.row, self.kind = row, row.control.partition(".")[0]
        self.needs_pickup = row.pickup and not row.toggle and self.kind not in (*ENCODERS, *MOMENTARY)
        self.position: float | None = None  # of the knob, 0 to 1
        self.last_set: BaseValue | None = None  # what it set the parameter to
        self.is_pressed = False

    def matches_port(self, event: MidiEvent) -> bool:
        return self.row.port.lower() in event.port.lower()

    def press(self, event: MidiEvent) -> bool:
        """True if a button has just gone down, or an encoder was turned to the right."""
        if self.kind in ENCODERS:
            return encoder_steps(self.kind, event.value) > 0
        before, self.is_pressed = self.is_pressed and self.kind != "program", event.is_pressed
        return self.is_pressed and not before

    def move(self, event: MidiEvent, parameters: ParameterStore) -> None:
        """Move the parameter, if the current preset has it."""
        parameter = parameters.by_name.get(self.row.to)
        if parameter is None:
            return
        param, base = parameter.param, parameters.base_values[parameter.name]
        current = param.position_of(base.value)
        target = self._target(event, param, current)
        if self._has_picked_up(base, current, target):
            if target != current:
                parameters.set(parameter.name, param.value_at(target), MIDI)
            self.last_set = parameters.base_values[parameter.name]

    def _target(self, event: MidiEvent, param: Param, current: float) -> float:
        """Where the parameter should be. All are positions in its range, 0 to 1."""
        low, high = (param.position_of(param.clamp(end)) for end in self.row.range or (param.low, param.high))
        if self.row.toggle:
            if not self.press(event):
                return current
            return high if abs(current - low) <= abs(current - high) else low
        if self.kind not in ENCODERS:
            return low + event.position * (high - low)
        step = 1.0 / (len(param.choices) - 1) if param.choices else self.row.step
        step = step if high >= low else -step
        return min(max(current + step * encoder_steps(self.kind, event.value), min(low, high)), max(low, high))

    def _has_picked_up(self, base: BaseValue, current: float, target: float) -> bool:
        """True if the parameter is where the knob left it, or the knob has just passed it."""
        before, self.position = self.position, target
        if not self.needs_pickup or base == self.last_set or abs(target - current) <= PICKUP_TOLERANCE:
            return True
        return before is not None and (before - current) * (target - current) <= 0


class MappedControls:
    """All rows of a mapping.

    Parameters
    ----------
    parameters : ParameterStore
    """

    def __init__(self, parameters: ParameterStore) -> None:
        self.parameters = parameters
        self.by_control: dict[str, list[MappedControl]] = {}

    def load(self, mapping: MidiMapping) -> None:
        """Replace the rows; those that are in both mappings keep their state."""
        old = {control.row: control for controls in self.by_control.values() for control in controls}
        self.by_control = {}
        for row in mapping.controllers:
            self.by_control.setdefault(control_of(row), []).append(old.get(row) or MappedControl(row))

    def matching(self, event: MidiEvent) -> list[MappedControl]:
        """The rows that an event is for."""
        return [control for control in self.by_control.get(event.control, ()) if control.matches_port(event)]

    def apply(self, event: MidiEvent, allows: Callable[[str], bool] = lambda name: True) -> Iterator[str]:
        """Move the parameters that an event is for and `allows(name)`; yields the names of the keys it presses."""
        for control in self.matching(event):
            root, _, key = control.row.to.partition(".")
            if not allows(control.row.to):
                continue
            if root != KEYS:
                control.move(event, self.parameters)
            elif control.press(event):
                yield key
