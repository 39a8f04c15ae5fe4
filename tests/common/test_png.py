"""PNG: another program reads the same pixels, and a failed write leaves no file."""

import numpy as np
import pytest
from PIL import Image

from phosphene.engine.common.errors import PhospheneError
from phosphene.engine.common.png import write_png


@pytest.mark.parametrize("size", [(1, 1), (3, 2), (101, 67), (640, 360)])
def test_pillow_reads_the_same_pixels(tmp_path, size):
    picture = np.random.default_rng(1).integers(0, 256, (*size[::-1], 3), np.uint8)
    for written in (picture, picture[::-1]):
        write_png(tmp_path / "p.png", written)
        with Image.open(tmp_path / "p.png") as found:
            assert found.mode == "RGB" and found.size == size
            np.testing.assert_array_equal(np.asarray(found), written)
    assert [file.name for file in tmp_path.iterdir()] == ["p.png"]


def test_failed_write_is_reported_in_one_line(tmp_path):
    with pytest.raises(PhospheneError, match=r"none.p\.png: could not be written \(No such file or directory\)"):
        write_png(tmp_path / "none" / "p.png", np.zeros((2, 2, 3), np.uint8))
    assert not [*tmp_path.iterdir()]
