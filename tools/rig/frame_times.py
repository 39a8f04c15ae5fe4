"""Frame times: renders pictures of a scene as fast as possible from a sound analysed before, and waits for each."""

import time
from functools import cache
from typing import NamedTuple

import numpy as np

from phosphene.engine.visuals.catalogue import SCENES
from phosphene.engine.visuals.media_names import is_live
from tests.support.scene_renderer import RATE, SceneRenderer
from tools.assets.gallery import HIDDEN_SCENES, scene_preset

WARM_UP_FRAMES, FRAME_COUNT = 10, 60
STEP = RATE / 30  # samples from one picture to the next


class SceneTimes(NamedTuple):
    """Measurements of consecutive pictures of a scene."""

    times: np.ndarray  # (count, 2): wall seconds, processor seconds
    light: float  # mean level of the last picture, 0..255
    change: float  # mean difference between the middle and the last picture, 0..255


cached_preset = cache(scene_preset)


def list_scenes(*, presentable=False):
    """Names of the scenes that need no live camera; `presentable` leaves out those that exist for measuring."""
    names = (name for name in SCENES if not (presentable and name in HIDDEN_SCENES))
    return [name for name in names if not is_live(cached_preset(name).media or "")]


def open_scene(context, frames, scene, passes=None, *, size):
    """A SceneRenderer with the preset that the gallery uses for a scene; `passes` replaces its show passes."""
    preset = cached_preset(scene)
    options = {"seed": preset.seed, "modulation": preset.modulation(), "media": preset.media}
    passes = preset.passes if passes is None else passes
    harness = SceneRenderer(context, frames, preset.scene, passes, size=size, **options)
    harness.set_params(0, **preset.params())
    return harness


def measure_scene(context, frames, scene, size, count=FRAME_COUNT, *, passes=None):
    """SceneTimes of a scene at 60 pictures a second; `frames` must cover (WARM_UP_FRAMES + count) / 60 seconds."""
    times, middle = np.zeros((WARM_UP_FRAMES + count, 2)), None
    with open_scene(context, frames, scene, passes, size=size) as harness:
        for n in range(len(times)):
            begun = time.perf_counter(), time.process_time()
            harness.renderer.advance_to(n * RATE / 60)
            harness.renderer.render(n * RATE / 60)
            context.wait(context.fence())
            times[n] = time.perf_counter() - begun[0], time.process_time() - begun[1]
            if n == WARM_UP_FRAMES + count // 2:
                middle = _read_picture(harness)
        last = _read_picture(harness)
    return SceneTimes(times[WARM_UP_FRAMES:], float(last.mean()), float(np.abs(last - middle).mean()))


def _read_picture(harness):
    harness.screen.request()
    shown = np.empty((*harness.screen.size[::-1], 4), np.uint8)
    harness.screen.fetch(shown)
    return shown[:, :, :3].astype(float)


def measure_python_time(context, frames, scene, size, count=FRAME_COUNT):
    """Median processor seconds of a picture in Python: (reading features, rendering with all GL draws left out)."""
    spent = np.zeros((count, 2))
    with open_scene(context, frames, scene, size=size) as harness:
        context.draw, context.after_draw, context.sync_software = (lambda *_: None), (lambda *_: None), (lambda: None)
        try:
            for n in range(count):
                marks = [time.thread_time()]
                harness.renderer.advance_to(n * STEP)
                marks.append(time.thread_time())
                harness.renderer.render(n * STEP)
                marks.append(time.thread_time())
                spent[n] = np.diff(marks)
        finally:
            del context.draw, context.after_draw, context.sync_software
    return np.median(spent, axis=0)
