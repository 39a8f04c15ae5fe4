"""Plan swap: genomes become plans, are posted to the core, and are kept until their tails have rung out."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from phosphene.engine.audio.core import CHANNELS, Core
from phosphene.engine.audio.meters import Meter
from phosphene.engine.effects.chain import limiter
from phosphene.engine.effects.chain import plan as chain
from phosphene.engine.rings.board import get, put
from phosphene.engine.rings.mailbox import post


class PlanSwapper:
    """The plans of a core. A plan's memory must live for as long as the audio thread may use it."""

    def __init__(self, core: Core, rate: int) -> None:
        self.core, self.rate = core, rate
        self.plans: list[chain.Plan] = []

    def change(self, genome: list[Any], serial: int, *, values: Sequence[float] | None = None) -> None:
        """Play another genome from the next block on.

        Its parameters are put on the board first; with `values` only those, and with () none: they are there already.
        """
        plan = chain.build(genome, serial, self.rate, CHANNELS)
        for slot, value in enumerate(plan.values if values is None else values):
            if not np.isnan(value):
                put(self.core.params, slot, float(value))
        self.plans.append(plan)
        post(self.core.plans, plan.words)

    def release_finished(self) -> None:
        """Let go of plans that no longer sound: all before the first that the core still holds."""
        held = [serial for serial in self.core.plan[:, 0] if serial]
        first = min([get(self.core.meters, int(Meter.SETTLED)) - 1, *held])
        self.plans = [plan for plan in self.plans if plan.words[0] >= first]

    def latencies(self) -> dict[str, int]:
        """Frames by node: the genes of the newest plan, and the limiter behind them."""
        genes = self.plans[-1].latencies if self.plans else {}
        return {**genes, "limiter": limiter.latency(self.rate)}
