"""A population of genomes: proposes the genomes to try next, and learns from their scores. A lower score is better.

First it surveys every operator alone, then it combines the best genes. After that it alternates: it breeds mutations
of the best structures, and it tunes the parameters of one structure with CMA-ES. At the end it only tunes the best.
"""

from collections.abc import Sequence

import numpy as np
from cmaes import CMA

from phosphene.engine.evolution.breeding import (
    EVOLVED_OPS,
    Gene,
    Genome,
    flatten,
    latin_hypercube,
    mutate,
    structure,
    unflatten,
)

BATCH = 8  # genomes tried per iteration
GENES_PER_OP = BATCH  # genes of each operator in the survey
SURVEY_SHARE = 1 / 3  # of all iterations; longest survey
COMBINE_SHARE = 1 / 30  # of all iterations
FINAL_TUNING = 0.7  # of all iterations; after this, only the best genome is tuned
MAX_COMBINED = 4  # genes in a combined genome
TOP_GENES = 4  # best genes of an operator that are combined
RANK_SCALE = 2.5  # mean rank, in the survey, of the operators that are combined
BREED_EVERY = 3  # iterations from one that breeds to the next
PARENTS = 4  # best structures, which are mutated
TUNED_SPECIES = 3  # best structures, which are tuned in turn
CMA_SIGMA = 0.15  # of a parameter's range; initial step of CMA-ES
SURVEY, COMBINE, BREED, TUNE = range(4)  # stages, for seeds


def make_rng(seed: int, stage: int, iteration: int, item: int) -> np.random.Generator:
    """The random generator of one item, named by its stage and iteration."""
    return np.random.default_rng(np.random.SeedSequence((seed, stage, iteration, item)))


class Species:
    """The genomes of one structure: the best one, and the CMA-ES search for better parameters."""

    def __init__(self, genome: Genome, score: float) -> None:
        self.genome, self.score = genome, score
        self.tuner: CMA | None = None


class Population:
    """Call `propose` and `update` once per iteration; the same seed and scores give the same genomes.

    Parameters
    ----------
    untouched : float
        The score of the empty genome.
    iterations : int
        Planned length of the search; sets the length of its stages.
    max_genes : int
        Longest genome.
    seed : int
    """

    def __init__(self, untouched: float, *, iterations: int, max_genes: int, seed: int) -> None:
        self.iterations, self.max_genes, self.seed, self.iteration = iterations, max_genes, seed, 0
        self.species: dict[tuple[str, ...], Species] = {(): Species((), untouched)}
        self.tuned: Species | None = None  # the species whose genomes were proposed by CMA-ES
        genes = [
            latin_hypercube(op, GENES_PER_OP, make_rng(seed, SURVEY, 0, item)) for item, op in enumerate(EVOLVED_OPS)
        ]
        genomes: list[Genome] = [(gene,) for setting in zip(*genes) for gene in setting]
        self.survey = genomes[: max(round(SURVEY_SHARE * iterations), 1) * BATCH]
        self.gene_scores: dict[str, list[tuple[float, Gene]]] = {}  # results of the survey by operator

    @property
    def best(self) -> Species:
        """The species with the best genome so far."""
        return min(self.species.values(), key=lambda candidate: candidate.score)

    def propose(self) -> list[Genome]:
        """The next BATCH of genomes to try."""
        self.tuned = None
        combining_since = self.iteration - len(self.survey) // BATCH
        final = self.iteration >= FINAL_TUNING * self.iterations
        if combining_since < 0:
            return self.survey[self.iteration * BATCH :][:BATCH]
        if combining_since < round(COMBINE_SHARE * self.iterations):
            return [self._combine(item) for item in range(BATCH)]
        if self.iteration % BREED_EVERY == 0 and not final:
            return [self._breed(item) for item in range(BATCH)]
        ranked = [candidate for candidate in self._ranked() if candidate.genome]
        return self._tune(ranked[0 if final else self.iteration % min(TUNED_SPECIES, len(ranked))])

    def update(self, batch: Sequence[Genome], scores: Sequence[float]) -> None:
        """Learn the scores of the genomes that `propose` returned."""
        if self.tuned is not None and self.tuned.tuner is not None:
            self.tuned.tuner.tell([(row, score) for row, score in zip(self.cma_rows, scores)])
        for genome, score in zip(batch, scores):
            ops = structure(genome)
            if self.iteration * BATCH < len(self.survey):
                self.gene_scores.setdefault(ops[0], []).append((score, genome[0]))
            candidate = self.species.setdefault(ops, Species(genome, score))
            if score < candidate.score:
                candidate.genome, candidate.score = genome, score
                if candidate is not self.tuned:
                    candidate.tuner = None  # the search would continue around a genome that is no longer the best
        self.iteration += 1

    def _ranked(self) -> list[Species]:
        return sorted(self.species.values(), key=lambda candidate: candidate.score)

    def _combine(self, item: int) -> Genome:
        """A genome of a few genes that score well alone."""
        rng = make_rng(self.seed, COMBINE, self.iteration, item)
        ops = sorted(self.gene_scores, key=lambda op: min(self.gene_scores[op]))
        genome = []
        for _ in range(rng.integers(min(2, self.max_genes), min(MAX_COMBINED, self.max_genes) + 1)):
            good = sorted(self.gene_scores[ops[min(int(rng.exponential(RANK_SCALE)), len(ops) - 1)]])[:TOP_GENES]
            genome.append(good[rng.integers(len(good))][1])
        return tuple(genome)

    def _breed(self, item: int) -> Genome:
        """A mutation of one of the best genomes."""
        rng = make_rng(self.seed, BREED, self.iteration, item)
        parents = self._ranked()[:PARENTS]
        parent = parents[min(int(rng.exponential()), len(parents) - 1)]
        best_genes = {op: self.species[(op,)].genome[0] for op in EVOLVED_OPS if (op,) in self.species}
        return mutate(parent.genome, best_genes, self.max_genes, rng)

    def _tune(self, candidate: Species) -> list[Genome]:
        """Genomes of one species that CMA-ES proposes."""
        self.tuned, ops = candidate, structure(candidate.genome)
        if candidate.tuner is None or candidate.tuner.should_stop():
            mean = flatten(candidate.genome)
            mean = np.append(mean, [0.5] * (2 - len(mean)))  # CMA-ES needs at least two dimensions
            candidate.tuner = CMA(
                mean=mean,
                sigma=CMA_SIGMA,
                bounds=np.tile([0.0, 1.0], (len(mean), 1)),
                seed=int(make_rng(self.seed, TUNE, self.iteration, 0).integers(2**31)),
                population_size=BATCH,
            )
        self.cma_rows = [candidate.tuner.ask() for _ in range(BATCH)]
        return [unflatten(ops, row) for row in self.cma_rows]
