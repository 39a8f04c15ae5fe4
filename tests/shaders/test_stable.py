"""Stable postprocess: it matches its reference formulas and keeps its bounds."""

from importlib import resources

import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from phosphene.engine.gl.context import offscreen_context
from tests.support import stable_reference as reference
from tests.support.scene_renderer import SceneRenderer, analysed, music
from tests.support.stable_chain import DEFAULTS, STABLE, StableChain, bars, checks, noise, to_half, washed_out
from tests.support.stable_reference import display_rgb, rgb_to_ycc

PARAMS = {param.name: param for param in STABLE.params}
STRENGTHS = (
    "tone_match chroma_match chroma_smooth detail_strength dither_strength chroma_compress "
    "fidelity_luma_anchor fidelity_chroma_anchor"
).split()
NEUTRAL = {**DEFAULTS, **dict.fromkeys(STRENGTHS, 0.0), "max_luma_delta": 1.0, "max_chroma_delta": 1.0}
STEP = 1 / 255
SMALL = (101, 57)


@pytest.fixture(scope="module")
def chain():
    with offscreen_context() as context, StableChain(context, SMALL) as chain:
        yield chain


PICTURES = {
    "noise": lambda size: (noise(size, 1), noise(size, 2)),
    "noise made from noise": lambda size: (washed_out(noise(size, 3)), noise(size, 3)),
    "bars": lambda size: (bars(size, 1), bars(size, 2)),
    "washed-out bars": lambda size: (washed_out(bars(size, 3)), bars(size, 3)),
    "checks": lambda size: (washed_out(checks(size)), checks(size)),
    "from black": lambda size: (np.zeros((*size[::-1], 3)), bars(size, 4)),
    "to grey": lambda size: (bars(size, 5), np.full((*size[::-1], 3), 0.25)),
}
NO_ANCHORS = {**DEFAULTS, "max_luma_delta": 1.0, "max_chroma_delta": 1.0}
NO_ANCHORS |= {"fidelity_luma_anchor": 0.0, "fidelity_chroma_anchor": 0.0}
SETTINGS = {
    "defaults": DEFAULTS,
    "no anchors": NO_ANCHORS,
    "no match": {
        **NO_ANCHORS,
        "tone_match": 0.0,
        "chroma_match": 0.0,
        "chroma_smooth": 3.0,
        "chroma_edge_strength": 3.0,
    },
    "wide": {**NO_ANCHORS, "detail_radius": 3.7, "detail_strength": 0.9, "chroma_compress": 1.0, "chroma_smooth": 4.0},
    "audio": {**DEFAULTS, "detail_strength": 0.45, "detail_radius": 0.8, "fidelity_luma_anchor": 0.3}
    | {"fidelity_chroma_anchor": 0.4, "max_luma_delta": 0.35, "max_chroma_delta": 0.3, "chroma_compress": 0.25},
}


@pytest.mark.parametrize("size", [(64, 36), (101, 57), (640, 360)], ids=str)
@pytest.mark.parametrize("pictures", PICTURES.values(), ids=PICTURES)
def test_passes_match_the_reference(context, size, pictures):
    light, scene = pictures(size)
    with StableChain(context, size) as chain:
        for name, params in SETTINGS.items():
            drawn = display_rgb(chain.render_first(light, scene, params).astype(np.float64))
            error = np.abs(drawn - reference.stable(light, scene, params)).max()
            assert error < STEP, f"{name}: {error / STEP:.2f} steps"


def test_neutral_settings_return_the_light_unchanged(chain):
    light, scene = np.minimum(noise(SMALL, 1) * 16, 64.0), noise(SMALL, 2)
    np.testing.assert_array_equal(chain.render_first(light, scene, NEUTRAL), light)


@pytest.mark.parametrize("name", STRENGTHS)
def test_only_a_strength_above_zero_has_an_effect(chain, name):
    light, scene = noise(SMALL, 1), washed_out(noise(SMALL, 1))
    others = {**NEUTRAL, "chroma_edge_strength": 5.0, "detail_radius": 4.0}
    np.testing.assert_array_equal(chain.render_first(light, scene, {**others, name: 0.0}), light)
    changed = display_rgb(chain.render_first(light, scene, {**others, name: 0.2}).astype(float))
    assert np.abs(changed - display_rgb(light)).max() > STEP


def test_detail_radius_0_has_no_effect(chain):
    light, scene = noise(SMALL, 1), noise(SMALL, 2)
    params = {**NEUTRAL, "detail_strength": 1.0, "detail_radius": 0.0}
    np.testing.assert_array_equal(chain.render_first(light, scene, params), light)


def test_scene_as_light_stays_as_it_is(chain):
    """Without detail, smoothing and compression, which also change the scene itself."""
    light = noise(SMALL, 1)
    params = {**DEFAULTS, "detail_strength": 0.0, "chroma_smooth": 0.0, "chroma_compress": 0.0}
    drawn = display_rgb(chain.render_first(light, light, params).astype(float))
    assert np.abs(drawn - display_rgb(light)).max() < STEP / 4


ANY_PARAMS = st.fixed_dictionaries({name: st.floats(param.low, param.high) for name, param in PARAMS.items()})


@settings(deadline=None, max_examples=60)
@given(params=ANY_PARAMS, seed=st.integers(0, 99), kinds=st.tuples(*[st.sampled_from((noise, bars, checks))] * 2))
def test_any_settings_keep_the_bounds(chain, params, seed, kinds):
    light, scene = (kind(SMALL, seed + at) for at, kind in enumerate(kinds))
    drawn = display_rgb(chain.render_first(light, scene, params).astype(float))
    assert np.isfinite(drawn).all() and drawn.min() >= 0.0 and drawn.max() <= 1.0
    difference = np.abs(rgb_to_ycc(drawn) - rgb_to_ycc(display_rgb(scene)))
    inside = ((drawn > STEP) & (drawn < 1 - STEP)).all(axis=2)  # colours beyond the screen's are cut off
    grain = 20 * params["dither_strength"] * STEP
    assert (difference[inside, 0] < params["max_luma_delta"] + grain + STEP).all()
    assert (difference[inside, 1:] < params["max_chroma_delta"] + STEP).all()


@settings(deadline=None, max_examples=30)
@given(params=ANY_PARAMS, seed=st.integers(0, 99))
def test_any_settings_match_the_reference(chain, params, seed):
    params = {**params, "dither_strength": 0.0}
    light, scene = bars(SMALL, seed), noise(SMALL, seed)
    drawn = display_rgb(chain.render_first(light, scene, params).astype(float))
    assert np.abs(drawn - reference.stable(light, scene, params)).max() < STEP


def test_dither_is_triangular_and_changes_every_frame(chain):
    light = np.full((*SMALL[::-1], 3), 0.5)
    plain = display_rgb(chain.render_first(light, light, {**NEUTRAL, "dither_strength": 1e-6}).astype(float))
    params = {**NEUTRAL, "dither_strength": 0.1}
    frames = [chain.render_first(light, light, params, minute=n / 3600) for n in (7, 8, 7)]
    grain = [(display_rgb(each.astype(float)) - plain) / STEP for each in frames]
    np.testing.assert_array_equal(frames[0], frames[2])
    assert np.corrcoef(grain[0].ravel(), grain[1].ravel())[0, 1] < 0.5
    for each in grain[:2]:
        assert 1.8 < np.abs(each).max() < 2.1 and abs(each.mean()) < 0.02
        assert each.std() == pytest.approx(2 / 6**0.5, rel=0.05)


INVALID = {"nan": np.nan, "infinite": np.inf, "negative": -np.inf}


@pytest.mark.parametrize("which", ["light", "scene", "both"])
@pytest.mark.parametrize("value", INVALID.values(), ids=INVALID)
def test_nan_and_infinity_do_not_get_through(chain, value, which):
    light, scene = noise(SMALL, 1), noise(SMALL, 2)
    inputs = [each.copy() for each in (light, scene)]
    for each, name in zip(inputs, ("light", "scene")):
        if which in (name, "both"):
            each[10:20, 30:40] = value
    assert np.isfinite(chain.render_first(*inputs)).all()
    np.testing.assert_allclose(chain.render(light, scene, dt=1e3), chain.render_first(light, scene), rtol=2e-3)


@pytest.mark.parametrize("name", [each.name for each in STABLE.passes])
def test_spoilt_target_recovers_at_once(chain, name):
    light, scene = noise(SMALL, 1), noise(SMALL, 2)
    clean = chain.render_first(light, scene)
    for texture in chain.targets[name].textures:
        kind = np.float32 if chain.targets[name].spec.precise else np.float16
        texture.write(np.full((texture.height, texture.width, 4), np.nan, kind).tobytes())
    np.testing.assert_array_equal(chain.render(light, scene), clean)


def test_match_follows_in_seconds_not_in_frames(chain):
    """The first frame has no past to follow."""
    light, scenes = noise(SMALL, 1), (0.2 * noise(SMALL, 2), 3.0 * noise(SMALL, 3))
    params = {**NEUTRAL, "tone_match": 1.0, "chroma_match": 1.0}
    begun, settled = (chain.render_first(light, scene, params, dt=dt) for scene, dt in zip(scenes, (0.0, 1.0)))
    after = []
    for fps in (30, 144):
        chain.render_first(light, scenes[0], params, dt=0.0)
        after += [chain.render(light, scenes[1], params, dt=1 / fps) for _ in range(fps // 2)][-1:]
    slow, fast, begun, settled = (display_rgb(each.astype(float)).mean() for each in (*after, begun, settled))
    assert abs(slow - fast) < STEP / 4
    assert begun + 0.5 * (settled - begun) < slow < settled - 4 * STEP


@pytest.mark.parametrize("size", [(1, 1), (2, 3), (7, 5), (130, 3)], ids=str)
def test_tiny_pictures_match_the_reference(context, size):
    light, scene = noise(size, 1), noise(size, 2)
    with StableChain(context, size) as chain:
        drawn = display_rgb(chain.render_first(light, scene).astype(float))
    assert np.abs(drawn - reference.stable(light, scene, DEFAULTS)).max() < STEP


def test_scene_may_be_smaller_than_the_picture(context):
    row, column = np.indices((30, 50))[..., None] / 30
    scene = to_half(0.5 + 0.5 * np.sin(6.0 * row + 4.0 * column + np.arange(3)))
    light, large = bars((100, 60), 1), to_half(reference.resized(scene, (60, 100)))
    with StableChain(context, (100, 60), (50, 30)) as small, StableChain(context, (100, 60)) as whole:
        one, other = display_rgb(small.render_first(light, scene)), display_rgb(whole.render_first(light, large))
    assert np.abs(one - other).max() < STEP


def test_chroma_smoothing_removes_noise_and_keeps_luma_edges(context):
    """At any size, as a guided filter at full size does."""
    size = (640, 360)
    draw = np.random.default_rng(5)
    left = np.indices(size[::-1])[1] < 320
    clean = np.where(left[..., None], [0.05, 0.02, 0.20], [0.9, 0.6, 0.3])
    light = to_half(clean * draw.uniform(0.7, 1.3, clean.shape))
    with StableChain(context, size) as chain:
        params = {**NEUTRAL, "chroma_smooth": 2.0, "chroma_edge_strength": 8.0}
        drawn = rgb_to_ycc(display_rgb(chain.render_first(light, light, params).astype(float)))
    wanted, before = rgb_to_ycc(display_rgb(clean)), rgb_to_ycc(display_rgb(light))
    assert (drawn - wanted)[..., 1:].std() < 0.5 * (before - wanted)[..., 1:].std()
    middle = np.abs((drawn - wanted)[:, 312:328, 1:].mean(axis=(0, 2)))
    assert middle.max() < 0.02


def test_stable_in_a_show_brings_a_picture_back_to_its_scene(context):
    """From the first frame on, and the same in every run."""
    shows, frames = {}, analysed(music(0.5))
    for passes in ((), ("kaleidoscope",), ("kaleidoscope", "stable"), ("stable", "kaleidoscope")):
        with SceneRenderer(context, frames, "scope", passes, size=(160, 90)) as harness:
            shows[passes] = np.stack(harness.pictures(0.4)).astype(float)
    with SceneRenderer(context, frames, "scope", ("kaleidoscope", "stable"), size=(160, 90)) as harness:
        np.testing.assert_array_equal(np.stack(harness.pictures(0.4)), shows["kaleidoscope", "stable"])
    scene, mirrored, back, kept = shows.values()
    assert np.abs(back - scene)[0].max() <= 255 * (0.18 + 1.772 * 0.12) + 2
    assert np.abs(back - scene).mean() < 0.5 * np.abs(mirrored - scene).mean()
    assert np.abs(kept - mirrored).mean() < 2.0


def test_audio_control_fragment_moves_existing_parameters():
    text = (resources.files("phosphene") / "presets" / "fragments" / "audio_control.yaml").read_text("utf-8")
    rows = [row for row in yaml.safe_load(text)["matrix"] if row["to"].startswith("visuals.stable.")]
    moved = {row["to"].rpartition(".")[2]: row["range"] for row in rows}
    assert moved.keys() - PARAMS.keys() == {"tp_len", "tp_mode"}, (
        "parameters that pool codes over time have no picture yet"
    )
    for name in moved.keys() & PARAMS.keys():
        assert PARAMS[name].low <= min(moved[name]) < max(moved[name]) <= PARAMS[name].high, name
