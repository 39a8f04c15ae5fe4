"""Cost of evaluating genomes: the search, compared with the same genomes in plain numpy and scipy.

python3 tools/bench/evolution_cost.py [--iterations N] [--sample N]
"""

import argparse
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from phosphene.engine.effects.chain.genome import render
from phosphene.engine.evolution.breeding import EVOLVED_OPS, to_pairs
from phosphene.engine.evolution.population import BATCH, Population
from phosphene.engine.evolution.search import Evaluator
from tools.bench.evolution_recovery import MAX_GENES, hidden_genome, music
from tools.peers import reference_effects

RATE, SECONDS = 48_000, 10.0
GOAL = 20  # times as fast


class Cost(NamedTuple):
    """Seconds per evaluation."""

    wall: float
    processor: float  # of all cores together; independent of other load on the machine


def measure_cost(run, count):
    """Call `run`, which makes `count` evaluations; returns their Cost."""
    wall, processor = time.perf_counter(), time.process_time()
    run()
    return Cost((time.perf_counter() - wall) / count, (time.process_time() - processor) / count)


def measure(iterations=120, sample=48, workers=None):
    """Costs of the search with its workers, and of the reference in one thread on a sample of the same genomes."""
    sound = music(0, RATE, SECONDS)
    target = render(to_pairs(hidden_genome(0)), sound, RATE)
    evaluate, reference = Evaluator([(sound, target)], RATE), reference_effects.describe(target, RATE)
    population = Population(evaluate(())[0], iterations=iterations, max_genes=MAX_GENES, seed=0)
    tried = []

    with ThreadPoolExecutor(workers or os.cpu_count()) as pool:

        def search():
            for _ in range(iterations):
                batch = population.propose()
                population.update(batch, [score for score, _ in pool.map(evaluate, batch)])
                tried.extend(map(to_pairs, batch))

        def run_reference():
            for pairs in selected:
                reference_effects.evaluate(pairs, sound.astype(float), RATE, reference)

        list(pool.map(evaluate, population.survey[: len(EVOLVED_OPS)]))  # compiles the kernels
        ours = measure_cost(search, iterations * BATCH)
        selected = tried[:: max(len(tried) // sample, 1)]
        return ours, measure_cost(run_reference, len(selected))


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--iterations", type=int, default=120)
    parser.add_argument("--sample", type=int, default=48)
    args = parser.parse_args()
    ours, reference = measure(args.iterations, args.sample)
    print(f"{1e3 * ours.wall:.0f} ms an evaluation on {os.cpu_count()} cores")
    print(f"numpy and scipy {1e3 * reference.wall:.0f} ms")
    print(
        f"{reference.wall / ours.wall:.1f} times as fast; on one core {reference.processor / ours.processor:.1f} times"
    )
    print(f"goal {GOAL} times on two cores")


if __name__ == "__main__":
    main()
