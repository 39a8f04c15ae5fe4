"""The contact sheet: stills side by side, each with its caption."""

import math

from phosphene.engine.offline.features.plot import DIM, GROUND, INK, STYLE, matplotlib  # isort: skip  (it quiets matplotlib first)
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from phosphene.engine.common.atomic_files import write_atomically

WIDE = 3.4  # inches of a still
DPI = 144
ACROSS = 4


def write_sheet(path, stills, captions, *, title, below=""):
    """Write a PNG of stills, all of one size."""
    rows = math.ceil(len(stills) / ACROSS)
    height, width, _ = stills[0].shape
    tall = WIDE * height / width + 0.34
    size = (ACROSS * (WIDE + 0.12) + 0.4, rows * tall + 0.95)
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=size, dpi=DPI, facecolor=GROUND)
        FigureCanvasAgg(figure)
        figure.text(0.26 / size[0], 1 - 0.42 / size[1], title, color=INK, size=15, va="center")
        figure.text(0.26 / size[0], 1 - 0.70 / size[1], below, color=DIM, size=9.5, va="center")
        for at, (still, caption) in enumerate(zip(stills, captions)):
            row, column = divmod(at, ACROSS)
            left, top = 0.26 + column * (WIDE + 0.12), 0.9 + row * tall
            place = left / size[0], 1 - (top + tall - 0.34) / size[1], WIDE / size[0], (tall - 0.34) / size[1]
            axes = figure.add_axes(place)
            axes.imshow(still, interpolation="lanczos", aspect="auto")
            axes.set_axis_off()
            figure.text(left / size[0], 1 - (top + tall - 0.22) / size[1], caption, color=DIM, size=8.5, va="center")
        with write_atomically(path) as (part,):
            figure.savefig(part, format="png")
