"""What comes back from the neural worker is heard, and what is heard is seen."""

import numpy as np

from phosphene.engine.audio.core import CHANNELS
from phosphene.engine.graph.build import join
from phosphene.engine.graph.nodes import NullSink
from phosphene.engine.listening.frame import as_frame
from phosphene.engine.offline.bounce import BounceInput, FilmSettings, bounce
from phosphene.engine.presets.load import load_preset
from phosphene.engine.rings import ring
from phosphene.engine.takes.file import Begin, TakeReader, TakeWriter
from phosphene.engine.takes.slot_names import SLOT_NAMES
from tests.graph.test_build import RATE, frames_of

GENOME = [("volume", {"gain": -60.0})]  # the source alone would be silent


class Worker:
    """A source of silence whose return is a burst of noise from half a second on."""

    name, thread, done = "source", "source", False

    def __init__(self, inlet):
        self.inlet, self.at = inlet, 0
        self.rows = np.zeros((RATE, 2 * CHANNELS), np.float32)
        self.rows[RATE // 2 :, CHANNELS:] = np.random.default_rng(3).normal(0, 0.2, (RATE // 2, CHANNELS))

    def step(self):
        count = int(ring.push(self.inlet, self.rows[self.at :]))
        self.at += count
        if self.at == len(self.rows):
            ring.end(self.inlet)
            self.done = True
        return count


def test_the_analyser_measures_what_comes_back():
    graph = join(lambda inlet, *_: Worker(inlet), NullSink, RATE, RATE, wide=True, acts=[Begin(0, 1, GENOME, [])])
    graph.run(threads=False)
    levels = [as_frame(row)["rms_db"] for row in frames_of(graph.listen.frames)]
    quiet, loud = levels[: len(levels) // 2 - 2], levels[len(levels) // 2 + 4 :]
    assert max(quiet) < -80.0 and min(loud) > -20.0


def film_of(path, returns, folder):
    """The pictures of a take whose source is silent."""
    preset = load_preset(None, ["scene=scope", "genome=[{op: volume, params: {gain: -60.0}}]"])[0]
    writer = TakeWriter(path, RATE, preset.to_dict(), SLOT_NAMES)
    writer.begin(Begin(0, 1, preset.active_genes(), []))
    writer.sound(np.hstack([np.zeros((RATE, CHANNELS), np.float32), returns]))
    writer.close()
    film = FilmSettings(size=(64, 36))
    source = BounceInput(TakeReader(path), "take", preset, path)
    record, _ = bounce(source, [folder / f"{path.stem}.mp4"], film=film, overwrite=True)
    return record.pictures_sha256


def test_the_picture_of_a_take_moves_with_what_came_back(tmp_path):
    silence = np.zeros((RATE, CHANNELS), np.float32)
    noise = np.random.default_rng(3).normal(0, 0.2, silence.shape).astype(np.float32)
    hashes = [film_of(tmp_path / f"{name}.take", sound, tmp_path) for name, sound in (("dry", silence), ("wet", noise))]
    assert hashes[0] != hashes[1]
    assert film_of(tmp_path / "again.take", silence, tmp_path) == hashes[0], "null: silence is drawn the same again"
