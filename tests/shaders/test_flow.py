"""Flow scene: the velocity is free of divergence, drums drop ink, and ink stays sharp and within bounds."""

from itertools import pairwise

import numpy as np
import pytest

from tests.support.scene_renderer import RATE, SceneRenderer, analysed, music, silence

SIZE = (320, 180)


@pytest.fixture(scope="module")
def quiet():
    return analysed(silence(6.0))


def slopes(field, step):
    """Slopes along x and y, without the edges."""
    across = (field[1:-1, 2:] - field[1:-1, :-2]) / (2 * step[0])
    return across, (field[2:, 1:-1] - field[:-2, 1:-1]) / (2 * step[1])


def test_velocity_has_little_divergence(context):
    with SceneRenderer(context, analysed(music(5.0)), "flow", size=SIZE) as scene:
        scene.pictures(4.0)
        current = scene.texels("velocity")
    step = 1.12 * np.array([16 / 9, 1.0]) / current.shape[1::-1]
    (right, _), (_, upward) = slopes(current[:, :, 0], step), slopes(current[:, :, 1], step)
    curl = current[1:-1, 1:-1, 2]
    assert np.abs(curl).mean() > 0.3, "the water stands still, so this proves nothing"
    assert np.abs(right + upward).mean() < 0.2 * np.abs(curl).mean()


@pytest.mark.parametrize("drum, ink", [("kick", 0), ("snare", 1), ("hat", 2)])
def test_each_drum_drops_its_ink_at_changing_places(context, quiet, drum, ink):
    places = []
    with (
        SceneRenderer(context, quiet, "flow", size=SIZE) as scene,
        SceneRenderer(context, quiet, "flow", size=SIZE) as still,
    ):
        scene.picture(0.0), still.picture(0.0)
        for _ in range(3):
            before = scene.texels("dye") - still.texels("dye")
            for one, strength in ((scene, 1.0), (still, 0.0)):
                one.run(0.1, **{drum: strength})
            fallen = scene.texels("dye") - still.texels("dye") - before
            row, column = np.unravel_index(fallen[:, :, ink].argmax(), fallen.shape[:2])
            places.append((column / fallen.shape[1], row / fallen.shape[0]))
            assert fallen[:, :, ink].max() > 0.4
            total = fallen[:, :, :3].sum(axis=(0, 1))
            assert total[ink] > 4.0 and total[ink] > 3.0 * np.abs(np.delete(total, ink)).max()
            for one in (scene, still):
                one.run(0.5, **{drum: 0.0})
    gaps = [np.hypot(*np.subtract(one, other)) for one, other in pairwise(places)]
    assert min(gaps) > 0.15, places


def test_advected_ink_stays_sharp(context, quiet):
    with SceneRenderer(context, quiet, "flow", size=SIZE, params={"lasts": 30.0}) as scene:
        scene.picture(0.0)
        target = scene.renderer.deck.targets["flow", "dye"]
        dye = scene.texels("dye").astype(np.float32)
        y, x = np.mgrid[: dye.shape[0], : dye.shape[1]]
        dye[:, :, 1] = np.hypot(x - 50, y - 65) < 12
        target.picture.write(dye.tobytes())
        scene.run(3.0, bass=1.0)
        after = scene.texels("dye")[:, :, 1]
    moved = np.abs(after - dye[:, :, 1]).sum() / dye[:, :, 1].sum()
    assert moved > 0.7, "the ink did not move, so this proves nothing"
    assert after.max() > 0.85 and np.abs(np.diff(after, axis=0)).max() > 0.25


def test_endless_noise_stays_within_bounds(context):
    noise = np.random.default_rng(3).normal(0.0, 0.5, (16 * RATE, 2)).clip(-1.0, 1.0)
    with SceneRenderer(context, analysed(noise), "flow", size=(160, 90), params={"stir": 3.0, "eddies": 0.5}) as scene:
        inks = []
        for frame in range(15 * 30):
            scene.picture(frame * RATE / 30)
            if frame % 30 == 29:
                dye, current = scene.texels("dye"), scene.texels("velocity")
                assert dye.min() >= 0.0 and dye[:, :, :3].max() <= 2.0
                assert np.hypot(current[:, :, 0], current[:, :, 1]).max() < 4.0
                inks.append(dye[:, :, :3].mean())
    assert np.mean(inks[-5:]) < 1.5 * np.mean(inks[5:10]) and inks[-1] < 0.8


def test_stereo_balance_pushes_the_water(context, quiet):
    drifts = []
    for left, right in ((1.0, 0.1), (0.1, 1.0)):
        with SceneRenderer(context, quiet, "flow", size=SIZE) as scene:
            scene.picture(0.0)
            scene.renderer.wave.write(np.tile(np.array([left, right], np.float32), 512).tobytes())
            scene.run(2.0)
            drifts.append(scene.texels("velocity")[20:34, 30:66, 0].mean())
    assert drifts[1] > drifts[0] + 0.02
