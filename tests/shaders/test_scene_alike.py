"""Properties of every scene: any size, any frame rate, every parameter, and recovery from NaN."""

import os
import subprocess
import sys
from importlib import resources

import numpy as np
import pytest

from phosphene.engine.visuals.catalogue import SECTIONS
from tests.support.commands import ROOT
from tests.support.scene_renderer import SceneRenderer, analysed, music, silence

SMALL = (128, 80)
MEDIA_FOLDER = resources.files("phosphene") / "presets" / "media"
MEDIA = {"photo": str(MEDIA_FOLDER / "rain.jpg"), "camera": str(MEDIA_FOLDER / "figure.mp4")}
MIN_MOTION = {"camera": 1.2}  # the film itself moves
SCENES = ("strata", "photo", "crystal", "camera", "flow", "mycelium", "golden", "spectrum")
each_scene = pytest.mark.parametrize("scene", SCENES)


def harness(context, frames, scene, **options):
    """A SceneRenderer with media for the scenes that show some."""
    return SceneRenderer(context, frames, scene, media=MEDIA.get(scene), **options)


@pytest.fixture(scope="module")
def song():
    return analysed(music(6.0))


@pytest.fixture(scope="module")
def quiet():
    return analysed(silence(6.0))


def read_target(target):
    """All values of a target."""
    kind = np.float32 if target.spec.precise else np.float16
    return np.frombuffer(target.picture.read(), kind).astype(float)


def targets(harness):
    return harness.renderer.deck.targets.values()


def brightness(pictures):
    return np.mean([picture[:, :, :3].mean() for picture in pictures])


@pytest.mark.parametrize("size", [(1, 1), (640, 360), (360, 640), (1280, 180)])
@each_scene
def test_every_size_is_drawn(context, song, scene, size):
    with harness(context, song, scene, size=size) as one:
        assert {picture.shape for picture in one.pictures(0.2)} == {(size[1], size[0], 4)}
        assert all(np.isfinite(read_target(target)).all() for target in targets(one))
        assert context.gl.error == "GL_NO_ERROR"


@pytest.mark.parametrize("light", [np.nan, np.inf, -np.inf])
@each_scene
def test_nan_and_infinity_are_gone_in_two_frames(context, song, scene, light):
    with harness(context, song, scene, size=SMALL) as one:
        one.picture(0.0)
        for target in targets(one):
            kind = np.float32 if target.spec.precise else np.float16
            for texture in target.textures:
                texture.write(np.full(4 * texture.width * texture.height, light, kind).tobytes())
        one.picture(1_600.0), one.picture(3_200.0)
        lasting = [target for target in targets(one) if len(target.textures) > 1 or target.spec.name == scene]
        assert all(np.isfinite(read_target(target)).all() for target in lasting)
        assert 0.1 < brightness(one.pictures(3.0)[60:]) < 250.0


@pytest.mark.parametrize("fps", [24, 60])
@each_scene
def test_brightness_is_alike_at_any_frame_rate(context, song, scene, fps):
    lights = []
    for rate in (fps, 144):
        with harness(context, song, scene, size=SMALL) as one:
            pictures = one.pictures(5.0, rate)
        lights.append([brightness(pictures[second * rate : (second + 1) * rate]) for second in range(1, 5)])
    slow, fast = lights
    np.testing.assert_allclose(slow, fast, rtol=0.06)


@each_scene
def test_every_parameter_has_an_effect(context, song, scene):
    def last(**params):
        with harness(context, song, scene, size=SMALL, params=params) as one:
            return one.pictures(3.0, 12.0)[-1][:, :, :3].astype(float)

    usual = last()
    for param in SECTIONS[scene].params:
        others = param.choices[1:] or [end for end in (param.low, param.high) if end != param.default]
        for other in others:
            assert np.abs(last(**{param.name: other}) - usual).mean() > 0.3, f"{param.name}: {other}"


@each_scene
def test_music_moves_it_more_than_silence(context, song, quiet, scene):
    def motion(frames):
        with harness(context, frames, scene, size=SMALL) as one:
            pictures = [picture[:, :, :3].astype(float) for picture in one.pictures(4.0)[60:]]
        return np.abs(np.diff(pictures, axis=0)).mean()

    assert motion(song) > MIN_MOTION.get(scene, 2.0) * motion(quiet) > 0.0


@each_scene
def test_seed_changes_the_picture(context, song, scene):
    shown = []
    for seed in (7, 7, 8):
        with harness(context, song, scene, size=SMALL, seed=seed) as one:
            shown.append(one.pictures(1.0)[-1])
    assert np.array_equal(shown[0], shown[1]) and not np.array_equal(shown[0], shown[2])


@each_scene
def test_endless_noise_does_not_overexpose_it(context, scene):
    noise = np.random.default_rng(3).normal(0.0, 0.5, (10 * 48_000, 2)).clip(-1.0, 1.0)
    with harness(context, analysed(noise), scene, size=SMALL) as one:
        pictures = [picture[:, :, :3].astype(float) for picture in one.pictures(9.0, 20.0)]
        assert all(np.isfinite(read_target(target)).all() for target in targets(one))
    late, later = np.array(pictures[80:130]), np.array(pictures[130:180])
    assert later.mean() < 1.4 * late.mean() and (later >= 254.0).mean() < 0.2 and later.std(axis=(1, 2)).min() > 5.0


DIGEST = """
import hashlib
from phosphene.engine.gl.context import offscreen_context
from tests.shaders.test_scene_alike import *
with offscreen_context() as context, harness(context, analysed(music(0.6)), "{scene}", size=SMALL) as one:
    print(hashlib.sha256(b"".join(picture.tobytes() for picture in one.pictures(0.4))).hexdigest())
"""


@each_scene
def test_any_number_of_threads_draws_the_same(context, scene):
    shown = set()
    for threads in "012":
        environment = {**os.environ, "LP_NUM_THREADS": threads}
        command = [sys.executable, "-c", DIGEST.format(scene=scene)]
        child = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True)
        assert child.returncode == 0, child.stderr
        shown.add(child.stdout)
    assert len(shown) == 1
