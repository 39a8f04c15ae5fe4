"""A population of genomes that is asked what to try next, and told how that went. Less is better.

First it surveys every operator alone. Then, in turn, it breeds: children of the best structures; and it tunes: CMA-ES
on the parameters of one of them. In the end it only tunes the best.
"""

import numpy as np
from cmaes import CMA

from engine.effects.breeding import OPS, child, fold, spread, strand, structure

BATCH = 8  # genomes tried in an iteration
PARENTS = 4  # structures that have children
TUNED = 3  # structures that are tuned in turn
SETTINGS = 8  # of each operator in the survey
SURVEY, LATE = 1 / 3, 0.7  # of all iterations: the longest survey, and where breeding ends
BREED = 3  # one iteration in so many breeds
STEP = 0.15  # of a knob's way, where CMA-ES begins
SPREADING, BREEDING, TUNING = range(3)  # what a draw is for


def draws(seed, stage, iteration, item):
    return np.random.default_rng(np.random.SeedSequence((seed, stage, iteration, item)))


class Strain:
    """The genomes of one structure: the best of them, and the search for better parameters."""

    def __init__(self, genome, score):
        self.genome, self.score, self.tuner = genome, score, None


class Population:
    """Ask and tell, iteration after iteration; the same seed and the same answers give the same questions."""

    def __init__(self, untouched, *, iterations, longest, seed):
        self.iterations, self.longest, self.seed, self.iteration = iterations, longest, seed, 0
        self.strains = {(): Strain((), untouched)}
        self.tuned = None  # the structure that is asked about
        genes = [spread(op, SETTINGS, draws(seed, SPREADING, 0, item)) for item, op in enumerate(OPS)]
        whole = [(gene,) for setting in zip(*genes) for gene in setting]
        self.survey = whole[: max(round(SURVEY * iterations), 1) * BATCH]

    @property
    def best(self):
        return min(self.strains.values(), key=lambda strain: strain.score)

    def ask(self):
        """The next BATCH of genomes."""
        self.tuned = None
        start = self.iteration * BATCH
        batch = self.survey[start : start + BATCH]
        if len(batch) == BATCH:
            return batch
        late = self.iteration >= LATE * self.iterations
        if batch or (self.iteration % BREED == 0 and not late):
            return batch + [self._child(item) for item in range(len(batch), BATCH)]
        ranked = [strain for strain in self._ranked() if strain.genome]
        return self._tune(ranked[0 if late else self.iteration % min(TUNED, len(ranked))])

    def tell(self, batch, scores):
        """What `ask` gave, and how good it is."""
        if self.tuned is not None:
            self.tuned.tuner.tell([(row, score) for row, score in zip(self.rows, scores)])
        for genome, score in zip(batch, scores):
            ops = structure(genome)
            strain = self.strains.setdefault(ops, Strain(genome, score))
            if score < strain.score:
                strain.genome, strain.score = genome, score
                if strain is not self.tuned:
                    strain.tuner = None  # it would go on from where it is no longer best
        self.iteration += 1

    def _ranked(self):
        return sorted(self.strains.values(), key=lambda strain: strain.score)

    def _child(self, item):
        rng = draws(self.seed, BREEDING, self.iteration, item)
        parents = self._ranked()[:PARENTS]
        parent = parents[min(int(rng.exponential()), len(parents) - 1)]
        known = {op: self.strains[(op,)].genome[0] for op in OPS if (op,) in self.strains}
        return child(parent.genome, known, self.longest, rng)

    def _tune(self, strain):
        self.tuned, ops = strain, structure(strain.genome)
        if strain.tuner is None or strain.tuner.should_stop():
            mean = strand(strain.genome)
            mean = np.append(mean, [0.5] * (2 - len(mean)))  # CMA-ES begins at two dimensions
            strain.tuner = CMA(
                mean=mean,
                sigma=STEP,
                bounds=np.tile([0.0, 1.0], (len(mean), 1)),
                seed=int(draws(self.seed, TUNING, self.iteration, 0).integers(2**31)),
                population_size=BATCH,
            )
        self.rows = [strain.tuner.ask() for _ in range(BATCH)]
        return [fold(ops, row) for row in self.rows]
