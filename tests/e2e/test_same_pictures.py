"""The same pictures: of every scene and show pass, in any process and by any number of threads; here one a core."""

import pytest

from tools.rig.render_hashes import FEW, elsewhere, hashes


@pytest.fixture(scope="module")
def here():
    return hashes(*FEW)


def test_each_is_a_picture_of_its_own(here):
    assert len({*here.values()}) == len(here)


@pytest.mark.parametrize("threads", ["0", "1"])
def test_every_scene_and_pass_is_the_same_everywhere(here, threads):
    assert elsewhere(*FEW, LP_NUM_THREADS=threads) == here
