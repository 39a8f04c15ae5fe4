"""Sources beside sound: what a preset may name to move things with."""

import math
from typing import Annotated, Literal, Union

import numpy as np
from pydantic import Field, create_model

from phosphene.engine.common.params import Param
from phosphene.engine.documents.schema import Strict, param_field

MOST = 32  # in a preset
NAME = "[a-z][a-z0-9_]{0,31}"
SHAPES = ("sine", "triangle", "saw", "square")  # all of them begin at 0 and reach 1; saw and square then fall at once
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


def _model(kind, params, **choice):
    fields = {name: (Literal[words], words[0]) for name, words in choice.items()}
    fields |= {param.name: param_field(param) for param in params}
    return create_model(kind, __base__=Strict, kind=(Literal[kind], ...), **fields)


_KINDS = _model("lfo", LFO, shape=SHAPES), _model("walk", WALK), _model("envelope", ENVELOPE, on=EVENTS)
Source = Annotated[Union[_KINDS], Field(discriminator="kind")]  # noqa: UP007


class Walk:
    """A smooth walk between 0 and 1 through lots drawn `seconds` apart; where it is hangs on the time alone."""

    def __init__(self, seed, name, seconds):
        self.key, self.seconds, self.knot = (seed, *name.encode()), seconds, None
        self.lots = np.full(4, 0.5)

    def reach(self, now):
        """Have at hand the lots around a time in seconds: of the one before it, and what lies beside."""
        knot = math.floor(now / self.seconds)  # as the kernel divides: at a knot both must agree
        if knot != self.knot:
            self.knot, self.lots[:] = knot, [self._draw(knot + beside) for beside in (-1, 0, 1, 2)]

    def _draw(self, knot):
        frame = knot + (1 << 40)  # a bounce begins a little before 0
        return np.random.default_rng(np.random.SeedSequence((*self.key, frame))).random()
