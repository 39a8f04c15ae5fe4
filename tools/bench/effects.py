"""Rows of the benchmarks about effects: each operator against the best peer that Python has, played alike.

The peers (pedalboard, python-stretch, noisereduce) are in the extra `peers`.
"""

import statistics
import time
from importlib.util import find_spec

import cffi
import numpy as np

from phosphene.engine.common.params import default_values
from phosphene.engine.effects import EFFECTS
from phosphene.engine.effects.chain import plan as chain
from phosphene.engine.effects.chain.genome import PLAY_WHOLE
from phosphene.engine.native import make_descriptor
from tools.bench.row import Row, interleaved

RATE, SIZE = 48_000, 256
FFI = cffi.FFI()  # the cheapest call that Python has
ROUNDS = 15
PEERS = "noisereduce", "pedalboard", "python_stretch"
SETTINGS = {  # where an operator's defaults would leave it little to do
    "distort": {"drive": 20.0},
    "pitch": {"semitones": 4.0},
    "speed": {"ratio": 0.8},
    "trim": {"threshold": -30.0},
    "volume": {"gain": -6.0},
}


def sound(seconds=1.0):
    """Chords with drums in them, and hiss between; the second half is softer."""
    t, rng = np.arange(int(seconds * RATE)) / RATE, np.random.default_rng(5)
    chord = sum(np.sin(2 * np.pi * f * t + f) for f in (110.0, 220.0, 277.2, 329.6, 659.3))
    drums = rng.normal(0, 1, len(t)) * np.exp(-25 * (t % 0.25))
    mono = (0.06 * chord + 0.2 * drums + 0.002 * rng.normal(0, 1, len(t))) * np.where(t < seconds / 2, 1.0, 0.3)
    return np.stack([mono, np.roll(mono, 40)], axis=1).astype(np.float32)


def asked(op):
    params = EFFECTS[op].PARAMS
    return np.array([{**default_values(params), **SETTINGS.get(op, {})}[param.name] for param in params])


def in_blocks(op, x, size=SIZE):
    """A function that sends a sound through an operator by its address, from Python, block after block."""
    state, params, out = EFFECTS[op].init(float(RATE), 2), asked(op), x.copy()
    if hasattr(state, "smoothed"):
        state.smoothed[:] = params
    words, process = (
        make_descriptor(state),
        FFI.cast(f"void(*)({', '.join(['int64_t'] * 6)})", chain.compiled_operator(op).address),
    )
    kept = state, words, params, out
    places = [out.ctypes.data + 4 * start * 2 for start in range(0, len(x) - size + 1, size)]

    def run():
        seat, told, count = kept[1].ctypes.data, params.ctypes.data, len(params)
        out[:] = x
        for place in places:
            process(seat, told, count, place, size, 2)
        return out

    return run


def stretched(x):
    from phosphene.engine.effects import speed

    return lambda: speed.render(x, RATE, asked("speed"))


def board(plugin, x, size=SIZE):
    blocks = [np.ascontiguousarray(x[start : start + size].T) for start in range(0, len(x) - size + 1, size)]

    def run():
        for block in blocks:
            plugin.process(block, RATE, reset=False)

    return run


def signalsmith(x, *, semitones=0.0, ratio=1.0):
    import python_stretch

    stretch = python_stretch.Signalsmith.Stretch()
    stretch.preset(2, RATE)
    stretch.setTransposeSemitones(semitones)
    stretch.setTimeFactor(ratio)
    whole = np.ascontiguousarray(x.T)
    return lambda: stretch.process(whole)


def peers(x):
    """By operator: the peer's name, and a function that does the same to a sound."""
    import noisereduce
    import pedalboard as p

    whole = np.ascontiguousarray(x.T)
    return {
        "noise_reduction": ("noisereduce", lambda: noisereduce.reduce_noise(whole, RATE, stationary=True)),
        "trim": ("pedalboard NoiseGate", board(p.NoiseGate(-30.0), x)),
        "volume": ("pedalboard Gain", board(p.Gain(-6.0), x)),
        "speed": ("Signalsmith", signalsmith(x, ratio=asked("speed")[0])),
        "pitch": ("Signalsmith", signalsmith(x, semitones=asked("pitch")[0])),
        "fade": ("pedalboard Gain", board(p.Gain(-6.0), x)),
        "echo": ("pedalboard Delay", board(p.Delay(0.25, 0.4, 0.35), x)),
        "reverb": ("pedalboard Reverb", board(p.Reverb(), x)),
        "distort": ("pedalboard Distortion", board(p.Distortion(20.0), x)),
    }


LEAST = {"noise_reduction": 2.0, "distort": 1 / 1.5}  # times the peer's speed; as fast, where nothing is said


def bench_effects():
    """Each operator against its peer, both called from Python block by block where the peer can be."""
    if missing := [name for name in PEERS if find_spec(name) is None]:
        how = ".venv/bin/pip install -c constraints.txt -e '.[peers]'"
        beside = f"no {', '.join(missing)} here: {how}"
        yield Row("effects beside their peers", "not measured", beside, "3 times", False)
        yield from bench_plan()
        return
    ratios = []
    for op in peers(sound()):
        seconds = 4.0 if op in ("noise_reduction", "speed", "pitch") else 1.0
        x = sound(seconds)
        name, peer = peers(x)[op]
        ours = stretched(x) if op == "speed" else in_blocks(op, x)
        times = interleaved({"ours": ours, "peer": peer, "long": in_blocks(op, x, len(x))}, rounds=ROUNDS)
        ratio, least = times["peer"] / times["ours"], LEAST.get(op, 1.0)
        ratios.append(ratio)
        found = f"{1e3 * times['ours'] / seconds:.3f} ms a second, {ratio:.2f} times as fast"
        beside = f"{name} {1e3 * times['peer'] / seconds:.3f} ms; ours in one block {1e3 * times['long'] / seconds:.3f}"
        yield Row(op, found, beside, f"{least:.2g} times", ratio >= least)
    median = statistics.median(ratios)
    yield Row("all nine, median", f"{median:.1f} times as fast", "", "3 times", median >= 3)
    yield from bench_plan()


def bench_plan():
    """All nine in one plan, with the guard around each."""
    x = sound(4.0)
    genome = [(op, dict(zip(default_values(EFFECTS[op].PARAMS), asked(op)))) for op in EFFECTS if op != "dc_blocker"]
    plan = chain.build(genome, 1, RATE, 2)
    words, out, play = make_descriptor(plan.words), x.copy(), PLAY_WHOLE(chain.play_whole.address)
    size, costs = SIZE, []
    places = [out.ctypes.data + 8 * start for start in range(0, len(x) - size + 1, size)]
    for _ in range(ROUNDS):
        out[:] = x
        spent = []
        for place in places:
            begun = time.perf_counter()
            play(words.ctypes.data, plan.values.ctypes.data, place, size, 2)
            spent.append(time.perf_counter() - begun)
        costs.append(spent)
    least = np.min(costs, axis=0)  # of each block over the rounds: what is its own, and not the machine's
    period = size / RATE
    share, worst = least.mean() / period, least.max() / period
    yield Row("all nine in one plan", f"{100 * share:.1f} % of a core", "", "10 %", share < 0.1)
    yield Row("its worst block", f"{100 * worst:.1f} % of its period", f"mean {100 * share:.1f} %", "50 %", worst < 0.5)
