"""The plan: which operators play, in what order, where their state and parameters lie.

A plan is a row of words, so it travels through a mailbox to the audio thread and is played there
without compiling anything.
"""

from typing import NamedTuple

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

LOAD_INTERVAL = 0.15  # seconds between two operators that are loaded ahead: a source that is read ahead catches up
BLOCK = 1024  # frames that a plan is given at the most
SERIAL, COUNT, GUARD, LATENCY, TAIL_GENES = range(
    5
)  # words: latency in frames, genes that ring; before those of each gene:
HEAD, GENE_WORDS = 5, 4  # entry, state, first parameter slot, parameters
WORDS = HEAD + GENES * GENE_WORDS


class Plan(NamedTuple):
    """A genome ready to play. Its words hold addresses into the rest: keep it until its tail has rung out."""

    words: np.ndarray  # (WORDS,) int64
    values: np.ndarray  # (SLOTS,) float64, its parameters where it will look for them; NaN elsewhere
    latencies: dict  # frames by gene
    kept: list  # entries, states, descriptions and the guard


COMPILED = {}  # one compiled entry an operator, made when first asked for


def compiled_operator(op):
    return COMPILED.get(op) or COMPILED.setdefault(
        op, compile_process(EFFECTS[op])
    )  # threads that ask at once get the same


def load_operators(stopped):
    """Load every operator, until `stopped` is set: that takes the interpreter, so it is done in peace, one by one."""
    for op in EFFECTS:
        if stopped.wait(LOAD_INTERVAL) or not compiled_operator(op).address:
            return


def build(genome, serial, rate, channels):
    """Turn a genome into a plan.

    Parameters
    ----------
    genome : list of (op, params)
        Validated: `params` maps every name of the operator's PARAMS to its value.
    serial : int
        Greater by one than that of the plan before, so that the two keep apart.
    rate, channels
        Of the sound it will work on.
    """
    words, values = np.zeros(WORDS, np.int64), np.full(GENOME_SLOTS, np.nan)
    guard = make_guard(rate, GENES, GENE_PARAMS, BLOCK, channels)
    posted = make_descriptor(guard)
    latencies, kept = {}, [guard, posted]
    for g, (op, params) in enumerate(genome):
        module = EFFECTS[op]
        state = module.init(float(rate), channels)
        start, wanted = gene_slot(serial, g, 0), [float(params[p.name]) for p in module.PARAMS]
        values[start : start + len(wanted)] = wanted
        guard.ranges[g, : len(wanted)] = [(p.low, p.high, p.default) for p in module.PARAMS]
        if hasattr(state, "heard"):  # a gene begins where its parameters are: nothing glides in from the defaults
            state.heard[:] = wanted
        seat, native = make_descriptor(state), compiled_operator(op)
        words[HEAD + GENE_WORDS * g :][:GENE_WORDS] = native.address, seat.ctypes.data, start, len(wanted)
        latencies[f"genome.{g}.{op}"] = latency(op, rate)
        kept += [native, state, seat]
    ringing = sum(getattr(EFFECTS[op], "HAS_TAIL", False) for op, _ in genome)
    words[:HEAD] = serial, len(genome), posted.ctypes.data, sum(latencies.values()), ringing
    return Plan(words, values, latencies, kept)


def latency(op, rate):
    """Frames by which an operator's output trails its input."""
    told = getattr(EFFECTS[op], "latency", None)
    return told(rate) if told else 0


read_guard = descriptor_reader(typeof(make_guard(48_000.0, 1, 1, 1, 2)))
read_words = descriptor_reader(typeof(np.zeros(WORDS, np.int64)))


@kernel
def play(words, heard, block, frames, channels):
    """Run a plan in place on the block at an address, up to BLOCK frames, with the parameters at another.

    Gives how many of its genes were muted now.
    """
    guard, sound, muted = read_guard(words[GUARD]), audio_at(block, frames, channels), 0
    for g in range(words[COUNT]):
        if guard.muted[g]:
            continue
        at = HEAD + GENE_WORDS * g
        params = prepare_gene(guard, g, heard + 8 * words[at + 2], words[at + 3], sound)
        call_process(words[at], words[at + 1], params, words[at + 3], block, frames, channels)
        check_gene(guard, g, sound)
        muted += guard.muted[g]
    return muted


@native_function(types.int64(*[types.int64] * 5))
def play_whole(plan, heard, block, frames, channels):
    """Run a plan, whose words are described at an address, in place over sound of any length."""
    mode = flush_denormals()
    words, done, muted = read_words(plan), 0, 0
    scrub(audio_at(block, frames, channels))
    while done < frames:
        count = min(BLOCK, frames - done)
        muted += play(words, heard, block + 4 * channels * done, count, channels)
        done += count
    restore_denormals(mode)
    return muted
