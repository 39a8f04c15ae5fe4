"""Rows onto sound: heard when they are due, the same whoever runs when, and once more from a take."""

import hashlib
import json
from typing import Any

import numpy as np
import pytest

from phosphene.engine.graph import build as bounce
from phosphene.engine.graph import nodes
from phosphene.engine.graph.listen_node import ListenNode
from phosphene.engine.listening.frame import WIDTH
from phosphene.engine.modulation.audio_mover import DELAY_HOPS, SLOTS, AudioMover, write_moves
from phosphene.engine.modulation.matrix import NO_MODULATION, Matrix
from phosphene.engine.offline.bounce import BounceInput
from phosphene.engine.offline.bounce import bounce as files
from phosphene.engine.presets.load import load_preset, restore_preset
from phosphene.engine.rings import allocate, board_layout, timeline
from phosphene.engine.rings.board import get
from phosphene.engine.rings.timeline import publish
from phosphene.engine.takes.file import Begin, Patch, TakeReader, TakeWriter
from phosphene.engine.takes.nodes import TakeRecorder
from phosphene.engine.takes.slot_names import SLOT_NAMES
from tests.graph.test_build import Sound, Tape, frames_of
from tests.support.core_player import RATE, CorePlayer, noise
from tests.support.matrix_inputs import modulation, record, row

GENOME = [{"op": "echo", "params": {"time": 0.1}}, {"op": "trim"}, {"op": "volume", "params": {"gain": -3.0}}]
ROWS: list[dict[str, Any]] = [
    {"from": "listening.rms_db", "to": "effects.volume.gain", "range": [-24.0, 6.0], "attack": 0.0, "release": 0.05},
    {"from": "sources.stroll", "to": "genome.0.mix", "range": [0.9, 0.1], "amount": 0.7},
    {"from": "listening.onset", "to": "effects.echo.damping", "curve": "s"},
    {"from": "listening.mel.20", "to": "effects.volume.gain", "amount": 0.3},
]
GAIN, HOP = board_layout.gene_slot(0, 2, 0), 512


def preset(rows=ROWS, **more):
    whole = {"seed": 5, "genome": GENOME, "sources": {"stroll": {"kind": "walk", "seconds": 0.3}}, "matrix": rows}
    return restore_preset({**whole, **more}, "here")


def song(frames=150_000):
    swell = np.abs(np.sin(np.arange(frames) / 9_000.0)) ** 3
    return (noise(frames) * swell[:, None]).astype(np.float32)


def played(made, x, *, threads=False, **options):
    graph = bounce.from_source(Sound(x), made, Tape, **options)
    graph.run(threads=threads)
    return graph


@pytest.fixture(scope="module")
def moved():
    """A sound, moved; and the frames of what was heard."""
    x = song()
    graph = played(preset(), x)
    return x, graph.sink.heard, frames_of(graph.listen.frames)


def test_rows_are_heard(moved):
    x, heard, _ = moved
    for without in range(len(ROWS)):
        rest = ROWS[:without] + ROWS[without + 1 :]
        assert np.abs(played(preset(rest), x).sink.heard - heard).max() > 1e-3


def test_without_amount_not_a_bit_is_moved(moved):
    x, heard, _ = moved
    still = played(preset([]), x)
    idle = played(preset([{**each, "amount": 0.0} for each in ROWS]), x)
    assert still.play.mover is None and idle.play.mover is not None
    np.testing.assert_array_equal(idle.sink.heard, still.sink.heard)
    np.testing.assert_array_equal(frames_of(idle.listen.frames), frames_of(still.listen.frames))
    assert not np.array_equal(heard, still.sink.heard)


@pytest.mark.parametrize("threads", [False, True])
@pytest.mark.parametrize(("chunk", "ahead"), [(4096, 16), (1000, 3), (37, 30)])
def test_neither_threads_nor_lengths_of_rings_are_heard(moved, monkeypatch, threads, chunk, ahead):
    x, heard, frames = moved
    monkeypatch.setattr(nodes, "CHUNK", chunk)
    monkeypatch.setattr(bounce, "QUEUE", chunk * ahead)
    graph = played(preset(), x, threads=threads)
    np.testing.assert_array_equal(graph.sink.heard, heard)
    np.testing.assert_array_equal(frames_of(graph.listen.frames), frames)


@pytest.mark.parametrize("frames", [0, 1, HOP, 3 * HOP, 3 * HOP + 1, 40_000])
def test_a_sound_of_any_length_ends(frames):
    assert len(played(preset(), song(frames), threads=True).sink.heard) == frames


def test_what_is_made_of_a_hop_takes_hold_a_hop_after_its_end(moved):
    """The same core, driven by hand as a device would, with what a matrix of its own makes of the same frames."""
    x, heard, frames = moved
    made, desk, follower = preset(), CorePlayer(), Matrix(preset().modulation(), RATE, SLOTS)
    desk.plans.change(made.active_genes(), 1)
    late = sum(desk.plans.latencies().values())
    whole, parts, told = np.concatenate([x, np.zeros((late, 2), np.float32)]), [], 0
    for start in range(0, len(whole), HOP):
        if start >= (1 + DELAY_HOPS) * HOP:
            assert frames[told, 0] == told * HOP - late
            write_moves(desk.core.moves, board_layout.gene_slot(1, 0, 0), follower.step(frames[told]))
            told += 1
        parts.append(desk.play(whole[start : start + HOP], 100))
    assert told > 250
    np.testing.assert_array_equal(np.concatenate(parts)[late:], heard)


def test_hands_act_at_once_and_by_what_rows_leave_them():
    """No frame comes: what rows took and put stays, the rest is the hand's. Against a desk that has no rows."""
    desk, beside, x, gain = CorePlayer(), CorePlayer(), noise(6_000), board_layout.gene_slot(1, 0, 0)
    for each in (desk, beside):
        each.plans.change([("volume", {"gain": 0.0})], 1)
    moved = np.zeros((SLOTS, 2))
    moved[0] = 0.75, 0.75 * -12.0
    write_moves(desk.core.moves, gain, moved)
    for size, base in ((1, 0.0), (64, 8.0), (255, -40.0)):
        desk.move(gain, base)
        beside.move(gain, 0.25 * base - 9.0)
        np.testing.assert_array_equal(desk.play(x, size), beside.play(x, size))


def mover(desk, frames, rows, serial=1):
    return AudioMover(rows, frames, desk.core.moves, hop=HOP, rate=RATE, serial=serial)


def pairs(desk, serial):
    """What stands on the board for the plan with a serial number."""
    first = 2 * board_layout.gene_slot(serial, 0, 0)
    return np.array([get(desk.core.moves, first + n) for n in range(2 * SLOTS)]).reshape(-1, 2)


def test_another_plan_is_moved_in_its_own_place_and_the_old_one_stays_as_it_was():
    desk, frames = CorePlayer(), allocate(timeline.layout(64, WIDTH))
    first, then = modulation(row("listening.low", 0, 9)), modulation(row("listening.low", 9, range=(4.0, 8.0)))
    player = mover(desk, frames, first)
    publish(frames, record(0, low=0.25))
    assert player.step() == 1 and player.step() == 0
    before = pairs(desk, 1)
    assert before[0].tolist() == before[9].tolist() == [1.0, 0.25] and before.any(axis=1).sum() == 2
    player.change(then, 2)
    assert pairs(desk, 2)[9].tolist() == [1.0, 5.0] and pairs(desk, 2).any(axis=1).sum() == 1, "before any frame"
    publish(frames, record(HOP, low=0.75))
    player.step()
    np.testing.assert_array_equal(pairs(desk, 1), before)
    assert pairs(desk, 2)[9].tolist() == [1.0, 7.0] and not pairs(desk, 3).any()
    for serial in (3, 4):
        player.change(NO_MODULATION, serial)
    assert not pairs(desk, 4).any(), "the fourth plan has the place of the first"


def test_other_rows_for_the_same_plan_glide():
    desk, frames = CorePlayer(), allocate(timeline.layout(64, WIDTH))
    player = mover(desk, frames, modulation(row("listening.low")))
    publish(frames, record(0, low=0.5))
    player.step()
    player.change(modulation(row("listening.low", range=(7.0, 9.0))), 1)
    assert pairs(desk, 1)[0].tolist() == [1.0, 0.5]
    for n in range(1, 300):
        publish(frames, record(n * HOP, low=0.5))
        player.step()
    assert pairs(desk, 1)[0] == pytest.approx([1.0, 8.0], abs=1e-4)


def test_a_frame_that_is_no_numbers_is_passed_over():
    desk, frames = CorePlayer(), allocate(timeline.layout(64, WIDTH))
    player = mover(desk, frames, modulation(row("listening.low")))
    for n, low in enumerate((0.5, np.nan, 0.25)):
        publish(frames, record(n * HOP, low=low))
    assert player.step() == 3
    assert pairs(desk, 1)[0].tolist() == [1.0, 0.25]


def perform(path, made, later):
    """A set on a desk, with hands, a change of rows and one of genome, recorded; and what was heard."""
    desk, genomes, heard = CorePlayer(), {1: made.active_genes()}, []
    frames = allocate(timeline.layout(2_000, WIDTH))
    ear = ListenNode(RATE, desk.core, desk.output_tap, frames)
    player = AudioMover(made.modulation(), frames, desk.core.moves, hop=HOP, rate=RATE, serial=1)
    desk.plans.change(genomes[1], 1)
    desk.core.applied[:] = desk.params.words
    writer = TakeWriter(path, RATE, made.to_dict(), SLOT_NAMES)
    writer.begin(Begin(0, 1, genomes[1], desk.core.applied.view("f8").tolist()))
    taper, rng = TakeRecorder(desk.core, desk.input_tap, writer, genomes), np.random.default_rng(4)
    for turn in range(140):
        if turn % 20 == 7:
            desk.move(board_layout.gene_slot(max(genomes), 2, 0), float(rng.uniform(-20.0, 6.0)))
        if turn == 50:
            player.change(later.modulation(), 1)
            taper.patches.append(Patch(int(desk["position"]), later.to_dict()))
        if turn == 80:
            genomes[2] = later.active_genes()[::-1]
            player.change(NO_MODULATION, 2)
            desk.plans.change(genomes[2], 2)
        heard.append(desk.play(song(150_000)[turn * 1_000 :][: int(rng.integers(1, 2_000))], 256))
        ear.step()
        player.step()
        taper.step()
    writer.close()
    assert desk["untaped"] == desk["unheard"] == 0
    return np.concatenate(heard)


def test_a_take_is_what_was_heard_rows_and_hands_and_all(tmp_path):
    later = preset([{**ROWS[0], "range": [0.0, -30.0]}])
    heard = perform(tmp_path / "set.take", preset(), later)
    for threads in (False, True):
        graph = bounce.from_take(TakeReader(tmp_path / "set.take"), Tape)
        graph.run(threads=threads)
        assert graph.play.mover is None
        np.testing.assert_array_equal(graph.sink.heard, heard)
    still = perform(tmp_path / "still.take", preset([]), later)
    assert np.abs(still - heard)[:40_000].max() > 1e-3, "rows did nothing"
    (patch,) = [each for each in TakeReader(tmp_path / "set.take") if isinstance(each, Patch)]
    assert restore_preset(patch.preset, "it") == later


def test_a_run_record_holds_the_rows_and_the_sound_they_made(tmp_path):
    made, x = preset(), song(40_000)
    told, _ = files(BounceInput(Sound(x), "synth", made), [tmp_path / "x.wav"])
    assert told.samples_sha256 == hashlib.sha256(played(made, x).sink.heard.tobytes()).hexdigest()
    assert json.loads(told.to_json())["preset"]["matrix"][1]["from"] == "sources.stroll"


def test_the_default_preset_moves_nothing():
    assert load_preset()[0].modulation().rows == []
