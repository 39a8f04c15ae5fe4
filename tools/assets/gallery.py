"""Makes the gallery: a still and a short loop of every scene, drawn from the built-in synth.

    python3 tools/assets/gallery.py [FOLDER] [SCENE ...]

The README shows them. A scene is drawn with the first packaged preset that has it, otherwise with the defaults.
"""

import argparse
import sys
from pathlib import Path

import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from phosphene.engine.audio.sources.base import open_source
from phosphene.engine.cli import main as cli  # noqa: F401  (importing it sets the folder of compiled kernels)
from phosphene.engine.offline.stills import FPS, render_stills
from phosphene.engine.presets.load import load_preset
from phosphene.engine.presets.packaged import preset_names
from phosphene.engine.visuals.catalogue import SCENES

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "scenes"
STILL, LOOP = (640, 360), (160, 90)
MOMENT = 21.5  # seconds into the synth; all its voices play by then
FRAMES, FRAME_STEP = 12, 3  # pictures of a loop; every third of 30 a second
MAX_BYTES = 300_000
COLOURS = 256, 160, 96, 64, 40, 24  # numbers of colours, tried until the file is small enough
HIDDEN_SCENES = {"flash"}  # a scene for measuring


def scene_preset(scene):
    """The first packaged preset that has a scene, otherwise the defaults with that scene."""
    for name in preset_names():
        preset = load_preset(name)[0]
        if preset.scene == scene:
            return preset
    return load_preset(None, [f"scene={scene}"])[0]


def render_still_and_loop(scene):
    """(still, loop) of a scene; the loop ends as it begins."""
    preset = scene_preset(scene)
    source = open_source("synth", None, preset)
    (still,) = render_stills(source, preset, [MOMENT], size=STILL)
    moments = [MOMENT + at * FRAME_STEP / FPS for at in range(2 * FRAMES)]
    loop = render_stills(open_source("synth", None, preset), preset, moments, size=LOOP)
    shares = np.linspace(0, 1, FRAMES)[:, None, None, None]  # the end fades into the pictures before the beginning
    ending, before = np.array(loop[FRAMES:], float), np.array(loop[:FRAMES], float)
    return still, (ending * (1 - shares) + before * shares).astype(np.uint8)


def _reduce(picture, colours, *, dither):
    """A picture of few colours; dithered it is smoother, but a loop would not pack."""
    palette = picture.quantize(colours)
    return picture.quantize(colours, palette=palette, dither=Image.Dither.FLOYDSTEINBERG) if dither else palette


def write_png(path, pictures):
    """Write a PNG, animated if there are several pictures, with as many colours as fit into MAX_BYTES."""
    for colours in COLOURS:
        first, *rest = (_reduce(Image.fromarray(each), colours, dither=len(pictures) == 1) for each in pictures)
        options = (
            {"save_all": True, "append_images": rest, "duration": 1000 * FRAME_STEP // FPS, "loop": 0} if rest else {}
        )
        first.save(path, optimize=True, **options)
        if path.stat().st_size <= MAX_BYTES:
            return
    raise SystemExit(f"{path}: is larger than {MAX_BYTES} bytes even with {COLOURS[-1]} colours")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "folder",
        nargs="?",
        type=Path,
        default=FOLDER,
        metavar="FOLDER",
        help="where the pictures go (default docs/scenes)",
    )
    parser.add_argument(
        "scenes", nargs="*", metavar="SCENE", help=f"scenes to draw, of {', '.join(SCENES)} (default: all but flash)"
    )
    args = parser.parse_args()
    if wrong := set(args.scenes) - SCENES.keys():
        parser.error(f"unknown scene {', '.join(sorted(wrong))} (scenes: {', '.join(SCENES)})")
    args.folder.mkdir(parents=True, exist_ok=True)
    for scene in args.scenes or (each for each in SCENES if each not in HIDDEN_SCENES):
        still, loop = render_still_and_loop(scene)
        write_png(args.folder / f"{scene}.png", [still])
        write_png(args.folder / f"{scene}-loop.png", loop)
        print(f"{scene}: {args.folder / scene}.png and {scene}-loop.png", flush=True)


if __name__ == "__main__":
    main()
