"""Rows onto the picture: not a pixel without an amount, the right value at any frame rate, and no jump in a change."""

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
def song():
    return analysed(music(3.0))


def pictures(context, song, rows, **how):
    with SceneRenderer(context, song, modulation=modulation(*rows, **STROLL), **how) as harness:
        return np.array(harness.pictures(1.0))


def test_without_amount_not_a_pixel_is_moved_and_with_it_many_are(context, song):
    with SceneRenderer(context, song) as harness:
        still = np.array(harness.pictures(1.0))
    np.testing.assert_array_equal(pictures(context, song, [{**each, "amount": 0.0} for each in ROWS]), still)
    for each in ROWS:
        moved = pictures(context, song, [each]).astype(int)
        assert np.abs(moved - still).mean() > 0.3


@pytest.mark.parametrize("fps", [24, 30, 144])
def test_what_a_shader_is_given_is_what_rows_say_at_that_sample(context, song, fps):
    """Between two frames that are heard it lies between what they say; and no frame is skipped, however few look."""
    frames, follower = frames_of(song), Matrix(modulation(*ROWS, **STROLL), RATE, BOARD_SLOTS)
    told = np.array([follower.step(each).copy() for each in frames])[:, AFTERGLOW]
    assert (told[:, 0] == 1.0).all()
    with SceneRenderer(context, song, modulation=modulation(*ROWS, **STROLL)) as harness:
        for picture in range(fps):
            sample = picture * RATE / fps
            harness.picture(sample)
            exact = np.interp(sample, frames[:, 0], told[:, 1])
            assert harness.values["scope.afterglow"] == pytest.approx(exact, rel=1e-9)


def test_hands_are_moved_from_where_they_glide(context, song):
    with SceneRenderer(
        context, song, modulation=modulation(row("clock.day", HUE, amount=0.25)), params={"hue": 0.8}
    ) as harness:
        harness.picture(0.0)
        assert harness.values["scope.hue"] == pytest.approx(0.75 * 0.8)


def test_other_rows_come_without_a_jump(context):
    frames = allocate(timeline.layout(512, len(record(0))))
    for n in range(400):
        timeline.publish(frames, record(n * HOP, low=0.5))
    with SceneRenderer(context, frames, modulation=modulation(row("listening.low", HUE))) as harness:
        seen = []
        for picture in range(120):
            if picture == 60:
                harness.renderer.show(make_look(modulation=modulation(row("listening.low", HUE, range=(1.0, 0.9)))))
            harness.picture(picture * RATE / 60)
            seen.append(harness.values["scope.hue"])
    assert seen[:60] == [0.5] * 60 and seen[-1] == pytest.approx(0.95, abs=0.05)
    assert 0.0 < np.abs(np.diff(seen)).max() < 0.04


def preset(*rows):
    sources = {"stroll": {"kind": "walk", "seconds": 0.2}}
    return restore_preset({"sources": sources, "matrix": [{"from": "sources.stroll", **each} for each in rows]}, "here")


FADE: dict[str, Any] = {"to": "visuals.scope.hue"}
GLOW: dict[str, Any] = {"to": "visuals.scope.bloom", "range": [0.0, 3.0]}


def taken(path, *presets):
    """The film of a take whose rows are those of one preset after the other, each for a second."""
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
    material = BounceInput(TakeReader(path), "take", first, path)
    record, _ = bounce(material, [path.with_suffix(".mp4")], film=SHOT, overwrite=True)
    return record, np.array(pictures_of(path.with_suffix(".mp4")), int)


def test_a_take_shows_what_its_rows_moved_and_when_others_came(tmp_path):
    still, fade, glow = preset(), preset(FADE), preset(GLOW)
    pairs = {"none": (still, still), "same": (fade, fade), "changed": (fade, glow)}
    records, films = zip(*(taken(tmp_path / f"{name}.take", *pair) for name, pair in pairs.items()))
    none, same, changed = films
    assert len(none) == len(same) == len(changed) == 60
    assert np.abs(same - none).mean() > 0.1
    assert np.abs(changed - same)[:30].max() <= 3, "an encoder may differ by a few bits"
    assert np.abs(changed - same)[35:].mean() > 0.1 and np.abs(changed - none)[35:].mean() > 0.1
    assert len({record.pictures_sha256 for record in records}) == 3
    assert len({record.samples_sha256 for record in records}) == 1, "the sound is as it was heard"


def test_a_film_is_the_same_however_it_is_made(tmp_path):
    """With rows onto both: the same hashes in threads and without; and without amount those of no rows."""
    rows = [{**FADE, "amount": 1.0}, {"to": "effects.volume.gain", "range": [-20.0, 0.0]}]
    hashes = []
    for threads, amount in ((True, 1.0), (False, 1.0), (True, 0.0), (True, None)):
        made = preset(*({**each, "amount": amount} for each in rows if amount is not None))
        material = BounceInput(SynthSource(RATE, seed=3, params=made.synth.model_dump()), "synth", made, seconds=1.0)
        record, _ = bounce(material, [tmp_path / "x.mp4"], film=SHOT, overwrite=True, threads=threads)
        hashes.append((record.pictures_sha256, record.samples_sha256))
    assert hashes[0] == hashes[1] and hashes[2] == hashes[3]
    assert hashes[0][0] != hashes[2][0] and hashes[0][1] != hashes[2][1]
