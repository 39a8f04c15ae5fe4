"""A population of genomes that is asked what to try next, and told how that went. Less is better.

First it surveys every operator alone, then puts together what did well. From there on, in turn, it breeds: children
of the best structures; and it tunes: CMA-ES on the parameters of one of them. In the end it only tunes the best.
"""

import numpy as np
from cmaes import CMA

from phosphene.engine.evolution.breeding import EVOLVED_OPS, flatten, latin_hypercube, mutate, structure, unflatten

BATCH = 8  # genomes tried in an iteration
GENES_PER_OP = BATCH  # of each operator in the survey
SURVEY_SHARE, COMBINE_SHARE, FINAL_TUNING = (
    1 / 3,
    1 / 30,
    0.7,
)  # of all iterations: the longest survey, the meeting, where breeding ends
MAX_COMBINED, TOP_GENES, RANK_SCALE = (
    4,
    4,
    2.5,
)  # genes that meet at the most; best of an operator; operators chosen among, about
BREED_EVERY = 3  # one iteration in so many breeds
PARENTS = 4  # structures that have children
TUNED_SPECIES = 3  # structures that are tuned in turn
CMA_SIGMA = 0.15  # of a knob's way, where CMA-ES begins
SURVEY, COMBINE, BREED, TUNE = range(4)  # what a draw is for


def make_rng(seed, stage, iteration, item):
    return np.random.default_rng(np.random.SeedSequence((seed, stage, iteration, item)))


class Species:
    """The genomes of one structure: the best of them, and the search for better parameters."""

    def __init__(self, genome, score):
        self.genome, self.score, self.tuner = genome, score, None


class Population:
    """Ask and tell, iteration after iteration; the same seed and the same answers give the same questions."""

    def __init__(self, untouched, *, iterations, longest, seed):
        self.iterations, self.longest, self.seed, self.iteration = iterations, longest, seed, 0
        self.strains = {(): Species((), untouched)}
        self.tuned = None  # the structure that is asked about
        genes = [
            latin_hypercube(op, GENES_PER_OP, make_rng(seed, SURVEY, 0, item)) for item, op in enumerate(EVOLVED_OPS)
        ]
        whole = [(gene,) for setting in zip(*genes) for gene in setting]
        self.survey = whole[: max(round(SURVEY_SHARE * iterations), 1) * BATCH]
        self.alone = {}  # what the survey says: (score, gene) by operator

    @property
    def best(self):
        return min(self.strains.values(), key=lambda strain: strain.score)

    def ask(self):
        """The next BATCH of genomes."""
        self.tuned = None
        met = self.iteration - len(self.survey) // BATCH
        late = self.iteration >= FINAL_TUNING * self.iterations
        if met < 0:
            return self.survey[self.iteration * BATCH :][:BATCH]
        if met < round(COMBINE_SHARE * self.iterations):
            return [self._meeting(item) for item in range(BATCH)]
        if self.iteration % BREED_EVERY == 0 and not late:
            return [self._child(item) for item in range(BATCH)]
        ranked = [strain for strain in self._ranked() if strain.genome]
        return self._tune(ranked[0 if late else self.iteration % min(TUNED_SPECIES, len(ranked))])

    def tell(self, batch, scores):
        """What `ask` gave, and how good it is."""
        if self.tuned is not None:
            self.tuned.tuner.tell([(row, score) for row, score in zip(self.rows, scores)])
        for genome, score in zip(batch, scores):
            ops = structure(genome)
            if self.iteration * BATCH < len(self.survey):
                self.alone.setdefault(ops[0], []).append((score, genome[0]))
            strain = self.strains.setdefault(ops, Species(genome, score))
            if score < strain.score:
                strain.genome, strain.score = genome, score
                if strain is not self.tuned:
                    strain.tuner = None  # it would go on from where it is no longer best
        self.iteration += 1

    def _ranked(self):
        return sorted(self.strains.values(), key=lambda strain: strain.score)

    def _meeting(self, item):
        """A few genes that do well alone."""
        rng = make_rng(self.seed, COMBINE, self.iteration, item)
        ops = sorted(self.alone, key=lambda op: min(self.alone[op]))
        genome = []
        for _ in range(rng.integers(min(2, self.longest), min(MAX_COMBINED, self.longest) + 1)):
            good = sorted(self.alone[ops[min(int(rng.exponential(RANK_SCALE)), len(ops) - 1)]])[:TOP_GENES]
            genome.append(good[rng.integers(len(good))][1])
        return tuple(genome)

    def _child(self, item):
        rng = make_rng(self.seed, BREED, self.iteration, item)
        parents = self._ranked()[:PARENTS]
        parent = parents[min(int(rng.exponential()), len(parents) - 1)]
        known = {op: self.strains[(op,)].genome[0] for op in EVOLVED_OPS if (op,) in self.strains}
        return mutate(parent.genome, known, self.longest, rng)

    def _tune(self, strain):
        self.tuned, ops = strain, structure(strain.genome)
        if strain.tuner is None or strain.tuner.should_stop():
            mean = flatten(strain.genome)
            mean = np.append(mean, [0.5] * (2 - len(mean)))  # CMA-ES begins at two dimensions
            strain.tuner = CMA(
                mean=mean,
                sigma=CMA_SIGMA,
                bounds=np.tile([0.0, 1.0], (len(mean), 1)),
                seed=int(make_rng(self.seed, TUNE, self.iteration, 0).integers(2**31)),
                population_size=BATCH,
            )
        self.rows = [strain.tuner.ask() for _ in range(BATCH)]
        return [unflatten(ops, row) for row in self.rows]
