"""The plan: which operators play, in what order, and where their states and parameters are in memory.

A plan is a row of 64-bit words. It is sent to the audio thread through a mailbox and played there without
compiling anything.
"""

import threading
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numba import typeof, types

from phosphene.engine.effects import EFFECTS
from phosphene.engine.effects.chain.guard import check_gene, make_guard, prepare_gene, scrub
from phosphene.engine.native import (
    audio_at,
    call_process,
    compile_process,
    descriptor_reader,
    flush_denormals,
    kernel,
    make_descriptor,
    native_function,
    restore_denormals,
)
from phosphene.engine.rings.board_layout import GENE_PARAMS, GENES, GENOME_SLOTS, gene_slot

LOAD_INTERVAL = 0.15  # seconds between loading two operators: time for the read-ahead of a source to catch up
BLOCK = 1024  # frames; largest block that `play` takes
# The first words: serial, number of genes, address of the guard, latency in frames, number of genes with a tail.
SERIAL, COUNT, GUARD, LATENCY, TAIL_GENES = range(5)
HEADER_WORDS, GENE_WORDS = 5, 4  # a gene: address of its function and of its state, first parameter slot, parameters
WORDS = HEADER_WORDS + GENES * GENE_WORDS


class Plan(NamedTuple):
    """A genome ready to play. Its words are addresses of the other fields: keep it until its tail has ended."""

    words: np.ndarray  # (WORDS,) int64
    values: np.ndarray  # (GENOME_SLOTS,) float64, its parameters in their slots; NaN in all others
    latencies: dict[str, int]  # frames by gene, named genome.<index>.<op>
    keep_alive: list[Any]  # functions, states, descriptors and the guard


COMPILED: dict[str, Any] = {}  # compiled process function by operator, filled on first use


def compiled_operator(op: str) -> Any:
    """The compiled `process` of an operator, with its address; every thread gets the same one."""
    return COMPILED.get(op) or COMPILED.setdefault(op, compile_process(EFFECTS[op]))


def load_operators(stop: threading.Event) -> None:
    """Load every operator, or until `stop` is set. Loading holds the GIL, so there is a pause before each one."""
    for op in EFFECTS:
        if stop.wait(LOAD_INTERVAL) or not compiled_operator(op).address:
            return


def build(genome: Sequence[tuple[str, Mapping[str, float]]], serial: int, rate: float, channels: int) -> Plan:
    """Turn a genome into a plan.

    Parameters
    ----------
    genome : list of (op, params)
        Validated: `params` maps every name of the operator's PARAMS to its value.
    serial : int
        One more than that of the previous plan, so that the two use different parameter slots.
    rate : float
        Frames per second.
    channels : int
    """
    words, values = np.zeros(WORDS, np.int64), np.full(GENOME_SLOTS, np.nan)
    guard = make_guard(rate, GENES, GENE_PARAMS, BLOCK, channels)
    guard_words = make_descriptor(guard)
    latencies: dict[str, int] = {}
    keep_alive: list[Any] = [guard, guard_words]
    for g, (op, params) in enumerate(genome):
        module = EFFECTS[op]
        state = module.init(float(rate), channels)
        start, settings = gene_slot(serial, g, 0), [float(params[p.name]) for p in module.PARAMS]
        values[start : start + len(settings)] = settings
        guard.ranges[g, : len(settings)] = [(p.low, p.high, p.default) for p in module.PARAMS]
        if hasattr(state, "smoothed"):  # a new gene starts at its own parameters and does not glide from the defaults
            state.smoothed[:] = settings
        state_words, function = make_descriptor(state), compiled_operator(op)
        row = function.address, state_words.ctypes.data, start, len(settings)
        words[HEADER_WORDS + GENE_WORDS * g :][:GENE_WORDS] = row
        latencies[f"genome.{g}.{op}"] = latency(op, rate)
        keep_alive += [function, state, state_words]
    tails = sum(getattr(EFFECTS[op], "HAS_TAIL", False) for op, _ in genome)
    words[:HEADER_WORDS] = serial, len(genome), guard_words.ctypes.data, sum(latencies.values()), tails
    return Plan(words, values, latencies, keep_alive)


def latency(op: str, rate: float) -> int:
    """Frames by which an operator's output trails its input."""
    declared = getattr(EFFECTS[op], "latency", None)
    return declared(rate) if declared else 0


read_guard = descriptor_reader(typeof(make_guard(48_000.0, 1, 1, 1, 2)))
read_words = descriptor_reader(typeof(np.zeros(WORDS, np.int64)))


@kernel
def play(words, params_address, block, frames, channels):
    """Run a plan in place on a block of up to BLOCK frames; returns how many genes were muted in it.

    `params_address` and `block` are addresses: of the parameter slots, and of float32 (frames, channels) samples.
    """
    guard, sound, muted = read_guard(words[GUARD]), audio_at(block, frames, channels), 0
    for g in range(words[COUNT]):
        if guard.muted[g]:
            continue
        offset = HEADER_WORDS + GENE_WORDS * g
        params = prepare_gene(guard, g, params_address + 8 * words[offset + 2], words[offset + 3], sound)
        call_process(words[offset], words[offset + 1], params, words[offset + 3], block, frames, channels)
        check_gene(guard, g, sound)
        muted += guard.muted[g]
    return muted


@native_function(types.int64(*[types.int64] * 5))
def play_whole(plan, params_address, block, frames, channels):
    """Run a plan in place over sound of any length; returns how many genes were muted.

    `plan` is the address of the descriptor of its words.
    """
    mode = flush_denormals()
    words, done, muted = read_words(plan), 0, 0
    scrub(audio_at(block, frames, channels))
    while done < frames:
        count = min(BLOCK, frames - done)
        muted += play(words, params_address, block + 4 * channels * done, count, channels)
        done += count
    restore_denormals(mode)
    return muted
