"""A parameter: the only place where its range, default and unit are written."""

import math
from dataclasses import KW_ONLY, dataclass

RATE_RANGE = (1_000, 768_000)  # frames per second of anything that is sound


@dataclass(frozen=True)
class Param:
    """A number that a preset, a controller or a row of the modulation matrix may set."""

    name: str
    default: float
    _: KW_ONLY
    low: float
    high: float
    unit: str = ""
    curve: str = "linear"  # or "exp": how a knob travels from low to high
    choices: tuple = ()  # the names of its whole numbers from 0, where it is one of a few

    def clamp(self, value):
        """The nearest value that is allowed; the default for what is not a number."""
        value = self.default if math.isnan(value) else min(max(value, self.low), self.high)
        return float(round(value)) if self.choices else value

    def number(self, value):
        """What a preset says of it, as a number."""
        return float(self.choices.index(value) if self.choices else value)

    def at(self, share):
        """The value a share of the way from low to high, as a knob travels."""
        if self.curve == "exp":
            return self.low * (self.high / self.low) ** share
        return self.low + share * (self.high - self.low)

    def share(self, value):
        """How far the knob has travelled at a value."""
        if self.curve == "exp":
            return math.log(value / self.low) / math.log(self.high / self.low)
        return (value - self.low) / (self.high - self.low)

    @property
    def span(self):
        if self.choices:
            return ", ".join(self.choices)
        unit = f" {self.unit}" if self.unit else ""
        return f"{self.low:g} to {self.high:g}{unit}"


def choice_param(name, choices):
    """The Param of one of a few, the first of which is its default."""
    return Param(name, 0.0, low=0.0, high=len(choices) - 1.0, choices=tuple(choices))


def default_values(params):
    return {param.name: param.default for param in params}
