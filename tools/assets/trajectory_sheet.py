"""A contact sheet of trajectories, for eyes: a row for each set of anchors, a picture every few hops of the same music.

    python3 tools/travelsheet.py [FILE]

The first three planes of a latent are red, green and blue, the fourth lies beneath; white ticks are onsets, and the
grey line is loudness. FILE is out/trajectories.png where none is named.
"""

import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from phosphene.engine.listening.frame import AT
from phosphene.engine.modulation.trajectory.anchors import packaged_anchors
from tools.assets.anchors import hear, play
from tools.bench.trajectories import PIECE, travel

SECONDS, FIRST, EVERY, COUNT = 20, 1_400, 6, 32  # of music; hops to the first picture, from one to the next; pictures
SIDE, GAP, HEAD = 48, 2, 14  # pixels
CONTRAST = 50.0  # of 255, a standard deviation


def picture(latent):
    """Planes as one picture: three of them in colour over the fourth in grey."""
    planes = np.clip(128 + CONTRAST * latent, 0, 255).astype(np.uint8)
    colour = Image.fromarray(planes[:3].transpose(1, 2, 0)).resize((SIDE, SIDE), Image.Resampling.BICUBIC)
    grey = Image.fromarray(planes[3]).convert("RGB").resize((SIDE, SIDE), Image.Resampling.BICUBIC)
    return np.concatenate([np.asarray(colour), np.asarray(grey)])


def sheet(records, names):
    across, down = SIDE + GAP, 2 * SIDE + GAP + HEAD
    whole = Image.new("RGB", (COUNT * across, len(names) * down + 2 * HEAD))
    draw = ImageDraw.Draw(whole)
    for row, name in enumerate(names):
        latents, _ = travel(records, name)
        draw.text((2, row * down + 1), name, fill="white")
        for column in range(COUNT):
            seen = picture(latents[FIRST + column * EVERY].reshape(4, 8, 8))
            whole.paste(Image.fromarray(seen), (column * across, row * down + HEAD))
    base, hop = whole.height - 2, across / EVERY
    for at, record in enumerate(records[FIRST : FIRST + COUNT * EVERY]):
        if record[AT.onset_event] > 0:
            draw.line((at * hop, base, at * hop, base - 2 * HEAD + 4), fill="white")
        draw.line((at * hop, base, at * hop, base - record[AT.level_fast] * HEAD), fill="gray")
    return whole


def main():
    path = Path(sys.argv[1] if sys.argv[1:] else "out/trajectories.png")
    path.parent.mkdir(parents=True, exist_ok=True)
    sheet(hear(play(*PIECE, seconds=SECONDS)), sorted(packaged_anchors())).save(path)
    print(path)


if __name__ == "__main__":
    main()
