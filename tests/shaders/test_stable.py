"""The stable postprocess: what it makes of light, held to its formulas, and what it must never do."""

from importlib import resources

import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from phosphene.engine.gl.context import opened
from tests.support import stable_reference as reference
from tests.support.scene_renderer import Easel, heard, music
from tests.support.stable_chain import STABLE, USUAL, Darkroom, bars, checks, half, noise, washed
from tests.support.stable_reference import shown, ycc

PARAMS = {param.name: param for param in STABLE.params}
STRENGTHS = (
    "tone_match chroma_match chroma_smooth detail_strength dither_strength chroma_compress "
    "fidelity_luma_anchor fidelity_chroma_anchor"
).split()
IDLE = {**USUAL, **dict.fromkeys(STRENGTHS, 0.0), "max_luma_delta": 1.0, "max_chroma_delta": 1.0}
STEP = 1 / 255
SMALL = (101, 57)


@pytest.fixture(scope="module")
def room():
    with opened() as context, Darkroom(context, SMALL) as room:
        yield room


PICTURES = {
    "noise": lambda size: (noise(size, 1), noise(size, 2)),
    "noise made of noise": lambda size: (washed(noise(size, 3)), noise(size, 3)),
    "bars": lambda size: (bars(size, 1), bars(size, 2)),
    "bars washed": lambda size: (washed(bars(size, 3)), bars(size, 3)),
    "checks": lambda size: (washed(checks(size)), checks(size)),
    "from black": lambda size: (np.zeros((*size[::-1], 3)), bars(size, 4)),
    "to grey": lambda size: (bars(size, 5), np.full((*size[::-1], 3), 0.25)),
}
WEAK = {**USUAL, "max_luma_delta": 1.0, "max_chroma_delta": 1.0}
WEAK |= {"fidelity_luma_anchor": 0.0, "fidelity_chroma_anchor": 0.0}
SETTINGS = {
    "defaults": USUAL,
    "no anchors": WEAK,
    "no match": {**WEAK, "tone_match": 0.0, "chroma_match": 0.0, "chroma_smooth": 3.0, "chroma_edge_strength": 3.0},
    "wide": {**WEAK, "detail_radius": 3.7, "detail_strength": 0.9, "chroma_compress": 1.0, "chroma_smooth": 4.0},
    "audio": {**USUAL, "detail_strength": 0.45, "detail_radius": 0.8, "fidelity_luma_anchor": 0.3}
    | {"fidelity_chroma_anchor": 0.4, "max_luma_delta": 0.35, "max_chroma_delta": 0.3, "chroma_compress": 0.25},
}


@pytest.mark.parametrize("size", [(64, 36), (101, 57), (640, 360)], ids=str)
@pytest.mark.parametrize("pictures", PICTURES.values(), ids=PICTURES)
def test_it_is_what_the_formulas_say(context, size, pictures):
    light, scene = pictures(size)
    with Darkroom(context, size) as room:
        for name, params in SETTINGS.items():
            made = shown(room.develop(light, scene, params).astype(np.float64))
            off = np.abs(made - reference.stable(light, scene, params)).max()
            assert off < STEP, f"{name}: {off / STEP:.2f} steps"


def test_at_rest_light_is_given_back_untouched(room):
    light, scene = np.minimum(noise(SMALL, 1) * 16, 64.0), noise(SMALL, 2)
    np.testing.assert_array_equal(room.develop(light, scene, IDLE), light)


@pytest.mark.parametrize("name", STRENGTHS)
def test_a_strength_of_zero_has_no_effect_and_any_other_has(room, name):
    light, scene = noise(SMALL, 1), washed(noise(SMALL, 1))
    others = {**IDLE, "chroma_edge_strength": 5.0, "detail_radius": 4.0}
    np.testing.assert_array_equal(room.develop(light, scene, {**others, name: 0.0}), light)
    assert np.abs(shown(room.develop(light, scene, {**others, name: 0.2}).astype(float)) - shown(light)).max() > STEP


def test_details_of_no_width_are_none(room):
    light, scene = noise(SMALL, 1), noise(SMALL, 2)
    params = {**IDLE, "detail_strength": 1.0, "detail_radius": 0.0}
    np.testing.assert_array_equal(room.develop(light, scene, params), light)


def test_the_scene_itself_is_left_as_it_is(room):
    """But for what is asked of it alone: detail, smoothing, and colours of the few that stand out."""
    light = noise(SMALL, 1)
    params = {**USUAL, "detail_strength": 0.0, "chroma_smooth": 0.0, "chroma_compress": 0.0}
    made = shown(room.develop(light, light, params).astype(float))
    assert np.abs(made - shown(light)).max() < STEP / 4


ANY = st.fixed_dictionaries({name: st.floats(param.low, param.high) for name, param in PARAMS.items()})


@settings(deadline=None, max_examples=60)
@given(params=ANY, seed=st.integers(0, 99), kinds=st.tuples(*[st.sampled_from((noise, bars, checks))] * 2))
def test_whatever_is_set_bounds_are_kept(room, params, seed, kinds):
    light, scene = (kind(SMALL, seed + at) for at, kind in enumerate(kinds))
    made = shown(room.develop(light, scene, params).astype(float))
    assert np.isfinite(made).all() and made.min() >= 0.0 and made.max() <= 1.0
    away = np.abs(ycc(made) - ycc(shown(scene)))
    inside = ((made > STEP) & (made < 1 - STEP)).all(axis=2)  # a colour that no screen has is cut off
    grain = 20 * params["dither_strength"] * STEP
    assert (away[inside, 0] < params["max_luma_delta"] + grain + STEP).all()
    assert (away[inside, 1:] < params["max_chroma_delta"] + STEP).all()


@settings(deadline=None, max_examples=30)
@given(params=ANY, seed=st.integers(0, 99))
def test_whatever_is_set_it_is_what_the_formulas_say(room, params, seed):
    params = {**params, "dither_strength": 0.0}
    light, scene = bars(SMALL, seed), noise(SMALL, seed)
    made = shown(room.develop(light, scene, params).astype(float))
    assert np.abs(made - reference.stable(light, scene, params)).max() < STEP


def test_dither_is_triangular_even_and_another_in_every_frame(room):
    light = np.full((*SMALL[::-1], 3), 0.5)
    plain = shown(room.develop(light, light, {**IDLE, "dither_strength": 1e-6}).astype(float))
    params = {**IDLE, "dither_strength": 0.1}
    frames = [room.develop(light, light, params, minute=n / 3600) for n in (7, 8, 7)]
    grain = [(shown(each.astype(float)) - plain) / STEP for each in frames]
    np.testing.assert_array_equal(frames[0], frames[2])
    assert np.corrcoef(grain[0].ravel(), grain[1].ravel())[0, 1] < 0.5
    for each in grain[:2]:
        assert 1.8 < np.abs(each).max() < 2.1 and abs(each.mean()) < 0.02
        assert each.std() == pytest.approx(2 / 6**0.5, rel=0.05)


SPOILS = {"nan": np.nan, "infinite": np.inf, "negative": -np.inf}


@pytest.mark.parametrize("which", ["light", "scene", "both"])
@pytest.mark.parametrize("spoil", SPOILS.values(), ids=SPOILS)
def test_what_is_no_number_does_not_get_through(room, spoil, which):
    light, scene = noise(SMALL, 1), noise(SMALL, 2)
    spoilt = [each.copy() for each in (light, scene)]
    for each, name in zip(spoilt, ("light", "scene")):
        if which in (name, "both"):
            each[10:20, 30:40] = spoil
    assert np.isfinite(room.develop(*spoilt)).all()
    np.testing.assert_allclose(room.draw(light, scene, dt=1e3), room.develop(light, scene), rtol=2e-3)


@pytest.mark.parametrize("name", [each.name for each in STABLE.passes])
def test_a_pass_that_is_spoilt_heals_at_once(room, name):
    light, scene = noise(SMALL, 1), noise(SMALL, 2)
    clean = room.develop(light, scene)
    for texture in room.targets[name].textures:
        kind = np.float32 if room.targets[name].declared.precise else np.float16
        texture.write(np.full((texture.height, texture.width, 4), np.nan, kind).tobytes())
    np.testing.assert_array_equal(room.draw(light, scene), clean)


def test_the_match_follows_in_seconds_not_in_frames(room):
    """And the first frame has no past to follow from."""
    light, scenes = noise(SMALL, 1), (0.2 * noise(SMALL, 2), 3.0 * noise(SMALL, 3))
    params = {**IDLE, "tone_match": 1.0, "chroma_match": 1.0}
    begun, settled = (room.develop(light, scene, params, dt=dt) for scene, dt in zip(scenes, (0.0, 1.0)))
    after = []
    for fps in (30, 144):
        room.develop(light, scenes[0], params, dt=0.0)
        after += [room.draw(light, scenes[1], params, dt=1 / fps) for _ in range(fps // 2)][-1:]
    slow, fast, begun, settled = (shown(each.astype(float)).mean() for each in (*after, begun, settled))
    assert abs(slow - fast) < STEP / 4
    assert begun + 0.5 * (settled - begun) < slow < settled - 4 * STEP


@pytest.mark.parametrize("size", [(1, 1), (2, 3), (7, 5), (130, 3)], ids=str)
def test_no_picture_is_too_small(context, size):
    light, scene = noise(size, 1), noise(size, 2)
    with Darkroom(context, size) as room:
        made = shown(room.develop(light, scene).astype(float))
    assert np.abs(made - reference.stable(light, scene, USUAL)).max() < STEP


def test_a_scene_may_be_smaller_than_the_picture_that_was_made_of_it(context):
    row, column = np.indices((30, 50))[..., None] / 30
    scene = half(0.5 + 0.5 * np.sin(6.0 * row + 4.0 * column + np.arange(3)))
    light, large = bars((100, 60), 1), half(reference.resized(scene, (60, 100)))
    with Darkroom(context, (100, 60), (50, 30)) as small, Darkroom(context, (100, 60)) as whole:
        apart = np.abs(shown(small.develop(light, scene)) - shown(whole.develop(light, large)))
    assert apart.max() < STEP


def test_smoothing_takes_noise_from_colours_and_leaves_them_where_luma_has_an_edge(context):
    """As a guided filter at full size does, whatever the size of the picture."""
    size = (640, 360)
    draw = np.random.default_rng(5)
    left = np.indices(size[::-1])[1] < 320
    clean = np.where(left[..., None], [0.05, 0.02, 0.20], [0.9, 0.6, 0.3])
    light = half(clean * draw.uniform(0.7, 1.3, clean.shape))
    with Darkroom(context, size) as room:
        params = {**IDLE, "chroma_smooth": 2.0, "chroma_edge_strength": 8.0}
        made = ycc(shown(room.develop(light, light, params).astype(float)))
    wanted, before = ycc(shown(clean)), ycc(shown(light))
    assert (made - wanted)[..., 1:].std() < 0.5 * (before - wanted)[..., 1:].std()
    middle = np.abs((made - wanted)[:, 312:328, 1:].mean(axis=(0, 2)))
    assert middle.max() < 0.02


def test_in_a_show_it_brings_a_picture_back_to_its_scene(context):
    """From the first frame on, and alike in every run."""
    shows, frames = {}, heard(music(0.5))
    for passes in ((), ("kaleidoscope",), ("kaleidoscope", "stable"), ("stable", "kaleidoscope")):
        with Easel(context, frames, "scope", passes, size=(160, 90)) as easel:
            shows[passes] = np.stack(easel.pictures(0.4)).astype(float)
    with Easel(context, frames, "scope", ("kaleidoscope", "stable"), size=(160, 90)) as easel:
        np.testing.assert_array_equal(np.stack(easel.pictures(0.4)), shows["kaleidoscope", "stable"])
    scene, mirrored, back, kept = shows.values()
    assert np.abs(back - scene)[0].max() <= 255 * (0.18 + 1.772 * 0.12) + 2
    assert np.abs(back - scene).mean() < 0.5 * np.abs(mirrored - scene).mean()
    assert np.abs(kept - mirrored).mean() < 2.0


def test_the_audio_control_of_the_first_seed_finds_what_it_moves():
    text = (resources.files("phosphene.presets") / "fragments" / "audio_control.yaml").read_text("utf-8")
    rows = [row for row in yaml.safe_load(text)["matrix"] if row["to"].startswith("visuals.stable.")]
    moved = {row["to"].rpartition(".")[2]: row["range"] for row in rows}
    assert moved.keys() - PARAMS.keys() == {"tp_len", "tp_mode"}, "those pool codes over time, and have no picture yet"
    for name in moved.keys() & PARAMS.keys():
        assert PARAMS[name].low <= min(moved[name]) < max(moved[name]) <= PARAMS[name].high, name
