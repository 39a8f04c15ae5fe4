"""Recovery: how near evolution comes to a sound made by a genome that it is not told.

    python3 tools/recovery.py [--seeds N] [--iterations N] [--no-control]

Music goes through pitch, echo and reverb, in any order, every knob anywhere. The figure is the distance that is left,
as a fraction of that of the untouched music; beside it, the best of as many genomes drawn at random.
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
HIDDEN = "pitch", "echo", "reverb"
GENES = 5
GOAL = 0.35  # what the median is to be, at the most


def music(seed, rate=RATE, seconds=SECONDS):
    """A stretch from somewhere in a piece of the synth's."""
    synth, out = Synth(rate, seed=seed), np.empty((round(seconds * rate), 2), np.float32)
    synth.seek(round(rate * (20 + 7 * seed)))
    synth.read(out)
    return out


def hide(seed, ops=HIDDEN):
    rng = np.random.default_rng((seed, 0))
    return tuple((str(op), tuple(map(float, rng.random(len(EVOLVED_PARAMS[op]))))) for op in rng.permutation(ops))


def at_random(judge, count, seed):
    """The best score of so many genomes without a search."""
    rng, best = np.random.default_rng((seed, 1)), math.inf
    for _ in range(count):
        genes = tuple(random_gene({}, rng) for _ in range(rng.integers(1, GENES + 1)))
        best = min(best, judge(genes)[0])
    return best


def recover(seed, iterations, *, control=True):
    """(What evolution leaves of the distance, what chance leaves, what it found, what was hidden)."""
    hidden, sound = hide(seed), music(seed)
    target = render(to_pairs(hidden), sound, RATE)
    result = evolve([sound], RATE, target=target, iterations=iterations, genes=GENES, seed=seed)
    chance = at_random(Evaluator([(sound, target)], RATE), iterations * BATCH, seed) if control else math.nan
    return result.score / result.untouched, chance / result.untouched, result, hidden


def main():
    words = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    words.add_argument("--seeds", type=int, default=10)
    words.add_argument("--iterations", type=int, default=120)
    words.add_argument("--no-control", action="store_true")
    asked = words.parse_args()
    rows = []
    for seed in range(asked.seeds):
        found, chance, result, hidden = recover(seed, asked.iterations, control=not asked.no_control)
        rows.append((found, chance))
        names = " ".join(op for op, _ in result.genome)
        print(f"{seed:3} {found:.2f}  at random {chance:.2f}  {names}  for {' '.join(structure(hidden))}", flush=True)
    found, chance = np.median(rows, axis=0)
    print(f"median {found:.2f} of the distance is left (goal {GOAL}), at random {chance:.2f}")


if __name__ == "__main__":
    main()
