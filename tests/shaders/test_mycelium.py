"""The mycelium: it is drawn to what sounds, onsets burst spores, and it neither dies, fills up nor stands still."""

from itertools import pairwise

import numpy as np
import pytest

from tests.support.scene_renderer import RATE, Easel, heard, silence

WIDE = (320, 180)
FLAKES = 24


@pytest.fixture(scope="module")
def hush():
    return heard(silence(2.0))


def play(easel, seconds, bands, **told):
    """Go on with other bands."""
    easel.painter.bands.write(np.asarray(bands, np.float32).tobytes())
    easel.play(seconds, **told)


def around(trail, place, radius=0.05):
    """The mean of what lies next to a place, 0..1, in a picture whose edges meet."""
    high, wide = trail.shape[:2]
    y, x = (np.mgrid[:high, :wide] + 0.5) / np.array([high, wide])[:, None, None]
    off = np.stack([x - place[0], y - place[1]])
    off -= np.round(off)
    return trail[np.hypot(off[0] * wide / high, off[1]) < radius].mean(axis=0)


def flakes(easel):
    return easel.texels("agents").reshape(-1, 4)[-FLAKES:]


def tips(easel):
    return easel.texels("agents").reshape(-1, 4)[:-FLAKES]


@pytest.mark.parametrize("kin", [0, 1, 2])
def test_threads_and_light_gather_where_it_sounds(context, hush, kin):
    bands = np.zeros(64)
    bands[kin * 64 // 3 : (kin + 1) * 64 // 3] = 1.0
    with Easel(context, hush, "mycelium", size=WIDE) as easel:
        easel.picture(0.0)
        play(easel, 12.0, bands, level=0.3)
        trail, lie = easel.texels("trail"), flakes(easel)
    near = np.array([around(trail, lie[at, :2]) for at in range(FLAKES)])
    loud, quiet = lie[:, 2] > 0.9, lie[:, 2] < 0.1
    assert loud.sum() >= 6 and quiet.sum() >= 14
    assert near[loud, kin].mean() > 3.0 * trail[:, :, kin].mean()
    assert near[loud, 3].min() > 2.0 * near[quiet, 3].mean()


def test_an_onset_bursts_spores_of_the_flakes_that_sound(context, hush):
    bands = np.ones(64)
    with Easel(context, hush, "mycelium", size=WIDE) as easel:
        easel.picture(0.0)
        play(easel, 1.0, bands, level=0.5)
        calm = (tips(easel)[:, 3] < 0.2).mean()
        play(easel, 0.2, bands, level=0.5, onset=1.0)
        burst = (tips(easel)[:, 3] < 0.2).mean()
        play(easel, 0.2, np.zeros(64), level=0.5, onset=1.0)
        silent = (tips(easel)[:, 3] < 0.2).mean()
    assert burst > 0.1 and burst > 5 * calm and silent < 0.02


def test_it_goes_on_in_silence_and_never_comes_to_rest(context, hush):
    with Easel(context, hush, "mycelium", size=WIDE) as easel:
        easel.picture(0.0)
        nets = []
        for _ in range(3):
            play(easel, 25.0, np.zeros(64), level=0.0)
            nets.append(easel.texels("trail")[:, :, :3])
            agents = tips(easel)
            assert agents.min() >= 0.0 and agents[:, :3].max() <= 1.0 and agents[:, 3].min() > 0.0
            assert agents[:, 3].max() < 200.0, "they are born again"
    for net in nets:
        kins = net.mean(axis=(0, 1))
        assert (kins > 0.01).all() and (kins < 0.2).all() and (net.std(axis=(0, 1)) > kins).all()
    for one, other in pairwise(nets):
        assert max(np.corrcoef(one[:, :, kin].flat, other[:, :, kin].flat)[0, 1] for kin in range(3)) < 0.6


def test_noise_without_end_does_not_fill_it(context):
    noise = np.random.default_rng(3).normal(0.0, 0.5, (16 * RATE, 2)).clip(-1.0, 1.0)
    with Easel(context, heard(noise), "mycelium", size=WIDE, params={"spores": 4.0, "lasts": 2.0}) as easel:
        means = []
        for frame in range(15 * 30):
            easel.picture(frame * RATE / 30)
            if frame % 30 == 29:
                means.append(easel.texels("trail").mean(axis=(0, 1)))
    means = np.array(means)
    assert np.allclose(means[-5:, :3].mean(axis=0), means[-10:-5, :3].mean(axis=0), rtol=0.1)
    assert (means[:, 3] < 1.0).all() and (means[-1] > 0.005).all()
    assert np.ptp(means[-1, :3]) < 0.2 * means[-1, :3].mean(), "no kin has won"
