"""What a bounce hears is what a session hears; and what its pictures know of the rhythm besides, by what follows."""

import json

import numpy as np
import pytest

from phosphene.engine.audio.sources.base import SynthSource
from phosphene.engine.effects.chain import limiter
from phosphene.engine.effects.chain import plan as chain
from phosphene.engine.graph.build import from_source
from phosphene.engine.graph.listen_node import ListenNode
from phosphene.engine.graph.lookahead_node import LookaheadNode
from phosphene.engine.graph.nodes import NullSink
from phosphene.engine.listening.analyser import frames_layout
from phosphene.engine.listening.frame import AT, WIDTH
from phosphene.engine.offline.bounce import BounceInput, FilmSettings, bounce
from phosphene.engine.presets.load import load_preset
from phosphene.engine.rings import allocate, timeline
from phosphene.engine.rings.tap import writable
from phosphene.engine.takes.file import Begin, TakeReader, TakeWriter
from phosphene.engine.takes.slot_names import SLOT_NAMES
from tests.support.core_player import RATE, CorePlayer
from tests.support.scene_renderer import silence

PRESET = load_preset()[0]
SECONDS = 7.0
SHOT = FilmSettings(size=(64, 36), preset="ultrafast")


def rows_of(frames):
    rows = np.zeros((timeline.record_count(frames), WIDTH))
    assert all(timeline.read(frames, index, row) for index, row in enumerate(rows))
    return rows


def synth(seconds=SECONDS):
    """It begins where it plays everything."""
    source = SynthSource(RATE, seed=7, params=PRESET.synth.model_dump())
    source.seek(16 * RATE)
    return from_source(source, PRESET, NullSink, seconds=seconds)


def beaten(seconds, bpm):
    """Clicks on the beat over a little noise, from the very first."""
    sound = np.random.default_rng(3).normal(0, 0.003, (round(seconds * RATE), 2)).astype(np.float32)
    beats = (np.arange(0.25, seconds, 60 / bpm) * RATE).astype(int)
    for beat in beats[beats < len(sound) - 2_000]:
        sound[beat : beat + 2_000] += (
            0.5 * np.exp(-np.arange(2_000) / 300)[:, None] * np.sin(np.arange(2_000) / 4)[:, None]
        )
    return sound, beats / RATE


def test_a_bounce_and_a_session_analyse_alike():
    graph = synth(3.0)
    graph.run(threads=False)
    bounced = rows_of(graph.listen.frames)
    player, live = CorePlayer(), allocate(frames_layout(60.0))
    player.plans.change(PRESET.active_genes(), 1)
    ear = ListenNode(RATE, player.core, player.output_tap, live)
    source = SynthSource(RATE, seed=7, params=PRESET.synth.model_dump())
    source.seek(16 * RATE)
    rng = np.random.default_rng(2)
    for _ in range(400):
        block = silence(int(rng.integers(1, 1_000)) / RATE)
        source.read(block)
        player.play(block, int(rng.integers(1, 700)))
        while ear.step():
            pass
    heard = rows_of(live)[: len(bounced)]
    late = limiter.latency(RATE) + sum(chain.latency(op, RATE) for op, _ in PRESET.active_genes())
    np.testing.assert_array_equal(heard[:, AT.sample] - late, bounced[:, AT.sample])
    np.testing.assert_array_equal(heard[:, AT.sample + 1 :], bounced[:, AT.sample + 1 :])
    assert len(bounced) > 250 and bounced[:, AT.onset_event].sum() > 5


class Onlooker:
    """Takes frames at its own pace, as a painter does."""

    def __init__(self, frames, done):
        self.frames, self.done, self.index, self.rows = frames, done, 0, []

    def step(self, most):
        row = np.zeros(WIDTH)
        for _ in range(most):
            if self.index == timeline.record_count(self.frames):
                return
            assert timeline.read(self.frames, self.index, row), "it was written over before it was seen"
            self.rows.append(row.copy())
            self.index += 1


@pytest.mark.parametrize("seconds", [0.0, 0.005, 1.0, 30.0])
def test_every_frame_comes_out_once_with_a_corrected_rhythm(seconds):
    sound, beats = beaten(seconds, 125.0)
    player = CorePlayer()
    player.plans.change([], 1)
    ear = ListenNode(RATE, player.core, player.output_tap, allocate(frames_layout(8.0)))
    foreseer = LookaheadNode(ear)
    onlooker = Onlooker(foreseer.frames, lambda: foreseer.done)
    foreseer.readers.append(onlooker)
    causal = allocate(frames_layout(60.0))
    other, second = CorePlayer(), 0
    alone = ListenNode(RATE, other.core, other.output_tap, causal)
    other.plans.change([], 1)
    while second < len(sound):
        room = min(int(writable(player.output_tap, 4_096)), 4_096)
        for which in (player, other):
            which.play(sound[second : second + room], 512)
        second += room
        while alone.step():
            pass
        while ear.step() + foreseer.step():
            onlooker.step(1_000)
    ear.done = True
    while not foreseer.done:
        foreseer.step()
        onlooker.step(40)
    onlooker.step(10_000)
    corrected, before = np.array(onlooker.rows).reshape(-1, WIDTH), rows_of(causal)
    rhythm = {AT.tempo, AT.beat, AT.bar, AT.confidence, AT.stability, AT.tempo_source}
    others = [place for place in range(WIDTH) if place not in rhythm]
    np.testing.assert_array_equal(corrected[:, others], before[:, others])
    if seconds < 10:
        return
    assert (np.diff(corrected[:, AT.beat]) >= 0).all() and (np.diff(corrected[:, AT.bar]) >= 0).all()
    first = before[:, AT.sample] < 2 * RATE
    assert abs(np.median(corrected[first, AT.tempo]) - 125.0) < 2.0
    assert abs(np.median(before[first, AT.tempo]) - 125.0) > 3.0, "who does not look ahead knew it as well"
    numbers = np.arange(1, int(corrected[-1, AT.beat]))
    seconds = np.interp(numbers, corrected[:, AT.beat], corrected[:, AT.sample] / RATE)
    off = np.array([np.abs(beats - at).min() for at in seconds])
    assert np.percentile(off, 95) < 0.02


def record(path):
    return json.loads(path.with_name("run.json").read_text())


def test_the_run_record_names_the_tempo_mode(tmp_path):
    source = SynthSource(RATE, seed=7, params=PRESET.synth.model_dump())
    material = BounceInput(source, "synth", PRESET, seconds=0.5)
    bounce(material, [tmp_path / "x.wav"], overwrite=True)
    assert record(tmp_path / "x.wav")["tempo"] == "causal"
    source.seek(0)
    bounce(material, [tmp_path / "x.mp4"], film=SHOT, overwrite=True)
    assert record(tmp_path / "x.mp4")["tempo"] == "lookahead"


def test_modulated_sound_uses_the_causal_tempo(tmp_path):
    rows = ['matrix=[{"from": "listening.beat_phase", "to": "effects.volume.gain", "range": [-6.0, 0.0]}]']
    preset = load_preset(None, rows)[0]
    source = SynthSource(RATE, seed=7, params=preset.synth.model_dump())
    bounce(BounceInput(source, "synth", preset, seconds=0.5), [tmp_path / "x.mp4"], film=SHOT)
    assert record(tmp_path / "x.mp4")["tempo"] == "causal"


def test_a_take_uses_the_causal_tempo(tmp_path):
    path = tmp_path / "set.take"
    writer = TakeWriter(path, RATE, PRESET.to_dict(), SLOT_NAMES)
    writer.begin(Begin(0, 1, PRESET.active_genes(), []))
    writer.sound(np.zeros((RATE // 2, 4), np.float32))
    writer.close()
    reader = TakeReader(path)
    bounce(BounceInput(reader, "take", PRESET, path), [tmp_path / "x.mp4"], film=SHOT)
    assert record(tmp_path / "x.mp4")["tempo"] == "causal"
