"""Recovery: how close evolution comes to a sound made by a hidden genome.

    python3 tools/bench/evolution_recovery.py [--seeds N] [--iterations N] [--no-control]

Music is processed by pitch, echo and reverb in random order with random parameters. The result is the remaining
distance, as a fraction of the distance of the unprocessed music, and the same for the best of as many random genomes.
"""

import argparse
import math
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from phosphene.engine.audio.sources.synth import Synth
from phosphene.engine.effects.chain.genome import render
from phosphene.engine.evolution.breeding import EVOLVED_PARAMS, random_gene, structure, to_pairs
from phosphene.engine.evolution.population import BATCH
from phosphene.engine.evolution.search import Evaluator, evolve

RATE, SECONDS = 24_000, 4.0
HIDDEN_OPS = "pitch", "echo", "reverb"
MAX_GENES = 5
GOAL = 0.35  # largest median


def music(seed, rate=RATE, seconds=SECONDS):
    """A section of a piece by the synth."""
    synth, out = Synth(rate, seed=seed), np.empty((round(seconds * rate), 2), np.float32)
    synth.seek(round(rate * (20 + 7 * seed)))
    synth.read(out)
    return out


def hidden_genome(seed, ops=HIDDEN_OPS):
    """Genes of these operators in random order, with random parameters."""
    rng = np.random.default_rng((seed, 0))
    return tuple((str(op), tuple(map(float, rng.random(len(EVOLVED_PARAMS[op]))))) for op in rng.permutation(ops))


def best_random_score(evaluate, count, seed):
    """The best score of `count` random genomes."""
    rng, best = np.random.default_rng((seed, 1)), math.inf
    for _ in range(count):
        genes = tuple(random_gene({}, rng) for _ in range(rng.integers(1, MAX_GENES + 1)))
        best = min(best, evaluate(genes)[0])
    return best


def recover(seed, iterations, *, control=True):
    """Returns (remaining distance after evolution, after random search, EvolutionResult, hidden genome)."""
    hidden, sound = hidden_genome(seed), music(seed)
    target = render(to_pairs(hidden), sound, RATE)
    result = evolve([sound], RATE, target=target, iterations=iterations, genes=MAX_GENES, seed=seed)
    chance = best_random_score(Evaluator([(sound, target)], RATE), iterations * BATCH, seed) if control else math.nan
    return result.score / result.untouched, chance / result.untouched, result, hidden


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--iterations", type=int, default=120)
    parser.add_argument("--no-control", action="store_true")
    args = parser.parse_args()
    rows = []
    for seed in range(args.seeds):
        found, chance, result, hidden = recover(seed, args.iterations, control=not args.no_control)
        rows.append((found, chance))
        names = " ".join(op for op, _ in result.genome)
        print(f"{seed:3} {found:.2f}  at random {chance:.2f}  {names}  for {' '.join(structure(hidden))}", flush=True)
    found, chance = np.median(rows, axis=0)
    print(f"median {found:.2f} of the distance is left (goal {GOAL}), at random {chance:.2f}")


if __name__ == "__main__":
    main()
