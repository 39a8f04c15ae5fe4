"""Decks: one picture takes another's place without a black frame, in time, and is never shown before it is whole."""

import shutil

import numpy as np
import pytest

from phosphene.engine.common.errors import PhospheneError
from phosphene.engine.gl import shader_header, shader_source
from phosphene.engine.visuals import deck
from phosphene.engine.visuals.catalogue import LASTING, PLACE, slot
from phosphene.engine.visuals.renderer import PATIENCE
from tests.support.scene_renderer import RATE, Easel, heard, look, music, names

SIZE = (96, 54)


def coming(kind="fade", seconds=1.0, start="now"):
    return {"kind": kind, "seconds": seconds, "start": start}


@pytest.fixture(scope="module")
def song():
    return heard(music(12.0))


def shown(easel, frames, first=0):
    return np.array([easel.picture((first + frame) * RATE / 30)[..., :3] for frame in range(frames)], float)


@pytest.mark.parametrize("kind", ["fade", "wipe"])
@pytest.mark.parametrize("fps", [30, 60])
def test_a_picture_comes_in_over_its_seconds(context, song, kind, fps):
    """Half way a fade is the mean of both in light; at the ends there is one alone, to the bit."""
    with (
        Easel(context, song, size=SIZE) as easel,
        Easel(context, song, size=SIZE) as old,
        Easel(context, song, "scope", ["kaleidoscope"], size=SIZE) as new,
    ):
        easel.set(1)
        differ = []
        for frame in range(3 * fps):
            sample = frame * RATE / fps
            if frame == fps:
                easel.painter.play(look("scope", ["kaleidoscope"], serial=1, transition=coming(kind)))
            mixed, one, other = (each.picture(sample).astype(float) for each in (easel, old, new))
            differ.append((np.abs(mixed - one).mean(), np.abs(mixed - other).mean()))
        from_old, from_new = np.array(differ).T
    assert not from_old[:fps].any() and from_old[-1] > 3.0
    assert from_new[fps - 1] > 3.0 and from_new[-1] < 3.0, "what feeds back began later"
    half = fps + fps // 2
    assert from_old[half] > 0.1 and from_new[half] > 0.5
    assert easel.painter.settled == 1
    gone = np.flatnonzero(from_old > 0.0)[0] - fps
    assert gone <= 3, "it waited for nothing"


def test_a_cut_shows_the_other_at_once_and_nothing_between(context, song):
    with Easel(context, song, size=SIZE) as easel:
        easel.set(1)
        before = shown(easel, 10)
        easel.painter.play(look("flash", serial=1, transition=coming("cut")))
        after = shown(easel, 5, 10)
        assert before[-1].std() > 5.0 and {float(np.ptp(each)) <= 1.0 for each in after[-2:]} == {True}
        assert easel.painter.deck.look.scene == "flash"


@pytest.mark.parametrize("start", ["beat", "bar"])
def test_it_begins_with_the_beat(context, song, start):
    with Easel(context, song, size=SIZE) as easel:
        easel.set(1)
        shown(easel, 187)  # until the beat is known
        easel.painter.play(look("scope", serial=1, transition=coming("cut", 0.0, start)))
        phases = []
        for frame in range(187, 187 + round(30 * PATIENCE)):
            easel.picture(frame * RATE / 30)
            phases.append(easel.values[start])
            if easel.painter.settled == 1:
                break
        assert easel.painter.settled == 1 and len(phases) > 2
        assert phases[-1] < phases[-2], "its phase has just begun again"
        assert frame - 187 < 30 * (PATIENCE - 0.5)


def test_while_it_is_built_between_pictures_the_old_one_plays_on(context, song):
    with Easel(context, song, size=SIZE) as easel, Easel(context, song, size=SIZE) as twin:
        easel.set(1)
        easel.painter.patient = True
        shown(easel, 3), shown(twin, 3)
        easel.painter.play(look("scope", serial=1, transition=coming("cut")))
        for frame in range(3, 3 + len(easel.painter.deck.stages)):
            assert np.array_equal(shown(easel, 1, frame), shown(twin, 1, frame))
            assert easel.painter.settled is None
        shown(easel, 4, frame + 1)
        assert easel.painter.settled == 1


def test_the_next_word_wins(context, song):
    with Easel(context, song, size=SIZE) as easel:
        for serial in range(6):
            easel.set(serial)
        shown(easel, 2)
        for serial, at in ((1, 2), (2, 4), (3, 30), (4, 31), (5, 32)):
            easel.painter.play(look(serial=serial, transition=coming(seconds=0.5)))
            shown(easel, 1, at)
        shown(easel, 40, 33)
        assert easel.painter.settled == 5 and easel.painter.coming is None


def test_no_change_is_black_and_none_leaves_anything_behind(context, song):
    with Easel(context, song, size=SIZE) as easel:
        easel.set(1)
        shown(easel, 30)
        there, light = names(context), []
        for serial in range(1, 31):
            passes = ["kaleidoscope"] if serial % 2 else []
            easel.painter.play(look("scope", passes, serial=serial, transition=coming(seconds=0.1)))
            light += [each.max() for each in shown(easel, 8, 30 + 8 * (serial - 1))]
        assert easel.painter.settled == 30 and names(context) == there
        assert min(light) > 30.0
        assert len(easel.painter.signals.followers) == 1


def test_a_parameter_of_the_stage_outlives_a_preset(context, song):
    assert {PLACE[key] for key in LASTING} == {slot(1, PLACE[key]) for key in LASTING}
    with Easel(context, song, size=SIZE) as easel:
        easel.set(0, finish={"blackout": 1.0})
        easel.painter.play(look(serial=1, transition=coming("cut")))
        assert not shown(easel, 5)[1:].any()


def test_frozen_nothing_moves_and_it_goes_on_afterwards(context, song):
    with Easel(context, song, size=SIZE) as easel:
        shown(easel, 10)
        easel.set(0, finish={"freeze": 1.0})
        still = shown(easel, 30, 10)[10:]
        assert all(np.abs(each - still[0]).max() <= 1.0 for each in still), "but for its dither"
        easel.set(0)
        assert np.abs(shown(easel, 30, 40)[-1] - still[0]).mean() > 1.0


def test_another_size_keeps_what_was_painted(context, song):
    with Easel(context, song, "mycelium", size=(192, 108)) as easel:
        shown(easel, 60)
        trail = next(target for key, target in easel.painter.deck.targets.items() if key[1] == "trail")
        before = np.frombuffer(trail.picture.read(), np.float16).astype(float).mean()
        easel.painter.resize(SIZE)
        after = np.frombuffer(trail.picture.read(), np.float16).astype(float).mean()
        assert trail.size == (SIZE[0] // 2, SIZE[1] // 2) and after == pytest.approx(before, rel=0.05)


@pytest.fixture
def shaders(tmp_path, monkeypatch):
    """A folder of shaders that may be edited."""
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


def test_a_shader_that_is_saved_is_seen_and_one_with_a_fault_is_told(context, song, shaders):
    with Easel(context, song, "mycelium", size=SIZE) as easel, Easel(context, song, "mycelium", size=SIZE) as twin:
        shown(easel, 20), shown(twin, 20)
        edit(shaders / "scene" / "mycelium.frag", "color = vec4(light, 1.0);", "color = vec4(light.grr, 1.0) + nope;")
        easel.painter.reload()
        assert np.array_equal(shown(easel, 5, 20), shown(twin, 5, 20))
        told = easel.painter.fault or ""
        assert "shaders/scene/mycelium.frag:" in told and "nope" in told
        assert easel.painter.refused < 0, "it is seen; only its next version is not"
        edit(shaders / "scene" / "mycelium.frag", " + nope;", ";")
        easel.painter.reload()
        after = shown(easel, 5, 25)
        assert easel.painter.fault is None and easel.painter.settled == 0
        assert (
            np.array_equal(after[-1][..., 1], after[-1][..., 2])
            or np.abs(after[-1][..., 1] - after[-1][..., 2]).max() <= 2
        )
        trail = np.abs(after[-1].mean() - shown(twin, 5, 25)[-1].mean())
        assert trail < 20.0, "what was fed back was kept"
        edit(shaders / "lib" / "turned.glsl", "return ", "return nowhere + ")
        easel.painter.reload()
        shown(easel, 2, 30)
        assert "shaders/lib/turned.glsl:" in (easel.painter.fault or "")


def test_a_parameter_that_an_edit_brings_has_its_default(context, song, shaders):
    with Easel(context, song, "mycelium", size=SIZE) as easel:
        shown(easel, 3)
        edit(
            shaders / "scene" / "mycelium.frag",
            "uniform float glow;",
            "uniform float glare;  // 3 in 0..9: new\nuniform float glow;",
        )
        edit(shaders / "scene" / "mycelium.frag", "color = vec4(light", "color = vec4(glare * light")
        easel.painter.reload()
        shown(easel, 4, 3)
        assert easel.painter.fault is None and easel.values["mycelium.glare"] == 3.0


def test_a_pass_may_only_be_drawn_over_one_before_it(shaders):
    for wrong, hint in (("panel", "did you mean 'panels'"), ("golden", ""), ("leaf", "")):
        edit(shaders / "scene" / "golden.frag", "over: panels", f"over: {wrong}")
        with pytest.raises(PhospheneError, match=rf"golden\.frag: 'golden' is drawn over '{wrong}', .*{hint}"):
            shader_header.read_spec("scene", "golden")
        edit(shaders / "scene" / "golden.frag", f"over: {wrong}", "over: panels")
    assert shader_header.read_spec("scene", "golden").passes[-1].over == "panels"


@pytest.mark.parametrize("damage", [b"\xe9", None], ids=["another encoding", "gone for a moment"])
def test_a_shader_that_cannot_be_read_leaves_the_old_picture(context, song, shaders, damage, monkeypatch):
    file = shaders / "scene" / "mycelium.frag"
    with Easel(context, song, "mycelium", size=SIZE) as easel:
        shown(easel, 3)
        whole = file.read_bytes()
        file.write_bytes(whole + (damage or b" "))
        if damage is None:
            find = type(file).read_text

            def gone(path, **how):
                return find(path.with_suffix(".gone") if path.name == file.name else path, **how)

            monkeypatch.setattr(type(file), "read_text", gone)
        easel.painter.reload()
        shown(easel, 2, 3)
        assert "shaders/scene/mycelium.frag: cannot be read" in easel.painter.fault
        monkeypatch.undo()


def test_a_size_that_changes_while_it_is_built_is_the_size_of_all_of_it(context, song):
    with Easel(context, song, size=SIZE) as easel:
        easel.painter.patient = True
        shown(easel, 2)
        easel.painter.play(look("mycelium", serial=1, transition=coming()))
        shown(easel, 2, 2)
        assert not easel.painter.coming.whole
        half = SIZE[0] // 2, SIZE[1] // 2
        easel.painter.resize(half)
        while easel.painter.coming and not easel.painter.coming.whole:
            easel.painter.coming.build()
        sizes = {target.size for target in easel.painter.coming.targets.values() if target.declared.scale == 1.0}
        assert sizes - {target.declared.size for target in easel.painter.coming.targets.values()} == {half}


def test_what_is_saved_while_it_comes_is_seen(context, song, shaders):
    with Easel(context, song, "mycelium", size=SIZE) as easel:
        shown(easel, 3)
        file = shaders / "scene" / "mycelium.frag"
        edit(file, "color = vec4(light, 1.0);", "color = vec4(light.grr, 1.0);")
        easel.painter.patient = True
        easel.painter.reload()
        while not easel.painter.coming.whole:
            easel.painter.coming.build()
        edit(file, "color = vec4(light.grr, 1.0);", "color = vec4(1e-6 * light + vec3(0.25, 0.0, 0.0), 1.0);")
        shown(easel, 3, 3)
        easel.painter.patient = False
        easel.painter.reload()
        (*_, last) = shown(easel, 3, 6)
        assert last[..., 0].min() > 50.0 and last[..., 1].max() < 5.0


def test_a_shader_that_is_built_again_goes_on_step_by_step(context, song, shaders):
    with (
        Easel(context, song, "mycelium", size=SIZE) as easel,
        Easel(context, song, "mycelium", size=SIZE) as twin,
    ):
        shown(easel, 6), shown(twin, 6)
        edit(shaders / "scene" / "mycelium.frag", "out vec4 color;", "out vec4 color;  // as it was")
        before = easel.painter.deck
        easel.painter.reload()
        assert np.array_equal(shown(easel, 12, 6), shown(twin, 12, 6)) and easel.painter.deck is not before


def test_rows_that_are_saved_while_a_shader_is_built_again_are_not_lost(context, song, shaders):
    with Easel(context, song, "mycelium", size=SIZE) as easel:
        shown(easel, 3)
        edit(shaders / "scene" / "mycelium.frag", "color = vec4(light, 1.0);", "color = vec4(light.grr, 1.0);")
        easel.painter.patient = True
        easel.painter.reload()
        rows = look("mycelium", seed=99)
        easel.painter.play(rows)
        before, frame = easel.painter.deck, 3
        while easel.painter.coming:
            shown(easel, 1, frame)
            frame += 1
        assert easel.painter.deck is not before
        assert easel.painter.deck.look.modulation == rows.modulation
