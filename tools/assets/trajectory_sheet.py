"""Draws a contact sheet of trajectories: a row per set of anchors, a picture every few hops of the same music.

    python3 tools/assets/trajectory_sheet.py [FILE]

The first three planes of a latent are red, green and blue; the fourth is below them in grey. White ticks are onsets,
and the grey bars are loudness. FILE is out/trajectories.png by default.
"""

import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from phosphene.engine.listening.frame import AT
from phosphene.engine.modulation.trajectory.anchors import packaged_anchors
from tools.assets.anchors import play, records_of
from tools.bench.trajectories import PIECE, travel

SECONDS, FIRST_HOP, HOP_STEP, COUNT = (
    20,
    1_400,
    6,
    32,
)  # of music; hop of the first picture; hops between pictures; pictures
SIDE, GAP, HEAD = 48, 2, 14  # pixels
CONTRAST = 50.0  # of 255, per standard deviation


def picture(latent):
    """A latent as one picture: three planes in colour above the fourth in grey."""
    planes = np.clip(128 + CONTRAST * latent, 0, 255).astype(np.uint8)
    colour = Image.fromarray(planes[:3].transpose(1, 2, 0)).resize((SIDE, SIDE), Image.Resampling.BICUBIC)
    grey = Image.fromarray(planes[3]).convert("RGB").resize((SIDE, SIDE), Image.Resampling.BICUBIC)
    return np.concatenate([np.asarray(colour), np.asarray(grey)])


def sheet(records, names):
    """The contact sheet as a PIL image."""
    column_width, row_height = SIDE + GAP, 2 * SIDE + GAP + HEAD
    image = Image.new("RGB", (COUNT * column_width, len(names) * row_height + 2 * HEAD))
    draw = ImageDraw.Draw(image)
    for row, name in enumerate(names):
        latents, _ = travel(records, name)
        draw.text((2, row * row_height + 1), name, fill="white")
        for column in range(COUNT):
            tile = picture(latents[FIRST_HOP + column * HOP_STEP].reshape(4, 8, 8))
            image.paste(Image.fromarray(tile), (column * column_width, row * row_height + HEAD))
    base, hop = image.height - 2, column_width / HOP_STEP
    for index, record in enumerate(records[FIRST_HOP : FIRST_HOP + COUNT * HOP_STEP]):
        if record[AT.onset_event] > 0:
            draw.line((index * hop, base, index * hop, base - 2 * HEAD + 4), fill="white")
        draw.line((index * hop, base, index * hop, base - record[AT.level_fast] * HEAD), fill="gray")
    return image


def main():
    path = Path(sys.argv[1] if sys.argv[1:] else "out/trajectories.png")
    path.parent.mkdir(parents=True, exist_ok=True)
    sheet(records_of(play(*PIECE, seconds=SECONDS)), sorted(packaged_anchors())).save(path)
    print(path)


if __name__ == "__main__":
    main()
