"""Swaps: a genome follows the other without a click, and what the first left rings on."""

import numpy as np
import pytest

from phosphene.engine.audio.core import CROSSFADE
from phosphene.engine.common.params import default_values
from phosphene.engine.effects import EFFECTS
from phosphene.engine.effects.chain import limiter
from phosphene.engine.effects.chain import plan as chain
from phosphene.engine.rings import board_layout
from tests.audio.test_core import FIRST
from tests.support.core_player import RATE, CorePlayer, made, noise, random_genome

FADE = round(CROSSFADE * RATE)
SWAPS = 1_000
SINE = 0.1 * np.sin(2 * np.pi * 220 * np.arange(RATE) / RATE)  # a second of it is whole periods
SOUNDS = {"sine": lambda frames: np.resize(SINE, frames)[:, None].repeat(2, axis=1), "noise": noise}


def schedule(genomes):
    """For each genome: when it arrives, its latency, and the frame from which it fades in; and the end."""
    rows, at, before = [], 0, 0
    for genome in genomes:
        late = sum(chain.latency(op, RATE) for op, _ in genome)
        rows.append((at, late, at + max(late, before) * bool(rows)))
        at, before = rows[-1][2] + FADE + FADE // 2, late
    return rows, at


def rise(start, count, since):
    """The share of a crossfade that begins at `since`, for some frames from `start` on."""
    x = np.clip((np.arange(start, start + count) - since + 0.5) / FADE, 0, 1)[:, None]
    return x * x * (3 - 2 * x)


def swapping(x, genomes, desk):
    """What the tap hears while a genome follows the other."""
    heard, (rows, end) = np.zeros_like(x), schedule(genomes)
    arrivals = [at for at, _, _ in rows] + [end]
    for serial, (genome, start, stop) in enumerate(zip(genomes, arrivals, arrivals[1:]), 1):
        desk.plans.change(genome, serial)
        desk.play(x[start:stop], 113, tapped=heard[start:stop])
        desk.plans.release_finished()
    return heard[limiter.latency(RATE) :]


def explained(x, genomes):
    """The same by Python, and how far it may step.

    A genome fades in when it has filled up; its input fades out as much before the next has, as it is late itself;
    it rings, and is faded out. A sound s a, s a curve no steeper than 1.5 over its length, steps no further than
    a and 1.5 a over the length.
    """
    total, steps, (rows, end) = np.zeros(x.shape), np.zeros(x.shape), schedule(genomes)
    rows += [(end, 0, end + FADE)] * 2  # nobody comes any more
    for genome, (start, behind, fades), (_, _, leaves), (_, _, ends) in zip(genomes, rows, rows[1:], rows[2:]):
        stop = min(ends + FADE, end)
        count = stop - start
        out = made(genome, x[start:stop] * (1 - rise(start, count, leaves - behind))).astype(float)
        weight = (rise(start, count, fades) if start else 1.0) * (1 - rise(start, count, ends))
        total[start:stop] += weight * out
        last = np.concatenate([out[:1] * 0, out[:-1]])
        steps[start:stop] += weight * np.abs(out - last) + 1.5 / FADE * np.abs(last)
    return total, steps


@pytest.mark.parametrize("kind", SOUNDS)
def test_a_thousand_genomes_follow_each_other_without_a_click(kind):
    rng = np.random.default_rng(2)
    genomes = [random_genome(rng, 3) for _ in range(SWAPS)]
    x = SOUNDS[kind](schedule(genomes)[1]).astype(np.float32)
    heard = swapping(x, genomes, CorePlayer())
    total, steps = (told[: len(heard)] for told in explained(x, genomes))
    np.testing.assert_allclose(heard, total, rtol=0, atol=2e-5)
    assert (np.abs(np.diff(heard, axis=0)) - steps[1:]).max() <= 2e-5
    few = genomes[:50]
    hard = swapping(x[: schedule(few)[1]], few, CorePlayer(fade=np.array([1, 1])))
    assert (np.abs(np.diff(hard, axis=0)) - steps[1 : len(hard)]).max() > 0.05, "a swap without a fade is not seen"


LATE = {op: [(op, default_values(EFFECTS[op].PARAMS))] for op in ("noise_reduction", "pitch", "trim")}
LATE["noise_reduction"][0][1]["strength"] = 0.0  # to which a tone is a noise
LATE["both"] = [*LATE["noise_reduction"], *LATE["pitch"]]


@pytest.mark.parametrize("genome", LATE.values(), ids=LATE)
def test_what_is_late_comes_and_goes_without_a_step_or_a_hole(genome):
    x = 3 * np.resize(SINE, 3 * RATE)[:, None].repeat(2, axis=1)
    x += 0.03 * noise(len(x))
    desk, y = CorePlayer(), []
    for serial, told in enumerate(([], genome, []), 1):
        desk.plans.change(told, serial)
        y.append(desk.play(x[(serial - 1) * RATE : serial * RATE]))
    y = np.concatenate(y)[1_000:].astype(float)
    assert np.abs(np.diff(y, axis=0)).max() < 1.3 * np.abs(np.diff(x, axis=0)).max()
    power = np.convolve(y[:, 0] ** 2, np.ones(2_400) / 2_400, "valid") / 0.045
    assert power.min() > 0.2 and power.max() < 1.2, "two that are some periods apart may weaken each other, not vanish"


def test_a_tail_rings_on_until_the_next_change_but_one():
    desk, x = CorePlayer(), np.zeros((RATE, 2), np.float32)
    x[:4_800] = noise(4_800)
    hum = [("dc_blocker", {"corner": 2.0})]
    assert desk.core.plan.shape[0] == board_layout.BANKS
    desk.plans.change(hum, 1)
    desk.play(x[:4_800] + np.float32(0.25))
    desk.plans.change([], 2)
    y = desk.play(x[4_800:])
    assert np.abs(y[2 * FADE]).max() > 1e-3, "what the filter has stored still sounds"
    desk.plans.change([], 3)
    assert not desk.play(x[-2 * FADE :])[-1].any()


def test_what_rings_long_after_is_waited_for():
    """Two echoes in a row, the first repeat of which is heard after four seconds of silence."""
    echo = ("echo", {**default_values(EFFECTS["echo"].PARAMS), "time": 2.0, "mix": 1.0})
    desk = CorePlayer()
    desk.plans.change([echo, echo], 1)
    desk.play(noise(4_800))
    desk.plans.change([], 2)
    y = desk.play(np.zeros((5 * RATE, 2), np.float32))
    assert np.abs(y[round(3.5 * RATE) :]).max() > 1e-2


def test_what_rings_is_let_go_once_it_is_silent():
    desk, x = CorePlayer(), noise(4_800)
    desk.plans.change(FIRST, 1)
    desk.play(x)
    desk.plans.change([], 2)
    desk.play(x)
    assert desk.core.plan[:2, 0].tolist() == [2, 1]
    desk.play(np.zeros((4 * RATE, 2), np.float32))
    assert desk.core.plan[:2, 0].tolist() == [2, 0]


def test_a_plan_waits_until_the_one_before_it_plays_alone():
    desk, x = CorePlayer(), noise(3 * FADE)
    gains = {serial: [("volume", {"gain": -6.0 * serial})] for serial in (1, 2, 3)}
    desk.plans.change(gains[1], 1)
    desk.play(x[:10], 10)
    assert desk["settled"] == 1
    desk.plans.change(gains[2], 2)
    desk.play(x[:10], 10)
    desk.plans.change(gains[3], 3)
    desk.play(x[: FADE - 11], 10)
    assert desk["settled"] == 1 and desk.core.plan[0, 0] == 2
    desk.play(x[:1])
    assert desk["settled"] == 2 and len(desk.plans.plans) == 3
    desk.play(x[:1])
    assert desk.core.plan[0, 0] == 3
    desk.play(x[:FADE])
    desk.plans.release_finished()
    assert desk["settled"] == 3 and [plan.words[0] for plan in desk.plans.plans] == [2, 3], "one may ring"
