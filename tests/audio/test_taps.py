"""Taps: any number of readers at three points, each told which samples it reads and what it missed."""

import numpy as np
import pytest

from phosphene.engine.audio.meters import Meter
from phosphene.engine.audio.taps import POINTS, TapPoint
from phosphene.engine.graph.build import new_tap
from phosphene.engine.rings import allocate, ring, tap
from phosphene.engine.rings.tap import TapReader, activate, deactivate
from tests.support.core_player import RATE, CorePlayer, chain_output, limiter_output, noise, read_all

GENOME = [("dc_blocker", {"corner": 20.0}), ("volume", {"gain": 18.0})]


def counted(first: int, frames: int) -> np.ndarray:
    """Samples that are their own position."""
    return np.arange(first, first + frames, dtype=np.float32)[:, None].repeat(2, axis=1)


def test_each_point_is_where_it_says():
    """Sound loud enough for the limiter, and a return that only the input and the output hold."""
    points = [TapPoint(point, activate(new_tap(point, RATE))) for point in POINTS]
    player, x, back = CorePlayer(RATE, *points), noise(3_000), noise(1_000, seed=6)
    player.plans.change(GENOME, 1)
    ring.push(player.core.returns, back)
    heard = player.play(x, 250)
    read = {each.point: read_all(TapReader(each.tap)) for each in points}
    assert all([sample for sample, _ in runs] == [0] for runs in read.values())
    returned = np.zeros_like(x)
    returned[:1_000] = back
    np.testing.assert_array_equal(read["input"][0][1], np.hstack([x, returned]))
    np.testing.assert_array_equal(read["chain"][0][1], chain_output(GENOME, x))
    np.testing.assert_array_equal(read["output"][0][1], heard)
    np.testing.assert_array_equal(heard, limiter_output(chain_output(GENOME, x) + returned))
    assert np.abs(chain_output(GENOME, x)).max() > 1.0, "the limiter had nothing to do"


def test_readers_of_one_point_do_not_disturb_each_other():
    fast, slow = (new_tap("output", 1_000) for _ in range(2))
    player = CorePlayer(1_000, TapPoint("output", fast), TapPoint("output", slow))
    player.plans.change([], 1)
    reader, behind = TapReader(activate(fast)), TapReader(activate(slow))
    heard = []
    for _ in range(40):
        player.play(noise(700), 100)
        heard += read_all(reader)
    assert sum(len(rows) for _, rows in heard) == 28_000 and tap.lost(fast) == 0
    assert tap.lost(slow) > 0 and behind.available()


def test_a_tap_that_nobody_reads_costs_nothing_and_loses_nothing():
    player = CorePlayer()
    player.plans.change([], 1)
    player.play(noise(400_000), 1024)
    assert player.output_tap.rows_written[0] == player["unheard"] == tap.lost(player.output_tap) == 0


def test_a_reader_that_is_late_finds_the_gap_at_its_sample():
    player = CorePlayer(1_000)
    reader = TapReader(activate(player.output_tap))
    player.plans.change([], 1)
    room = len(player.output_tap.rows)
    player.play(noise(room + 2_000), 256)
    lost = room + 2_000 - room // 256 * 256
    assert player["unheard"] == tap.lost(player.output_tap) == lost, "blocks are dropped whole"
    (sample, rows), *others = read_all(reader)
    assert (sample, len(rows), others) == (0, room // 256 * 256, [])
    player.play(noise(300), 300)
    assert [(sample, len(rows)) for sample, rows in read_all(reader)] == [(room + 2_000, 300)]


@pytest.mark.parametrize("seed", range(5))
def test_every_row_has_the_sample_position_that_is_read(seed):
    """A writer that is far too fast, a reader that reads a few rows now and then, more gaps than there is room for."""
    rng, line, sample, lost = np.random.default_rng(seed), allocate(tap.layout(64, 2)), 0, 0
    reader, rows = TapReader(activate(line), 16), 0
    for _ in range(4_000):
        frames = int(rng.integers(1, 9))
        lost += tap.push(line, counted(sample, frames), sample)
        sample += frames
        if rng.random() < 0.3:
            block = reader.read(min(reader.available(), int(rng.integers(0, 5))))
            np.testing.assert_array_equal(block, counted(reader.sample, len(block)))
            rows += len(block)
    for first, block in read_all(reader):
        np.testing.assert_array_equal(block, counted(first, len(block)))
        rows += len(block)
    assert rows + lost == sample and lost == tap.lost(line) > 100


def test_a_reader_goes_on_where_the_one_before_it_stopped():
    line = activate(allocate(tap.layout(64, 2)))
    tap.push(line, counted(0, 10), 0)
    tap.push(line, counted(100, 10), 100)
    first = TapReader(line)
    first.read(min(first.available(), 7))
    second = TapReader(line)
    assert [(sample, rows[:, 0].tolist()) for sample, rows in read_all(second)] == [
        (7, [7.0, 8.0, 9.0]),
        (100, list(map(float, range(100, 110)))),
    ]


def test_a_restarted_writer_begins_another_run():
    """It had written a block and not counted it: the next one begins where that did."""
    line = activate(allocate(tap.layout(64, 2)))
    tap.push(line, counted(0, 10), 0)
    tap.push(line, counted(5, 10), 5)
    assert [(sample, len(rows)) for sample, rows in read_all(TapReader(line))] == [(0, 10), (5, 10)]


def test_a_deactivated_tap_is_idle_and_begins_another_run():
    line = activate(allocate(tap.layout(64, 2)))
    tap.push(line, counted(0, 4), 0)
    deactivate(line)
    assert tap.push(line, counted(4, 4), 4) == 0
    activate(line)
    tap.push(line, counted(8, 4), 8)
    assert [sample for sample, _ in read_all(TapReader(line))] == [0, 8] and tap.lost(line) == 0


def test_the_end_is_seen_when_all_is_read():
    line = activate(allocate(tap.layout(64, 2)))
    tap.push(line, counted(0, 4), 0)
    tap.end(line)
    reader = TapReader(line)
    assert not reader.ended()
    reader.read()
    assert reader.ended()


def test_the_meter_of_a_tap_counts_dropped_frames():
    player = CorePlayer(1_000)
    activate(player.input_tap)
    player.plans.change([], 1)
    player.play(noise(len(player.input_tap.rows) + 1_000), 100)
    assert player["untaped"] == tap.lost(player.input_tap) >= 1_000 and player["unheard"] == 0
    assert int(Meter.UNTAPED) == player.points[1].meter
