"""Hashes of the first pictures of every scene, and of every show pass on the default scene.

    python -m tools.rig.render_hashes PICTURES WIDTH HEIGHT

prints them as JSON.
"""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

from phosphene.engine.gl.context import offscreen_context
from phosphene.engine.visuals.catalogue import DEFAULT_SCENE, SHOW_PASSES
from tests.support.scene_renderer import analysed, music
from tools.rig.frame_times import STEP, list_scenes, open_scene

ROOT = Path(__file__).resolve().parents[2]
TEST_CONFIG = (20, 64, 36)  # pictures, width, height


def hash_pictures(pictures, width, height):
    """SHA-256 by scene and show pass, over so many pictures of this size."""
    frames = analysed(music(pictures / 30 + 1.0))
    wanted = {name: (name, None) for name in list_scenes()} | {name: (DEFAULT_SCENE, [name]) for name in SHOW_PASSES}
    with offscreen_context() as context:
        return {name: _hash(context, frames, target, (width, height), pictures) for name, target in wanted.items()}


def _hash(context, frames, target, size, pictures):
    digest = hashlib.sha256()
    with open_scene(context, frames, *target, size=size) as harness:
        for n in range(pictures):
            digest.update(harness.picture(n * STEP))
    return digest.hexdigest()


def hash_pictures_in_child(*config, **environment):
    """The hashes as computed by a new process, with these variables added to its environment."""
    command = [sys.executable, "-m", "tools.rig.render_hashes", *map(str, config)]
    variables = {**os.environ, **environment}
    return json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True, cwd=ROOT, env=variables).stdout)


if __name__ == "__main__":
    print(json.dumps(hash_pictures(*map(int, sys.argv[1:]))))
