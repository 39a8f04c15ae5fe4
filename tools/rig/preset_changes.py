"""Many changes of preset: whether they leak memory or OpenGL objects, and whether a picture is black.

    python -m tools.rig.preset_changes COUNT

prints JSON: OpenGL objects before and after, megabytes after a fifth of the changes and after all of them, and the
brightest pixel (0..255) of the darkest picture.
"""

import json
import subprocess
import sys
from itertools import cycle, islice
from pathlib import Path

import numpy as np

from phosphene.engine.gl.context import offscreen_context
from phosphene.engine.visuals.catalogue import DEFAULT_SCENE, SCENES, SHOW_PASSES, TRANSITIONS
from tests.support.gl_objects import count_gl_objects
from tests.support.scene_renderer import SceneRenderer, analysed, make_look, music
from tools.rig.frame_times import STEP, cached_preset, list_scenes

SIZE, MAX_FRAMES = (64, 36), 90  # pictures until a change must be complete
SECONDS = 4.0  # of music; after it the last features stay
MAX_GL_NAME = 1 << 18  # more object names than a thousand changes use


def bright_looks():
    """(scene, passes) of every scene that is never dark, and of each show pass on the default scene."""
    bright = [name for name in list_scenes() if not SCENES[name].dark]
    return [(name, []) for name in bright] + [(DEFAULT_SCENE, [name]) for name in SHOW_PASSES]


def change_presets(count):
    """Change the preset so many times in this process; returns what is printed."""
    frames = analysed(music(SECONDS + MAX_FRAMES / 30))
    darkest, early, looks = 255.0, 0.0, islice(cycle(bright_looks()), 1, None)
    kinds = cycle({"kind": kind, "seconds": 0.1, "start": "now"} for kind in TRANSITIONS)
    with offscreen_context() as context, SceneRenderer(context, frames, size=SIZE) as harness:
        harness.set_params(1)
        harness.renderer.incremental = True
        pictures = _pictures(harness)
        darkest = min(next(pictures).max() for _ in range(30))
        before = count_gl_objects(context, MAX_GL_NAME)
        for serial, transition in zip(range(1, count + 1), kinds):
            scene, passes = next(looks) if serial < count else (DEFAULT_SCENE, [])
            shown = {"transition": transition, "media": cached_preset(scene).media}
            harness.renderer.show(make_look(scene, passes, serial=serial, **shown))
            for _ in range(MAX_FRAMES):
                darkest = min(darkest, next(pictures).max())
                if harness.renderer.settled == serial:
                    break
            else:
                raise RuntimeError(
                    f"change {serial}, to {scene} with {passes}, never completed: {harness.renderer.fault}"
                )
            if serial == count // 5:
                early = resident_megabytes()
        return {
            "before": before,
            "after": count_gl_objects(context, MAX_GL_NAME),
            "early": early,
            "late": resident_megabytes(),
            "darkest": int(darkest),
        }


def _pictures(harness):
    """Yields one picture after another, 30 a second."""
    n = 0
    while True:
        yield harness.picture(n * STEP)[..., :3].astype(np.float32)
        n += 1


def resident_megabytes():
    """Resident memory of this process in megabytes."""
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) / 1024


def change_presets_in_child(count):
    """The result of `change_presets`, run in its own process."""
    command = [sys.executable, "-m", "tools.rig.preset_changes", str(count)]
    return json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)


if __name__ == "__main__":
    print(json.dumps(change_presets(int(sys.argv[1]))))
