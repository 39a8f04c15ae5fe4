"""Evolution: the same seed finds the same genome, and what it finds is better than chance and than nothing."""

import json
import math

import numpy as np
import pytest

from phosphene.engine.common.errors import UsageError
from phosphene.engine.effects import EFFECTS
from phosphene.engine.evolution.breeding import (
    EVOLVED_OPS,
    EVOLVED_PARAMS,
    MUTATION_ODDS,
    MUTATIONS,
    flatten,
    mutate,
    random_gene,
    structure,
    to_pairs,
    unflatten,
)
from phosphene.engine.evolution.population import BATCH, Population
from phosphene.engine.evolution.search import Evaluator, evolve
from tests.evolution.test_distance import noisy
from tools.bench.evolution_recovery import GOAL, RATE, at_random, hide, music, recover

RNG = np.random.default_rng(17)


def some(count=200, longest=5):
    return [tuple(random_gene({}, RNG) for _ in range(RNG.integers(longest + 1))) for _ in range(count)]


def test_a_spelt_genome_is_within_every_range_and_complete():
    for genome in some():
        for (op, shares), (name, params) in zip(genome, to_pairs(genome), strict=True):
            assert op == name and params.keys() == {param.name for param in EFFECTS[op].PARAMS}
            assert all(param.low <= params[param.name] <= param.high for param in EFFECTS[op].PARAMS)
            told = [p.position_of(params[p.name]) for p in EVOLVED_PARAMS[op]]
            assert told == pytest.approx(shares)


def test_a_strand_folds_back():
    for genome in some():
        assert unflatten(structure(genome), flatten(genome)) == genome


def test_a_child_differs_and_is_never_too_long():
    for genome in some():
        made = mutate(genome, {}, 5, RNG)
        assert 1 <= len(made) <= max(len(genome), 5)
        assert all(0.0 <= share <= 1.0 for share in flatten(made))
        assert len(made) - len(genome) in (-1, 0, 1)


def test_every_mutation_is_named():
    assert MUTATION_ODDS.keys() == MUTATIONS.keys() and sum(MUTATION_ODDS.values()) == pytest.approx(1.0)


def bowl(genome):
    """A landscape without sound: best is one `volume` at a third of its way."""
    return abs(len(genome) - 1) + sum(abs(shares[0] - 1 / 3) + (op != "volume") for op, shares in genome)


def test_a_population_finds_the_bottom_of_a_bowl():
    population = Population(bowl(()), iterations=60, longest=4, seed=0)
    for _ in range(60):
        batch = population.ask()
        assert len(batch) == BATCH
        population.tell(batch, [bowl(genome) for genome in batch])
    assert structure(population.best.genome) == ("volume",) and population.best.score < 1e-3


def test_a_population_lives_with_what_is_rejected():
    population = Population(1.0, iterations=30, longest=3, seed=0)
    for _ in range(30):
        population.tell(population.ask(), [math.inf] * BATCH)
    assert population.best.genome == () and population.best.score == 1.0


def found(**words):
    rows = []
    sounds = [music(seed, RATE, 1.5) for seed in (1, 2)]
    result = evolve(sounds, RATE, target=music(3, RATE, 1.5), iterations=14, told=rows.append, **words)
    return result, rows


def test_workers_change_nothing_and_the_seed_does():
    alone, rows = found(seed=4, workers=1)
    together, _ = found(seed=4, workers=3)
    assert (alone.genome, alone.score) == (together.genome, together.score)
    assert [row._replace(seconds=0.0) for row in rows] == [row._replace(seconds=0.0) for row in together.rows]
    assert rows == alone.rows and len(rows) == 14
    assert found(seed=5)[0].genome != alone.genome
    best = [row.best for row in rows]
    assert best == sorted(best, reverse=True) and best[-1] == alone.score < alone.untouched
    json.dumps([row._asdict() for row in rows])


def test_it_stops_when_told_and_keeps_the_best():
    asked = iter([False, False, True])
    result = evolve([music(1, RATE, 1.0)], RATE, target=music(2, RATE, 1.0), stopped=lambda: next(asked))
    assert len(result.rows) == 2 and result.score == result.rows[-1].best


def test_what_is_silent_or_too_short_is_rejected():
    judge = Evaluator([(music(1, RATE, 2.0), None)], RATE)
    assert judge(()) == (0.0, None)
    for op, named, reasons in (
        ("volume", {"gain": -60.0}, {"silent"}),
        ("trim", {"threshold": 0.0}, {"too short", "a gene gave no sound"}),
    ):
        shares = tuple(p.position_of(named.get(p.name, p.default)) for p in EVOLVED_PARAMS[op])
        score, reason = judge(((op, shares),))
        assert score == math.inf and reason in reasons


def test_silence_teaches_nothing():
    with pytest.raises(UsageError, match="sound 1 is silent"):
        evolve([np.zeros((RATE, 1), np.float32)], RATE)
    with pytest.raises(UsageError, match="the target is silent"):
        evolve([music(1, RATE, 1.0)], RATE, target=np.zeros((RATE, 1), np.float32))


def test_a_long_sound_is_heard_in_part_and_so_is_its_target():
    long = music(1, RATE, 6.0)
    result = evolve([long], RATE, target=long[: len(long) // 2], iterations=1, limits=(2.0, 60.0))
    assert result.untouched > 0.5, "half of it has half the length, wherever it is heard"
    assert evolve([long], RATE, target=long, iterations=1, limits=(2.0, 60.0)).untouched == 0.0


def test_a_noisy_sound_gains_by_noise_reduction():
    result = evolve([noisy().astype(np.float32)], RATE, iterations=20, seed=1)
    assert result.score < -0.5
    assert "noise_reduction" in [op for op, _ in result.genome]


def test_a_hidden_genome_is_approached_and_chance_does_worse():
    rows = [recover(seed, 40)[:2] for seed in (0, 3, 5)]
    left, chance = np.median(rows, axis=0)
    assert left <= GOAL and left < chance, rows


def test_what_hides_is_what_was_asked_for():
    assert sorted(structure(hide(0))) == ["echo", "pitch", "reverb"]
    assert set(EVOLVED_OPS) == EFFECTS.keys() - {"dc_blocker"}
    judge = Evaluator([(music(1, RATE, 1.0), None)], RATE)
    assert at_random(judge, 4, 0) == at_random(judge, 4, 0)
