"""Rows onto the picture: not a pixel without an amount, the right value at any frame rate, and no jump in a change."""

import numpy as np
import pytest

from engine.bounce import graph as bounce
from engine.bounce.replay import believed
from engine.bounce.slides import Slides
from engine.control.matrix import STILL, Matrix
from engine.control.take import Begin, Patch, TakeReader, TakeWriter
from engine.presets import restore_preset
from engine.rings import local, timeline
from engine.visuals.context import opened
from engine.visuals.readback import Readback
from engine.visuals.scenes import NAMES, SLOTS
from tests.easel import RATE, SMALL, Easel, heard, music
from tests.test_graph import Tape, frames_of
from tests.wires import HOP, modulation, record, row

HUE, AFTERGLOW = NAMES["scope.hue"], NAMES["scope.afterglow"]
ROWS = (
    row("listening.rms_db", AFTERGLOW, range=(0.2, 6.0), curve="exp", attack=0.02, release=0.4),
    row("sources.stroll", HUE, amount=0.6),
)
STROLL = {"stroll": {"kind": "walk", "seconds": 0.4}}


@pytest.fixture(scope="module")
def context():
    with opened() as context:
        yield context


@pytest.fixture(scope="module")
def song():
    return heard(music(3.0))


def pictures(context, song, rows, **how):
    with Easel(context, song, modulation=modulation(*rows, **STROLL), **how) as easel:
        return np.array(easel.pictures(1.0))


def test_without_amount_not_a_pixel_is_moved_and_with_it_many_are(context, song):
    with Easel(context, song) as easel:
        still = np.array(easel.pictures(1.0))
    np.testing.assert_array_equal(pictures(context, song, [{**each, "amount": 0.0} for each in ROWS]), still)
    for each in ROWS:
        moved = pictures(context, song, [each]).astype(int)
        assert np.abs(moved - still).mean() > 0.3


@pytest.mark.parametrize("fps", [24, 30, 144])
def test_what_a_shader_is_given_is_what_rows_say_at_that_sample(context, song, fps):
    """Between two frames that are heard it lies between what they say; and no frame is skipped, however few look."""
    frames, follower = frames_of(song), Matrix(modulation(*ROWS, **STROLL), RATE, SLOTS)
    told = np.array([follower.step(each).copy() for each in frames])[:, AFTERGLOW]
    assert (told[:, 0] == 1.0).all()
    with Easel(context, song, modulation=modulation(*ROWS, **STROLL)) as easel:
        for picture in range(fps):
            sample = picture * RATE / fps
            easel.picture(sample)
            exact = np.interp(sample, frames[:, 0], told[:, 1])
            assert easel.painter.values["scope.afterglow"] == pytest.approx(exact, rel=1e-9)


def test_hands_are_moved_from_where_they_glide(context, song):
    with Easel(context, song, modulation=modulation(row("listening.low", HUE, amount=0.25)), hue=0.8) as easel:
        easel.picture(0.0)
        assert easel.painter.values["scope.hue"] == pytest.approx(0.75 * 0.8)


def test_other_rows_come_without_a_jump(context):
    frames = local(timeline.plan(512, len(record(0))))
    for n in range(400):
        timeline.publish(frames, record(n * HOP, low=0.5))
    with Easel(context, frames, modulation=modulation(row("listening.low", HUE))) as easel:
        seen = []
        for picture in range(120):
            if picture == 60:
                easel.painter.change(modulation(row("listening.low", HUE, range=(1.0, 0.9))))
            easel.picture(picture * RATE / 60)
            seen.append(easel.painter.values["scope.hue"])
    assert seen[:60] == [0.5] * 60 and seen[-1] == pytest.approx(0.95, abs=0.05)
    assert 0.0 < np.abs(np.diff(seen)).max() < 0.04


def preset(*rows):
    return restore_preset({"sources": STROLL, "matrix": list(rows)}, "here")


FADE = {"from": "sources.stroll", "to": "visuals.scope.hue"}
GLOW = {"from": "listening.rms_db", "to": "visuals.scope.bloom", "amount": 0.5}


def tape(path, first, *later):
    """A take of rows that are changed half way."""
    writer = TakeWriter(path, RATE, first.full(), NAMES)
    values = np.zeros(SLOTS)
    writer.begin(Begin(0, 1, [], values.tolist()))
    sound = np.concatenate([music(1.0), np.zeros((RATE, 2), np.float32)], axis=1)[:RATE]
    quarter = np.ascontiguousarray(np.pad(sound, ((0, 0), (0, 4 - sound.shape[1]))), np.float32)
    writer.sound(quarter[: RATE // 2])
    for each in later:
        writer.patch(Patch(RATE // 2, each.full()))
    writer.sound(quarter[RATE // 2 :])
    writer.close()
    return path
