"""Search: learns a genome by rendering candidates and scoring the sound.

The structure of genomes is bred and their parameters are tuned. The same seed finds the same genome with any number
of workers.
"""

import hashlib
import json
import math
import os
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import numpy as np

from phosphene.engine.common.errors import UsageError
from phosphene.engine.effects.chain.genome import MIN_LENGTH, render
from phosphene.engine.evolution.breeding import Genome, structure, to_pairs
from phosphene.engine.evolution.descriptors import AUDIBLE, RMS, Descriptors, describe
from phosphene.engine.evolution.distance import distance, improvement
from phosphene.engine.evolution.excerpt import typical_excerpt
from phosphene.engine.evolution.population import Population, Species

GENE_COST = 0.01  # added to the score per gene: of two genomes that sound the same, the shorter wins


class IterationRow(NamedTuple):
    """One iteration in the log; a lower score is better."""

    iteration: int
    best: float  # so far
    mean: float | None  # of the genomes of this iteration that were not rejected
    median: float | None
    genome: str  # hash of the best genome so far
    ops: dict[str, int]  # how often each operator was tried
    seconds: float  # since the start
    rejected: dict[str, int]  # genomes rejected by reason


class EvolutionResult(NamedTuple):
    genome: list[tuple[str, dict[str, Any]]]  # (op, params) with every parameter
    score: float  # lower is better
    untouched: float  # score of the unprocessed sounds
    rows: list[IterationRow]


def evolve(
    sounds: Sequence[np.ndarray],
    rate: int,
    *,
    target: np.ndarray | None = None,
    iterations: int = 60,
    genes: int = 5,
    seed: int = 0,
    workers: int | None = None,
    limits: tuple[float, float] = (10.0, 60.0),
    on_iteration: Callable[[IterationRow], object] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> EvolutionResult:
    """Find the genome that brings sounds closest to a target, or without a target, improves them most.

    Parameters
    ----------
    sounds : list of float32 arrays, shape (frames, channels)
        The score is the mean over them.
    rate : int
    target : float32 array, shape (frames, channels), optional
    iterations : int
        Each tries BATCH genomes.
    genes : int
        Longest genome.
    seed : int
        Seed of all random numbers.
    workers : int, optional
        Threads that render and score; default one per core. Changes speed, never the genome.
    limits : (float, float)
        Seconds used of each sound, and of all together.
    on_iteration : callable(IterationRow), optional
        Called after every iteration.
    should_stop : callable() -> bool, optional
        True ends the search; the result is the best genome so far.

    Returns
    -------
    EvolutionResult

    Raises
    ------
    UsageError
        If a sound or the target is silent.
    """
    workers = workers or os.cpu_count()
    seconds = min(limits[0], limits[1] / len(sounds))
    evaluate = Evaluator(list(excerpts(sounds, target, rate, seconds)), rate)
    untouched, _ = evaluate(())
    population = Population(untouched, iterations=iterations, max_genes=genes, seed=seed)
    rows: list[IterationRow] = []
    start = time.perf_counter()
    with ThreadPoolExecutor(workers) as pool:
        while len(rows) < iterations and not (should_stop and should_stop()):
            batch = population.propose()
            results = list(pool.map(evaluate, batch))
            scores = [score for score, _ in results]
            population.update(batch, scores)
            rows.append(make_row(len(rows), population.best, batch, results, time.perf_counter() - start))
            if on_iteration:
                on_iteration(rows[-1])
    return EvolutionResult(to_pairs(population.best.genome), population.best.score, untouched, rows)


def make_row(
    iteration: int,
    best: Species,
    batch: Sequence[Genome],
    results: Sequence[tuple[float, str | None]],
    seconds: float,
) -> IterationRow:
    """The log row of an iteration, from the (score, rejection) of each of its genomes."""
    accepted = [score for score, reason in results if reason is None]
    return IterationRow(
        iteration,
        best.score,
        float(np.mean(accepted)) if accepted else None,
        float(np.median(accepted)) if accepted else None,
        hashlib.sha256(json.dumps(to_pairs(best.genome)).encode()).hexdigest()[:12],
        dict(Counter(op for genome in batch for op in structure(genome))),
        seconds,
        dict(Counter(reason for _, reason in results if reason is not None)),
    )


def excerpts(
    sounds: Sequence[np.ndarray], target: np.ndarray | None, rate: int, seconds: float
) -> Iterator[tuple[np.ndarray, np.ndarray | None]]:
    """The excerpt used of each sound, with the corresponding section of the target, if there is one."""
    for number, sound in enumerate(sounds):
        first, last = typical_excerpt(sound, rate, seconds)
        target_excerpt = None
        if target is not None:
            share = len(target) / len(sound)
            target_excerpt = target[round(first * share) : round(last * share)]
        for name, excerpt in ((f"sound {number + 1}", sound[first:last]), ("the target", target_excerpt)):
            if excerpt is not None and describe(excerpt, rate).features[RMS] <= AUDIBLE:
                raise UsageError(f"{name} is silent in the section that would be used: nothing can be learned from it")
        yield np.ascontiguousarray(sound[first:last]), target_excerpt


class Evaluator:
    """Scores genomes, as the mean over all sounds: the distance to the target, or without one, -improvement."""

    def __init__(self, pairs: Iterable[tuple[np.ndarray, np.ndarray | None]], rate: int) -> None:
        self.rate = rate
        self.cases = [
            (sound, describe(sound, rate), None if target_excerpt is None else describe(target_excerpt, rate))
            for sound, target_excerpt in pairs
        ]

    def __call__(self, genome: Genome) -> tuple[float, str | None]:
        """The score, and the reason for a rejection or None."""
        total = 0.0
        for sound, source, target in self.cases:
            warnings: list[str] = []
            rendered = render(to_pairs(genome), sound, self.rate, warn=warnings.append)
            descriptors = describe(rendered, self.rate)
            reason = rejection_reason(descriptors, source) or (warnings and "a gene gave no sound")
            if reason:
                return math.inf, reason
            total += -improvement(descriptors, source) if target is None else distance(descriptors, target)
        return total / len(self.cases) + GENE_COST * len(genome), None


def rejection_reason(descriptors: Descriptors, source: Descriptors) -> str | None:
    """Why a sound is rejected, or None."""
    if not np.isfinite(descriptors.features).all():
        return "not finite"
    if descriptors.seconds < min(max(MIN_LENGTH[0], MIN_LENGTH[1] * source.seconds), source.seconds):
        return "too short"
    if descriptors.features[RMS] <= AUDIBLE:
        return "silent"
    return None
