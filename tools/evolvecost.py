"""What listening to genomes costs: evolution as it runs, against the same genomes plainly in numpy and scipy.

python3 tools/evolvecost.py [--iterations N] [--sample N]
"""

import argparse
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from engine.effects.breeding import spell
from engine.effects.genome import render
from engine.effects.population import Population
from engine.evolve import Judge
from tools import reference
from tools.recovery import GENES, hide, music

RATE, SECONDS = 48_000, 10.0
GOAL = 20  # times as fast


def measure(iterations=120, sample=48, workers=None):
    """Seconds an evaluation: ours with its workers, the reference's alone and with as many."""
    sound = music(0, RATE, SECONDS)
    target = render(spell(hide(0)), sound, RATE)
    judge, plain = Judge([(sound, target)], RATE), reference.portray(target, RATE)
    population = Population(judge(())[0], iterations=iterations, longest=GENES, seed=0)
    tried = []
    with ThreadPoolExecutor(workers or os.cpu_count()) as pool:
        list(pool.map(judge, population.survey))  # compiles
        begun = time.perf_counter()
        for _ in range(iterations):
            batch = population.ask()
            population.tell(batch, [score for score, _ in pool.map(judge, batch)])
            tried += batch
        ours = (time.perf_counter() - begun) / len(tried)
        some = [spell(genome) for genome in tried[:: max(len(tried) // sample, 1)]]

        def plainly(told):
            return reference.evaluate(told, sound.astype(float), RATE, plain)

        begun = time.perf_counter()
        for told in some:
            plainly(told)
        alone = (time.perf_counter() - begun) / len(some)
        begun = time.perf_counter()
        list(pool.map(plainly, some))
        together = (time.perf_counter() - begun) / len(some)
    return {"ours": ours, "alone": alone, "together": together}


def main():
    words = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    words.add_argument("--iterations", type=int, default=120)
    words.add_argument("--sample", type=int, default=48)
    asked = words.parse_args()
    found = measure(asked.iterations, asked.sample)
    for name, told in (("alone", "numpy and scipy"), ("together", "the same with as many threads")):
        print(f"{found[name] / found['ours']:.1f} times as fast as {told} ({1e3 * found[name]:.0f} ms an evaluation)")
    print(f"{1e3 * found['ours']:.0f} ms an evaluation; goal {GOAL} times")


if __name__ == "__main__":
    main()
