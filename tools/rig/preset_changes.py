"""A thousand changes of preset: what they leave behind in memory and in OpenGL, and whether a picture was black.

    python -m tools.changes COUNT

prints JSON: the objects of OpenGL before and after, the megabytes after a fifth and after all, and the darkest picture.
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
from tools.rig.frame_times import STEP, scenes, usual

SIZE, LONGEST = (64, 36), 90  # pictures, at most, until a change is there
SECONDS = 4.0  # of music, which then stands still
NAMES = 1 << 18  # more than a thousand changes take


def looks():
    """What is shown by turns: every scene that is never dark, and each show pass on the usual one."""
    bright = [name for name in scenes() if not SCENES[name].dark]
    return [(name, []) for name in bright] + [(DEFAULT_SCENE, [name]) for name in SHOW_PASSES]


def change(count):
    whole = analysed(music(SECONDS + LONGEST / 30))
    darkest, early, turn = 255.0, 0.0, islice(cycle(looks()), 1, None)
    kinds = cycle({"kind": kind, "seconds": 0.1, "start": "now"} for kind in TRANSITIONS)
    with offscreen_context() as context, SceneRenderer(context, whole, size=SIZE) as harness:
        harness.set_params(1)
        harness.renderer.incremental = True
        pictures = _pictures(harness)
        darkest = min(next(pictures).max() for _ in range(30))
        before = count_gl_objects(context, NAMES)
        for serial, transition in zip(range(1, count + 1), kinds):
            scene, passes = next(turn) if serial < count else (DEFAULT_SCENE, [])
            shown = {"transition": transition, "media": usual(scene).media}
            harness.renderer.show(make_look(scene, passes, serial=serial, **shown))
            for _ in range(LONGEST):
                darkest = min(darkest, next(pictures).max())
                if harness.renderer.settled == serial:
                    break
            else:
                raise RuntimeError(f"change {serial}, to {scene} with {passes}, never came: {harness.renderer.fault}")
            if serial == count // 5:
                early = resident()
        return {
            "before": before,
            "after": count_gl_objects(context, NAMES),
            "early": early,
            "late": resident(),
            "darkest": int(darkest),
        }


def _pictures(harness):
    """Pictures one after another."""
    n = 0
    while True:
        yield harness.picture(n * STEP)[..., :3].astype(np.float32)
        n += 1


def resident():
    """Megabytes that this process has in memory."""
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) / 1024


def changed(count):
    """What `change` finds, in a process of its own."""
    words = [sys.executable, "-m", "tools.changes", str(count)]
    return json.loads(subprocess.run(words, stdout=subprocess.PIPE, check=True).stdout)


if __name__ == "__main__":
    print(json.dumps(change(int(sys.argv[1]))))
