"""Breeding: genomes in the form that the search changes, and their mutations.

A gene is (op, shares): for each parameter its position in its range, from 0 to 1. A genome is a tuple of genes.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from phosphene.engine.common.params import default_values
from phosphene.engine.effects import EFFECTS

Gene = tuple[str, tuple[float, ...]]
Genome = tuple[Gene, ...]

EXCLUDED = {("fade", "closed")}  # a live command, not a property of a sound
EVOLVED_OPS = tuple(op for op in EFFECTS if op != "dc_blocker")  # which is inaudible
EVOLVED_PARAMS = {op: tuple(p for p in EFFECTS[op].PARAMS if (op, p.name) not in EXCLUDED) for op in EVOLVED_OPS}
MUTATION_ODDS = {"jitter": 0.45, "insert": 0.35, "swap": 0.05, "delete": 0.1, "reorder": 0.05}
JITTER = 0.15  # of a parameter's range; standard deviation of a small move
LEAP_SHARE = 0.4  # of the moves choose a new value: the time of an echo is not found by small moves


def to_pairs(genome: Genome) -> list[tuple[str, dict[str, Any]]]:
    """A genome in the form that the engine plays: (op, params) pairs with every parameter."""
    return [
        (
            op,
            default_values(EFFECTS[op].PARAMS)
            | {p.name: float(p.value_at(share)) for p, share in zip(EVOLVED_PARAMS[op], shares)},
        )
        for op, shares in genome
    ]


def structure(genome: Genome) -> tuple[str, ...]:
    """The operators of a genome, in order."""
    return tuple(op for op, _ in genome)


def flatten(genome: Genome) -> np.ndarray:
    """All shares of a genome in one array."""
    return np.array([share for _, shares in genome for share in shares])


def unflatten(ops: Sequence[str], values: np.ndarray) -> Genome:
    """The genome of a structure with these shares; surplus values are ignored."""
    genome: list[Gene] = []
    start = 0
    for op in ops:
        end = start + len(EVOLVED_PARAMS[op])
        genome.append((op, tuple(map(float, values[start:end]))))
        start = end
    return tuple(genome)


def latin_hypercube(op: str, count: int, rng: np.random.Generator) -> list[Gene]:
    """`count` genes of one operator that cover its ranges: each parameter takes a value in each of `count` parts."""
    ranks = rng.permuted(np.tile(np.arange(count), (len(EVOLVED_PARAMS[op]), 1)), axis=1)
    return [(op, tuple(map(float, row))) for row in ((ranks + rng.random(ranks.shape)) / count).T]


def mutate(genome: Genome, best_genes: Mapping[str, Gene], max_genes: int, rng: np.random.Generator) -> Genome:
    """A copy of a genome with one mutation.

    `best_genes` maps an operator to its best known gene: half of the inserted genes are variations of it.
    """
    mutation = rng.choice(list(MUTATION_ODDS), p=list(MUTATION_ODDS.values())) if genome else "insert"
    if mutation == "insert" and len(genome) >= max_genes:
        mutation = "swap"
    if mutation in ("delete", "reorder") and len(genome) < 2:
        mutation = "jitter"
    return MUTATIONS[mutation](list(genome), best_genes, rng)


def random_gene(best_genes: Mapping[str, Gene], rng: np.random.Generator) -> Gene:
    """A gene of a random operator: at random, or near the best known one."""
    op = EVOLVED_OPS[rng.integers(len(EVOLVED_OPS))]
    if op in best_genes and rng.random() < 0.5:
        return perturb(best_genes[op], rng)
    return op, tuple(map(float, rng.random(len(EVOLVED_PARAMS[op]))))


def perturb(gene: Gene, rng: np.random.Generator) -> Gene:
    """A gene near another one."""
    op, shares = gene
    values = np.array(shares) + rng.normal(0.0, JITTER, len(shares))
    return op, tuple(map(float, reflect(values)))


def reflect(shares: Any) -> Any:
    """Fold values outside 0 to 1 back into that range."""
    return 1.0 - abs(1.0 - abs(shares) % 2.0)


def jitter(genes: list[Gene], best_genes: Mapping[str, Gene], rng: np.random.Generator) -> Genome:
    """Move one or two parameters of a gene."""
    index = rng.integers(len(genes))
    op, shares = genes[index][0], np.array(genes[index][1])
    for param in rng.choice(len(shares), min(int(rng.integers(1, 3)), len(shares)), replace=False):
        leap = rng.random() < LEAP_SHARE
        shares[param] = rng.random() if leap else reflect(shares[param] + rng.normal(0.0, JITTER))
    genes[index] = op, tuple(map(float, shares))
    return tuple(genes)


def swap(genes: list[Gene], best_genes: Mapping[str, Gene], rng: np.random.Generator) -> Genome:
    """Replace a gene."""
    genes[rng.integers(len(genes))] = random_gene(best_genes, rng)
    return tuple(genes)


def insert(genes: list[Gene], best_genes: Mapping[str, Gene], rng: np.random.Generator) -> Genome:
    """Insert a gene."""
    genes.insert(rng.integers(len(genes) + 1), random_gene(best_genes, rng))
    return tuple(genes)


def delete(genes: list[Gene], best_genes: Mapping[str, Gene], rng: np.random.Generator) -> Genome:
    """Delete a gene."""
    del genes[rng.integers(len(genes))]
    return tuple(genes)


def reorder(genes: list[Gene], best_genes: Mapping[str, Gene], rng: np.random.Generator) -> Genome:
    """Move a gene to another place."""
    gene = genes.pop(rng.integers(len(genes)))
    genes.insert(rng.integers(len(genes) + 1), gene)
    return tuple(genes)


MUTATIONS = {"jitter": jitter, "insert": insert, "swap": swap, "delete": delete, "reorder": reorder}
