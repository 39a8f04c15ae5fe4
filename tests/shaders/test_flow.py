"""The flow: its water keeps its volume, its drums let ink fall, and ink stays sharp, and in bounds."""

from itertools import pairwise

import numpy as np
import pytest

from tests.support.scene_renderer import RATE, SceneRenderer, analysed, music, silence

WIDE = (320, 180)


@pytest.fixture(scope="module")
def hush():
    return analysed(silence(6.0))


def slopes(field, step):
    """Along x and along y, inside."""
    across = (field[1:-1, 2:] - field[1:-1, :-2]) / (2 * step[0])
    return across, (field[2:, 1:-1] - field[:-2, 1:-1]) / (2 * step[1])


def test_water_keeps_its_volume(context):
    with SceneRenderer(context, analysed(music(5.0)), "flow", size=WIDE) as harness:
        harness.pictures(4.0)
        current = harness.texels("velocity")
    step = 1.12 * np.array([16 / 9, 1.0]) / current.shape[1::-1]
    (right, _), (_, upward) = slopes(current[:, :, 0], step), slopes(current[:, :, 1], step)
    curl = current[1:-1, 1:-1, 2]
    assert np.abs(curl).mean() > 0.3, "it stands, so this proves nothing"
    assert np.abs(right + upward).mean() < 0.2 * np.abs(curl).mean()


@pytest.mark.parametrize("drum, ink", [("kick", 0), ("snare", 1), ("hat", 2)])
def test_every_drum_lets_its_ink_fall_each_time_elsewhere(context, hush, drum, ink):
    places = []
    with SceneRenderer(context, hush, "flow", size=WIDE) as harness, SceneRenderer(context, hush, "flow", size=WIDE) as still:
        harness.picture(0.0), still.picture(0.0)
        for _ in range(3):
            before = harness.texels("dye") - still.texels("dye")
            for one, struck in ((harness, 1.0), (still, 0.0)):
                one.play(0.1, **{drum: struck})
            fallen = harness.texels("dye") - still.texels("dye") - before
            row, column = np.unravel_index(fallen[:, :, ink].argmax(), fallen.shape[:2])
            places.append((column / fallen.shape[1], row / fallen.shape[0]))
            assert fallen[:, :, ink].max() > 0.4
            much = fallen[:, :, :3].sum(axis=(0, 1))
            assert much[ink] > 4.0 and much[ink] > 3.0 * np.abs(np.delete(much, ink)).max()
            for one in (harness, still):
                one.play(0.5, **{drum: 0.0})
    gaps = [np.hypot(*np.subtract(one, other)) for one, other in pairwise(places)]
    assert min(gaps) > 0.15, places


def test_ink_is_carried_far_and_stays_sharp(context, hush):
    with SceneRenderer(context, hush, "flow", size=WIDE, params={"lasts": 30.0}) as harness:
        harness.picture(0.0)
        target = harness.renderer.deck.targets["flow", "dye"]
        dye = harness.texels("dye").astype(np.float32)
        y, x = np.mgrid[: dye.shape[0], : dye.shape[1]]
        dye[:, :, 1] = np.hypot(x - 50, y - 65) < 12
        target.picture.write(dye.tobytes())
        harness.run(3.0, bass=1.0)
        after = harness.texels("dye")[:, :, 1]
    moved = np.abs(after - dye[:, :, 1]).sum() / dye[:, :, 1].sum()
    assert moved > 0.7, "it lies where it was, so this proves nothing"
    assert after.max() > 0.85 and np.abs(np.diff(after, axis=0)).max() > 0.25


def test_noise_without_end_neither_fills_the_water_nor_drives_it_mad(context):
    noise = np.random.default_rng(3).normal(0.0, 0.5, (16 * RATE, 2)).clip(-1.0, 1.0)
    with SceneRenderer(context, analysed(noise), "flow", size=(160, 90), params={"stir": 3.0, "eddies": 0.5}) as harness:
        inks = []
        for frame in range(15 * 30):
            harness.picture(frame * RATE / 30)
            if frame % 30 == 29:
                dye, current = harness.texels("dye"), harness.texels("velocity")
                assert dye.min() >= 0.0 and dye[:, :, :3].max() <= 2.0
                assert np.hypot(current[:, :, 0], current[:, :, 1]).max() < 4.0
                inks.append(dye[:, :, :3].mean())
    assert np.mean(inks[-5:]) < 1.5 * np.mean(inks[5:10]) and inks[-1] < 0.8


def test_stereo_leans_on_the_water(context, hush):
    drifts = []
    for left, right in ((1.0, 0.1), (0.1, 1.0)):
        with SceneRenderer(context, hush, "flow", size=WIDE) as harness:
            harness.picture(0.0)
            harness.renderer.wave.write(np.tile(np.array([left, right], np.float32), 512).tobytes())
            harness.run(2.0)
            drifts.append(harness.texels("velocity")[20:34, 30:66, 0].mean())
    assert drifts[1] > drifts[0] + 0.02
