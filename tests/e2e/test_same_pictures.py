"""The same pictures: of every scene and show pass, in any process and by any number of threads; here one a core."""

import pytest

from tools.rig.render_hashes import FEW, elsewhere, hashes


@pytest.fixture(scope="module")
def here():
    return hashes(*FEW)


def test_every_scene_and_pass_draws_another_picture(here):
    assert len({*here.values()}) == len(here)


@pytest.mark.parametrize("threads", ["0", "1"])
def test_pictures_do_not_depend_on_threads_of_the_driver(here, threads):
    assert elsewhere(*FEW, LP_NUM_THREADS=threads) == here
