"""Measures how late a callback runs while Python is busy: the native one, and a Python one with the same kernels.

A thread that does not hold the interpreter lock wakes once a period by the monotonic clock of the system, calls the
callback through its address as an audio driver would, and records when the block is done. Linux only.
"""

import ctypes
import threading
import time

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic

from phosphene.engine.audio import core as sound
from phosphene.engine.audio import meters, taps
from phosphene.engine.audio.core import CHANNELS, make_core
from phosphene.engine.audio.meters import Meter
from phosphene.engine.audio.taps import TapPoint
from phosphene.engine.effects import EFFECTS
from phosphene.engine.effects.chain import guard, limiter
from phosphene.engine.graph.build import new_tap
from phosphene.engine.graph.nodes import PlanSwapper
from phosphene.engine.native import call_fill, make_descriptor
from phosphene.engine.native.memory import address_of
from phosphene.engine.rings import allocate, board, board_layout, ring
from phosphene.engine.rings.tap import activate

RATE, FRAMES = 48_000, 256
PERIODS = 600
GENES = [("dc_blocker", {"corner": 8.0}), ("volume", {"gain": -3.0})]
MONOTONIC, ABSOLUTE = 1, 1
CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int64, *[ctypes.c_int64] * 3)


@intrinsic
def call_c(typing, address, first, second, third, fourth):
    """Call an int(long, long, pointer, pointer) of the C library."""

    def codegen(context, builder, signature, args):
        word = ir.IntType(64)
        kind = ir.FunctionType(ir.IntType(32), [word] * 4)
        return builder.sext(builder.call(builder.inttoptr(args[0], kind.as_pointer()), args[1:]), word)

    return types.int64(*[types.int64] * 5), codegen


@njit(nogil=True)
def pace(sleep, now, callback, state, block, period, late, spec):
    """Call the callback once a period; `late` gets the nanoseconds from its due time to its end."""
    call_c(now, MONOTONIC, address_of(spec), 0, 0)
    due = spec[0] * 1_000_000_000 + spec[1]
    for n in range(late.shape[0]):
        due += period
        spec[0], spec[1] = due // 1_000_000_000, due % 1_000_000_000
        call_c(sleep, MONOTONIC, ABSOLUTE, address_of(spec), 0)
        call_fill(callback, state, address_of(block), block.shape[0])
        call_c(now, MONOTONIC, address_of(spec), 0, 0)
        late[n] = spec[0] * 1_000_000_000 + spec[1] - due
        due += late[n] // period * period  # skip missed periods, or lateness would add up


@njit(nogil=True)
def repeat(callback, state, block, count):
    """Call the callback so many times."""
    for _ in range(count):
        call_fill(callback, state, address_of(block), block.shape[0])


def spin(stop):
    """Keep the interpreter busy until the event is set."""
    while not stop.is_set():
        sum(range(1000))


class NativeCallback:
    """The core as the callback of the device plays it."""

    def __init__(self):
        params, board_meters = allocate(board.layout(board_layout.GENOME_SLOTS)), allocate(meters.layout())
        self.points = (TapPoint("output", new_tap("output", RATE), int(Meter.UNHEARD)),)
        activate(self.points[0].tap)
        self.core = make_core(RATE, params, board_meters, taps=self.points)
        self.genome = PlanSwapper(self.core, RATE)
        self.genome.change(GENES, 1)
        self.descriptor = make_descriptor(self.core)
        self.address, self.state = sound.play.address, self.descriptor.ctypes.data


class PythonCallback:
    """The same callback written in Python, line by line, with the same kernels and the same memory."""

    def __init__(self):
        params, board_meters = allocate(board.layout(board_layout.GENOME_SLOTS)), allocate(meters.layout())
        self.points = (TapPoint("output", new_tap("output", RATE), int(Meter.UNHEARD)),)
        activate(self.points[0].tap)
        self.core = make_core(RATE, params, board_meters, taps=self.points)
        self.genes = [(EFFECTS[op].process, EFFECTS[op].init(float(RATE), CHANNELS), params) for op, params in GENES]
        self.genes = [(process, state, np.array(list(params.values()))) for process, state, params in self.genes]
        self.guard = guard.make_guard(RATE, len(self.genes), board_layout.GENE_PARAMS, FRAMES, CHANNELS)
        self.callback = CALLBACK(self.play)
        self.address, self.state = ctypes.cast(self.callback, ctypes.c_void_p).value, 0

    def play(self, state, address, frames):
        core = self.core
        raw = (ctypes.c_float * (frames * CHANNELS)).from_address(address)
        block = np.frombuffer(raw, np.float32).reshape(frames, CHANNELS)
        sound.apply_changes(core)
        guard.scrub(block)
        back = ring.pull(core.returns, core.returned[:frames])
        for gene, (process, memory, params) in enumerate(self.genes):
            self.guard.dry[:frames] = block
            process(memory, params, block, block)
            guard.check_gene(self.guard, gene, block)
        taps.feed_taps(core, taps.CHAIN, block)
        block[:back] += core.returned[:back]
        limiter.process(core.limit, block, block)
        taps.feed_taps(core, taps.OUTPUT, block)
        sound.count(core.meters, sound.POSITION, frames)
        return frames


def _measure_cost(side, block, count=2000):
    repeat(side.address, side.state, block, 1)
    times = []
    for _ in range(7):
        begun = time.perf_counter()
        repeat(side.address, side.state, block, count)
        times.append((time.perf_counter() - begun) / count)
    return min(times)


def _measure_lateness(side, block, library):
    late, spec = np.zeros(PERIODS, np.int64), np.zeros(2, np.int64)
    sleep, now = (ctypes.cast(function, ctypes.c_void_p).value for function in library)
    period = round(1e9 * FRAMES / RATE)
    pace(sleep, now, side.address, side.state, block, period, late[:1], spec)  # compiles
    thread = threading.Thread(target=pace, args=(sleep, now, side.address, side.state, block, period, late, spec))
    thread.start()
    thread.join()
    return 1e-9 * float(np.median(late))


def measure_callbacks():
    """By side (native, python): `cost` of a callback, and median lateness `idle` and `spinning`, in seconds."""
    c = ctypes.CDLL(None)
    library = c.clock_nanosleep, c.clock_gettime
    sides = {"native": NativeCallback(), "python": PythonCallback()}
    block = np.random.default_rng(1).normal(0, 0.1, (FRAMES, CHANNELS)).astype(np.float32)
    found = {name: {"cost": _measure_cost(side, block)} for name, side in sides.items()}
    for load in ("idle", "spinning"):
        stop = threading.Event()
        hog = threading.Thread(target=spin, args=(stop,))
        if load == "spinning":
            hog.start()
        for name, side in sides.items():
            found[name][load] = _measure_lateness(side, block, library)
        if load == "spinning":
            stop.set()
            hog.join()
    return found
