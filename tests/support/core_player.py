"""A core without devices or nodes, called by its address block by block, and the same sound computed in Python."""

import numpy as np

from phosphene.engine.audio import core as audio_core
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
    """A core with inactive taps at its output and input, and more taps in `points`; `instead` replaces its fields."""

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
        self.play_function = FILL_FUNCTION(audio_core.play.address)
        self.plans = PlanSwapper(self.core, rate)

    def __getitem__(self, meter):
        return get(self.meters, int(Meter[meter.upper()]))

    def move(self, slot, value):
        put(self.params, slot, value)

    def play(self, x, size=256, reader=None):
        """Play a sound in blocks and return the output. A TapReader reads after each block."""
        out = np.array(x, np.float32)
        for start in range(0, len(out), size):
            block = out[start : start + size]
            self.play_function(self.words.ctypes.data, block.ctypes.data, len(block))
            if reader:
                reader.read()
        return out


def read_all(reader: TapReader):
    """All rows that wait in a tap, as (sample, rows) for each run."""
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


def random_genome(rng, max_genes=board_layout.GENES):
    """Random operators in random order, with random parameters."""
    ops = rng.choice(sorted(EFFECTS), rng.integers(0, max_genes + 1))
    return [(str(op), {p.name: float(rng.uniform(p.low, p.high)) for p in EFFECTS[op].PARAMS}) for op in ops]


def chain_output(genome, x, rate=RATE):
    """The output of a genome for a sound, before the limiter, computed in Python gene by gene."""
    out = np.array(x, np.float32)
    gene_guard = guard.make_guard(float(rate), len(genome), board_layout.GENE_PARAMS, len(out), out.shape[1])
    for g, (op, params) in enumerate(genome):
        effect = EFFECTS[op]
        state, params_array = effect.init(float(rate), out.shape[1]), np.array([params[p.name] for p in effect.PARAMS])
        if hasattr(state, "smoothed"):
            state.smoothed[:] = params_array
        gene_guard.dry[: len(out)] = out
        effect.process(state, params_array, out, out)
        guard.check_gene(gene_guard, g, out)
    return out


def limiter_output(x, rate=RATE):
    """A sound after the limiter, including its latency."""
    out = np.array(x, np.float32)
    limiter.process(limiter.init(float(rate), out.shape[1]), out, out)
    return out


def delayed(x, rate=RATE):
    """A sound delayed by the latency of the limiter."""
    return np.concatenate([np.zeros((limiter.latency(rate), x.shape[1]), np.float32), x])[: len(x)]


def core_output(genome, x, rate=RATE):
    """The output of a core that plays a sound through a genome."""
    return limiter_output(chain_output(genome, x, rate), rate)
