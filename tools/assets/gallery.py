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
from phosphene.engine.offline.stills import FPS, render_stills
from phosphene.engine.presets.load import load_preset
from phosphene.engine.presets.packaged import preset_names
from phosphene.engine.visuals.catalogue import SCENES

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "scenes"
STILL, LOOP = (640, 360), (160, 90)
MOMENT = 21.5  # seconds into the synth: all of it plays by then
FRAMES, FRAME_STEP = 12, 3  # of a loop, and of how many pictures one is taken: ten a second
MAX_BYTES = 300_000  # bytes
COLOURS = 256, 160, 96, 64, 40, 24  # tried until it is small enough
HIDDEN_SCENES = {"flash"}  # a scene for measuring


def scene_preset(scene):
    """How a scene is best shown."""
    for name in preset_names():
        preset = load_preset(name)[0]
        if preset.scene == scene:
            return preset
    return load_preset(None, [f"scene={scene}"])[0]


def render_still_and_loop(scene):
    """A still, and the pictures of a loop that ends as it begins."""
    preset = scene_preset(scene)
    source = open_source("synth", None, preset)
    (still,) = render_stills(source, preset, [MOMENT], size=STILL)
    moments = [MOMENT + at * FRAME_STEP / FPS for at in range(2 * FRAMES)]
    loop = render_stills(open_source("synth", None, preset), preset, moments, size=LOOP)
    shares = np.linspace(0, 1, FRAMES)[:, None, None, None]  # the end fades into what was before the beginning
    ending, before = np.array(loop[FRAMES:], float), np.array(loop[:FRAMES], float)
    return still, (ending * (1 - shares) + before * shares).astype(np.uint8)


def _reduce(picture, colours, *, dither):
    """A picture of few colours; dithered it is smoother, but a loop would not pack."""
    palette = picture.quantize(colours)
    return picture.quantize(colours, palette=palette, dither=Image.Dither.FLOYDSTEINBERG) if dither else palette


def write_png(path, pictures):
    """A PNG, animated where it is of several pictures, with as many colours as there is room for."""
    for colours in COLOURS:
        first, *rest = (_reduce(Image.fromarray(each), colours, dither=len(pictures) == 1) for each in pictures)
        how = {"save_all": True, "append_images": rest, "duration": 1000 * FRAME_STEP // FPS, "loop": 0} if rest else {}
        first.save(path, optimize=True, **how)
        if path.stat().st_size <= MAX_BYTES:
            return
    raise SystemExit(f"{path}: is larger than {MAX_BYTES} bytes however few its colours")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, default=FOLDER, metavar="FOLDER")
    parser.add_argument("scenes", nargs="*", metavar="SCENE", help=f"of {', '.join(SCENES)}; all where none is named")
    asked = parser.parse_args()
    if wrong := set(asked.scenes) - SCENES.keys():
        parser.error(f"no scene {', '.join(sorted(wrong))} (has {', '.join(SCENES)})")
    asked.folder.mkdir(parents=True, exist_ok=True)
    for scene in asked.scenes or (each for each in SCENES if each not in HIDDEN_SCENES):
        still, loop = render_still_and_loop(scene)
        write_png(asked.folder / f"{scene}.png", [still])
        write_png(asked.folder / f"{scene}-loop.png", loop)
        print(f"{scene}: {asked.folder / scene}.png and its loop", flush=True)


if __name__ == "__main__":
    main()
