"""Sittings: pictures of a scene as fast as they come, of a sound that was heard before, each waited for."""

import time
from functools import cache
from typing import NamedTuple

import numpy as np

from phosphene.engine.visuals.catalogue import SCENES
from phosphene.engine.visuals.media_names import is_live
from tests.support.scene_renderer import RATE, SceneRenderer
from tools.assets.gallery import UNSEEN, preset_of

WARM, COUNT = 10, 60
STEP = RATE / 30  # samples from one picture to the next


class Sitting(NamedTuple):
    """What was measured of a row of pictures."""

    times: np.ndarray  # (count, 2): seconds, and seconds of the processor
    light: float  # 0..255, of the last
    change: float  # 0..255, from the one in the middle to the last


usual = cache(preset_of)


def scenes(*, worth_seeing=False):
    """The names of those that can be drawn here; without the one for measuring, if they are to be worth seeing."""
    seen = (name for name in SCENES if not (worth_seeing and name in UNSEEN))
    return [name for name in seen if not is_live(usual(name).media or "")]


def posed(context, frames, scene, passes=None, *, size):
    """An easel with the usual preset of a scene; with other passes, if they are given."""
    preset = usual(scene)
    how = {"seed": preset.seed, "modulation": preset.modulation(), "media": preset.media}
    passes = preset.passes if passes is None else passes
    harness = SceneRenderer(context, frames, preset.scene, passes, size=size, **how)
    harness.set_params(0, **preset.params())
    return harness


def sit(context, frames, scene, size, count=COUNT, *, passes=None):
    """A Sitting of a scene at 60 pictures a second; it needs frames of (WARM + count) / 60 seconds."""
    times, middle = np.zeros((WARM + count, 2)), None
    with posed(context, frames, scene, passes, size=size) as harness:
        for n in range(len(times)):
            begun = time.perf_counter(), time.process_time()
            harness.renderer.advance_to(n * RATE / 60)
            harness.renderer.render(n * RATE / 60)
            context.wait(context.fence())
            times[n] = time.perf_counter() - begun[0], time.process_time() - begun[1]
            if n == WARM + count // 2:
                middle = _seen(harness)
        last = _seen(harness)
    return Sitting(times[WARM:], float(last.mean()), float(np.abs(last - middle).mean()))


def _seen(harness):
    harness.screen.request()
    shown = np.empty((*harness.screen.size[::-1], 4), np.uint8)
    harness.screen.fetch(shown)
    return shown[:, :, :3].astype(float)


def thinking(context, frames, scene, size, count=COUNT):
    """Median seconds that this thread takes to listen, and to paint when nothing is drawn and nothing waited for."""
    spent = np.zeros((count, 2))
    with posed(context, frames, scene, size=size) as harness:
        context.draw, context.sent, context.settle = (lambda *_: None), (lambda *_: None), (lambda: None)
        try:
            for n in range(count):
                marks = [time.thread_time()]
                harness.renderer.advance_to(n * STEP)
                marks.append(time.thread_time())
                harness.renderer.render(n * STEP)
                marks.append(time.thread_time())
                spent[n] = np.diff(marks)
        finally:
            del context.draw, context.sent, context.settle
    return np.median(spent, axis=0)
