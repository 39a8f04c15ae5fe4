"""A core on a desk: played by its address, block after block, with nothing around it."""

import numpy as np

from phosphene.engine.audio import core as sound
from phosphene.engine.audio import meters
from phosphene.engine.audio.clocks import FILLER
from phosphene.engine.audio.core import CHANNELS, make_core
from phosphene.engine.audio.meters import Meter
from phosphene.engine.effects import EFFECTS
from phosphene.engine.effects.chain import guard, limiter
from phosphene.engine.graph.nodes import PlanSwapper
from phosphene.engine.listening.rhythm import tempo_board
from phosphene.engine.native import make_descriptor
from phosphene.engine.rings import allocate, board, board_layout, ring
from phosphene.engine.rings.board import get, put

RATE = 48_000


class Desk:
    def __init__(self, rate=RATE, **instead):
        self.params, self.gauges = allocate(board.layout(tempo_board.SLOTS)), allocate(meters.plan())
        tempo_board.want(self.params, tempo_board.DEFAULTS)
        self.core = make_core(rate, self.params, self.gauges)._replace(**instead)
        self.words = make_descriptor(self.core)
        self.address = FILLER(sound.play.address)
        self.plans = PlanSwapper(self.core, rate)

    def __getitem__(self, meter):
        return get(self.gauges, int(Meter[meter.upper()]))

    def move(self, slot, value):
        put(self.params, slot, value)

    def play(self, x, size=256, *, deaf=False, tapped=None):
        """Play a sound in blocks; gives what is heard. Unless `deaf`, the tap is emptied after each, into `tapped`."""
        out, spare = np.array(x, np.float32), np.zeros((sound.BLOCK, CHANNELS), np.float32)
        for start in range(0, len(out), size):
            block = out[start : start + size]
            self.address(self.words.ctypes.data, block.ctypes.data, len(block))
            if not deaf:
                ring.pull(self.core.tap, spare if tapped is None else tapped[start : start + size])
        return out


def noise(frames, seed=5, channels=CHANNELS):
    return np.random.default_rng(seed).normal(0, 0.1, (frames, channels)).astype(np.float32)


def random_genome(rng, most=board_layout.GENES):
    """Any of the operators in any order, with parameters from anywhere in their ranges."""
    ops = rng.choice(sorted(EFFECTS), rng.integers(0, most + 1))
    return [(str(op), {p.name: float(rng.uniform(p.low, p.high)) for p in EFFECTS[op].PARAMS}) for op in ops]


def made(genome, x, rate=RATE):
    """What a genome that plays a sound from its first sample makes of it, by Python, gene after gene."""
    out = np.array(x, np.float32)
    watch = guard.make_guard(float(rate), len(genome), board_layout.GENE_PARAMS, len(out), out.shape[1])
    for g, (op, params) in enumerate(genome):
        effect = EFFECTS[op]
        state, wanted = effect.init(float(rate), out.shape[1]), np.array([params[p.name] for p in effect.PARAMS])
        if hasattr(state, "heard"):
            state.heard[:] = wanted
        watch.dry[: len(out)] = out
        effect.process(state, wanted, out, out)
        guard.check(watch, g, out)
    return out


def limited(x, rate=RATE):
    """The same behind the limiter, as late as that makes it."""
    out = np.array(x, np.float32)
    limiter.process(limiter.init(float(rate), out.shape[1]), out, out)
    return out


def late(x, rate=RATE):
    """The same, as late as the limiter would make it."""
    return np.concatenate([np.zeros((limiter.latency(rate), x.shape[1]), np.float32), x])[: len(x)]


def alone(genome, x, rate=RATE):
    """What is heard of a sound in a genome that plays it from its first sample."""
    return limited(made(genome, x, rate), rate)
