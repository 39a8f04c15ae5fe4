"""What holds of scenes alike: any size, any frame rate, any parameter, and whatever was no number."""

import os
import subprocess
import sys
from importlib import resources

import numpy as np
import pytest

from phosphene.engine.visuals.catalogue import SECTIONS
from tests.support.commands import ROOT
from tests.support.scene_renderer import Easel, heard, music, silence

SMALL = (128, 80)
SHOWN = resources.files("phosphene.presets") / "media"
MEDIA = {"photo": str(SHOWN / "rain.jpg"), "camera": str(SHOWN / "figure.mp4")}
MOVES = {"camera": 1.2}  # what is before it moves by itself
SCENES = ("strata", "photo", "crystal", "camera", "flow", "mycelium", "golden")
each_scene = pytest.mark.parametrize("scene", SCENES)


def easel(context, frames, scene, **how):
    """An easel with something to see."""
    return Easel(context, frames, scene, media=MEDIA.get(scene), **how)


@pytest.fixture(scope="module")
def song():
    return heard(music(6.0))


@pytest.fixture(scope="module")
def hush():
    return heard(silence(6.0))


def kept(target):
    """All that a target's picture holds."""
    kind = np.float32 if target.declared.precise else np.float16
    return np.frombuffer(target.picture.read(), kind).astype(float)


def targets(easel):
    return easel.painter.deck.targets.values()


def shine(pictures):
    return np.mean([picture[:, :, :3].mean() for picture in pictures])


@pytest.mark.parametrize("size", [(1, 1), (640, 360), (360, 640), (1280, 180)])
@each_scene
def test_every_size_is_painted(context, song, scene, size):
    with easel(context, song, scene, size=size) as one:
        assert {picture.shape for picture in one.pictures(0.2)} == {(size[1], size[0], 4)}
        assert all(np.isfinite(kept(target)).all() for target in targets(one))
        assert context.gl.error == "GL_NO_ERROR"


@pytest.mark.parametrize("light", [np.nan, np.inf, -np.inf])
@each_scene
def test_what_is_no_number_is_gone_in_two_frames(context, song, scene, light):
    with easel(context, song, scene, size=SMALL) as one:
        one.picture(0.0)
        for target in targets(one):
            kind = np.float32 if target.declared.precise else np.float16
            for texture in target.textures:
                texture.write(np.full(4 * texture.width * texture.height, light, kind).tobytes())
        one.picture(1_600.0), one.picture(3_200.0)
        lasting = [target for target in targets(one) if len(target.textures) > 1 or target.declared.name == scene]
        assert all(np.isfinite(kept(target)).all() for target in lasting)
        assert 0.1 < shine(one.pictures(3.0)[60:]) < 250.0


@pytest.mark.parametrize("fps", [24, 60])
@each_scene
def test_it_shines_alike_at_any_frame_rate(context, song, scene, fps):
    lights = []
    for rate in (fps, 144):
        with easel(context, song, scene, size=SMALL) as one:
            pictures = one.pictures(5.0, rate)
        lights.append([shine(pictures[second * rate : (second + 1) * rate]) for second in range(1, 5)])
    np.testing.assert_allclose(*lights, rtol=0.06)


@each_scene
def test_every_parameter_is_seen(context, song, scene):
    def last(**params):
        with easel(context, song, scene, size=SMALL, params=params) as one:
            return one.pictures(3.0, 12.0)[-1][:, :, :3].astype(float)

    usual = last()
    for param in SECTIONS[scene].params:
        others = param.choices[1:] or [end for end in (param.low, param.high) if end != param.default]
        for other in others:
            assert np.abs(last(**{param.name: other}) - usual).mean() > 0.3, f"{param.name}: {other}"


@each_scene
def test_it_moves_more_with_music_than_in_silence(context, song, hush, scene):
    def motion(frames):
        with easel(context, frames, scene, size=SMALL) as one:
            pictures = [picture[:, :, :3].astype(float) for picture in one.pictures(4.0)[60:]]
        return np.abs(np.diff(pictures, axis=0)).mean()

    assert motion(song) > MOVES.get(scene, 2.0) * motion(hush) > 0.0


@each_scene
def test_another_seed_is_another_picture(context, song, scene):
    shown = []
    for seed in (7, 7, 8):
        with easel(context, song, scene, size=SMALL, seed=seed) as one:
            shown.append(one.pictures(1.0)[-1])
    assert np.array_equal(shown[0], shown[1]) and not np.array_equal(shown[0], shown[2])


@each_scene
def test_noise_without_end_does_not_blow_it_out(context, scene):
    noise = np.random.default_rng(3).normal(0.0, 0.5, (10 * 48_000, 2)).clip(-1.0, 1.0)
    with easel(context, heard(noise), scene, size=SMALL) as one:
        pictures = [picture[:, :, :3].astype(float) for picture in one.pictures(9.0, 20.0)]
        assert all(np.isfinite(kept(target)).all() for target in targets(one))
    late, later = np.array(pictures[80:130]), np.array(pictures[130:180])
    assert later.mean() < 1.4 * late.mean() and (later >= 254.0).mean() < 0.2 and later.std(axis=(1, 2)).min() > 5.0


DIGEST = """
import hashlib
from engine.visuals.context import opened
from tests.test_scene_alike import *
with opened() as context, easel(context, heard(music(0.6)), "{scene}", size=SMALL) as one:
    print(hashlib.sha256(b"".join(picture.tobytes() for picture in one.pictures(0.4))).hexdigest())
"""


@each_scene
def test_however_many_draw_it_they_draw_the_same(context, scene):
    shown = set()
    for threads in "012":
        environment = {**os.environ, "LP_NUM_THREADS": threads}
        command = [sys.executable, "-c", DIGEST.format(scene=scene)]
        child = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True)
        assert child.returncode == 0, child.stderr
        shown.add(child.stdout)
    assert len(shown) == 1
