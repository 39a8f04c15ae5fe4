"""Decks: a transition has no black frame and starts in time, and no deck is shown before it is built."""

import shutil

import numpy as np
import pytest

from phosphene.engine.common.errors import PhospheneError
from phosphene.engine.gl import shader_header, shader_source
from phosphene.engine.visuals import deck
from phosphene.engine.visuals.catalogue import SLOTS, STAGE_PARAMS, look_slot
from phosphene.engine.visuals.renderer import MAX_WAIT
from tests.support.gl_objects import count_gl_objects
from tests.support.scene_renderer import RATE, SceneRenderer, analysed, make_look, music

SIZE = (96, 54)


def transition(kind="fade", seconds=1.0, start="now"):
    return {"kind": kind, "seconds": seconds, "start": start}


@pytest.fixture(scope="module")
def song():
    return analysed(music(12.0))


def render(harness, frames, first=0):
    return np.array([harness.picture((first + frame) * RATE / 30)[..., :3] for frame in range(frames)], float)


@pytest.mark.parametrize("kind", ["fade", "wipe"])
@pytest.mark.parametrize("fps", [30, 60])
def test_a_transition_takes_its_seconds(context, song, kind, fps):
    """Before and after it one deck is shown alone, to the bit."""
    with (
        SceneRenderer(context, song, size=SIZE) as harness,
        SceneRenderer(context, song, size=SIZE) as old,
        SceneRenderer(context, song, "scope", ["kaleidoscope"], size=SIZE) as new,
    ):
        harness.set_params(1)
        differ = []
        for frame in range(3 * fps):
            sample = frame * RATE / fps
            if frame == fps:
                harness.renderer.show(make_look("scope", ["kaleidoscope"], serial=1, transition=transition(kind)))
            mixed, one, other = (each.picture(sample).astype(float) for each in (harness, old, new))
            differ.append((np.abs(mixed - one).mean(), np.abs(mixed - other).mean()))
        from_old, from_new = np.array(differ).T
    assert not from_old[:fps].any() and from_old[-1] > 3.0
    assert from_new[fps - 1] > 3.0 and from_new[-1] < 3.0, "its feedback started later"
    half = fps + fps // 2
    assert from_old[half] > 0.1 and from_new[half] > 0.5
    assert harness.renderer.settled == 1
    waited = np.flatnonzero(from_old > 0.0)[0] - fps
    assert waited <= 3, "it waited for nothing"


def test_a_cut_shows_no_mixture(context, song):
    with SceneRenderer(context, song, size=SIZE) as harness:
        harness.set_params(1)
        before = render(harness, 10)
        harness.renderer.show(make_look("flash", serial=1, transition=transition("cut")))
        after = render(harness, 5, 10)
        assert before[-1].std() > 5.0 and {float(np.ptp(each)) <= 1.0 for each in after[-2:]} == {True}
        assert harness.renderer.deck.look.scene == "flash"


@pytest.mark.parametrize("start", ["beat", "bar"])
def test_a_transition_starts_with_the_beat(context, song, start):
    with SceneRenderer(context, song, size=SIZE) as harness:
        harness.set_params(1)
        render(harness, 187)  # until the beat is known
        harness.renderer.show(make_look("scope", serial=1, transition=transition("cut", 0.0, start)))
        phases = []
        for frame in range(187, 187 + round(30 * MAX_WAIT)):
            harness.picture(frame * RATE / 30)
            phases.append(harness.values[start])
            if harness.renderer.settled == 1:
                break
        assert harness.renderer.settled == 1 and len(phases) > 2
        assert phases[-1] < phases[-2], "its phase has just wrapped"
        assert frame - 187 < 30 * (MAX_WAIT - 0.5)


def test_the_old_deck_goes_on_while_the_next_is_built_between_frames(context, song):
    with SceneRenderer(context, song, size=SIZE) as harness, SceneRenderer(context, song, size=SIZE) as twin:
        harness.set_params(1)
        harness.renderer.incremental = True
        render(harness, 3), render(twin, 3)
        harness.renderer.show(make_look("scope", serial=1, transition=transition("cut")))
        for frame in range(3, 3 + len(harness.renderer.deck.programs)):
            assert np.array_equal(render(harness, 1, frame), render(twin, 1, frame))
            assert harness.renderer.settled is None
        render(harness, 4, frame + 1)
        assert harness.renderer.settled == 1


def test_the_last_look_of_several_wins(context, song):
    with SceneRenderer(context, song, size=SIZE) as harness:
        for serial in range(6):
            harness.set_params(serial)
        render(harness, 2)
        for serial, at in ((1, 2), (2, 4), (3, 30), (4, 31), (5, 32)):
            harness.renderer.show(make_look(serial=serial, transition=transition(seconds=0.5)))
            render(harness, 1, at)
        render(harness, 40, 33)
        assert harness.renderer.settled == 5 and harness.renderer.next_deck is None


def test_no_transition_is_black_or_leaves_gl_objects(context, song):
    with SceneRenderer(context, song, size=SIZE) as harness:
        harness.set_params(1)
        render(harness, 30)
        there, light = count_gl_objects(context), []
        for serial in range(1, 31):
            passes = ["kaleidoscope"] if serial % 2 else []
            harness.renderer.show(make_look("scope", passes, serial=serial, transition=transition(seconds=0.1)))
            light += [each.max() for each in render(harness, 8, 30 + 8 * (serial - 1))]
        assert harness.renderer.settled == 30 and count_gl_objects(context) == there
        assert min(light) > 30.0
        assert len(harness.renderer.signals.followers) == 1


def test_a_stage_parameter_outlasts_a_preset(context, song):
    assert {SLOTS[key] for key in STAGE_PARAMS} == {look_slot(1, SLOTS[key]) for key in STAGE_PARAMS}
    with SceneRenderer(context, song, size=SIZE) as harness:
        harness.set_params(0, finish={"blackout": 1.0})
        harness.renderer.show(make_look(serial=1, transition=transition("cut")))
        assert not render(harness, 5)[1:].any()


def test_freeze_stops_the_picture_until_it_is_released(context, song):
    with SceneRenderer(context, song, size=SIZE) as harness:
        render(harness, 10)
        harness.set_params(0, finish={"freeze": 1.0})
        still = render(harness, 30, 10)[10:]
        assert all(np.abs(each - still[0]).max() <= 1.0 for each in still), "except for dithering"
        harness.set_params(0)
        assert np.abs(render(harness, 30, 40)[-1] - still[0]).mean() > 1.0


def test_a_resize_keeps_the_feedback(context, song):
    with SceneRenderer(context, song, "mycelium", size=(192, 108)) as harness:
        render(harness, 60)
        trail = next(target for key, target in harness.renderer.deck.targets.items() if key[1] == "trail")
        before = np.frombuffer(trail.picture.read(), np.float16).astype(float).mean()
        harness.renderer.resize(SIZE)
        after = np.frombuffer(trail.picture.read(), np.float16).astype(float).mean()
        assert trail.size == (SIZE[0] // 2, SIZE[1] // 2) and after == pytest.approx(before, rel=0.05)


@pytest.fixture
def shaders(tmp_path, monkeypatch):
    """A copy of the shaders that a test may edit."""
    copy = tmp_path / "shaders"
    shutil.copytree(str(shader_source.SHADERS), copy)
    for module in (shader_source, deck):
        monkeypatch.setattr(module, "SHADERS", copy)
    assert not hasattr(shader_header, "SHADERS")
    return copy


def edit(file, old, new):
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def test_a_saved_shader_is_reloaded_and_an_error_reported(context, song, shaders):
    with (
        SceneRenderer(context, song, "mycelium", size=SIZE) as harness,
        SceneRenderer(context, song, "mycelium", size=SIZE) as twin,
    ):
        render(harness, 20), render(twin, 20)
        edit(shaders / "scene" / "mycelium.frag", "color = vec4(light, 1.0);", "color = vec4(light.grr, 1.0) + nope;")
        harness.renderer.reload()
        assert np.array_equal(render(harness, 5, 20), render(twin, 5, 20))
        fault = harness.renderer.fault or ""
        assert "shaders/scene/mycelium.frag:" in fault and "nope" in fault
        assert harness.renderer.refused < 0, "its last version is shown"
        edit(shaders / "scene" / "mycelium.frag", " + nope;", ";")
        harness.renderer.reload()
        after = render(harness, 5, 25)
        assert harness.renderer.fault is None and harness.renderer.settled == 0
        assert (
            np.array_equal(after[-1][..., 1], after[-1][..., 2])
            or np.abs(after[-1][..., 1] - after[-1][..., 2]).max() <= 2
        )
        trail = np.abs(after[-1].mean() - render(twin, 5, 25)[-1].mean())
        assert trail < 20.0, "feedback was kept"
        edit(shaders / "lib" / "rotate_hue.glsl", "return ", "return nowhere + ")
        harness.renderer.reload()
        render(harness, 2, 30)
        assert "shaders/lib/rotate_hue.glsl:" in (harness.renderer.fault or "")


def test_a_parameter_that_an_edit_adds_has_its_default(context, song, shaders):
    with SceneRenderer(context, song, "mycelium", size=SIZE) as harness:
        render(harness, 3)
        edit(
            shaders / "scene" / "mycelium.frag",
            "uniform float glow;",
            "uniform float glare;  // 3 in 0..9: new\nuniform float glow;",
        )
        edit(shaders / "scene" / "mycelium.frag", "color = vec4(light", "color = vec4(glare * light")
        harness.renderer.reload()
        render(harness, 4, 3)
        assert harness.renderer.fault is None and harness.values["mycelium.glare"] == 3.0


def test_a_pass_is_drawn_only_over_an_earlier_one(shaders):
    for wrong, hint in (("panel", "did you mean 'panels'"), ("golden", ""), ("leaf", "")):
        edit(shaders / "scene" / "golden.frag", "over: panels", f"over: {wrong}")
        with pytest.raises(PhospheneError, match=rf"golden\.frag: 'golden' is drawn over '{wrong}', .*{hint}"):
            shader_header.read_spec("scene", "golden")
        edit(shaders / "scene" / "golden.frag", f"over: {wrong}", "over: panels")
    assert shader_header.read_spec("scene", "golden").passes[-1].over == "panels"


@pytest.mark.parametrize("damage", [b"\xe9", None], ids=["another encoding", "gone for a moment"])
def test_a_shader_that_cannot_be_read_leaves_the_deck(context, song, shaders, damage, monkeypatch):
    file = shaders / "scene" / "mycelium.frag"
    with SceneRenderer(context, song, "mycelium", size=SIZE) as harness:
        render(harness, 3)
        whole = file.read_bytes()
        file.write_bytes(whole + (damage or b" "))
        if damage is None:
            find = type(file).read_text

            def gone(path, **options):
                return find(path.with_suffix(".gone") if path.name == file.name else path, **options)

            monkeypatch.setattr(type(file), "read_text", gone)
        harness.renderer.reload()
        render(harness, 2, 3)
        assert "shaders/scene/mycelium.frag: cannot be read" in harness.renderer.fault
        monkeypatch.undo()


def test_a_resize_while_a_deck_is_built_reaches_all_its_targets(context, song):
    with SceneRenderer(context, song, size=SIZE) as harness:
        harness.renderer.incremental = True
        render(harness, 2)
        harness.renderer.show(make_look("mycelium", serial=1, transition=transition()))
        render(harness, 2, 2)
        assert not harness.renderer.next_deck.built
        half = SIZE[0] // 2, SIZE[1] // 2
        harness.renderer.resize(half)
        while harness.renderer.next_deck and not harness.renderer.next_deck.built:
            harness.renderer.next_deck.build()
        sizes = {target.size for target in harness.renderer.next_deck.targets.values() if target.spec.scale == 1.0}
        assert sizes - {target.spec.size for target in harness.renderer.next_deck.targets.values()} == {half}


def test_a_file_saved_during_a_reload_is_reloaded_again(context, song, shaders):
    with SceneRenderer(context, song, "mycelium", size=SIZE) as harness:
        render(harness, 3)
        file = shaders / "scene" / "mycelium.frag"
        edit(file, "color = vec4(light, 1.0);", "color = vec4(light.grr, 1.0);")
        harness.renderer.incremental = True
        harness.renderer.reload()
        while not harness.renderer.next_deck.built:
            harness.renderer.next_deck.build()
        edit(file, "color = vec4(light.grr, 1.0);", "color = vec4(1e-6 * light + vec3(0.25, 0.0, 0.0), 1.0);")
        render(harness, 3, 3)
        harness.renderer.incremental = False
        harness.renderer.reload()
        (*_, last) = render(harness, 3, 6)
        assert last[..., 0].min() > 50.0 and last[..., 1].max() < 5.0


def test_a_reloaded_shader_continues_at_the_same_step(context, song, shaders):
    with (
        SceneRenderer(context, song, "mycelium", size=SIZE) as harness,
        SceneRenderer(context, song, "mycelium", size=SIZE) as twin,
    ):
        render(harness, 6), render(twin, 6)
        edit(shaders / "scene" / "mycelium.frag", "out vec4 color;", "out vec4 color;  // as it was")
        before = harness.renderer.deck
        harness.renderer.reload()
        assert np.array_equal(render(harness, 12, 6), render(twin, 12, 6)) and harness.renderer.deck is not before


def test_modulation_saved_during_a_reload_is_not_lost(context, song, shaders):
    with SceneRenderer(context, song, "mycelium", size=SIZE) as harness:
        render(harness, 3)
        edit(shaders / "scene" / "mycelium.frag", "color = vec4(light, 1.0);", "color = vec4(light.grr, 1.0);")
        harness.renderer.incremental = True
        harness.renderer.reload()
        rows = make_look("mycelium", seed=99)
        harness.renderer.show(rows)
        before, frame = harness.renderer.deck, 3
        while harness.renderer.next_deck:
            render(harness, 1, frame)
            frame += 1
        assert harness.renderer.deck is not before
        assert harness.renderer.deck.look.modulation == rows.modulation
