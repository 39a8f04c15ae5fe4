"""Finish: lens, film and screen follow their formulas; nothing wraps around, nothing goes black, NaN disappears."""

from itertools import pairwise

import numpy as np
import pytest

from tests.support.finish_chain import FinishChain, fill_target, read_target
from tests.support.flash_analyser import linear
from tests.support.scene_renderer import RATE, SceneRenderer, analysed, silence

SIZE = (160, 90)
ROWS, COLUMNS = np.indices(SIZE[::-1])
UV = np.dstack(((COLUMNS + 0.5) / SIZE[0], (ROWS + 0.5) / SIZE[1]))
RADIUS = np.hypot(*np.moveaxis(UV - 0.5, -1, 0)) / np.hypot(0.5, 0.5)  # 0 in the middle, 1 in a corner
RAMP = np.broadcast_to(np.geomspace(0.01, 6.0, SIZE[0]), SIZE[::-1])
SETTINGS = {"chroma_shift": 0.02, "vignette": 0.7, "tone": 2, "grain": 0.5}


def shoulder(light):
    return 1 - np.exp(-light)


def srgb_steps(light):
    """sRGB in 8-bit steps."""
    return 255 * np.where(light <= 0.0031308, 12.92 * light, 1.055 * np.maximum(light, 1e-9) ** (1 / 2.4) - 0.055)


def shown(context, light, **params):
    with FinishChain(context, SIZE, **params) as chain:
        return chain.show(light)[..., :3].astype(float)


def is_close(shown, expected, steps=1.15):
    """True if equal but for dither and the error of the approximated curve."""
    return np.abs(shown - expected).max() < steps


def test_default_finish_is_shoulder_and_srgb(context):
    assert is_close(shown(context, RAMP), srgb_steps(shoulder(RAMP))[..., None])


def test_small_picture_is_enlarged(context):
    with FinishChain(context, (320, 180), source_size=SIZE) as chain:
        large = chain.show(RAMP)[..., :3].astype(float)
    assert is_close(
        large.reshape(90, 2, 160, 2, 3).mean((1, 3))[:, 1:-1], srgb_steps(shoulder(RAMP))[:, 1:-1, None], 1.5
    )


def test_reduced_programs_show_the_same_as_the_full_one(context):
    with FinishChain(context, SIZE) as chain:
        last = chain.finish.single_programs[-1]
        variants, shown = last.variants, []
        for variant in [*variants.values(), variants[True, True, True]]:
            last.variants = dict.fromkeys(variants, variant)
            shown.append(chain.show(RAMP))
            chain.seconds -= 1 / 30
        last.variants = variants
    assert len(variants) == 8 and all(np.array_equal(shown[0], each) for each in shown)


@pytest.mark.parametrize("name", SETTINGS)
def test_every_setting_has_an_effect(context, name):
    light = RAMP[..., None] * (1.0, 0.5, 0.2)
    assert np.abs(shown(context, light, **{name: SETTINGS[name]}) - shown(context, light)).mean() > 0.3


TONES = {
    1: lambda root: np.log1p(5 * root) / np.log(6),
    2: lambda root: 0.95 * root**0.85 + 0.05 * root,
    3: lambda root: 0.9 * root**1.25 + 0.1,
}


@pytest.mark.parametrize("tone", TONES)
def test_film_tone_has_its_curve(context, tone):
    assert is_close(shown(context, RAMP, tone=tone), srgb_steps(TONES[tone](np.sqrt(shoulder(RAMP))) ** 2)[..., None])


def test_film_tone_switches_without_intermediate_values(context):
    with SceneRenderer(context, analysed(silence(1.0))) as harness:
        tones = []
        for frame in range(10):
            harness.set_params(0, finish={"tone": "linear" if frame < 5 else "pastel"})
            harness.picture(frame * RATE / 30)
            tones.append(harness.renderer.deck.values["finish.tone"])
    assert tones == 5 * [0.0] + 5 * [3.0]


@pytest.mark.parametrize("strength", [0.3, 1.0])
def test_corners_are_darker_and_never_black(context, strength):
    smooth = np.clip((RADIUS - 0.3) / 0.7, 0, 1)
    left = 1 - 0.8 * strength * smooth**2 * (3 - 2 * smooth)
    seen = shown(context, 1.0, vignette=strength)
    assert is_close(seen, srgb_steps(shoulder(left))[..., None])
    assert seen.min() > 100 and (seen[RADIUS < 0.29] == shown(context, 1.0)[RADIUS < 0.29]).all()


@pytest.mark.parametrize("shift", [-0.05, 0.01, 0.05])
def test_chroma_shift_separates_red_and_blue_without_wrapping(context, shift):
    spot = np.exp(-(((UV[..., 0] - 0.8) * SIZE[0] / 4) ** 2) - ((UV[..., 1] - 0.7) * SIZE[1] / 4) ** 2)
    seen = shown(context, spot, chroma_shift=shift)
    weights = seen**2
    middle = np.array([(weights[..., c, None] * UV).sum((0, 1)) / weights[..., c].sum() for c in range(3)])
    shift_of = (middle - middle[1]) * (SIZE[0] / SIZE[1], 1.0)
    expected = shift * np.array((0.3 * 16 / 9, 0.2)) / np.hypot(8 / 9, 0.5)
    np.testing.assert_allclose(shift_of[0], expected, atol=0.002)
    np.testing.assert_allclose(shift_of[2], -expected, atol=0.002)
    edge = np.zeros(SIZE[::-1])
    edge[:, :2] = edge[:2] = 3.0
    seen, plain = shown(context, edge, chroma_shift=shift), shown(context, edge)
    assert not seen[20:, 20:].any() and not plain[20:, 20:].any()
    assert np.abs(seen[:, 0] - plain[:, 0]).max() <= 1.0, "an edge keeps its colours"


def grains(context, fps, seconds, light=0.7, **params):
    """What grain adds, frame by frame."""
    with FinishChain(context, SIZE, grain=1.0, **params) as chain:
        seen = chain.show_all([light] * round(seconds * fps), fps)[..., 0].astype(float)
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
    assert is_close(shown(context, RAMP, blackout=0.5), srgb_steps(0.5 * shoulder(RAMP))[..., None])


@pytest.mark.parametrize("kind", ["fade", "wipe"])
def test_transition_mixes_graded_pictures(context, kind):
    with FinishChain(context, SIZE, flash_limit=0.0, **SETTINGS) as chain:
        ends = [chain.show(RAMP, dt=0.0, old=2.0, kind=kind, progress=share) for share in (0.0, 1.0)]
        alone = [chain.show(light, dt=0.0) for light in (2.0, RAMP)]
        half = chain.show(RAMP, dt=0.0, old=2.0, kind="fade", progress=0.5)[..., :3].astype(float)
    for end, one in zip(ends, alone):
        assert np.abs(end.astype(int) - one).max() <= 1
    light = sum(linear(one) for one in alone)
    assert is_close(half, srgb_steps(light / 2), 2.5)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, -1.0])
def test_nan_and_infinity_are_not_shown(context, value):
    light = np.full((*SIZE[::-1], 3), 0.5)
    light[40:44, 60:64] = light[:2, :2, 1] = value
    elsewhere = np.ones(SIZE[::-1], bool)
    elsewhere[30:54, 50:74] = elsewhere[:12, :12] = False
    settings = {**SETTINGS, "grain": 0.0}  # grain would differ by rounding
    with FinishChain(context, SIZE, **settings) as chain, FinishChain(context, SIZE, **settings) as other:
        for _ in range(3):
            np.testing.assert_array_equal(chain.show(light)[elsewhere], other.show(0.5)[elsewhere])


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("name", ["measure", "fields", "limit", "outgoing", "incoming"])
def test_spoilt_texture_recovers_within_two_frames(context, name, value):
    with FinishChain(context, SIZE) as chain, FinishChain(context, SIZE) as other:
        lights = [RAMP, 0.9 * RAMP] * 4
        for frame, light in enumerate(lights):
            if frame == 4:
                fill_target(chain.finish.targets[name], value)
            seen, plain = (each.show(light, old=RAMP) for each in (chain, other))
            if frame >= 6:
                np.testing.assert_array_equal(seen, plain)
        assert np.isfinite(read_target(chain.finish.targets[name])).all()
