"""Rows of the benchmarks about evolution: what listening costs, and how near it comes to what is hidden."""

import os

import numpy as np

from tools.bench import evolution_cost, evolution_recovery
from tools.bench.row import Row

SEEDS = 10


def bench_evolve():
    """120 iterations over ten seconds, against the same genomes in numpy and scipy; then recovery beside chance."""
    ours, plain = evolution_cost.measure()
    ratio = plain.wall / ours.wall
    found = f"{1e3 * ours.wall:.0f} ms an evaluation on {os.cpu_count()} cores, {ratio:.1f} times as fast"
    beside = f"numpy and scipy {1e3 * plain.wall:.0f} ms; on one core {plain.processor / ours.processor:.1f} times"
    yield Row("evolution", found, beside, "20 times", ratio >= evolution_cost.GOAL)
    left = np.array([evolution_recovery.recover(seed, 120)[:2] for seed in range(SEEDS)])
    (ours, chance), (worst, _) = np.median(left, axis=0), left.max(axis=0)
    beside = f"as many at random {chance:.2f}"
    name = f"distance left to a hidden genome, median of {SEEDS} seeds"
    yield Row(
        name, f"{ours:.2f}, worst {worst:.2f}", beside, f"{evolution_recovery.GOAL}", ours <= evolution_recovery.GOAL
    )
