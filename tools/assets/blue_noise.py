"""Makes the noise tile that dithers pictures, phosphene/shaders/noise.npy; the result is always the same.

    python3 tools/assets/blue_noise.py [FILE]

The first plane is blue noise by void and cluster (Ulichney 1993): the pixels below any threshold are spread as evenly
as possible. The second is film grain: soft specks without large clouds.
"""

import sys
from pathlib import Path

import numpy as np

FILE = Path(__file__).resolve().parents[2] / "phosphene" / "shaders" / "noise.npy"
SIDE, SEED = 128, 7
KERNEL_SIGMA = 1.5  # pixels; range over which lit pixels crowd each other
INITIAL_SHARE = 0.1  # share of the pixels that start at random and are then moved apart
FINE_SIGMA, COARSE_SIGMA = 0.55, 8.0  # pixels; softness of specks, and the size above which there is no structure
MAX_DEVIATION = 3.0  # standard deviations that the range 0..255 covers


class Pattern:
    """Lit pixels, and how crowded each place is; the tile wraps around."""

    def __init__(self, lit):
        self.lit, self.kernel = lit, gaussian_kernel(len(lit), KERNEL_SIGMA)
        self.crowding = blur(lit, self.kernel)

    def toggle(self, place):
        """Switch a pixel on or off."""
        self.lit[place] ^= True
        self.crowding += (1.0 if self.lit[place] else -1.0) * np.roll(self.kernel, place, (0, 1))

    def cluster(self):
        """The place of the most crowded lit pixel."""
        return np.unravel_index(np.where(self.lit, self.crowding, -np.inf).argmax(), self.lit.shape)

    def void(self):
        """The place of the least crowded dark pixel."""
        return np.unravel_index(np.where(self.lit, np.inf, self.crowding).argmin(), self.lit.shape)


def gaussian_kernel(side, width):
    distance = np.minimum(np.arange(side), side - np.arange(side)) / width
    return np.exp(-0.5 * (distance[:, None] ** 2 + distance**2))


def blur(plane, kernel):
    return np.fft.irfft2(np.fft.rfft2(plane) * np.fft.rfft2(kernel), plane.shape)


def rank_pixels(side=SIDE):
    """(side, side): the rank of each pixel, in an order in which the next pixel is always the least crowded one."""
    count = side * side
    lit = np.random.default_rng(SEED).permutation(count).reshape(side, side) < INITIAL_SHARE * count
    pattern = Pattern(lit)
    while True:
        pattern.toggle(crowded := pattern.cluster())
        pattern.toggle(lonely := pattern.void())
        if lonely == crowded:
            break
    ranks, first, initial = np.empty((side, side), int), int(lit.sum()), lit.copy()
    for rank in reversed(range(first)):
        ranks[crowded := pattern.cluster()] = rank
        pattern.toggle(crowded)
    pattern = Pattern(initial)
    for rank in range(first, count):
        ranks[lonely := pattern.void()] = rank
        pattern.toggle(lonely)
    return ranks


def make_grain(side=SIDE):
    """(side, side): soft noise of variance 1."""
    white = np.random.default_rng(SEED + 1).normal(size=(side, side))
    fine, coarse = (gaussian_kernel(side, width) for width in (FINE_SIGMA, COARSE_SIGMA))
    soft = blur(white, fine / fine.sum() - coarse / coarse.sum())
    return soft / soft.std()


def make_tile():
    """(SIDE, SIDE, 2) uint8: blue noise and grain."""
    ranks = rank_pixels() * 256 // SIDE**2
    specks = np.clip(127.5 + 127.5 / MAX_DEVIATION * make_grain(), 0, 255).round()
    return np.dstack((ranks, specks)).astype(np.uint8)


if __name__ == "__main__":
    np.save(sys.argv[1] if sys.argv[1:] else FILE, make_tile())
