"""Benchmark rows about effects: each operator compared with the best Python peer, called the same way.

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
FFI = cffi.FFI()  # the fastest way to call an address from Python
ROUNDS = 15
PEERS = "noisereduce", "pedalboard", "python_stretch"
SETTINGS = {  # where an operator does little at its defaults
    "distort": {"drive": 20.0},
    "pitch": {"semitones": 4.0},
    "speed": {"ratio": 0.8},
    "trim": {"threshold": -30.0},
    "volume": {"gain": -6.0},
}


def sound(seconds=1.0):
    """Chords with drums and hiss; the second half is quieter."""
    t, rng = np.arange(int(seconds * RATE)) / RATE, np.random.default_rng(5)
    chord = sum(np.sin(2 * np.pi * f * t + f) for f in (110.0, 220.0, 277.2, 329.6, 659.3))
    drums = rng.normal(0, 1, len(t)) * np.exp(-25 * (t % 0.25))
    mono = (0.06 * chord + 0.2 * drums + 0.002 * rng.normal(0, 1, len(t))) * np.where(t < seconds / 2, 1.0, 0.3)
    return np.stack([mono, np.roll(mono, 40)], axis=1).astype(np.float32)


def params_of(op):
    """The parameters of an operator in this benchmark."""
    params = EFFECTS[op].PARAMS
    return np.array([{**default_values(params), **SETTINGS.get(op, {})}[param.name] for param in params])


def in_blocks(op, x, size=SIZE):
    """A function that processes a sound block by block, calling the compiled operator by its address."""
    state, params, out = EFFECTS[op].init(float(RATE), 2), params_of(op), x.copy()
    if hasattr(state, "smoothed"):
        state.smoothed[:] = params
    descriptor = make_descriptor(state)
    process = FFI.cast(f"void(*)({', '.join(['int64_t'] * 6)})", chain.compiled_operator(op).address)
    keep_alive = state, descriptor, params, out
    addresses = [out.ctypes.data + 4 * start * 2 for start in range(0, len(x) - size + 1, size)]

    def run():
        state_address, params_address, count = keep_alive[1].ctypes.data, params.ctypes.data, len(params)
        out[:] = x
        for address in addresses:
            process(state_address, params_address, count, address, size, 2)
        return out

    return run


def render_speed(x):
    """A function that renders a sound through `speed`."""
    from phosphene.engine.effects import speed

    return lambda: speed.render(x, RATE, params_of("speed"))


def pedalboard_runner(plugin, x, size=SIZE):
    """A function that processes a sound block by block in a pedalboard plugin."""
    blocks = [np.ascontiguousarray(x[start : start + size].T) for start in range(0, len(x) - size + 1, size)]

    def run():
        for block in blocks:
            plugin.process(block, RATE, reset=False)

    return run


def signalsmith(x, *, semitones=0.0, ratio=1.0):
    """A function that stretches and shifts a whole sound with python-stretch."""
    import python_stretch

    stretch = python_stretch.Signalsmith.Stretch()
    stretch.preset(2, RATE)
    stretch.setTransposeSemitones(semitones)
    stretch.setTimeFactor(ratio)
    whole = np.ascontiguousarray(x.T)
    return lambda: stretch.process(whole)


def peers(x):
    """By operator: the name of the peer, and a function that applies the same effect."""
    import noisereduce
    import pedalboard as p

    whole = np.ascontiguousarray(x.T)
    return {
        "noise_reduction": ("noisereduce", lambda: noisereduce.reduce_noise(whole, RATE, stationary=True)),
        "trim": ("pedalboard NoiseGate", pedalboard_runner(p.NoiseGate(-30.0), x)),
        "volume": ("pedalboard Gain", pedalboard_runner(p.Gain(-6.0), x)),
        "speed": ("Signalsmith", signalsmith(x, ratio=params_of("speed")[0])),
        "pitch": ("Signalsmith", signalsmith(x, semitones=params_of("pitch")[0])),
        "fade": ("pedalboard Gain", pedalboard_runner(p.Gain(-6.0), x)),
        "echo": ("pedalboard Delay", pedalboard_runner(p.Delay(0.25, 0.4, 0.35), x)),
        "reverb": ("pedalboard Reverb", pedalboard_runner(p.Reverb(), x)),
        "distort": ("pedalboard Distortion", pedalboard_runner(p.Distortion(20.0), x)),
    }


MIN_SPEEDUP = {"noise_reduction": 2.0, "distort": 1 / 1.5}  # times the speed of the peer; 1 for the others


def bench_effects():
    """Each operator compared with its peer; both are called block by block, if the peer supports it."""
    if missing := [name for name in PEERS if find_spec(name) is None]:
        install = ".venv/bin/pip install -c constraints.txt -e '.[peers]'"
        comparison = f"no {', '.join(missing)} here: {install}"
        yield Row("effects beside their peers", "not measured", comparison, "3 times", False)
        yield from bench_plan()
        return
    ratios = []
    for op in peers(sound()):
        seconds = 4.0 if op in ("noise_reduction", "speed", "pitch") else 1.0
        x = sound(seconds)
        name, peer = peers(x)[op]
        ours = render_speed(x) if op == "speed" else in_blocks(op, x)
        times = interleaved({"ours": ours, "peer": peer, "long": in_blocks(op, x, len(x))}, rounds=ROUNDS)
        ratio, minimum = times["peer"] / times["ours"], MIN_SPEEDUP.get(op, 1.0)
        ratios.append(ratio)
        found = f"{1e3 * times['ours'] / seconds:.3f} ms a second, {ratio:.2f} times as fast"
        own_block = 1e3 * times["long"] / seconds
        comparison = f"{name} {1e3 * times['peer'] / seconds:.3f} ms; ours in one block {own_block:.3f}"
        yield Row(op, found, comparison, f"{minimum:.2g} times", ratio >= minimum)
    median = statistics.median(ratios)
    yield Row("all nine, median", f"{median:.1f} times as fast", "", "3 times", median >= 3)
    yield from bench_plan()


def bench_plan():
    """All nine operators in one plan, with the guard around each."""
    x = sound(4.0)
    ops = [op for op in EFFECTS if op != "dc_blocker"]
    genome = [(op, dict(zip(default_values(EFFECTS[op].PARAMS), params_of(op)))) for op in ops]
    plan = chain.build(genome, 1, RATE, 2)
    descriptor, out, play = make_descriptor(plan.words), x.copy(), PLAY_WHOLE(chain.play_whole.address)
    size, costs = SIZE, []
    addresses = [out.ctypes.data + 8 * start for start in range(0, len(x) - size + 1, size)]
    for _ in range(ROUNDS):
        out[:] = x
        seconds = []
        for address in addresses:
            started = time.perf_counter()
            play(descriptor.ctypes.data, plan.values.ctypes.data, address, size, 2)
            seconds.append(time.perf_counter() - started)
        costs.append(seconds)
    minimum = np.min(costs, axis=0)  # of each block over the rounds, which removes other load on the machine
    period = size / RATE
    load, worst = minimum.mean() / period, minimum.max() / period
    yield Row("all nine in one plan", f"{100 * load:.1f} % of a core", "", "10 %", load < 0.1)
    yield Row("its worst block", f"{100 * worst:.1f} % of its period", f"mean {100 * load:.1f} %", "50 %", worst < 0.5)
