"""The font: letters of one width, drawn beforehand in several sizes, each of which is shown as it was drawn."""

from importlib import resources

import numpy as np

FILE = resources.files("phosphene.fonts") / "letters.npz"
BASIC = 0x10000  # characters that may have a letter of their own


class Font:
    """The letters of the largest size that is not above what is asked for, or of the smallest.

    `letters` is (count, rows, columns) uint8; number 0 stands for every character that has none.
    """

    def __init__(self, wanted):
        with FILE.open("rb") as file, np.load(file, allow_pickle=False) as sizes:
            known = sorted(int(name) for name in sizes.files if name.isdigit())
            self.size = max([size for size in known if size <= wanted], default=known[0])
            self.letters = sizes[str(self.size)]
            self.number = np.zeros(BASIC, np.uint8)
            self.number[sizes["alphabet"]] = np.arange(len(self.letters))

    @property
    def cell(self):
        """(width, height) of every letter, in pixels."""
        return self.letters.shape[:0:-1]

    def numbers(self, text):
        """The number of each character's letter."""
        codes = np.frombuffer(text.encode("utf-32-le", "replace"), np.uint32)
        return self.number[np.where(codes < BASIC, codes, 0)]
