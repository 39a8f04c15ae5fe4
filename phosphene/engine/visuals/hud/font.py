"""Font: letters of one width, rendered beforehand in several sizes, and shown pixel for pixel."""

from importlib import resources

import numpy as np

FONT_FILE = resources.files("phosphene") / "fonts" / "letters.npz"
CODE_POINTS = 0x10000  # characters that may have a letter


class Font:
    """The largest size of the font that is not above the wanted one, or the smallest.

    `letters` is (count, rows, columns) uint8. Letter 0 stands for every character that the font lacks.

    Parameters
    ----------
    wanted_size : float
        Height of a letter in pixels.
    """

    def __init__(self, wanted_size: float) -> None:
        with FONT_FILE.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            sizes = sorted(int(name) for name in arrays.files if name.isdigit())
            self.size = max([size for size in sizes if size <= wanted_size], default=sizes[0])
            self.letters = arrays[str(self.size)]
            self.letter_of = np.zeros(CODE_POINTS, np.uint8)
            self.letter_of[arrays["alphabet"]] = np.arange(len(self.letters))

    @property
    def cell(self) -> tuple[int, int]:
        """Width and height of every letter, in pixels."""
        return self.letters.shape[:0:-1]

    def indices(self, text: str) -> np.ndarray:
        """The index of each character's letter."""
        codes = np.frombuffer(text.encode("utf-32-le", "replace"), np.uint32)
        return self.letter_of[np.where(codes < CODE_POINTS, codes, 0)]
