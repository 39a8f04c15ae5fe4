"""A core without devices or nodes: played by its address, block after block."""

import numpy as np

from phosphene.engine.audio import core as sound
from phosphene.engine.audio import meters
from phosphene.engine.audio.clocks import FILL_FUNCTION
from phosphene.engine.audio.core import CHANNELS, make_core
from phosphene.engine.audio.meters import Meter
from phosphene.engine.audio.taps import TapPoint
from phosphene.engine.effects import EFFECTS
from phosphene.engine.effects.chain import guard, limiter
from phosphene.engine.graph.build import new_tap
from phosphene.engine.graph.plan_swap import PlanSwapper
from phosphene.engine.listening.rhythm import tempo_override
from phosphene.engine.native import make_descriptor
from phosphene.engine.rings import allocate, board, board_layout
from phosphene.engine.rings.board import get, put
from phosphene.engine.rings.tap import TapReader

RATE = 48_000


class CorePlayer:
    """A core with a tap at its output, another at its input, and any more in `points`. Both are idle at first."""

    def __init__(self, rate=RATE, *points, **instead):
        self.params, self.meters = allocate(board.layout(tempo_override.SLOTS)), allocate(meters.layout())
        tempo_override.write_tempo(self.params, tempo_override.DEFAULTS)
        self.output_tap, self.input_tap = new_tap("output", rate), new_tap("input", rate)
        self.points = (
            TapPoint("output", self.output_tap, int(Meter.UNHEARD)),
            TapPoint("input", self.input_tap, int(Meter.UNTAPED)),
            *points,
        )
        self.core = make_core(rate, self.params, self.meters, taps=self.points)._replace(**instead)
        self.words = make_descriptor(self.core)
        self.address = FILL_FUNCTION(sound.play.address)
        self.plans = PlanSwapper(self.core, rate)

    def __getitem__(self, meter):
        return get(self.meters, int(Meter[meter.upper()]))

    def move(self, slot, value):
        put(self.params, slot, value)

    def play(self, x, size=256, reader=None):
        """Play a sound in blocks; gives what is heard. A TapReader reads after each block."""
        out = np.array(x, np.float32)
        for start in range(0, len(out), size):
            block = out[start : start + size]
            self.address(self.words.ctypes.data, block.ctypes.data, len(block))
            if reader:
                reader.read()
        return out


def read_all(reader: TapReader):
    """[(sample, rows)] of all that waits in a tap, a run each."""
    runs = []
    while reader.available():
        sample = reader.sample
        rows = reader.read().copy()
        if runs and runs[-1][0] + len(runs[-1][1]) == sample:
            runs[-1] = runs[-1][0], np.concatenate([runs[-1][1], rows])
        else:
            runs.append((sample, rows))
    return runs


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
        if hasattr(state, "smoothed"):
            state.smoothed[:] = wanted
        watch.dry[: len(out)] = out
        effect.process(state, wanted, out, out)
        guard.check_gene(watch, g, out)
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
