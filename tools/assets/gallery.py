"""The gallery: a still and a short loop of every scene, painted from the built-in synth.

    python3 tools/gallery.py [FOLDER] [SCENE ...]

They stand in the README. A scene is shown as the first preset that has it shows it; one that has none, as it is.
"""

import argparse
import sys
from pathlib import Path

import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from phosphene.engine.audio.sources.base import open_source
from phosphene.engine.cli import main as cli  # noqa: F401  (it says where compiled kernels are kept)
from phosphene.engine.offline.stills import FPS, stills
from phosphene.engine.presets.load import load_preset
from phosphene.engine.presets.packaged import preset_names
from phosphene.engine.visuals.catalogue import SCENES

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "scenes"
STILL, LOOP = (640, 360), (160, 90)
MOMENT = 21.5  # seconds into the synth: all of it plays by then
FRAMES, EVERY = 12, 3  # of a loop, and of how many pictures one is taken: ten a second
LARGEST = 300_000  # bytes
COLOURS = 256, 160, 96, 64, 40, 24  # tried until it is small enough
UNSEEN = {"flash"}  # a scene for measuring


def preset_of(scene):
    """How a scene is best shown."""
    for name in preset_names():
        preset = load_preset(name)[0]
        if preset.scene == scene:
            return preset
    return load_preset(None, [f"scene={scene}"])[0]


def painted(scene):
    """A still, and the pictures of a loop that ends as it begins."""
    preset = preset_of(scene)
    source = open_source("synth", None, preset)
    (still,) = stills(source, preset, [MOMENT], size=STILL)
    moments = [MOMENT + at * EVERY / FPS for at in range(2 * FRAMES)]
    loop = stills(open_source("synth", None, preset), preset, moments, size=LOOP)
    shares = np.linspace(0, 1, FRAMES)[:, None, None, None]  # the end fades into what was before the beginning
    ending, before = np.array(loop[FRAMES:], float), np.array(loop[:FRAMES], float)
    return still, (ending * (1 - shares) + before * shares).astype(np.uint8)


def write(path, pictures):
    """A PNG, animated where it is of several pictures, with as many colours as there is room for."""
    dither = Image.Dither.NONE if len(pictures) > 1 else Image.Dither.FLOYDSTEINBERG  # in a loop it would not pack
    for colours in COLOURS:
        first, *rest = (Image.fromarray(each).quantize(colours, dither=dither) for each in pictures)
        how = {"save_all": True, "append_images": rest, "duration": 1000 * EVERY // FPS, "loop": 0} if rest else {}
        first.save(path, optimize=True, **how)
        if path.stat().st_size <= LARGEST:
            return
    raise SystemExit(f"{path}: is larger than {LARGEST} bytes however few its colours")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, default=FOLDER, metavar="FOLDER")
    parser.add_argument("scenes", nargs="*", metavar="SCENE", help=f"of {', '.join(SCENES)}; all where none is named")
    asked = parser.parse_args()
    if wrong := set(asked.scenes) - SCENES.keys():
        parser.error(f"no scene {', '.join(sorted(wrong))} (has {', '.join(SCENES)})")
    asked.folder.mkdir(parents=True, exist_ok=True)
    for scene in asked.scenes or (each for each in SCENES if each not in UNSEEN):
        still, loop = painted(scene)
        write(asked.folder / f"{scene}.png", [still])
        write(asked.folder / f"{scene}-loop.png", loop)
        print(f"{scene}: {asked.folder / scene}.png and its loop", flush=True)


if __name__ == "__main__":
    main()
