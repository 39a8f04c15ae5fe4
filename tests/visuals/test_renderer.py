"""The renderer: the same sound gives the same picture anywhere, alike at any frame rate, and all is released."""

import ctypes
import hashlib
import os
import subprocess
import sys

import numpy as np
import pytest

from phosphene.engine.common.errors import PhospheneError
from phosphene.engine.gl.pass_spec import FULL_SCREEN, Pass
from phosphene.engine.rings.board import put
from phosphene.engine.visuals import deck, renderer
from phosphene.engine.visuals.catalogue import SCENES, SLOTS_BY_NAME
from phosphene.engine.visuals.deck import GLIDE
from tests.support.commands import ROOT
from tests.support.gl_objects import count_gl_objects
from tests.support.scene_renderer import RATE, SMALL, SceneRenderer, analysed, make_look, music, silence

WIDE = (160, 90)  # for what a few pixels would decide
CUT = {"kind": "cut", "seconds": 0.0, "start": "now"}
each_scene = pytest.mark.parametrize("scene", SCENES)


@pytest.fixture(scope="module")
def song():
    return analysed(music(6.0))


@pytest.fixture(scope="module")
def quiet():
    return analysed(silence(20.0))


def click(sample, seconds=2.0):
    """The analyser's frames of silence with one loud sample in it."""
    sound = silence(seconds)
    sound[sample] = 0.9
    return analysed(sound)


def feedback(harness):
    """The targets whose passes sample their last frame."""
    return [target for target in harness.targets if len(target.framebuffers) > 1]


def lights(target):
    """All that a target holds."""
    kind = np.float32 if target.spec.precise else np.float16
    return np.concatenate([np.frombuffer(texture.read(), kind) for texture in target.textures]).astype(float)


def fill(target, value):
    kind = np.float32 if target.spec.precise else np.float16
    for texture in target.textures:
        texture.write(np.full(4 * texture.width * texture.height, value, kind).tobytes())


def finite(harness):
    return all(np.isfinite(lights(target)).all() for target in harness.targets)


def test_every_object_and_every_fence_is_released(context, song, monkeypatch):
    fences, original = [], context.fence

    def fence():
        fences.append(original())
        return fences[-1]

    monkeypatch.setattr(context, "fence", fence)
    before = count_gl_objects(context)
    for size in (SMALL, (36, 64)):
        with SceneRenderer(context, song, size=size) as harness:
            harness.pictures(0.2)
            scope = count_gl_objects(context)
            harness.renderer.show(make_look("flash", serial=1, transition=CUT))
            harness.picture(10_000), harness.picture(11_000)
            assert sum(before.values()) < sum(count_gl_objects(context).values()) < sum(scope.values())
            harness.renderer.show(make_look("scope", serial=2, transition=CUT))
            harness.picture(20_000), harness.picture(21_000)
            assert count_gl_objects(context) == scope
            harness.screen.request()  # and released before it was fetched
        assert count_gl_objects(context) == before and sum(before.values()) == 0
    is_fence = context.function("glIsSync", ctypes.c_ubyte, ctypes.c_void_p)
    last = fence()
    assert is_fence(last) and len(fences) > 20
    context.wait(last)
    assert not any(is_fence(each) for each in fences)
    assert context.gl.error == "GL_NO_ERROR"


def broken(name):
    """A scene whose last pass cannot be built."""
    scene = SCENES[name]
    return scene._replace(passes=(*scene.passes[:-1], Pass(name, "post/copy.frag", samplers={"picture": "nobody"})))


def test_a_renderer_that_cannot_be_built_leaves_no_gl_object(context, song, monkeypatch):
    monkeypatch.setattr(deck, "read_spec", lambda room, name: broken(name))
    before = count_gl_objects(context)  # the screen is a Readback's, and stays with its owner
    with pytest.raises(PhospheneError, match="from 'nobody'"):
        SceneRenderer(context, song)
    for kind in ("Program", "Shader", "VertexArray"):
        assert count_gl_objects(context)[kind] == before[kind] == 0


@pytest.mark.parametrize("incremental", [False, True])
def test_a_look_that_cannot_be_built_leaves_the_old_one(context, song, monkeypatch, incremental):
    with SceneRenderer(context, song) as harness, SceneRenderer(context, song) as twin:
        monkeypatch.setattr(deck, "read_spec", lambda room, name: broken(name))
        harness.renderer.incremental = incremental
        harness.picture(0.0), twin.picture(0.0)
        before = count_gl_objects(context)
        harness.renderer.show(make_look("flash", serial=1))
        for frame in range(1, 5):
            assert np.array_equal(harness.picture(frame * 1_600.0), twin.picture(frame * 1_600.0))
        assert "from 'nobody'" in harness.renderer.fault and count_gl_objects(context) == before
        assert harness.renderer.settled == harness.renderer.refused == 1, "it was refused"
        assert harness.renderer.deck.look.serial == 0


@pytest.mark.parametrize("light", [np.nan, np.inf, -np.inf])
@each_scene
def test_nan_and_infinity_are_gone_after_two_frames(context, song, scene, light):
    with SceneRenderer(context, song, scene) as harness:
        harness.picture(0.0)
        for target in harness.targets:
            fill(target, light)
        assert not finite(harness)
        harness.picture(1_600.0), harness.picture(3_200.0)
        drawn = [target for target in harness.targets if target.spec.vertex == FULL_SCREEN]
        anew = [target for target in drawn if not 0.0 < target.spec.rate < 30.0]  # the rest is not all drawn by now
        assert all(np.isfinite(lights(target)).all() for target in anew)
        assert np.isfinite(lights(harness.targets[-1])).all()


@pytest.mark.parametrize("scene", ["scope", "flash"])
def test_light_fades_completely(context, quiet, scene):
    with SceneRenderer(context, quiet, scene) as harness, SceneRenderer(context, quiet, scene) as twin:
        for target in feedback(harness):
            fill(target, 1.0)
        differ = []
        for frame in range(600):
            one, other = harness.picture(frame * 1_600.0), twin.picture(frame * 1_600.0)
            differ.append(not np.array_equal(one, other))
            pairs = zip(harness.targets, twin.targets)
            if all(np.array_equal(lights(mine), lights(its)) for mine, its in pairs):
                break
        assert differ[0] and frame < 599
        if scene == "flash":
            assert not lights(harness.targets[0])[:3].any() and not one[:, :, :3].any()


def test_an_onset_is_white_and_silence_black(context):
    with SceneRenderer(context, click(RATE // 2), "flash", size=(642, 362)) as harness:
        shown = np.array([[picture[:, :, :3].min(), picture[:, :, :3].max()] for picture in harness.pictures(1.8)])
    white = (shown == 255).all(axis=1)
    assert np.flatnonzero(white)[0] == np.flatnonzero(shown.any(axis=1))[0] == 15
    assert not shown[-1].any()


DIGEST = """
import hashlib
from phosphene.engine.gl.context import offscreen_context
from tests.support.scene_renderer import *
frames = analysed(music(1.5))
with offscreen_context() as context, SceneRenderer(context, frames, size=(320, 180), seed={seed}) as harness:
    print(hashlib.sha256(b"".join(picture.tobytes() for picture in harness.pictures(1.0))).hexdigest())
"""
RASTERISERS = [{"LP_NUM_THREADS": "0"}, {"LP_NUM_THREADS": "1"}, {"LP_NUM_THREADS": "2"}]
RASTERISERS += [{"LP_NATIVE_VECTOR_WIDTH": "128"}]


def digest(context, frames, **options):
    with SceneRenderer(context, frames, size=(320, 180), **options) as harness:
        return hashlib.sha256(b"".join(picture.tobytes() for picture in harness.pictures(1.0))).hexdigest()


def test_the_same_seed_and_sound_give_the_same_bytes_here_and_in_any_process(context):
    frames = analysed(music(1.5))
    here = digest(context, frames)
    assert digest(context, frames) == here != digest(context, frames, seed=8)
    for environment in RASTERISERS:
        command = [sys.executable, "-c", DIGEST.format(seed=7)]
        child = subprocess.run(command, env={**os.environ, **environment}, cwd=ROOT, capture_output=True, text=True)
        assert child.stdout.strip() == here, (environment, child.stderr)


def test_the_picture_moves_with_the_sound(context, song, quiet):
    def motion(frames):
        with SceneRenderer(context, frames, size=WIDE) as harness:
            harness.pictures(0.5)
            pictures = [harness.picture(RATE + frame * 1_600.0)[:, :, :3].astype(float) for frame in range(60)]
        return np.abs(np.diff(pictures, axis=0)).mean()

    assert motion(song) > 5 * motion(quiet)


@pytest.mark.parametrize("fps", [60, 120])
def test_flash_fades_alike_at_any_frame_rate(context, fps):
    """The hop of the click starts with a frame at either rate: 12800 is a multiple of 512 and of 1600."""
    frames, faded = click(12_810), {}
    for rate in (30, fps):
        with SceneRenderer(context, frames, "flash", params={"fade": 0.1}) as harness:
            faded[rate] = [shine(harness, frame * RATE / rate) for frame in range(rate)][:: rate // 30]
    assert faded[30][8] == 16 and faded[30][11] == pytest.approx(8, rel=0.01)
    np.testing.assert_allclose(faded[fps], faded[30], rtol=0.02, atol=0.05)


def shine(harness, sample):
    """The brightest light of the scene at a sample."""
    harness.picture(sample)
    return float(np.frombuffer(harness.targets[-1].picture.read(), np.float16).reshape(-1, 4)[:, :3].max())


def test_scope_is_as_bright_at_any_frame_rate(context, song):
    light = []
    for fps in (24, 60):
        with SceneRenderer(context, song, size=WIDE) as harness:
            light.append(np.mean([picture[:, :, :3].mean() for picture in harness.pictures(5.0, fps)]))
    assert light[0] == pytest.approx(light[1], rel=0.15) and light[0] > 1.0


@pytest.mark.parametrize("size", [(1, 1), (16, 16), (640, 360), (360, 640), (1280, 180)])
@each_scene
def test_every_size_is_rendered(context, song, scene, size):
    with SceneRenderer(context, song, scene, size=size) as harness:
        pictures = harness.pictures(0.2)
        assert {picture.shape for picture in pictures} == {(size[1], size[0], 4)}
        assert finite(harness)
        assert context.gl.error == "GL_NO_ERROR"


@pytest.mark.parametrize("fps", [24, 30, 144])
def test_a_parameter_glides(context, quiet, fps):
    low, high = 0.01, 1.0
    with SceneRenderer(context, quiet, "flash", params={"fade": low}) as harness:
        harness.picture(0.0)
        assert harness.values["flash.fade"] == low
        put(harness.board, SLOTS_BY_NAME["flash.fade"], high)
        for frame in range(1, fps):
            harness.picture(frame * RATE / fps)
            gone = high - (high - low) * np.exp(-frame / fps / GLIDE)
            assert harness.values["flash.fade"] == pytest.approx(gone)


def test_time_may_stand_still_or_jump(context, song):
    with SceneRenderer(context, song) as harness:
        for sample in (0.0, 48_000.0, 48_000.0, 47_000.0, 1e9, 96_000.0):
            assert harness.picture(sample).shape == (*SMALL[::-1], 4)
            assert 0.0 <= harness.values["dt"] <= renderer.MAX_DT
            assert finite(harness)
