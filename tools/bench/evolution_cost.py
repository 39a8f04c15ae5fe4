"""What listening to genomes costs: evolution as it runs, against the same genomes plainly in numpy and scipy.

python3 tools/evolvecost.py [--iterations N] [--sample N]
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
from tools.bench.evolution_recovery import GENES, hide, music
from tools.peers import reference_effects

RATE, SECONDS = 48_000, 10.0
GOAL = 20  # times as fast


class Spent(NamedTuple):
    """Seconds an evaluation."""

    wall: float
    processor: float  # of all cores together: what a busy machine does not change


def spent(run, count):
    wall, processor = time.perf_counter(), time.process_time()
    run()
    return Spent((time.perf_counter() - wall) / count, (time.process_time() - processor) / count)


def measure(iterations=120, sample=48, workers=None):
    """(Ours with its workers, the reference in one thread on a sample of what ours tried), each Spent."""
    sound = music(0, RATE, SECONDS)
    target = render(to_pairs(hide(0)), sound, RATE)
    judge, plain = Evaluator([(sound, target)], RATE), reference_effects.portray(target, RATE)
    population = Population(judge(())[0], iterations=iterations, longest=GENES, seed=0)
    tried = []

    with ThreadPoolExecutor(workers or os.cpu_count()) as pool:

        def search():
            for _ in range(iterations):
                batch = population.ask()
                population.tell(batch, [score for score, _ in pool.map(judge, batch)])
                tried.extend(map(to_pairs, batch))

        def plainly():
            for told in some:
                reference_effects.evaluate(told, sound.astype(float), RATE, plain)

        list(pool.map(judge, population.survey[: len(EVOLVED_OPS)]))  # compiles
        ours = spent(search, iterations * BATCH)
        some = tried[:: max(len(tried) // sample, 1)]
        return ours, spent(plainly, len(some))


def main():
    words = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    words.add_argument("--iterations", type=int, default=120)
    words.add_argument("--sample", type=int, default=48)
    asked = words.parse_args()
    ours, plain = measure(asked.iterations, asked.sample)
    print(
        f"{1e3 * ours.wall:.0f} ms an evaluation on {os.cpu_count()} cores; numpy and scipy {1e3 * plain.wall:.0f} ms"
    )
    print(f"{plain.wall / ours.wall:.1f} times as fast; on one core {plain.processor / ours.processor:.1f} times")
    print(f"goal {GOAL} times on two cores")


if __name__ == "__main__":
    main()
