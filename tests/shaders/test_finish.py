"""The finish: a lens, a film and a screen, by their formulas; nothing wraps round, nothing goes black, NaN is gone."""

from itertools import pairwise

import numpy as np
import pytest

from tests.support.finish_chain import Projector, pixels, poison
from tests.support.flash_analyser import linear
from tests.support.scene_renderer import RATE, SceneRenderer, analysed, silence

SIZE = (160, 90)
ROWS, COLUMNS = np.indices(SIZE[::-1])
UV = np.dstack(((COLUMNS + 0.5) / SIZE[0], (ROWS + 0.5) / SIZE[1]))
OUT = np.hypot(*np.moveaxis(UV - 0.5, -1, 0)) / np.hypot(0.5, 0.5)  # 0 in the middle, 1 in a corner
RAMP = np.broadcast_to(np.geomspace(0.01, 6.0, SIZE[0]), SIZE[::-1])
LOOKS = {"chroma_shift": 0.02, "vignette": 0.7, "tone": 2, "grain": 0.5}


def shoulder(light):
    return 1 - np.exp(-light)


def curve(light):
    """The sRGB of a screen, in steps."""
    return 255 * np.where(light <= 0.0031308, 12.92 * light, 1.055 * np.maximum(light, 1e-9) ** (1 / 2.4) - 0.055)


def shown(context, light, **params):
    with Projector(context, SIZE, **params) as projector:
        return projector.show(light)[..., :3].astype(float)


def near(shown, expected, steps=1.15):
    """True if alike, but for dither and for how near the curve is."""
    return np.abs(shown - expected).max() < steps


def test_where_nothing_is_said_it_is_shoulder_and_curve(context):
    assert near(shown(context, RAMP), curve(shoulder(RAMP))[..., None])


def test_a_small_picture_is_shown_large(context):
    with Projector(context, (320, 180), slides=SIZE) as projector:
        large = projector.show(RAMP)[..., :3].astype(float)
    assert near(large.reshape(90, 2, 160, 2, 3).mean((1, 3))[:, 1:-1], curve(shoulder(RAMP))[:, 1:-1, None], 1.5)


def test_the_program_of_rest_shows_what_the_whole_one_does(context):
    with Projector(context, SIZE) as projector:
        last = projector.finish.alone[-1]
        kept, shown = last.drawings, []
        for drawn in [*kept.values(), kept[True, True, True]]:
            last.drawings = dict.fromkeys(kept, drawn)
            shown.append(projector.show(RAMP))
            projector.seconds -= 1 / 30
        last.drawings = kept
    assert len(kept) == 8 and all(np.array_equal(shown[0], each) for each in shown)


@pytest.mark.parametrize("name", LOOKS)
def test_all_that_may_be_set_is_seen(context, name):
    light = RAMP[..., None] * (1.0, 0.5, 0.2)
    assert np.abs(shown(context, light, **{name: LOOKS[name]}) - shown(context, light)).mean() > 0.3


TONES = {
    1: lambda root: np.log1p(5 * root) / np.log(6),
    2: lambda root: 0.95 * root**0.85 + 0.05 * root,
    3: lambda root: 0.9 * root**1.25 + 0.1,
}


@pytest.mark.parametrize("tone", TONES)
def test_a_film_has_its_curve(context, tone):
    assert near(shown(context, RAMP, tone=tone), curve(TONES[tone](np.sqrt(shoulder(RAMP))) ** 2)[..., None])


def test_between_two_films_there_is_no_third(context):
    with SceneRenderer(context, analysed(silence(1.0))) as harness:
        tones = []
        for frame in range(10):
            harness.set_params(0, finish={"tone": "linear" if frame < 5 else "pastel"})
            harness.picture(frame * RATE / 30)
            tones.append(harness.renderer.deck.values["finish.tone"])
    assert tones == 5 * [0.0] + 5 * [3.0]


@pytest.mark.parametrize("strength", [0.3, 1.0])
def test_corners_are_darker_and_never_black(context, strength):
    smooth = np.clip((OUT - 0.3) / 0.7, 0, 1)
    left = 1 - 0.8 * strength * smooth**2 * (3 - 2 * smooth)
    seen = shown(context, 1.0, vignette=strength)
    assert near(seen, curve(shoulder(left))[..., None])
    assert seen.min() > 100 and (seen[OUT < 0.29] == shown(context, 1.0)[OUT < 0.29]).all()


@pytest.mark.parametrize("shift", [-0.05, 0.01, 0.05])
def test_red_and_blue_part_and_nothing_wraps_round(context, shift):
    spot = np.exp(-(((UV[..., 0] - 0.8) * SIZE[0] / 4) ** 2) - ((UV[..., 1] - 0.7) * SIZE[1] / 4) ** 2)
    seen = shown(context, spot, chroma_shift=shift)
    weights = seen**2
    middle = np.array([(weights[..., c, None] * UV).sum((0, 1)) / weights[..., c].sum() for c in range(3)])
    moved = (middle - middle[1]) * (SIZE[0] / SIZE[1], 1.0)
    expected = shift * np.array((0.3 * 16 / 9, 0.2)) / np.hypot(8 / 9, 0.5)
    np.testing.assert_allclose(moved[0], expected, atol=0.002)
    np.testing.assert_allclose(moved[2], -expected, atol=0.002)
    edge = np.zeros(SIZE[::-1])
    edge[:, :2] = edge[:2] = 3.0
    seen, plain = shown(context, edge, chroma_shift=shift), shown(context, edge)
    assert not seen[20:, 20:].any() and not plain[20:, 20:].any()
    assert np.abs(seen[:, 0] - plain[:, 0]).max() <= 1.0, "an edge keeps its colours"


def grains(context, fps, seconds, light=0.7, **params):
    """What grain adds, frame by frame."""
    with Projector(context, SIZE, grain=1.0, **params) as projector:
        seen = projector.film([light] * round(seconds * fps), fps)[..., 0].astype(float)
    return seen - seen.mean((1, 2), keepdims=True)


@pytest.mark.parametrize("fps", [24, 30, 60, 144])
def test_grain_changes_24_times_a_second(context, fps):
    fields = grains(context, fps, 1.0)
    alike = [np.corrcoef(a.ravel(), b.ravel())[0, 1] > 0.9 for a, b in pairwise(fields)]
    assert fps - 1 - sum(alike) in (23, 24)


def test_grain_is_soft_and_strongest_in_the_middle(context):
    (field,) = grains(context, 30, 1 / 30)
    assert 4.0 < field.std() < 30.0
    assert np.corrcoef(field[:, 1:].ravel(), field[:, :-1].ravel())[0, 1] > 0.3
    strengths = [grains(context, 30, 1 / 30, light=light)[0].std() for light in (0.0, 0.02, 0.3, 8.0, 60.0)]
    assert strengths[0] == strengths[-1] == 0.0 and max(strengths) == strengths[2]


def test_blackout_is_black(context):
    assert not shown(context, 60.0, blackout=1.0, tone=3, grain=1.0).any()
    assert near(shown(context, RAMP, blackout=0.5), curve(0.5 * shoulder(RAMP))[..., None])


@pytest.mark.parametrize("kind", ["fade", "wipe"])
def test_two_pictures_mix_as_they_look(context, kind):
    with Projector(context, SIZE, flash_limit=0.0, **LOOKS) as projector:
        ends = [projector.show(RAMP, dt=0.0, old=2.0, kind=kind, share=share) for share in (0.0, 1.0)]
        alone = [projector.show(light, dt=0.0) for light in (2.0, RAMP)]
        half = projector.show(RAMP, dt=0.0, old=2.0, kind="fade", share=0.5)[..., :3].astype(float)
    for end, one in zip(ends, alone):
        assert np.abs(end.astype(int) - one).max() <= 1
    light = sum(linear(one) for one in alone)
    assert near(half, curve(light / 2), 2.5)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, -1.0])
def test_what_is_no_number_is_not_shown(context, value):
    light = np.full((*SIZE[::-1], 3), 0.5)
    light[40:44, 60:64] = light[:2, :2, 1] = value
    far = np.ones(SIZE[::-1], bool)
    far[30:54, 50:74] = far[:12, :12] = False
    looks = {**LOOKS, "grain": 0.0}  # which would be another one, where rounding is
    with Projector(context, SIZE, **looks) as projector, Projector(context, SIZE, **looks) as other:
        for _ in range(3):
            np.testing.assert_array_equal(projector.show(light)[far], other.show(0.5)[far])


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("name", ["measure", "fields", "limit", "leaving", "coming"])
def test_a_texture_that_is_no_number_is_clean_within_two_frames(context, name, value):
    with Projector(context, SIZE) as projector, Projector(context, SIZE) as other:
        lights = [RAMP, 0.9 * RAMP] * 4
        for frame, light in enumerate(lights):
            if frame == 4:
                poison(projector.finish.targets[name], value)
            seen, plain = (each.show(light, old=RAMP) for each in (projector, other))
            if frame >= 6:
                np.testing.assert_array_equal(seen, plain)
        assert np.isfinite(pixels(projector.finish.targets[name])).all()
