"""Matrix rows that move sound: exact in time, independent of threads, and the same from a take."""

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
from phosphene.engine.offline.bounce import bounce as bounce_files
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


def preset(rows=ROWS, **changes):
    whole = {"seed": 5, "genome": GENOME, "sources": {"stroll": {"kind": "walk", "seconds": 0.3}}, "matrix": rows}
    return restore_preset({**whole, **changes}, "here")


def swelling_noise(frames=150_000):
    swell = np.abs(np.sin(np.arange(frames) / 9_000.0)) ** 3
    return (noise(frames) * swell[:, None]).astype(np.float32)


def run_graph(loaded, x, *, threads=False, **options):
    graph = bounce.from_source(Sound(x), loaded, Tape, **options)
    graph.run(threads=threads)
    return graph


@pytest.fixture(scope="module")
def moved():
    """A sound, its output through ROWS, and the frames of that."""
    x = swelling_noise()
    graph = run_graph(preset(), x)
    return x, graph.sink.heard, frames_of(graph.listen.frames)


def test_every_row_changes_the_sound(moved):
    x, heard, _ = moved
    for without in range(len(ROWS)):
        rest = ROWS[:without] + ROWS[without + 1 :]
        assert np.abs(run_graph(preset(rest), x).sink.heard - heard).max() > 1e-3


def test_amount_0_changes_no_bit(moved):
    x, heard, _ = moved
    still = run_graph(preset([]), x)
    idle = run_graph(preset([{**each, "amount": 0.0} for each in ROWS]), x)
    assert still.play.mover is None and idle.play.mover is not None
    np.testing.assert_array_equal(idle.sink.heard, still.sink.heard)
    np.testing.assert_array_equal(frames_of(idle.listen.frames), frames_of(still.listen.frames))
    assert not np.array_equal(heard, still.sink.heard)


@pytest.mark.parametrize("threads", [False, True])
@pytest.mark.parametrize(("chunk", "ahead"), [(4096, 16), (1000, 3), (37, 30)])
def test_threads_and_ring_sizes_do_not_change_the_sound(moved, monkeypatch, threads, chunk, ahead):
    x, heard, frames = moved
    monkeypatch.setattr(nodes, "CHUNK", chunk)
    monkeypatch.setattr(bounce, "QUEUE", chunk * ahead)
    graph = run_graph(preset(), x, threads=threads)
    np.testing.assert_array_equal(graph.sink.heard, heard)
    np.testing.assert_array_equal(frames_of(graph.listen.frames), frames)


@pytest.mark.parametrize("frames", [0, 1, HOP, 3 * HOP, 3 * HOP + 1, 40_000])
def test_sound_of_any_length_ends(frames):
    assert len(run_graph(preset(), swelling_noise(frames), threads=True).sink.heard) == frames


def test_moves_apply_one_hop_after_the_end_of_theirs(moved):
    """The same core, driven block by block as a device would, with the moves of another matrix on the same frames."""
    x, heard, frames = moved
    loaded, player, matrix = preset(), CorePlayer(), Matrix(preset().modulation(), RATE, SLOTS)
    player.plans.change(loaded.active_genes(), 1)
    latency = sum(player.plans.latencies().values())
    whole, parts, step = np.concatenate([x, np.zeros((latency, 2), np.float32)]), [], 0
    for start in range(0, len(whole), HOP):
        if start >= (1 + DELAY_HOPS) * HOP:
            assert frames[step, 0] == step * HOP - latency
            write_moves(player.core.moves, board_layout.gene_slot(1, 0, 0), matrix.step(frames[step]))
            step += 1
        parts.append(player.play(whole[start : start + HOP], 100))
    assert step > 250
    np.testing.assert_array_equal(np.concatenate(parts)[latency:], heard)


def test_parameter_changes_apply_at_once_to_the_unmoved_share():
    """Without new frames the moves stay; the rest follows the parameter. Compared with a player without rows."""
    player, unmoved, x, gain = CorePlayer(), CorePlayer(), noise(6_000), board_layout.gene_slot(1, 0, 0)
    for each in (player, unmoved):
        each.plans.change([("volume", {"gain": 0.0})], 1)
    moved = np.zeros((SLOTS, 2))
    moved[0] = 0.75, 0.75 * -12.0
    write_moves(player.core.moves, gain, moved)
    for size, base in ((1, 0.0), (64, 8.0), (255, -40.0)):
        player.move(gain, base)
        unmoved.move(gain, 0.25 * base - 9.0)
        np.testing.assert_array_equal(player.play(x, size), unmoved.play(x, size))


def mover(player, frames, rows, serial=1):
    return AudioMover(rows, frames, player.core.moves, hop=HOP, rate=RATE, serial=serial)


def moves_of_plan(player, serial):
    """(share, offset) by slot on the board, of the plan with a serial number."""
    first = 2 * board_layout.gene_slot(serial, 0, 0)
    return np.array([get(player.core.moves, first + n) for n in range(2 * SLOTS)]).reshape(-1, 2)


def test_new_plan_has_its_own_slots_and_the_old_one_keeps_its_moves():
    player, frames = CorePlayer(), allocate(timeline.layout(64, WIDTH))
    first, then = modulation(row("listening.low", 0, 9)), modulation(row("listening.low", 9, range=(4.0, 8.0)))
    audio_mover = mover(player, frames, first)
    publish(frames, record(0, low=0.25))
    assert audio_mover.step() == 1 and audio_mover.step() == 0
    before = moves_of_plan(player, 1)
    assert before[0].tolist() == before[9].tolist() == [1.0, 0.25] and before.any(axis=1).sum() == 2
    audio_mover.change(then, 2)
    assert moves_of_plan(player, 2)[9].tolist() == [1.0, 5.0] and moves_of_plan(player, 2).any(axis=1).sum() == 1, (
        "the new plan is moved before any frame"
    )
    publish(frames, record(HOP, low=0.75))
    audio_mover.step()
    np.testing.assert_array_equal(moves_of_plan(player, 1), before)
    assert moves_of_plan(player, 2)[9].tolist() == [1.0, 7.0] and not moves_of_plan(player, 3).any()
    for serial in (3, 4):
        audio_mover.change(NO_MODULATION, serial)
    assert not moves_of_plan(player, 4).any(), "the fourth plan uses the slots of the first"


def test_changed_rows_of_the_same_plan_glide():
    player, frames = CorePlayer(), allocate(timeline.layout(64, WIDTH))
    audio_mover = mover(player, frames, modulation(row("listening.low")))
    publish(frames, record(0, low=0.5))
    audio_mover.step()
    audio_mover.change(modulation(row("listening.low", range=(7.0, 9.0))), 1)
    assert moves_of_plan(player, 1)[0].tolist() == [1.0, 0.5]
    for n in range(1, 300):
        publish(frames, record(n * HOP, low=0.5))
        audio_mover.step()
    assert moves_of_plan(player, 1)[0] == pytest.approx([1.0, 8.0], abs=1e-4)


def test_frame_that_is_not_finite_is_skipped():
    player, frames = CorePlayer(), allocate(timeline.layout(64, WIDTH))
    audio_mover = mover(player, frames, modulation(row("listening.low")))
    for n, low in enumerate((0.5, np.nan, 0.25)):
        publish(frames, record(n * HOP, low=low))
    assert audio_mover.step() == 3
    assert moves_of_plan(player, 1)[0].tolist() == [1.0, 0.25]


def record_take(path, loaded, later):
    """Record a take with parameter changes, a change of rows and one of the genome; returns the output."""
    player, genomes, heard = CorePlayer(), {1: loaded.active_genes()}, []
    frames = allocate(timeline.layout(2_000, WIDTH))
    listen_node = ListenNode(RATE, player.core, player.output_tap, frames)
    audio_mover = AudioMover(loaded.modulation(), frames, player.core.moves, hop=HOP, rate=RATE, serial=1)
    player.plans.change(genomes[1], 1)
    player.core.applied[:] = player.params.words
    writer = TakeWriter(path, RATE, loaded.to_dict(), SLOT_NAMES)
    writer.begin(Begin(0, 1, genomes[1], player.core.applied.view("f8").tolist()))
    recorder, rng = TakeRecorder(player.core, player.input_tap, writer, genomes), np.random.default_rng(4)
    for i in range(140):
        if i % 20 == 7:
            player.move(board_layout.gene_slot(max(genomes), 2, 0), float(rng.uniform(-20.0, 6.0)))
        if i == 50:
            audio_mover.change(later.modulation(), 1)
            recorder.patches.append(Patch(int(player["position"]), later.to_dict()))
        if i == 80:
            genomes[2] = later.active_genes()[::-1]
            audio_mover.change(NO_MODULATION, 2)
            player.plans.change(genomes[2], 2)
        heard.append(player.play(swelling_noise(150_000)[i * 1_000 :][: int(rng.integers(1, 2_000))], 256))
        listen_node.step()
        audio_mover.step()
        recorder.step()
    writer.close()
    assert player["untaped"] == player["unheard"] == 0
    return np.concatenate(heard)


def test_take_replays_rows_and_parameter_changes(tmp_path):
    later = preset([{**ROWS[0], "range": [0.0, -30.0]}])
    heard = record_take(tmp_path / "set.take", preset(), later)
    for threads in (False, True):
        graph = bounce.from_take(TakeReader(tmp_path / "set.take"), Tape)
        graph.run(threads=threads)
        assert graph.play.mover is None
        np.testing.assert_array_equal(graph.sink.heard, heard)
    still = record_take(tmp_path / "still.take", preset([]), later)
    assert np.abs(still - heard)[:40_000].max() > 1e-3, "rows did nothing"
    (patch,) = [each for each in TakeReader(tmp_path / "set.take") if isinstance(each, Patch)]
    assert restore_preset(patch.preset, "it") == later


def test_run_record_has_the_rows_and_the_hash(tmp_path):
    loaded, x = preset(), swelling_noise(40_000)
    run_record, _ = bounce_files(BounceInput(Sound(x), "synth", loaded), [tmp_path / "x.wav"])
    assert run_record.samples_sha256 == hashlib.sha256(run_graph(loaded, x).sink.heard.tobytes()).hexdigest()
    assert json.loads(run_record.to_json())["preset"]["matrix"][1]["from"] == "sources.stroll"


def test_default_preset_has_no_rows():
    assert load_preset()[0].modulation().rows == []
