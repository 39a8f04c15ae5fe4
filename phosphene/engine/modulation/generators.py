"""Generators: the modulation sources besides sound, which a preset defines by name: LFO, walk, envelope."""

import math
from typing import Annotated, Any, Literal, Union

import numpy as np
from pydantic import Field, create_model

from phosphene.engine.common.params import Param
from phosphene.engine.documents.schema import Strict, param_field

MAX_SOURCES = 32  # in a preset
NAME_PATTERN = "[a-z][a-z0-9_]{0,31}"
SHAPES = ("sine", "triangle", "saw", "square")  # each begins at 0 and reaches 1; saw and square then drop at once
EVENTS = ("onset", "kick", "snare", "hat", "beat", "bar")

LFO = (
    Param("beats", 4.0, low=1 / 64, high=4_096.0, unit="beats", curve="exp"),
    Param("phase", 0.0, low=0.0, high=1.0, unit="turns"),
)
WALK = (Param("seconds", 8.0, low=0.05, high=86_400.0, unit="s", curve="exp"),)
ENVELOPE = (
    Param("attack", 0.01, low=0.0, high=60.0, unit="s"),
    Param("release", 0.25, low=0.001, high=600.0, unit="s"),
)


def _model(kind, params, **choices):
    fields: dict[str, Any] = {"kind": (Literal[kind], ...)}
    fields |= {name: (Literal[values], values[0]) for name, values in choices.items()}
    fields |= {param.name: param_field(param) for param in params}
    return create_model(kind, __base__=Strict, **fields)


_KINDS = _model("lfo", LFO, shape=SHAPES), _model("walk", WALK), _model("envelope", ENVELOPE, on=EVENTS)
Generator = Annotated[Union[_KINDS], Field(discriminator="kind")]  # noqa: UP007


class Walk:
    """A smooth random walk between 0 and 1, through points `seconds` apart. It depends on the time alone."""

    def __init__(self, seed: int, name: str, seconds: float) -> None:
        self.key, self.seconds, self.knot = (seed, *name.encode()), seconds, None
        self.points = np.full(4, 0.5)

    def load_points(self, now: float) -> None:
        """Compute the four points around a time in seconds: two before it, two after."""
        knot = math.floor(now / self.seconds)  # divides as the kernel does: both must agree at a knot
        if knot != self.knot:
            self.knot, self.points[:] = knot, [self._draw(knot + offset) for offset in (-1, 0, 1, 2)]

    def _draw(self, knot):
        frame = knot + (1 << 40)  # a bounce begins slightly before 0
        return np.random.default_rng(np.random.SeedSequence((*self.key, frame))).random()
