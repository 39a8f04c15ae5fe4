"""Makes the letters of the HUD: a font, rasterised in every size that is used, so that no letter is scaled.

    python3 tools/assets/font.py JetBrainsMono_500Medium.ttf

The file is from the npm package @expo-google-fonts/jetbrains-mono 0.4.1. Prints the sizes of the cells and of the file.
"""

import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

HOME = Path(__file__).resolve().parents[2]
OUT = HOME / "phosphene" / "fonts" / "letters.npz"
UNKNOWN_LETTER = "□"  # first, so that its index is 0
ALPHABET = UNKNOWN_LETTER + "".join(map(chr, [*range(0x20, 0x7F), *range(0xA1, 0x100)])) + "–—‘’“”…→←↑↓●○≤≥"
SIZES = 11, 13, 16, 20, 26, 34, 44, 60, 88  # pixels to an em


def render_letters(file, size):
    """(letters, rows, columns) uint8: all letters, in cells of one size."""
    font = ImageFont.truetype(file, size, layout_engine=ImageFont.Layout.BASIC)
    cell = round(font.getlength("0")), sum(font.getmetrics())
    letters = np.zeros((len(ALPHABET), *cell[::-1]), np.uint8)
    for letter, character in zip(letters, ALPHABET):
        picture = Image.new("L", cell)
        ImageDraw.Draw(picture).text((0, 0), character, fill=255, font=font)
        letter[:] = np.asarray(picture)
    return letters


def main(file):
    sizes = {str(size): render_letters(file, size) for size in SIZES}
    np.savez_compressed(OUT, alphabet=np.array([ord(character) for character in ALPHABET], np.uint32), **sizes)
    cells = ", ".join("{2}x{1}".format(*letters.shape) for letters in sizes.values())
    print(f"{OUT.relative_to(HOME)}: {len(ALPHABET)} letters of {cells} pixels, {OUT.stat().st_size // 1000} kB")


if __name__ == "__main__":
    main(sys.argv[1])
