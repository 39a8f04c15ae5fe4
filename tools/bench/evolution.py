"""Benchmark rows about evolution: the cost of an evaluation, and how well it recovers a hidden genome."""

import os

import numpy as np

from tools.bench import evolution_cost, evolution_recovery
from tools.bench.row import Row

SEEDS = 10


def bench_evolve():
    """120 iterations on ten seconds, compared with numpy and scipy; then the recovery, compared with random search."""
    ours, reference = evolution_cost.measure()
    ratio = reference.wall / ours.wall
    found = f"{1e3 * ours.wall:.0f} ms an evaluation on {os.cpu_count()} cores, {ratio:.1f} times as fast"
    comparison = (
        f"numpy and scipy {1e3 * reference.wall:.0f} ms; on one core {reference.processor / ours.processor:.1f} times"
    )
    yield Row("evolution", found, comparison, "20 times", ratio >= evolution_cost.GOAL)
    remaining = np.array([evolution_recovery.recover(seed, 120)[:2] for seed in range(SEEDS)])
    (ours, chance), (worst, _) = np.median(remaining, axis=0), remaining.max(axis=0)
    comparison = f"as many random genomes {chance:.2f}"
    name = f"distance left to a hidden genome, median of {SEEDS} seeds"
    yield Row(
        name,
        f"{ours:.2f}, worst {worst:.2f}",
        comparison,
        f"{evolution_recovery.GOAL}",
        ours <= evolution_recovery.GOAL,
    )
