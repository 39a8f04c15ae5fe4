"""Golden scene: its regions cover the picture once, as an independent reference cuts it."""

import numpy as np
import pytest

from tests.support.scene_renderer import RATE, SceneRenderer, analysed, silence

PHI = (1 + 5**0.5) / 2
FIBONACCI = {3: 3, 4: 5, 5: 8, 6: 13, 7: 21, 8: 34, 9: 55}
SIZES = [(320, 180), (180, 320), (200, 200), (640, 90), (333, 211)]


@pytest.fixture(scope="module")
def quiet():
    return analysed(silence(20.0))


def cut_leaves(box, deep, whirl, lean, level=0):
    """The leaves of a box that is at least as wide as high, in order: (x, y, width, height) each."""
    x, y, width, height = box
    if deep <= 1:
        return [box]
    share = 1 / PHI + lean[level] * (1 - 2 / PHI)
    length = max(width, height)
    one, two = ((0.0, share), (share, 1.0)) if level % 4 < 2 else ((1.0 - share, 1.0), (0.0, 1.0 - share))
    deeper = (deep - 2, deep - 1) if whirl else (deep - 1, deep - 2)
    found = []
    for (start, stop), rest in zip((one, two), deeper):
        if width > 0.9999 * height:
            part = (x + start * length, y, (stop - start) * length, height)
        else:
            part = (x, y + start * length, width, (stop - start) * length)
        found += cut_leaves(part, rest, whirl, lean, level + 1)
    return found


def reference(scene, deep, whirl):
    """The leaves as they should lie, in heights: (leaves, 4)."""
    aspect, random = scene.values["aspect"], scene.values["random"]
    lean, upright = scene.texels("cuts")[0, :, 0].astype(float), aspect < 1.0
    room = (1.0, aspect) if upright else (aspect, 1.0)
    leaves = np.array(cut_leaves((0.0, 0.0, *room), deep, whirl, lean))
    for axis in (0, 1):
        if random[axis] > 0.5:
            leaves[:, axis] = room[axis] - leaves[:, axis] - leaves[:, axis + 2]
    return leaves[:, [1, 0, 3, 2]] if upright else leaves


@pytest.mark.parametrize("whirl", [True, False], ids=["whirl", "mosaic"])
@pytest.mark.parametrize("deep", FIBONACCI)
@pytest.mark.parametrize("size", SIZES)
def test_leaves_match_the_reference_and_cover_the_picture_once(context, quiet, size, deep, whirl):
    params = {"depth": float(deep), "cut": "whirl" if whirl else "mosaic"}
    for seed in (7, 8, 11):
        with SceneRenderer(context, quiet, "golden", size=size, params=params, seed=seed) as scene:
            scene.picture(0.0)
            leaves = scene.texels("leaves")[0].astype(float)
            expected = reference(scene, deep, whirl)
        count, aspect = FIBONACCI[deep], size[0] / size[1]
        np.testing.assert_allclose(leaves[:count], expected, atol=2e-6)
        assert len(expected) == count and not leaves[count:, 2:].any()
        areas = leaves[:count, 2] * leaves[:count, 3]
        assert areas.sum() == pytest.approx(aspect, rel=1e-5)
        cuts = np.log(aspect / areas) / np.log(PHI)
        np.testing.assert_allclose(cuts, np.round(cuts), atol=1e-3)
        low, high = leaves[:count, :2], leaves[:count, :2] + leaves[:count, 2:]
        assert low.min() > -1e-6 and (high < np.array([aspect, 1.0]) + 1e-6).all()
        shared = np.minimum(high[:, None], high) - np.maximum(low[:, None], low)
        overlap = np.clip(shared, 0.0, None).prod(axis=2) * (1 - np.eye(count))
        assert overlap.max() < 1e-6


@pytest.mark.parametrize("feather", [0.0, 0.03])
@pytest.mark.parametrize("size", SIZES)
def test_soft_edges_add_up_to_one_in_every_pixel(context, quiet, size, feather):
    with SceneRenderer(context, quiet, "golden", size=size, params={"feather": feather}) as scene:
        scene.picture(0.0)
        shown, leaves = scene.texels("panels")[:, :, 3].astype(float), reference(scene, 7, True)
    height, room = size[1], np.array([size[0] / size[1], 1.0])
    y, x = (np.mgrid[: size[1], : size[0]] + 0.5) / height
    soft = max(min(feather, leaves[:, 2:].min()), 1e-5)
    names = whole = 0.0
    for name, leaf in enumerate(leaves, start=1):
        share = 1.0
        for axis, place in enumerate((x, y)):
            for low, inward in ((leaf[axis], 1.0), (leaf[axis] + leaf[axis + 2], -1.0)):
                if min(abs(low), abs(low - room[axis])) > 1e-4:  # edges of the picture are sharp
                    part = np.clip(inward * (place - low) / soft + 0.5, 0.0, 1.0)
                    share = share * part * part * (3 - 2 * part)
        names, whole = names + name * share, whole + share
    np.testing.assert_allclose(whole, 1.0, atol=1e-9)
    sure = np.abs(names - np.round(names)) < 1e-9 if feather == 0.0 else np.full(shown.shape, True)
    np.testing.assert_allclose(shown[sure], names[sure], atol=0.05)
    assert sure.mean() > 0.97 and len(np.unique(np.round(shown))) >= 21


def test_portrait_is_landscape_turned(context, quiet):
    leaves = []
    for size in ((320, 180), (180, 320)):
        with SceneRenderer(context, quiet, "golden", size=size) as scene:
            scene.picture(0.0)
            leaves.append(scene.texels("leaves")[0].astype(float))
    np.testing.assert_allclose(leaves[0][:, [1, 0, 3, 2]] * 9 / 16, leaves[1], atol=2e-6)


def test_cuts_change_with_the_bar(context):
    """With signals set by the test: the end of a bar, and the next one."""
    with SceneRenderer(context, analysed(silence(1.0)), "golden") as scene:
        scene.picture(0.0)
        before = scene.texels("cuts")[0, :, 0]
        scene.run(0.5, bar=0.9)
        scene.run(0.1, bar=0.0, pulse=0.8)
        between = scene.texels("cuts")[0, :, 0]
        scene.run(2.0, bar=0.4)
        after = scene.texels("cuts")[0, :, 0]
    moved = np.flatnonzero(np.abs(after - before) > 0.5)
    assert len(moved) == 1 and 0.05 < abs(between[moved[0]] - before[moved[0]]) < 0.95
    assert set(np.round(after, 2)) <= {0.0, 1.0}


def test_region_follows_its_own_band(context, quiet):
    with (
        SceneRenderer(context, quiet, "golden", size=(320, 180)) as scene,
        SceneRenderer(context, quiet, "golden", size=(320, 180)) as still,
    ):
        lights = []
        for one, band in ((scene, 40), (still, None)):
            one.picture(0.0)
            bands = np.zeros(64, np.float32)
            if band is not None:
                bands[band] = 1.0
            one.renderer.bands.write(bands)
            one.run(0.3)
            lights.append(one.texels("panels").astype(float))
        where = np.round(lights[1][:, :, 3])
    change = np.abs(lights[0] - lights[1])[:, :, :3].sum(axis=2)
    brighter = {name for name in range(1, 22) if change[where == name].mean() > 0.02}
    assert brighter == {round((40.5 / 64) * 21 + 0.5)}, "other regions changed, too"


def test_cuts_also_change_in_silence(context, quiet):
    with SceneRenderer(context, quiet, "golden") as scene:
        scene.picture(0.0)
        before = scene.texels("cuts")[0, :, 1].copy()
        for frame in range(1, 17 * 10):
            scene.picture(frame * RATE / 10)
        assert (scene.texels("cuts")[0, :, 1] != before).sum() == 1
