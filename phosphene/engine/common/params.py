"""Param: the only place where a parameter's range, default and unit are written."""

import math
from collections.abc import Iterable
from dataclasses import KW_ONLY, dataclass
from typing import Any

RATE_RANGE = (1_000, 768_000)  # frames per second of any sound


@dataclass(frozen=True)
class Param:
    """A number that a preset, a controller or a row of the modulation matrix may set."""

    name: str
    default: float
    _: KW_ONLY
    low: float
    high: float
    unit: str = ""
    curve: str = "linear"  # or "exp": how a knob's position maps to the value
    choices: tuple[str, ...] = ()  # names of the values 0, 1, 2 ..., if the parameter is an enumeration

    def clamp(self, value: float) -> float:
        """The nearest allowed value; the default for NaN."""
        value = self.default if math.isnan(value) else min(max(value, self.low), self.high)
        return float(round(value)) if self.choices else value

    def to_number(self, value: Any) -> float:
        """A preset's value as a number: the index of a choice, or the number itself."""
        return float(self.choices.index(value) if self.choices else value)

    def value_at(self, position: float) -> float:
        """The value at a knob's position, 0 (low) to 1 (high)."""
        if self.curve == "exp":
            return self.low * (self.high / self.low) ** position
        return self.low + position * (self.high - self.low)

    def position_of(self, value: float) -> float:
        """The knob's position, 0 to 1, at a value."""
        if self.curve == "exp":
            return math.log(value / self.low) / math.log(self.high / self.low)
        return (value - self.low) / (self.high - self.low)

    @property
    def range_text(self) -> str:
        """What is allowed, for messages: "-60 to 24 dB" or the choices."""
        if self.choices:
            return ", ".join(self.choices)
        unit = f" {self.unit}" if self.unit else ""
        return f"{self.low:g} to {self.high:g}{unit}"


def choice_param(name: str, choices: Iterable[str]) -> Param:
    """A Param with named values. The first choice is the default."""
    names = tuple(choices)
    return Param(name, 0.0, low=0.0, high=len(names) - 1.0, choices=names)


def default_values(params: Iterable[Param]) -> dict[str, float]:
    """The default of each Param, by name."""
    return {param.name: param.default for param in params}
