"""The plan: which operators play, in what order, where their state and parameters lie.

A plan is a row of words, so it travels through a mailbox to the audio thread and is played there
without compiling anything.
"""

from typing import NamedTuple

import numpy as np

from engine.effects import EFFECTS
from engine.native import call, describe, entry, kernel

GENES = 16  # in one plan
WIDTH = 8  # parameters of one gene
BANKS = 2  # of parameters: a plan that fades out keeps its own while the next one plays
SLOTS = BANKS * GENES * WIDTH
HEAD, GENE = 2, 4  # words: serial, count; then entry, state, first parameter slot, parameters
WORDS = HEAD + GENES * GENE


class Plan(NamedTuple):
    """A genome ready to play. Its words hold addresses into the rest: keep it until it has faded out."""

    words: np.ndarray  # (WORDS,) int64
    values: np.ndarray  # (SLOTS,) float64, its parameters where it will look for them; NaN elsewhere
    latencies: dict  # seconds by gene
    kept: list  # entries, states and descriptions


ENTRIES = {}  # one compiled entry an operator, made when first asked for


def entry_of(op):
    if op not in ENTRIES:
        ENTRIES[op] = entry(EFFECTS[op])
    return ENTRIES[op]


def slot(serial, gene, param):
    """Where on the board a parameter of the plan with a serial number lies."""
    return ((serial % BANKS) * GENES + gene) * WIDTH + param


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
    words, values = np.zeros(WORDS, np.int64), np.full(SLOTS, np.nan)
    words[:HEAD] = serial, len(genome)
    latencies, kept = {}, []
    for g, (op, params) in enumerate(genome):
        module = EFFECTS[op]
        state = module.init(float(rate), channels)
        start, wanted = slot(serial, g, 0), [float(params[p.name]) for p in module.PARAMS]
        values[start : start + len(wanted)] = wanted
        if hasattr(state, "heard"):  # a gene begins where its parameters are: nothing glides in from the defaults
            state.heard[:] = wanted
        seat = describe(state)
        words[HEAD + GENE * g :][:GENE] = entry_of(op).address, seat.ctypes.data, start, len(wanted)
        latencies[f"genome.{g}.{op}"] = getattr(module, "LATENCY", 0.0)
        kept += [entry_of(op), state, seat]
    return Plan(words, values, latencies, kept)


@kernel
def play(words, heard, block, frames, channels):
    """Run a plan in place on the block at an address, with the parameters at another."""
    for g in range(words[1]):
        at = HEAD + GENE * g
        call(words[at], words[at + 1], heard + 8 * words[at + 2], words[at + 3], block, frames, channels)
