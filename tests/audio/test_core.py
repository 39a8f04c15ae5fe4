"""The core: what it plays depends on the sound and on what was changed when, and on nothing else."""

import tracemalloc
from collections import deque

import numpy as np
import pytest

from phosphene.engine.audio import core as sound
from phosphene.engine.audio.clocks import FILL_FUNCTION
from phosphene.engine.audio.core import BLOCK, CROSSFADE
from phosphene.engine.audio.param_intake import PLAN_CHANGED
from phosphene.engine.effects import EFFECTS
from phosphene.engine.effects.chain import limiter, plan
from phosphene.engine.effects.chain.guard import MAX_INPUT
from phosphene.engine.graph.build import assemble
from phosphene.engine.graph.memory import memory_layouts
from phosphene.engine.graph.nodes import PlayNode
from phosphene.engine.modulation.matrix import NO_MODULATION
from phosphene.engine.native import make_descriptor
from phosphene.engine.native.denormals import ARM, X86
from phosphene.engine.rings import allocate, board_layout, ring
from phosphene.engine.rings.tap import TapReader, activate, deactivate
from phosphene.engine.takes.file import Begin, Change, Swap
from tests.support.core_player import (
    RATE,
    CorePlayer,
    chain_output,
    core_output,
    delayed,
    limiter_output,
    noise,
    read_all,
)

FADE = round(CROSSFADE * RATE)
BLOCKS = (1, 17, 64, 255, 256, 257, 1024)
FIRST = [("dc_blocker", {"corner": 20.0}), ("volume", {"gain": -6.0})]
SECOND = [("volume", {"gain": 3.0}), ("dc_blocker", {"corner": 5.0}), ("volume", {"gain": -9.0})]


def swap(sample, serial, genome):
    """What a take holds of a change of genome: first its parameters, then itself."""
    values = plan.build(genome, serial, RATE, 2).values
    slots = np.flatnonzero(~np.isnan(values))
    return [*(Change(sample, int(slot), float(values[slot])) for slot in slots), Swap(sample, serial, genome)]


def perform(x, script, size):
    """Play rows of (source, return) in a PlayNode, `size` frames at a time; what is heard, and what is analysed."""
    memory = {name: allocate(layout) for name, layout in memory_layouts().items()}
    core, points, *_, new_core = assemble(memory, RATE, NO_MODULATION, 1)
    inlet, outlet = allocate(ring.layout(BLOCK, 4)), allocate(ring.layout(BLOCK, 2))
    player, reader = PlayNode(RATE, core, new_core, points, inlet, outlet, deque(script)), TapReader(points[0].tap)
    heard, tapped = np.zeros((len(x), 2), np.float32), np.zeros((len(x), 2), np.float32)
    for start in range(0, len(x), size):
        here = slice(start, min(start + size, len(x)))
        assert ring.push(inlet, x[here]) == here.stop - start
        assert player.step() == here.stop - start
        assert ring.pull(outlet, heard[here]) == reader.available() == here.stop - start
        assert reader.sample == start
        tapped[here] = reader.read()
    return heard, tapped


@pytest.fixture(scope="module")
def performance():
    """A set with moves and swaps at odd samples, and what it sounds like in blocks as long as can be."""
    moves = [
        Change(3_001, board_layout.gene_slot(1, 1, 0), -20.0),
        Change(3_333, board_layout.gene_slot(1, 0, 0), 40.0),
    ]
    third = [Change(9_999, board_layout.gene_slot(2, 2, 0), 6.0), *swap(12_001, 3, []), *swap(14_000, 4, FIRST)]
    script = [Begin(0, 1, FIRST, []), *moves, *swap(5_557, 2, SECOND), *third]
    x = noise(16_384, channels=4) + np.float32(0.2)
    heard, tapped = perform(x, script, BLOCK)
    for before, after in ((0, 3_001), (3_333, 5_557), (5_557, 9_999), (12_001, 14_000)):
        assert not np.array_equal(tapped[before:after], x[before:after, :2]), "it did nothing"
    return x, script, heard, tapped


@pytest.mark.parametrize("size", [*BLOCKS[:-1], 700])
def test_block_size_is_inaudible(performance, size):
    x, script, heard, tapped = performance
    again = perform(x, script, size)
    np.testing.assert_array_equal(again[0], heard)
    np.testing.assert_array_equal(again[1], tapped)


def test_a_genome_is_its_operators_one_after_the_other():
    x = noise(5_000)
    for genome in ([], FIRST, SECOND):
        player = CorePlayer()
        player.plans.change(genome, 1)
        np.testing.assert_array_equal(player.play(x), core_output(genome, x))


def test_a_take_holds_input_and_events():
    player, x, back = CorePlayer(), noise(1_000), noise(1_000, seed=6)
    x[7, 0] = np.nan
    player.plans.change(FIRST, 1)
    player.core.applied[:] = player.params.words  # as when a recording begins: what is on the board is in its Begin
    player.core.log_events[0] = 1
    reader = TapReader(activate(player.input_tap))
    ring.push(player.core.returns, back[:600])
    player.play(x[:300], 100)
    moved = board_layout.gene_slot(1, 1, 0)
    player.move(moved, -12.0)
    player.move(moved + 3, 1.0)
    player.play(x[300:400], 100)
    player.move(moved, -12.0)  # to where it is
    player.play(x[400:500], 100)
    player.plans.change(SECOND, 2)
    player.play(x[500:900], 100)
    player.core.log_events[0] = 0
    deactivate(player.input_tap)
    player.move(moved, 0.0)
    player.play(x[900:], 100)

    events = np.zeros((99, 3))
    [(sample, tape)] = read_all(reader)
    assert sample == 0 and len(tape) == 900
    np.testing.assert_array_equal(tape[:900, :2], np.nan_to_num(x[:900]))
    np.testing.assert_array_equal(tape[:600, 2:], back[:600])
    assert not tape[600:, 2:].any()
    logged = events[: ring.pull(player.core.events, events)].tolist()
    assert logged == [
        [0, PLAN_CHANGED, 1],
        [300, moved, -12.0],
        [300, moved + 3, 1.0],
        *([500, act.slot, act.value] for act in swap(500, 2, SECOND)[:-1]),
        [500, PLAN_CHANGED, 2],
    ]
    assert player["untaped"] == 0


def test_without_a_take_no_event_is_logged():
    player = CorePlayer()
    player.plans.change(FIRST, 1)
    player.play(noise(1_000))
    assert player.core.events.written[0] == player["untaped"] == 0


BAD = (np.nan, np.inf, -np.inf, 3e38, -2 * MAX_INPUT)


def test_invalid_samples_become_silence_and_are_counted():
    player, x, back = CorePlayer(), noise(600), noise(600, seed=6)
    x[100:105, 1], back[200:205, 0] = BAD, BAD
    player.plans.change([], 1)
    ring.push(player.core.returns, back)
    y = player.play(x)
    x[100:105, 1] = back[200:205, 0] = 0.0
    np.testing.assert_array_equal(y, limiter_output(x + back))
    assert player["scrubbed"] == 2 * len(BAD)


def test_the_loudest_sound_through_the_loudest_genome_stays_below_the_ceiling():
    x = np.zeros((RATE, 2), np.float32)
    x[:9] = MAX_INPUT
    for quiet in EFFECTS:
        ops = ["volume"] * (board_layout.GENES - 1) + [quiet]
        player = CorePlayer()
        player.plans.change([(op, {p.name: p.high for p in EFFECTS[op].PARAMS}) for op in ops], 1)
        y = player.play(x)
        assert np.isfinite(y).all() and np.abs(y).max() <= limiter.CEILING


@pytest.mark.parametrize("wild", [np.nan, np.inf, -np.inf, 1e300, -1e300, 0.0], ids=str)
def test_parameters_out_of_range_are_clamped(wild):
    """What a damaged take or a wild controller puts on the board leads no operator astray."""
    for op, effect in EFFECTS.items():
        x, tame = noise(2_000), [p.clamp(wild) for p in effect.PARAMS]
        players = CorePlayer(), CorePlayer()
        for player, values in zip(players, ([wild] * len(tame), tame)):
            player.plans.change([(op, {p.name: p.default for p in effect.PARAMS})], 1)
            for at, value in enumerate(values):
                player.move(board_layout.gene_slot(1, 0, at), value)
        heard = [player.play(x) for player in players]
        assert np.isfinite(heard[0]).all()
        np.testing.assert_array_equal(*heard)


def test_a_failing_gene_is_bypassed_and_the_rest_goes_on():
    """An operator whose state is poisoned; between two that are well, it is passed over from that sample on."""
    player, x = CorePlayer(), noise(2_000)
    genome = [("volume", {"gain": -6.0}), ("dc_blocker", {"corner": 8.0}), ("volume", {"gain": -6.0})]
    player.plans.change(genome, 1)
    y = [player.play(x[:500])]
    state = next(kept for kept in player.plans.plans[0].keep_alive if isinstance(kept, EFFECTS["dc_blocker"].State))
    state.mean[1] = np.nan
    y = np.concatenate([*y, player.play(x[500:])])
    assert player["muted"] == 1 and np.isfinite(y).all()
    halved = np.float32(10 ** (-12 / 20)) * x
    np.testing.assert_allclose(y[1_000:], delayed(halved)[1_000:], atol=3e-3)


def test_the_return_is_mixed_in_behind_the_genome():
    player, x, back = CorePlayer(), noise(1_000), noise(300, seed=6)
    player.plans.change(FIRST, 1)
    ring.push(player.core.returns, back)
    y = player.play(x)
    both = chain_output(FIRST, x)
    both[:300] += back
    np.testing.assert_array_equal(y, limiter_output(both))


@pytest.mark.skipif(not (X86 or ARM), reason="what this processor does with denormals is not known")
def test_a_tail_ends_in_silence_whichever_clock_plays_it():
    player, x = CorePlayer(), np.zeros((RATE, 2), np.float32)
    x[0] = 1e-30
    player.plans.change(FIRST, 1)
    y = np.abs(player.play(x, BLOCK))
    assert (delayed(y[::-1])[::-1][:1000] > 0).all() and not y[-1000:].any()
    assert y[y > 0].min() >= np.finfo(np.float32).tiny
    assert np.array([1e-300]) * 1e-10 > 0, "behind it nothing is flushed"


def test_playing_allocates_nothing():
    player, x = CorePlayer(), noise(256)
    player.plans.change(SECOND, 1)
    play, words, block = player.play_function, player.words.ctypes.data, x.ctypes.data
    play(words, block, 256)
    tracemalloc.start()
    try:
        play(words, block, 256)
        before = tracemalloc.get_traced_memory()[0]
        for _ in range(10_000):
            play(words, block, 256)
        assert tracemalloc.get_traced_memory()[0] - before < 512, "a byte a block would be ten thousand"
    finally:
        tracemalloc.stop()
    assert player["position"] == 256 * 10_002


def test_the_longest_block_and_the_shortest():
    player, x = CorePlayer(), noise(BLOCK + 1)
    player.plans.change(FIRST, 1)
    y = np.concatenate([player.play(x[:BLOCK], BLOCK), player.play(x[:0]), player.play(x[BLOCK:], BLOCK)])
    np.testing.assert_array_equal(y, core_output(FIRST, x))
    assert player["position"] == BLOCK + 1


def test_a_source_is_read_from_its_ring():
    inlet, out, x = allocate(ring.layout(512, 2)), np.zeros((300, 2), np.float32), noise(400)
    words, fill = make_descriptor(inlet), FILL_FUNCTION(sound.fill_from_ring.address)
    ring.push(inlet, x)
    assert [fill(words.ctypes.data, out.ctypes.data, 300) for _ in range(2)] == [300, 100]
    np.testing.assert_array_equal(out, np.concatenate([x[300:], x[100:300]]))
