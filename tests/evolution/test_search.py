"""Evolution: the same seed finds the same genome, and it is better than chance and than no effects."""

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
from tools.bench.evolution_recovery import GOAL, RATE, best_random_score, hidden_genome, music, recover

RNG = np.random.default_rng(17)


def random_genomes(count=200, max_genes=5):
    return [tuple(random_gene({}, RNG) for _ in range(RNG.integers(max_genes + 1))) for _ in range(count)]


def test_pairs_have_every_parameter_within_its_range():
    for genome in random_genomes():
        for (op, shares), (name, params) in zip(genome, to_pairs(genome), strict=True):
            assert op == name and params.keys() == {param.name for param in EFFECTS[op].PARAMS}
            assert all(param.low <= params[param.name] <= param.high for param in EFFECTS[op].PARAMS)
            positions = [p.position_of(params[p.name]) for p in EVOLVED_PARAMS[op]]
            assert positions == pytest.approx(shares)


def test_flattened_genome_is_restored():
    for genome in random_genomes():
        assert unflatten(structure(genome), flatten(genome)) == genome


def test_mutation_is_in_range_and_not_too_long():
    for genome in random_genomes():
        child = mutate(genome, {}, 5, RNG)
        assert 1 <= len(child) <= max(len(genome), 5)
        assert all(0.0 <= share <= 1.0 for share in flatten(child))
        assert len(child) - len(genome) in (-1, 0, 1)


def test_every_mutation_has_odds():
    assert MUTATION_ODDS.keys() == MUTATIONS.keys() and sum(MUTATION_ODDS.values()) == pytest.approx(1.0)


def bowl_score(genome):
    """A score without sound; the best genome is one `volume` at a third of its range."""
    return abs(len(genome) - 1) + sum(abs(shares[0] - 1 / 3) + (op != "volume") for op, shares in genome)


def test_population_finds_the_minimum_of_a_bowl():
    population = Population(bowl_score(()), iterations=60, max_genes=4, seed=0)
    for _ in range(60):
        batch = population.propose()
        assert len(batch) == BATCH
        population.update(batch, [bowl_score(genome) for genome in batch])
    assert structure(population.best.genome) == ("volume",) and population.best.score < 1e-3


def test_population_survives_when_every_genome_is_rejected():
    population = Population(1.0, iterations=30, max_genes=3, seed=0)
    for _ in range(30):
        population.update(population.propose(), [math.inf] * BATCH)
    assert population.best.genome == () and population.best.score == 1.0


def run_evolution(**options):
    rows = []
    sounds = [music(seed, RATE, 1.5) for seed in (1, 2)]
    result = evolve(sounds, RATE, target=music(3, RATE, 1.5), iterations=14, on_iteration=rows.append, **options)
    return result, rows


def test_result_depends_on_the_seed_and_not_on_the_workers():
    one_worker, rows = run_evolution(seed=4, workers=1)
    three_workers, _ = run_evolution(seed=4, workers=3)
    assert (one_worker.genome, one_worker.score) == (three_workers.genome, three_workers.score)
    assert [row._replace(seconds=0.0) for row in rows] == [row._replace(seconds=0.0) for row in three_workers.rows]
    assert rows == one_worker.rows and len(rows) == 14
    assert run_evolution(seed=5)[0].genome != one_worker.genome
    best = [row.best for row in rows]
    assert best == sorted(best, reverse=True) and best[-1] == one_worker.score < one_worker.untouched
    json.dumps([row._asdict() for row in rows])


def test_stopped_search_keeps_the_best_genome():
    stops = iter([False, False, True])
    result = evolve([music(1, RATE, 1.0)], RATE, target=music(2, RATE, 1.0), should_stop=lambda: next(stops))
    assert len(result.rows) == 2 and result.score == result.rows[-1].best


def test_silent_and_too_short_results_are_rejected():
    evaluate = Evaluator([(music(1, RATE, 2.0), None)], RATE)
    assert evaluate(()) == (0.0, None)
    for op, params, reasons in (
        ("volume", {"gain": -60.0}, {"silent"}),
        ("trim", {"threshold": 0.0}, {"too short", "a gene gave no sound"}),
    ):
        shares = tuple(p.position_of(params.get(p.name, p.default)) for p in EVOLVED_PARAMS[op])
        score, reason = evaluate(((op, shares),))
        assert score == math.inf and reason in reasons


def test_silent_input_or_target_is_an_error():
    with pytest.raises(UsageError, match="sound 1 is silent"):
        evolve([np.zeros((RATE, 1), np.float32)], RATE)
    with pytest.raises(UsageError, match="the target is silent"):
        evolve([music(1, RATE, 1.0)], RATE, target=np.zeros((RATE, 1), np.float32))


def test_target_is_cut_to_the_excerpt_of_the_sound():
    long = music(1, RATE, 6.0)
    result = evolve([long], RATE, target=long[: len(long) // 2], iterations=1, limits=(2.0, 60.0))
    assert result.untouched > 0.5, "half of the target has half the length, whichever excerpt is used"
    assert evolve([long], RATE, target=long, iterations=1, limits=(2.0, 60.0)).untouched == 0.0


def test_noisy_sound_evolves_noise_reduction():
    result = evolve([noisy().astype(np.float32)], RATE, iterations=20, seed=1)
    assert result.score < -0.5
    assert "noise_reduction" in [op for op, _ in result.genome]


def test_search_recovers_a_hidden_genome_better_than_chance():
    rows = [recover(seed, 40)[:2] for seed in (0, 3, 5)]
    remaining, chance = np.median(rows, axis=0)
    assert remaining <= GOAL and remaining < chance, rows


def test_hidden_genome_has_its_operators_and_random_search_is_reproducible():
    assert sorted(structure(hidden_genome(0))) == ["echo", "pitch", "reverb"]
    assert set(EVOLVED_OPS) == EFFECTS.keys() - {"dc_blocker"}
    evaluate = Evaluator([(music(1, RATE, 1.0), None)], RATE)
    assert best_random_score(evaluate, 4, 0) == best_random_score(evaluate, 4, 0)
