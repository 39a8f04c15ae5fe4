"""MIDI learn: choose a parameter, turn a knob, and the knob moves the parameter from then on."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

from phosphene.engine.common.keys import CHARACTERS, LEARN_KEYS
from phosphene.engine.session.controllers.midi_mapping import KEYS, MappingRow
from phosphene.engine.session.controllers.midi_messages import FINE_OFFSET, MAX_7_BIT, MidiEvent
from phosphene.engine.session.parameters import ParameterStore

MIN_EVENTS = 4  # of a knob: fewer may be a bump, or a button
MAX_EVENTS = 32  # of a control that are kept
PAUSE_SECONDS = 2.0  # after which the events of a control are collected anew
MAX_ENCODER_STEPS = 20  # of an endless encoder between two events
LEARN_KEY_NAMES = [f"{KEYS}.{key.name}" for key in LEARN_KEYS]


class MidiLearner:
    """Connects the chosen parameter or key with the control that is moved. Off at first.

    It also works the other way round: a control that was moved waits until a parameter is chosen or moved.

    Parameters
    ----------
    parameters : ParameterStore
    is_used : callable(name)
        Whether a parameter is offered. Others can still be learnt by moving them.
    """

    def __init__(self, parameters: ParameterStore, is_used: Callable[[str], bool] = lambda name: True) -> None:
        self.parameters, self.is_used, self.is_on = parameters, is_used, False
        self.chosen: str | None = None  # a parameter or key
        self.waiting: dict[str, Any] | None = None  # fields of a row for the control that waits for a parameter
        self.events: dict[tuple[str, str], tuple[float, list[int]]] = {}  # by (port, control): last moment, values

    def toggle(self) -> None:
        self.is_on, self.chosen, self.waiting = not self.is_on, None, None
        self.events.clear()

    def names(self) -> list[str]:
        """The parameters and keys that are offered."""
        return [*filter(self.is_used, self.parameters.by_name), *(f"{KEYS}.{name}" for name in CHARACTERS)]

    def choose(self, step: int) -> None:
        """Choose the name so many places further."""
        self._step(self.names(), self.chosen, step)

    def choose_section(self, step: int) -> None:
        """Choose the first name of a section so many places further: another scene, another gene, or the keys."""
        firsts = {_section(name): name for name in reversed(self.names())}
        self._step([*reversed(firsts.values())], firsts.get(_section(self.chosen or "")), step)

    def _step(self, names: list[str], current: str | None, step: int) -> None:
        index = names.index(current) + step if current in names else min(step, 0)
        self._choose(names[index % len(names)])

    def _choose(self, name: str) -> None:
        self.chosen, self.waiting = name, None
        self.events.clear()

    def parameter_moved(self, name: str) -> MappingRow | None:
        """Choose a parameter that another controller moved; returns a row if a control waits for one."""
        row = MappingRow(**self.waiting, to=name) if self.waiting else None
        self._choose(name)
        return row

    def add_event(self, event: MidiEvent) -> MappingRow | None:
        """Take in an event; returns a row once it is clear which control is moved."""
        fields = self._recognise(event)
        if not fields:
            return None
        self.events.clear()
        fields = {**fields, "port": event.port.partition(":")[0]}  # what follows differs from machine to machine
        if self.chosen is None:
            self.waiting = fields
            return None
        return MappingRow(**fields, to=self.chosen)

    def allows(self, target: str) -> bool:
        """True if a control may move its target now: while learning, only the chosen one and the keys of MIDI learn."""
        return not self.is_on or self.chosen in (None, target) or target in LEARN_KEY_NAMES

    @property
    def prompt(self) -> str | None:
        """What the user should do next, None while learning is off."""
        if not self.is_on:
            return None
        if self.waiting:
            control = self.waiting["from"]
            return f"learn: {control} moves what? choose a parameter (. ,) and turn again, or move it by OSC"
        if not self.chosen:
            return "learn: choose a parameter (. , > <), or move it by OSC"
        is_encoder = any(_is_relative(values) for _, values in self.events.values())
        return f"learn: {self.chosen}: turn a knob{' back, too' if is_encoder else ''}"

    def _recognise(self, event: MidiEvent) -> dict[str, Any] | None:
        """Fields of a row for the control that an event is of, None while that is unclear."""
        kind, _, rest = event.control.partition(".")
        moment, values = self.events.get((event.port, event.control), (event.moment, []))
        values = [*(values if event.moment - moment <= PAUSE_SECONDS else []), event.value][-MAX_EVENTS:]
        self.events[event.port, event.control] = event.moment, values
        if kind in ("note", "program"):
            return {"from": event.control} if event.value else None
        if kind != "cc":
            only_one_half = kind == "cc14" and not self._sends_both_halves(event.port, rest)
            return {"from": event.control} if len(values) >= MIN_EVENTS and not only_one_half else None
        if self.chosen and self.chosen.startswith(KEYS) and event.is_pressed:
            return {"from": event.control}
        if len(values) > 1 and {*values} == {0, MAX_7_BIT}:
            return {"from": event.control, "pickup": False}
        if len(values) < MIN_EVENTS or self._is_half(event.port, rest):
            return None
        if not _is_relative(values):
            return {"from": event.control}
        encoder = _encoder_kind(values)
        return {"from": f"{encoder}.{rest}"} if encoder else None

    def _sends_both_halves(self, port: str, rest: str) -> bool:
        """True if both halves of a 14-bit controller were moved about as often."""
        channel, number = rest.split(".")
        controls = (f"cc.{channel}.{half}" for half in (int(number), int(number) + FINE_OFFSET))
        return min(len(self.events.get((port, control), (0.0, []))[1]) for control in controls) >= MIN_EVENTS - 1

    def _is_half(self, port: str, rest: str) -> bool:
        channel, number = rest.split(".")
        first_half = f"{channel}.{int(number) % FINE_OFFSET}"
        return int(number) < 2 * FINE_OFFSET and self._sends_both_halves(port, first_half)


def _section(name: str) -> str:
    return name.rpartition(".")[0]


def _is_relative(values: list[int]) -> bool:
    """True if values are steps of an endless encoder: near 0, 64 or 127, and sometimes the same twice."""
    small = all(min(value, abs(value - 64), 128 - value) <= MAX_ENCODER_STEPS for value in values)
    return small and any(one == two for one, two in pairwise(values))


def _encoder_kind(values: list[int]) -> str | None:
    """How an endless encoder counts, None before it was turned both ways."""
    up = any(0 < value <= MAX_ENCODER_STEPS for value in values)
    if up and any(value >= MAX_7_BIT + 1 - MAX_ENCODER_STEPS for value in values):
        return "twos"
    above_middle = any(64 < value <= 64 + MAX_ENCODER_STEPS for value in values)
    if up and above_middle:
        return "sign"
    below_middle = any(64 - MAX_ENCODER_STEPS <= value < 64 for value in values)
    return "offset" if above_middle and below_middle else None
