"""Plan swaps: one genome follows another without a click, and the tail of the first continues."""

import numpy as np
import pytest

from phosphene.engine.audio.core import CROSSFADE
from phosphene.engine.audio.taps import TapPoint
from phosphene.engine.common.params import default_values
from phosphene.engine.effects import EFFECTS
from phosphene.engine.effects.chain import plan as chain
from phosphene.engine.graph.build import new_tap
from phosphene.engine.rings import board_layout
from phosphene.engine.rings.tap import TapReader, activate
from tests.audio.test_core import FIRST
from tests.support.core_player import RATE, CorePlayer, chain_output, noise, random_genome, read_all

FADE = round(CROSSFADE * RATE)
SWAPS = 1_000
SINE = 0.1 * np.sin(2 * np.pi * 220 * np.arange(RATE) / RATE)  # a second of it is whole periods
SOUNDS = {"sine": lambda frames: np.resize(SINE, frames)[:, None].repeat(2, axis=1), "noise": noise}


def make_schedule(genomes):
    """Rows of (arrival, latency, start of the fade-in) for each genome, and the end; all in frames."""
    rows, at, before = [], 0, 0
    for genome in genomes:
        latency = sum(chain.latency(op, RATE) for op, _ in genome)
        rows.append((at, latency, at + max(latency, before) * bool(rows)))
        at, before = rows[-1][2] + FADE + FADE // 2, latency
    return rows, at


def fade_in(start, count, begin):
    """The gain of a crossfade that begins at `begin`, for `count` frames from `start`."""
    x = np.clip((np.arange(start, start + count) - begin + 0.5) / FADE, 0, 1)[:, None]
    return x * x * (3 - 2 * x)


def play_genomes(x, genomes, **instead):
    """The sound at the tap `chain` while one genome follows another."""
    tap = activate(new_tap("chain", RATE))
    player, reader, output = CorePlayer(RATE, TapPoint("chain", tap), **instead), TapReader(tap), []
    rows, end = make_schedule(genomes)
    arrivals = [at for at, _, _ in rows] + [end]
    for serial, (genome, start, stop) in enumerate(zip(genomes, arrivals, arrivals[1:]), 1):
        player.plans.change(genome, serial)
        player.play(x[start:stop], 113)
        output += [rows for _, rows in read_all(reader)]
        player.plans.release_finished()
    return np.concatenate(output)


def expected_output(x, genomes):
    """The same sound computed in Python, and the largest step that each frame may have.

    A genome fades in when its latency has passed. Its input fades out earlier than the next one fades in, by its own
    latency; then its tail rings, and is faded out. A fade curve is at most 1.5 / FADE steep, so a faded sound `a` steps
    at most as far as `a` itself plus 1.5 |a| / FADE.
    """
    total, steps, (rows, end) = np.zeros(x.shape), np.zeros(x.shape), make_schedule(genomes)
    rows += [(end, 0, end + FADE)] * 2  # no further genome
    for genome, row, (_, _, leaves), (_, _, ends) in zip(genomes, rows, rows[1:], rows[2:]):
        start, latency, fade_start = row
        stop = min(ends + FADE, end)
        count = stop - start
        out = chain_output(genome, x[start:stop] * (1 - fade_in(start, count, leaves - latency))).astype(float)
        weight = (fade_in(start, count, fade_start) if start else 1.0) * (1 - fade_in(start, count, ends))
        total[start:stop] += weight * out
        last = np.concatenate([out[:1] * 0, out[:-1]])
        steps[start:stop] += weight * np.abs(out - last) + 1.5 / FADE * np.abs(last)
    return total, steps


@pytest.mark.parametrize("kind", SOUNDS)
def test_a_thousand_swaps_do_not_click(kind):
    rng = np.random.default_rng(2)
    genomes = [random_genome(rng, 3) for _ in range(SWAPS)]
    x = SOUNDS[kind](make_schedule(genomes)[1]).astype(np.float32)
    output = play_genomes(x, genomes)
    total, steps = (values[: len(output)] for values in expected_output(x, genomes))
    np.testing.assert_allclose(output, total, rtol=0, atol=2e-5)
    assert (np.abs(np.diff(output, axis=0)) - steps[1:]).max() <= 2e-5
    first_genomes = genomes[:50]
    short = x[: make_schedule(first_genomes)[1]]
    without_fade = play_genomes(short, first_genomes, fade=np.array([1, 1]))
    largest = (np.abs(np.diff(without_fade, axis=0)) - steps[1 : len(without_fade)]).max()
    assert largest > 0.05, "the test does not detect a swap without a fade"


DELAYING = {op: [(op, default_values(EFFECTS[op].PARAMS))] for op in ("noise_reduction", "pitch", "trim")}
DELAYING["noise_reduction"][0][1]["strength"] = 0.0  # or it would remove the tone as noise
DELAYING["both"] = [*DELAYING["noise_reduction"], *DELAYING["pitch"]]


@pytest.mark.parametrize("genome", DELAYING.values(), ids=DELAYING)
def test_swap_of_a_delaying_genome_has_no_step_and_no_gap(genome):
    x = 3 * np.resize(SINE, 3 * RATE)[:, None].repeat(2, axis=1)
    x += 0.03 * noise(len(x))
    player, pieces = CorePlayer(), []
    for serial, values in enumerate(([], genome, []), 1):
        player.plans.change(values, serial)
        pieces.append(player.play(x[(serial - 1) * RATE : serial * RATE]))
    y = np.concatenate(pieces)[1_000:].astype(float)
    assert np.abs(np.diff(y, axis=0)).max() < 1.3 * np.abs(np.diff(x, axis=0)).max()
    power = np.convolve(y[:, 0] ** 2, np.ones(2_400) / 2_400, "valid") / 0.045
    assert power.min() > 0.2 and power.max() < 1.2, "during the crossfade, two delayed tones may partly cancel"


def test_tail_continues_until_the_second_next_swap():
    player, x = CorePlayer(), np.zeros((RATE, 2), np.float32)
    x[:4_800] = noise(4_800)
    slow_filter = [("dc_blocker", {"corner": 2.0})]
    assert player.core.plan.shape[0] == board_layout.BANKS
    player.plans.change(slow_filter, 1)
    player.play(x[:4_800] + np.float32(0.25))
    player.plans.change([], 2)
    y = player.play(x[4_800:])
    assert np.abs(y[2 * FADE]).max() > 1e-3, "the state of the filter still sounds"
    player.plans.change([], 3)
    assert not player.play(x[-2 * FADE :])[-1].any()


def test_late_tail_is_waited_for():
    """Two echoes in series; their first repeat comes after four seconds of silence."""
    echo = ("echo", {**default_values(EFFECTS["echo"].PARAMS), "time": 2.0, "mix": 1.0})
    player = CorePlayer()
    player.plans.change([echo, echo], 1)
    player.play(noise(4_800))
    player.plans.change([], 2)
    y = player.play(np.zeros((5 * RATE, 2), np.float32))
    assert np.abs(y[round(3.5 * RATE) :]).max() > 1e-2


def test_silent_tail_is_released():
    player, x = CorePlayer(), noise(4_800)
    player.plans.change(FIRST, 1)
    player.play(x)
    player.plans.change([], 2)
    player.play(x)
    assert player.core.plan[:2, 0].tolist() == [2, 1]
    player.play(np.zeros((4 * RATE, 2), np.float32))
    assert player.core.plan[:2, 0].tolist() == [2, 0]


def test_plan_waits_until_the_previous_swap_is_finished():
    player, x = CorePlayer(), noise(3 * FADE)
    gains = {serial: [("volume", {"gain": -6.0 * serial})] for serial in (1, 2, 3)}
    player.plans.change(gains[1], 1)
    player.play(x[:10], 10)
    assert player["settled"] == 1
    player.plans.change(gains[2], 2)
    player.play(x[:10], 10)
    player.plans.change(gains[3], 3)
    player.play(x[: FADE - 11], 10)
    assert player["settled"] == 1 and player.core.plan[0, 0] == 2
    player.play(x[:1])
    assert player["settled"] == 2 and len(player.plans.plans) == 3
    player.play(x[:1])
    assert player.core.plan[0, 0] == 3
    player.play(x[:FADE])
    player.plans.release_finished()
    assert player["settled"] == 3 and [plan.words[0] for plan in player.plans.plans] == [2, 3], "a tail may remain"
