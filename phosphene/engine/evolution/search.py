"""Evolution: a genome learnt by listening.

Structure is bred, parameters are tuned; what is heard decides. The same seed finds the same genome, however many
workers listen.
"""

import hashlib
import json
import math
import os
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np

from phosphene.engine.common.errors import UsageError
from phosphene.engine.effects.chain.genome import MIN_LENGTH, render
from phosphene.engine.evolution.breeding import structure, to_pairs
from phosphene.engine.evolution.descriptors import AUDIBLE, RMS, describe
from phosphene.engine.evolution.distance import distance, improvement
from phosphene.engine.evolution.excerpt import typical_excerpt
from phosphene.engine.evolution.population import Population

GENE_COST = 0.01  # what each gene costs: of two genomes that sound alike, the shorter


class IterationRow(NamedTuple):
    """One iteration in the log; less is better."""

    iteration: int
    best: float  # so far
    mean: float | None  # of those tried now, and not rejected
    median: float | None
    genome: str  # a hash of the best so far
    ops: dict  # how often each operator was tried
    seconds: float  # since the start
    rejected: dict  # how many for which reason


class EvolutionResult(NamedTuple):
    genome: list  # (op, params), every parameter told
    score: float  # less is better
    untouched: float  # the score of the sounds as they are
    rows: list


def evolve(
    sounds,
    rate,
    *,
    target=None,
    iterations=60,
    genes=5,
    seed=0,
    workers=None,
    limits=(10.0, 60.0),
    told=None,
    stopped=None,
):
    """Find the genome that brings sounds nearest to a target, or without one, makes the best of them.

    Parameters
    ----------
    sounds : list of float32 arrays, shape (frames, channels)
        The score is the mean over them.
    rate : int
    target : float32 array, shape (frames, channels), optional
    iterations : int
        Of BATCH genomes each.
    genes : int
        The most that a genome has.
    seed : int
        Names every draw.
    workers : int, optional
        Threads that listen; all cores if not told. Changes speed, never the genome.
    limits : (float, float)
        Seconds that are listened to of each sound, and of all together: the stretches that stand for the rest.
    told : callable(IterationRow), optional
        Called after every iteration.
    stopped : callable() -> bool, optional
        True ends the search; the best so far is the result.

    Returns
    -------
    EvolutionResult

    Raises
    ------
    UsageError
        If a sound or the target is silent: there is nothing to listen to.
    """
    workers = workers or os.cpu_count()
    seconds = min(limits[0], limits[1] / len(sounds))
    judge = Evaluator(list(excerpts(sounds, target, rate, seconds)), rate)
    untouched, _ = judge(())
    population = Population(untouched, iterations=iterations, longest=genes, seed=seed)
    rows, begun = [], time.perf_counter()
    with ThreadPoolExecutor(workers) as pool:
        while len(rows) < iterations and not (stopped and stopped()):
            batch = population.ask()
            verdicts = list(pool.map(judge, batch))
            scores = [score for score, _ in verdicts]
            population.tell(batch, scores)
            rows.append(make_row(len(rows), population.best, batch, verdicts, time.perf_counter() - begun))
            if told:
                told(rows[-1])
    return EvolutionResult(to_pairs(population.best.genome), population.best.score, untouched, rows)


def make_row(iteration, best, batch, verdicts, seconds):
    heard = [score for score, reason in verdicts if reason is None]
    return IterationRow(
        iteration,
        best.score,
        float(np.mean(heard)) if heard else None,
        float(np.median(heard)) if heard else None,
        hashlib.sha256(json.dumps(to_pairs(best.genome)).encode()).hexdigest()[:12],
        dict(Counter(op for genome in batch for op in structure(genome))),
        seconds,
        dict(Counter(reason for _, reason in verdicts if reason is not None)),
    )


def excerpts(sounds, target, rate, seconds):
    """The stretches that are listened to, each with what it shall come near: of the target, where it has got as far."""
    for number, sound in enumerate(sounds):
        first, last = typical_excerpt(sound, rate, seconds)
        aim = None
        if target is not None:
            share = len(target) / len(sound)
            aim = target[round(first * share) : round(last * share)]
        for name, given in ((f"sound {number + 1}", sound[first:last]), ("the target", aim)):
            if given is not None and describe(given, rate).features[RMS] <= AUDIBLE:
                raise UsageError(f"{name} is silent where it would be listened to: nothing could be learnt from it")
        yield np.ascontiguousarray(sound[first:last]), aim


class Evaluator:
    """What a genome is worth, as the mean over all sounds: the distance to the target, or else the merit lost."""

    def __init__(self, pairs, rate):
        self.rate = rate
        self.hearings = [
            (sound, describe(sound, rate), None if aim is None else describe(aim, rate)) for sound, aim in pairs
        ]

    def __call__(self, genome):
        """Its score, and why it was rejected, or None."""
        total = 0.0
        for sound, source, target in self.hearings:
            remarks = []
            made = render(to_pairs(genome), sound, self.rate, warn=remarks.append)
            portrait = describe(made, self.rate)
            reason = rejection_reason(portrait, source) or (remarks and "a gene gave no sound")
            if reason:
                return math.inf, reason
            total += -improvement(portrait, source) if target is None else distance(portrait, target)
        return total / len(self.hearings) + GENE_COST * len(genome), None


def rejection_reason(portrait, source):
    """Why a sound is not to be scored, or None."""
    if not np.isfinite(portrait.features).all():
        return "not finite"
    if portrait.seconds < min(max(MIN_LENGTH[0], MIN_LENGTH[1] * source.seconds), source.seconds):
        return "too short"
    if portrait.features[RMS] <= AUDIBLE:
        return "silent"
    return None
