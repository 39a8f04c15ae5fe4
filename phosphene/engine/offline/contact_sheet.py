"""The contact sheet: stills in a grid, each with its caption."""

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from phosphene.engine.offline.features.plot import DIM, GROUND, INK, STYLE, matplotlib  # isort: skip  (it quiets matplotlib first)
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from phosphene.engine.common.atomic_files import write_atomically

COLUMNS = 4
DPI = 144
STILL_WIDTH = 3.4  # all lengths are inches
GAP = 0.12  # between two columns
MARGIN = 0.26  # left of the first column
CAPTION_HEIGHT = 0.34  # below each still
HEADER_HEIGHT = 0.9  # above the first row
TITLE_Y, SUBTITLE_Y = 0.42, 0.70  # from the top


def write_contact_sheet(
    path: Path, stills: Sequence[np.ndarray], captions: Sequence[str], *, title: str, subtitle: str = ""
) -> None:
    """Write stills and their captions to a PNG.

    Parameters
    ----------
    path : Path
    stills : list of uint8 arrays, shape (height, width, 3)
        All of one size, the top row first.
    captions : list of str
    title, subtitle : str
        Above the stills.

    Raises
    ------
    PhospheneError
        If the file cannot be written.
    """
    rows = math.ceil(len(stills) / COLUMNS)
    height, width, _ = stills[0].shape
    cell_height = STILL_WIDTH * height / width + CAPTION_HEIGHT
    size = (COLUMNS * (STILL_WIDTH + GAP) + 0.4, rows * cell_height + 0.95)
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=size, dpi=DPI, facecolor=GROUND)
        FigureCanvasAgg(figure)
        left = MARGIN / size[0]
        figure.text(left, 1 - TITLE_Y / size[1], title, color=INK, size=15, va="center")
        figure.text(left, 1 - SUBTITLE_Y / size[1], subtitle, color=DIM, size=9.5, va="center")
        for index, (still, caption) in enumerate(zip(stills, captions)):
            row, column = divmod(index, COLUMNS)
            corner = MARGIN + column * (STILL_WIDTH + GAP), HEADER_HEIGHT + row * cell_height
            _draw_still(figure, still, caption, corner, cell_height)
        with write_atomically(path) as (part,):
            figure.savefig(part, format="png")


def _draw_still(figure, still, caption, corner, cell_height):
    """Draw a still, and its caption below it; `corner` is the upper left one, in inches from that of the sheet."""
    (left, top), (width, height) = corner, figure.get_size_inches()
    bottom = 1 - (top + cell_height - CAPTION_HEIGHT) / height
    axes = figure.add_axes((left / width, bottom, STILL_WIDTH / width, (cell_height - CAPTION_HEIGHT) / height))
    axes.imshow(still, interpolation="lanczos", aspect="auto")
    axes.set_axis_off()
    figure.text(left / width, 1 - (top + cell_height - 0.22) / height, caption, color=DIM, size=8.5, va="center")
