"""Makes the tile of noise that pictures are dithered by, shaders/noise.npy, the same every time.

    python3 tools/bluenoise.py [FILE]

The first plane is blue noise by void and cluster (Ulichney 1993): whatever share of the pixels is lit, from the lowest
up, they lie as evenly as they can. The second is the grain of film: soft specks, and no clouds of them.
"""

import sys
from pathlib import Path

import numpy as np

FILE = Path(__file__).resolve().parents[2] / "phosphene" / "shaders" / "noise.npy"
SIDE, SEED = 128, 7
NEAR = 1.5  # pixels; how far one is felt
FIRST = 0.1  # share of the pixels that are thrown, and then moved apart
FINE, COARSE = 0.55, 8.0  # pixels; how soft specks are, and how large nothing is
RAREST = 3.0  # standard deviations that the steps reach to


class Pattern:
    """Pixels that are lit, and how crowded each place is; edges meet."""

    def __init__(self, lit):
        self.lit, self.felt = lit, gauss(len(lit), NEAR)
        self.crowd = blur(lit, self.felt)

    def turn(self, place):
        """Light a pixel, or put it out."""
        self.lit[place] ^= True
        self.crowd += (1.0 if self.lit[place] else -1.0) * np.roll(self.felt, place, (0, 1))

    def cluster(self):
        """Where a lit pixel is most crowded."""
        return np.unravel_index(np.where(self.lit, self.crowd, -np.inf).argmax(), self.lit.shape)

    def void(self):
        """Where a dark pixel is loneliest."""
        return np.unravel_index(np.where(self.lit, np.inf, self.crowd).argmin(), self.lit.shape)


def gauss(side, width):
    away = np.minimum(np.arange(side), side - np.arange(side)) / width
    return np.exp(-0.5 * (away[:, None] ** 2 + away**2))


def blur(plane, kernel):
    return np.fft.irfft2(np.fft.rfft2(plane) * np.fft.rfft2(kernel), plane.shape)


def blue(side=SIDE):
    """(side, side): the place of each pixel in an order in which the next one is always the loneliest."""
    count = side * side
    lit = np.random.default_rng(SEED).permutation(count).reshape(side, side) < FIRST * count
    pattern = Pattern(lit)
    while True:
        pattern.turn(crowded := pattern.cluster())
        pattern.turn(lonely := pattern.void())
        if lonely == crowded:
            break
    order, first, begun = np.empty((side, side), int), int(lit.sum()), lit.copy()
    for rank in reversed(range(first)):
        order[crowded := pattern.cluster()] = rank
        pattern.turn(crowded)
    pattern = Pattern(begun)
    for rank in range(first, count):
        order[lonely := pattern.void()] = rank
        pattern.turn(lonely)
    return order


def grain(side=SIDE):
    """(side, side): soft noise, of variance 1."""
    white = np.random.default_rng(SEED + 1).normal(size=(side, side))
    fine, coarse = (gauss(side, width) for width in (FINE, COARSE))
    soft = blur(white, fine / fine.sum() - coarse / coarse.sum())
    return soft / soft.std()


def tile():
    """(SIDE, SIDE, 2) uint8"""
    ranks, specks = blue() * 256 // SIDE**2, np.clip(127.5 + 127.5 / RAREST * grain(), 0, 255).round()
    return np.dstack((ranks, specks)).astype(np.uint8)


if __name__ == "__main__":
    np.save(sys.argv[1] if sys.argv[1:] else FILE, tile())
