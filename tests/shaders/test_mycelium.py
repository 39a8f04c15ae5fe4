"""Mycelium scene: threads grow towards sound, onsets release spores, and it neither dies, fills up nor stands still."""

from itertools import pairwise

import numpy as np
import pytest

from tests.support.scene_renderer import RATE, SceneRenderer, analysed, silence

SIZE = (320, 180)
FLAKES = 24


@pytest.fixture(scope="module")
def quiet():
    return analysed(silence(2.0))


def play(scene, seconds, bands, **signals):
    """Run the scene with other bands."""
    scene.renderer.bands.write(np.asarray(bands, np.float32).tobytes())
    scene.run(seconds, **signals)


def mean_around(trail, place, radius=0.05):
    """The mean of what lies next to a place, 0..1, in a picture whose edges meet."""
    high, wide = trail.shape[:2]
    y, x = (np.mgrid[:high, :wide] + 0.5) / np.array([high, wide])[:, None, None]
    off = np.stack([x - place[0], y - place[1]])
    off -= np.round(off)
    return trail[np.hypot(off[0] * wide / high, off[1]) < radius].mean(axis=0)


def read_flakes(scene):
    return scene.texels("agents").reshape(-1, 4)[-FLAKES:]


def read_agents(scene):
    return scene.texels("agents").reshape(-1, 4)[:-FLAKES]


@pytest.mark.parametrize("species", [0, 1, 2])
def test_threads_and_light_gather_where_the_spectrum_sounds(context, quiet, species):
    bands = np.zeros(64)
    bands[species * 64 // 3 : (species + 1) * 64 // 3] = 1.0
    with SceneRenderer(context, quiet, "mycelium", size=SIZE) as scene:
        scene.picture(0.0)
        play(scene, 12.0, bands, level=0.3)
        trail, flakes = scene.texels("trail"), read_flakes(scene)
    close = np.array([mean_around(trail, flakes[at, :2]) for at in range(FLAKES)])
    loud, quiet = flakes[:, 2] > 0.9, flakes[:, 2] < 0.1
    assert loud.sum() >= 6 and quiet.sum() >= 14
    assert close[loud, species].mean() > 3.0 * trail[:, :, species].mean()
    assert close[loud, 3].min() > 2.0 * close[quiet, 3].mean()


def test_onset_releases_spores_of_sounding_flakes(context, quiet):
    bands = np.ones(64)
    with SceneRenderer(context, quiet, "mycelium", size=SIZE) as scene:
        scene.picture(0.0)
        play(scene, 1.0, bands, level=0.5)
        calm = (read_agents(scene)[:, 3] < 0.2).mean()
        play(scene, 0.2, bands, level=0.5, onset=1.0)
        burst = (read_agents(scene)[:, 3] < 0.2).mean()
        play(scene, 0.2, np.zeros(64), level=0.5, onset=1.0)
        silent = (read_agents(scene)[:, 3] < 0.2).mean()
    assert burst > 0.1 and burst > 5 * calm and silent < 0.02


def test_network_keeps_changing_in_silence(context, quiet):
    with SceneRenderer(context, quiet, "mycelium", size=SIZE) as scene:
        scene.picture(0.0)
        nets = []
        for _ in range(3):
            play(scene, 25.0, np.zeros(64), level=0.0)
            nets.append(scene.texels("trail")[:, :, :3])
            agents = read_agents(scene)
            assert agents.min() >= 0.0 and agents[:, :3].max() <= 1.0 and agents[:, 3].min() > 0.0
            assert agents[:, 3].max() < 200.0, "agents are not reborn"
    for net in nets:
        kins = net.mean(axis=(0, 1))
        assert (kins > 0.01).all() and (kins < 0.2).all() and (net.std(axis=(0, 1)) > kins).all()
    for one, other in pairwise(nets):
        assert max(np.corrcoef(one[:, :, species].flat, other[:, :, species].flat)[0, 1] for species in range(3)) < 0.6


def test_endless_noise_does_not_fill_it(context):
    noise = np.random.default_rng(3).normal(0.0, 0.5, (16 * RATE, 2)).clip(-1.0, 1.0)
    with SceneRenderer(context, analysed(noise), "mycelium", size=SIZE, params={"spores": 4.0, "lasts": 2.0}) as scene:
        trails = []
        for frame in range(15 * 30):
            scene.picture(frame * RATE / 30)
            if frame % 30 == 29:
                trails.append(scene.texels("trail").mean(axis=(0, 1)))
    means = np.array(trails)
    assert np.allclose(means[-5:, :3].mean(axis=0), means[-10:-5, :3].mean(axis=0), rtol=0.1)
    assert (means[:, 3] < 1.0).all() and (means[-1] > 0.005).all()
    assert np.ptp(means[-1, :3]) < 0.2 * means[-1, :3].mean(), "one species has displaced the others"
