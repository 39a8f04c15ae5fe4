"""Matrix rows that move the picture: exact values at any frame rate, no change at amount 0, no jump on reload."""

from typing import Any

import numpy as np
import pytest

from phosphene.engine.audio.sources.base import SynthSource
from phosphene.engine.modulation.matrix import Matrix
from phosphene.engine.offline.bounce import BounceInput, bounce
from phosphene.engine.presets.load import restore_preset
from phosphene.engine.rings import allocate, timeline
from phosphene.engine.takes.file import Begin, Patch, TakeReader, TakeWriter
from phosphene.engine.takes.slot_names import SLOT_NAMES
from phosphene.engine.visuals.catalogue import BOARD_SLOTS, slot_values
from tests.e2e.test_film_time import SHOT
from tests.e2e.test_film_time import pictures as pictures_of
from tests.graph.test_build import frames_of
from tests.support.matrix_inputs import HOP, modulation, record, row
from tests.support.scene_renderer import RATE, SceneRenderer, analysed, make_look, music

HUE, AFTERGLOW = SLOT_NAMES["scope.hue"], SLOT_NAMES["scope.afterglow"]
ROWS = (
    row("listening.rms_db", AFTERGLOW, range=(0.2, 6.0), curve="exp", attack=0.02, release=0.4),
    row("sources.stroll", HUE, amount=0.6),
)
STROLL = {"stroll": {"kind": "walk", "seconds": 0.4}}


@pytest.fixture(scope="module")
def frames_of_music():
    return analysed(music(3.0))


def pictures(context, frames_of_music, rows, **options):
    with SceneRenderer(context, frames_of_music, modulation=modulation(*rows, **STROLL), **options) as scene:
        return np.array(scene.pictures(1.0))


def test_rows_change_pixels_only_with_an_amount(context, frames_of_music):
    with SceneRenderer(context, frames_of_music) as scene:
        still = np.array(scene.pictures(1.0))
    np.testing.assert_array_equal(pictures(context, frames_of_music, [{**each, "amount": 0.0} for each in ROWS]), still)
    for each in ROWS:
        moved = pictures(context, frames_of_music, [each]).astype(int)
        assert np.abs(moved - still).mean() > 0.3


@pytest.mark.parametrize("fps", [24, 30, 144])
def test_shader_values_are_the_moves_at_their_sample(context, frames_of_music, fps):
    """Values are interpolated between two frames; no frame is skipped at a low picture rate."""
    frames, matrix = frames_of(frames_of_music), Matrix(modulation(*ROWS, **STROLL), RATE, BOARD_SLOTS)
    moves = np.array([matrix.step(each).copy() for each in frames])[:, AFTERGLOW]
    assert (moves[:, 0] == 1.0).all()
    with SceneRenderer(context, frames_of_music, modulation=modulation(*ROWS, **STROLL)) as scene:
        for picture in range(fps):
            sample = picture * RATE / fps
            scene.picture(sample)
            exact = np.interp(sample, frames[:, 0], moves[:, 1])
            assert scene.values["scope.afterglow"] == pytest.approx(exact, rel=1e-9)


def test_parameter_is_moved_from_its_own_value(context, frames_of_music):
    with SceneRenderer(
        context, frames_of_music, modulation=modulation(row("clock.day", HUE, amount=0.25)), params={"hue": 0.8}
    ) as scene:
        scene.picture(0.0)
        assert scene.values["scope.hue"] == pytest.approx(0.75 * 0.8)


def test_changed_rows_glide(context):
    frames = allocate(timeline.layout(512, len(record(0))))
    for n in range(400):
        timeline.publish(frames, record(n * HOP, low=0.5))
    with SceneRenderer(context, frames, modulation=modulation(row("listening.low", HUE))) as scene:
        seen = []
        for picture in range(120):
            if picture == 60:
                scene.renderer.show(make_look(modulation=modulation(row("listening.low", HUE, range=(1.0, 0.9)))))
            scene.picture(picture * RATE / 60)
            seen.append(scene.values["scope.hue"])
    assert seen[:60] == [0.5] * 60 and seen[-1] == pytest.approx(0.95, abs=0.05)
    assert 0.0 < np.abs(np.diff(seen)).max() < 0.04


def preset(*rows):
    sources = {"stroll": {"kind": "walk", "seconds": 0.2}}
    return restore_preset({"sources": sources, "matrix": [{"from": "sources.stroll", **each} for each in rows]}, "here")


FADE: dict[str, Any] = {"to": "visuals.scope.hue"}
GLOW: dict[str, Any] = {"to": "visuals.scope.bloom", "range": [0.0, 3.0]}


def film_of_take(path, *presets):
    """The film of a take whose preset changes every second."""
    x = np.zeros((RATE, 4), np.float32)
    x[:, :2] = music(1.0)
    first, *later = presets
    writer = TakeWriter(path, RATE, first.to_dict(), SLOT_NAMES)
    board = np.zeros(BOARD_SLOTS)
    for slot, value in slot_values(first.params()):
        board[slot] = value
    writer.begin(Begin(0, 1, [], board.tolist()))
    writer.sound(x)
    for second, each in enumerate(later, 1):
        writer.patch(Patch(second * RATE, each.to_dict()))
        writer.sound(x)
    writer.close()
    bounce_input = BounceInput(TakeReader(path), "take", first, path)
    record, _ = bounce(bounce_input, [path.with_suffix(".mp4")], film=SHOT, overwrite=True)
    return record, np.array(pictures_of(path.with_suffix(".mp4")), int)


def test_film_of_a_take_has_its_rows_and_their_change(tmp_path):
    still, fade, glow = preset(), preset(FADE), preset(GLOW)
    pairs = {"none": (still, still), "same": (fade, fade), "changed": (fade, glow)}
    records, films = zip(*(film_of_take(tmp_path / f"{name}.take", *pair) for name, pair in pairs.items()))
    none, same, changed = films
    assert len(none) == len(same) == len(changed) == 60
    assert np.abs(same - none).mean() > 0.1
    assert np.abs(changed - same)[:30].max() <= 3, "an encoder may differ by a few bits"
    assert np.abs(changed - same)[35:].mean() > 0.1 and np.abs(changed - none)[35:].mean() > 0.1
    assert len({record.pictures_sha256 for record in records}) == 3
    assert len({record.samples_sha256 for record in records}) == 1, "rows of the picture do not change the sound"


def test_film_with_rows_does_not_depend_on_threads(tmp_path):
    """Rows move sound and picture: equal hashes with and without threads; amount 0 is the same as no rows."""
    rows = [{**FADE, "amount": 1.0}, {"to": "effects.volume.gain", "range": [-20.0, 0.0]}]
    hashes = []
    for threads, amount in ((True, 1.0), (False, 1.0), (True, 0.0), (True, None)):
        loaded = preset(*({**each, "amount": amount} for each in rows if amount is not None))
        bounce_input = BounceInput(
            SynthSource(RATE, seed=3, params=loaded.synth.model_dump()), "synth", loaded, seconds=1.0
        )
        record, _ = bounce(bounce_input, [tmp_path / "x.mp4"], film=SHOT, overwrite=True, threads=threads)
        hashes.append((record.pictures_sha256, record.samples_sha256))
    assert hashes[0] == hashes[1] and hashes[2] == hashes[3]
    assert hashes[0][0] != hashes[2][0] and hashes[0][1] != hashes[2][1]
