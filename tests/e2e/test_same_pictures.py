"""The same pictures: of every scene and show pass, in any process and by any number of threads; here one a core."""

import pytest

from tools.rig.render_hashes import TEST_CONFIG, hash_pictures, hash_pictures_in_child


@pytest.fixture(scope="module")
def here():
    return hash_pictures(*TEST_CONFIG)


def test_every_scene_and_pass_draws_another_picture(here):
    assert len({*here.values()}) == len(here)


@pytest.mark.parametrize("threads", ["0", "1"])
def test_pictures_do_not_depend_on_threads_of_the_driver(here, threads):
    assert hash_pictures_in_child(*TEST_CONFIG, LP_NUM_THREADS=threads) == here
