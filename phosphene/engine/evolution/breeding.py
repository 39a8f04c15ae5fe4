"""Breeding: genomes as a search sees them, and their children.

A gene is (op, shares): how far every knob has travelled, 0 to 1. A genome is a tuple of genes.
"""

import numpy as np

from phosphene.engine.common.params import default_values
from phosphene.engine.effects import EFFECTS

EXCLUDED = {("fade", "closed")}  # a command, not a trait
EVOLVED_OPS = tuple(op for op in EFFECTS if op != "dc_blocker")  # which nobody is meant to hear
EVOLVED_PARAMS = {op: tuple(p for p in EFFECTS[op].PARAMS if (op, p.name) not in EXCLUDED) for op in EVOLVED_OPS}
MUTATION_ODDS = {"jitter": 0.45, "insert": 0.35, "swap": 0.05, "delete": 0.1, "reorder": 0.05}
JITTER = 0.15  # of a knob's way, what jitter moves it by
LEAP_SHARE = 0.4  # of the moves go anywhere: an echo's time has no slope that leads there


def to_pairs(genome):
    """A genome as the engine plays it: (op, params) with every parameter."""
    return [
        (
            op,
            default_values(EFFECTS[op].PARAMS)
            | {p.name: float(p.value_at(share)) for p, share in zip(EVOLVED_PARAMS[op], shares)},
        )
        for op, shares in genome
    ]


def structure(genome):
    return tuple(op for op, _ in genome)


def flatten(genome):
    """All shares in one row."""
    return np.array([share for _, shares in genome for share in shares])


def unflatten(ops, strand):
    """The genome of a structure that has these shares; what is left over is ignored."""
    genome, start = [], 0
    for op in ops:
        end = start + len(EVOLVED_PARAMS[op])
        genome.append((op, tuple(map(float, strand[start:end]))))
        start = end
    return tuple(genome)


def latin_hypercube(op, count, rng):
    """Genes of one operator, as different as so many can be: each parameter takes every part of its range once."""
    ranks = rng.permuted(np.tile(np.arange(count), (len(EVOLVED_PARAMS[op]), 1)), axis=1)
    return [(op, tuple(map(float, row))) for row in ((ranks + rng.random(ranks.shape)) / count).T]


def mutate(genome, known, longest, rng):
    """A genome that differs in one way from this one.

    `known` maps an operator to the best gene of it, alone, that is known: half of the genes that come in are like it.
    """
    kind = rng.choice(list(MUTATION_ODDS), p=list(MUTATION_ODDS.values())) if genome else "insert"
    if kind == "insert" and len(genome) >= longest:
        kind = "swap"
    if kind in ("delete", "reorder") and len(genome) < 2:
        kind = "jitter"
    return MUTATIONS[kind](list(genome), known, rng)


def random_gene(known, rng):
    op = EVOLVED_OPS[rng.integers(len(EVOLVED_OPS))]
    if op in known and rng.random() < 0.5:
        return perturb(known[op], rng)
    return op, tuple(map(float, rng.random(len(EVOLVED_PARAMS[op]))))


def perturb(gene, rng):
    op, shares = gene
    moved = np.array(shares) + rng.normal(0.0, JITTER, len(shares))
    return op, tuple(map(float, reflect(moved)))


def reflect(shares):
    return 1.0 - abs(1.0 - abs(shares) % 2.0)


def jitter(genes, known, rng):
    at = rng.integers(len(genes))
    op, shares = genes[at][0], np.array(genes[at][1])
    for trait in rng.choice(len(shares), min(rng.integers(1, 3), len(shares)), replace=False):
        leap = rng.random() < LEAP_SHARE
        shares[trait] = rng.random() if leap else reflect(shares[trait] + rng.normal(0.0, JITTER))
    genes[at] = op, tuple(map(float, shares))
    return tuple(genes)


def swap(genes, known, rng):
    genes[rng.integers(len(genes))] = random_gene(known, rng)
    return tuple(genes)


def insert(genes, known, rng):
    genes.insert(rng.integers(len(genes) + 1), random_gene(known, rng))
    return tuple(genes)


def delete(genes, known, rng):
    del genes[rng.integers(len(genes))]
    return tuple(genes)


def reorder(genes, known, rng):
    gene = genes.pop(rng.integers(len(genes)))
    genes.insert(rng.integers(len(genes) + 1), gene)
    return tuple(genes)


MUTATIONS = {"jitter": jitter, "insert": insert, "swap": swap, "delete": delete, "reorder": reorder}
