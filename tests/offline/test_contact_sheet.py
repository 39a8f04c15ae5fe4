"""The contact sheet: every still in its place, in rows of four."""

import numpy as np
import pytest
from PIL import Image

from phosphene.engine.common.errors import PhospheneError
from phosphene.engine.offline.contact_sheet import COLUMNS, DPI, GAP, STILL_WIDTH, write_contact_sheet

COLOURS = [(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 0), (255, 0, 255), (0, 255, 255)]


def stills(count, size=(16, 9)):
    return [np.full((size[1], size[0], 3), COLOURS[index], np.uint8) for index in range(count)]


def centres(picture, colour):
    """Column and row of the middle of what has a colour, in pixels; and how much of it there is."""
    rows, columns = np.nonzero((np.abs(picture.astype(int) - colour) < 30).all(axis=2))
    return columns.mean(), rows.mean(), len(rows)


@pytest.mark.parametrize("count", [1, 4, 6])
def test_stills_are_in_rows_of_four(count, tmp_path):
    write_contact_sheet(tmp_path / "x.png", stills(count), ["a caption"] * count, title="title", subtitle="subtitle")
    picture = np.asarray(Image.open(tmp_path / "x.png").convert("RGB"))
    found = [centres(picture, colour) for colour in COLOURS[:count]]
    step, area = DPI * (STILL_WIDTH + GAP), DPI**2 * STILL_WIDTH**2 * 9 / 16
    for index, (x, y, pixels) in enumerate(found):
        row, column = divmod(index, COLUMNS)
        assert x - found[0][0] == pytest.approx(step * column, abs=2)
        assert (y - found[0][1] > 1.5 * DPI) == (row > 0) and (row > 0 or y == pytest.approx(found[0][1], abs=2))
        assert pixels == pytest.approx(area, rel=0.03), "a still has its whole size"


def test_a_long_or_strange_caption_is_drawn(tmp_path):
    write_contact_sheet(tmp_path / "x.png", stills(1), ["$x^2$ " * 20], title="$\\frac{}$", subtitle="_" * 200)
    assert Image.open(tmp_path / "x.png").size[0] > 0


def test_a_sheet_that_cannot_be_written_leaves_nothing(tmp_path):
    (tmp_path / "x.png").mkdir()
    with pytest.raises(PhospheneError, match=r"x\.png: could not be written"):
        write_contact_sheet(tmp_path / "x.png", stills(1), [""], title="")
    assert [path.name for path in tmp_path.iterdir()] == ["x.png"]
