"""The graph: what comes out does not depend on who ran when; what goes wrong ends it; time adds up."""

import json
import threading

import numpy as np
import pytest

from phosphene.engine.audio.core import BLOCK, CHANNELS, CROSSFADE
from phosphene.engine.common.params import default_values
from phosphene.engine.effects import EFFECTS
from phosphene.engine.effects.chain import limiter
from phosphene.engine.graph import build as bounce
from phosphene.engine.graph import nodes
from phosphene.engine.graph.nodes import SourceNode
from phosphene.engine.listening.frame import WIDTH, as_frame
from phosphene.engine.presets.load import load_preset
from phosphene.engine.rings import board_layout, ring, timeline
from phosphene.engine.takes.file import Begin, Change, TakeReader, TakeWriter
from phosphene.engine.takes.nodes import TakeRecorder
from phosphene.engine.takes.slot_names import SLOT_NAMES
from tests.audio.test_core import FIRST, SECOND, swap
from tests.support.core_player import RATE, CorePlayer, core_output, noise


class Sound:
    """A source that gives a sound, and then an end or a fault."""

    rate, position = RATE, 0

    def __init__(self, x, fault=None):
        self.x, self.fault, self.length = x, fault, len(x)

    def read(self, out):
        here = self.x[self.position : self.position + len(out)]
        out[: len(here)] = here
        self.position += len(here)
        if self.fault and len(here) < len(out):
            raise self.fault
        return len(here)


class Tape:
    """A sink that keeps what is heard."""

    name = "tape"

    def __init__(self, inlet):
        self.inlet, self.done, self.parts = inlet, False, []

    def step(self):
        over, block = ring.ended(self.inlet), np.zeros((777, CHANNELS), np.float32)
        count = ring.pull(self.inlet, block)
        self.parts.append(block[:count])
        self.done = bool(over)
        return count

    @property
    def heard(self):
        return np.concatenate(self.parts)


class Deaf(Tape):
    """A sink that never takes anything."""

    def step(self):
        return 0


SCRIPT = (Begin(0, 1, FIRST, []), Change(40_001, board_layout.gene_slot(1, 1, 0), -18.0), *swap(70_003, 2, SECOND))


def join(source, sink=Tape, script=SCRIPT):
    return bounce.join(lambda inlet, *_: SourceNode(source, inlet), sink, RATE, source.length, acts=script)


def frames_of(published):
    """Every frame that is still there."""
    rows, last = np.zeros((len(published.marks), WIDTH)), timeline.record_count(published)
    kept = range(max(0, last - len(rows)), last)
    assert all(timeline.read(published, index, row) for index, row in zip(kept, rows))
    return rows[: len(kept)]


@pytest.fixture(scope="module")
def film():
    """A sound, and what is heard and seen of it where one thread does everything."""
    x = noise(150_000)
    graph = join(Sound(x))
    graph.run(threads=False)
    frames = frames_of(graph.listen.frames)
    assert len(frames) > 100 and not np.array_equal(graph.sink.heard, x), "it did nothing"
    return x, graph.sink.heard, frames


@pytest.mark.parametrize("threads", [False, True])
@pytest.mark.parametrize(("chunk", "ahead"), [(4096, 16), (4096, 1), (1000, 3), (37, 30)])
def test_threads_and_ring_lengths_do_not_change_the_result(film, monkeypatch, threads, chunk, ahead):
    x, heard, frames = film
    monkeypatch.setattr(nodes, "CHUNK", chunk)
    monkeypatch.setattr(bounce, "QUEUE", chunk * ahead)
    graph = join(Sound(x))
    graph.run(threads=threads)
    np.testing.assert_array_equal(graph.sink.heard, heard)
    np.testing.assert_array_equal(frames_of(graph.listen.frames), frames)


@pytest.mark.parametrize("threads", [False, True])
@pytest.mark.parametrize("where", ["node", "watch"])
def test_an_error_ends_the_run_and_is_raised(threads, where):
    before = threading.active_count()
    graph = join(Sound(noise(200_000), OSError("the disk is gone") if where == "node" else None))

    def watch():
        if where == "watch":
            raise OSError("the disk is gone")

    with pytest.raises(OSError, match="the disk is gone"):
        bounce.OfflineClock(graph[:4], threads=threads).run(watch, every=0.001)
    assert threading.active_count() == before


@pytest.mark.parametrize("threads", [False, True])
def test_a_deadlock_names_the_nodes(threads):
    with pytest.raises(RuntimeError, match=r"wait for each other: \['source', 'core', 'listening', 'tape'\]"):
        join(Sound(noise(200_000)), Deaf).run(threads=threads)


@pytest.mark.parametrize("genome", [[], FIRST], ids=["empty", "usual"])
@pytest.mark.parametrize("click", [0, 12_345, 49_900])
def test_the_declared_latency_is_the_measured_one(genome, click):
    x = np.zeros((50_000, CHANNELS), np.float32)
    x[click] = 0.5
    graph = join(Sound(x), script=[Begin(0, 1, genome, [])])
    graph.run(threads=False)
    declared = graph.play.plans.latencies()
    assert list(declared) == [*(f"genome.{at}.{op}" for at, (op, _) in enumerate(genome)), "limiter"]
    assert np.abs(graph.sink.heard).argmax() // CHANNELS == click + sum(declared.values())


LATE = [("volume", {"gain": -3.0}), ("trim", {**default_values(EFFECTS["trim"].PARAMS), "threshold": -20.0})]


@pytest.mark.parametrize("click", [0, 12_345, 49_000])
def test_a_bounce_trims_the_declared_latency(click):
    x = np.zeros((50_000, CHANNELS), np.float32)
    x[click] = 0.5
    preset = load_preset(None, ["genome=" + json.dumps([{"op": op, "params": params} for op, params in LATE])])[0]
    graph = bounce.from_source(Sound(x), preset, Tape)
    graph.run(threads=False)
    assert sum(graph.play.plans.latencies().values()) > 300, "nothing is late, so this proves nothing"
    assert len(graph.sink.heard) == len(x) and np.abs(graph.sink.heard).argmax() // CHANNELS == click
    seen = max(frames_of(graph.listen.frames), key=lambda row: as_frame(row)["peak_db"])
    assert as_frame(seen)["sample"] <= click < as_frame(seen)["sample"] + graph.listen.analyser.hop


def test_an_onset_is_stamped_where_it_is_audible():
    x = np.zeros((50_000, CHANNELS), np.float32)
    x[12_345] = 0.5
    graph = join(Sound(x), script=[Begin(0, 1, [], [])])
    graph.run(threads=False)
    seen = max(frames_of(graph.listen.frames), key=lambda row: as_frame(row)["onset"])
    assert 0 <= 12_345 + limiter.latency(RATE) - as_frame(seen)["sample"] < graph.listen.analyser.hop


def test_an_empty_source_ends():
    graph = join(Sound(noise(0)))
    graph.run(threads=False)
    assert len(graph.sink.heard) == 0


def test_a_long_sound_is_played_to_its_last_sample():
    x = noise(3 * BLOCK + 1)
    graph = join(Sound(x), script=[Begin(0, 1, FIRST, [])])
    graph.run()
    np.testing.assert_array_equal(graph.sink.heard, core_output(FIRST, x))


def test_a_take_replays_the_same_samples(tmp_path):
    """A set in blocks of any length, with moves and swaps at any time, against the bounce of its take."""
    player, rng = CorePlayer(), np.random.default_rng(12)
    genomes = {1: FIRST}
    player.plans.change(FIRST, 1)
    player.core.applied[:] = player.params.words
    writer = TakeWriter(tmp_path / "set.take", RATE, {}, SLOT_NAMES)
    writer.begin(Begin(0, 1, FIRST, player.core.applied.view("f8").tolist()))
    taper, heard = TakeRecorder(player.core, player.input_tap, writer, genomes), []
    for turn in range(120):
        if turn % 7 == 3:
            player.move(board_layout.gene_slot(len(genomes), int(rng.integers(2)), 0), float(rng.uniform(2.0, 20.0)))
        if turn % 11 == 5 and player["settled"] == len(genomes):
            genomes[len(genomes) + 1] = SECOND if len(genomes) % 2 else FIRST
            player.plans.change(genomes[len(genomes)], len(genomes))
        if turn % 5 == 0:
            ring.push(player.core.returns, noise(200, seed=turn))
        heard.append(player.play(noise(int(rng.integers(1, 3_000)), seed=turn), int(rng.integers(1, BLOCK))))
        if turn % 3 == 0:
            taper.step()
    while taper.step():
        pass
    writer.close()
    heard = np.concatenate(heard)
    assert len(genomes) > 5 and player["untaped"] == 0 and len(heard) > RATE * CROSSFADE
    graph = bounce.from_take(TakeReader(tmp_path / "set.take"), Tape)
    graph.run()
    np.testing.assert_array_equal(graph.sink.heard, heard)
