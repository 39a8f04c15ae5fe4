"""Window on a real screen: its place, what it shows, its input, and its errors."""

import math
import subprocess
import sys
import time
from contextlib import contextmanager

import glfw
import numpy as np
import pytest

from phosphene.engine.common.errors import PhospheneError, UsageError
from phosphene.engine.gl.context import offscreen_context as offscreen
from phosphene.engine.gl.pass_program import PassProgram
from phosphene.engine.gl.pass_spec import Pass
from phosphene.engine.visuals.renderer import Renderer
from phosphene.engine.visuals.window.monitors import PLAUSIBLE_REFRESH, monitor_names
from phosphene.engine.visuals.window.window import DEFAULT_SIZE, SOFTWARE_SIZE, Window
from tests.support.commands import ROOT
from tests.support.gl_objects import count_gl_objects
from tests.support.scene_renderer import RATE, SceneRenderer, analysed, make_look, music
from tools.rig.screen import SIZE as SCREEN
from tools.rig.sound_server import wait_for

PICTURE = (320, 180)


@pytest.fixture(autouse=True)
def display(screen, monkeypatch):
    """Windows of these tests open on the screen."""
    for name in ("DISPLAY", "XDG_SESSION_TYPE"):
        monkeypatch.setenv(name, screen.environment[name])
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)


@contextmanager
def opened(screen, **config):
    """A window, and a function that gives its place on the screen."""
    window = Window(**config)
    try:
        yield window, lambda: next(seen for seen in screen.windows() if seen.name == "Phosphene")
    finally:
        window.release()
        assert wait_for(lambda: not screen.windows()), "it was left behind"


@contextmanager
def white_picture(window):
    """A function that polls the window and shows a white picture."""
    gl = window.context.gl
    light = gl.texture((1, 1), 4, np.full(4, 100.0, np.float16).tobytes(), dtype="f2")
    plain = Pass("white", fragment="post/copy.frag", samplers={"picture": "light"})
    stage = PassProgram(window.context, plain, window, {"light": lambda: light}, {})

    def show():
        window.poll()
        if window.framebuffer.size != window.size:
            window.resize(window.size)
        stage.render()
        window.present()

    yield show
    stage.release()
    light.release()


def room(window):
    """The size of its drawable part, after a poll."""
    window.poll()
    return glfw.get_framebuffer_size(window.window)


@pytest.mark.parametrize("size", [PICTURE, (101, 67)])
def test_window_opens_in_the_requested_size(screen, size):
    with opened(screen, size=size) as (window, place):
        assert wait_for(lambda: place()[4:] == size == room(window) == window.size)
        assert PLAUSIBLE_REFRESH[0] <= window.refresh <= PLAUSIBLE_REFRESH[1]
        assert not window.closed


def test_default_size_is_one_that_can_be_drawn(screen):
    with opened(screen) as (window, place):
        size = SOFTWARE_SIZE if window.context.software else DEFAULT_SIZE
        assert wait_for(lambda: place()[4:] == size == room(window) == window.size)


@pytest.mark.parametrize("key", ["Escape", "space", "F11"])
def test_only_escape_closes_it(screen, key):
    with opened(screen, size=PICTURE) as (window, place):
        events = []
        ours = glfw.set_key_callback(window.window, lambda *event: events.append(ours(*event)))
        screen.press(key, place())
        assert wait_for(lambda: window.poll() or len(events) == 2), "the key was not pressed and released"
        assert window.closed == (key == "Escape")


def test_pressed_keys_are_kept_with_their_moment(screen):
    keys = {"space": " ", "bracketleft": "[", "h": "h", "exclam": "!", "question": "?"}
    keys |= {"Return": "\n", "BackSpace": "\x7f", "KP_Enter": "\n", "Tab": "\t"}
    with opened(screen, size=PICTURE) as (window, place):
        for name, key in keys.items():
            window.poll()
            before = time.perf_counter()
            screen.press(name, place())
            assert wait_for(lambda: window.poll() or window.pressed, every=0.001), name
            ((moment, found),) = window.pressed
            assert found == key and before - 0.01 < moment < time.perf_counter()
            window.pressed.clear()


def test_close_button_closes_it(screen):
    with opened(screen, size=PICTURE) as (window, place):
        screen.ask_to_close(place())
        assert wait_for(lambda: window.poll() or window.closed)


@pytest.mark.parametrize("shape", [PICTURE, (640, 360), (500, 180), (320, 300), (100, 311), (163, 91)])
def test_picture_keeps_its_proportions_on_black(screen, shape):
    with opened(screen, size=PICTURE) as (window, place), white_picture(window) as show:
        screen.resize(place(), *shape)
        assert wait_for(lambda: place()[4:] == shape == room(window))
        share = min(shape[0] / PICTURE[0], shape[1] / PICTURE[1])
        wide, high = (round(side * share) for side in PICTURE)

        def seen():
            show()
            picture = screen.picture(place())
            rows, columns = np.nonzero((picture == 255).all(axis=2))
            if len(rows) != wide * high:
                return False
            left, bottom = (shape[0] - wide) // 2, (shape[1] - high) // 2
            at = columns.min() == left, columns.max() == left + wide - 1
            at += rows.max() == shape[1] - 1 - bottom, rows.min() == shape[1] - bottom - high
            return all(at) and not picture.sum() - 3 * 255 * wide * high

        assert wait_for(seen), (screen.picture(place()) == 255).all(axis=2).sum()
        assert window.size == PICTURE


@pytest.mark.parametrize("shape", [(200, 600), (1280, 720), (333, 77)])
def test_picture_without_a_size_follows_the_window(screen, shape):
    with opened(screen) as (window, place), white_picture(window) as show:
        screen.resize(place(), *shape)
        assert wait_for(lambda: place()[4:] == shape == room(window))
        assert window.size[0] / window.size[1] == pytest.approx(shape[0] / shape[1], rel=0.01)
        max_pixels = math.prod(SOFTWARE_SIZE) if window.context.software else math.inf
        assert math.prod(window.size) == pytest.approx(min(math.prod(shape), max_pixels), rel=0.01)

        def covered():
            show()
            return (screen.picture(place()) == 255).mean() > 0.99

        assert wait_for(covered)


def test_fullscreen_covers_the_screen(screen):
    with opened(screen, size=PICTURE, fullscreen=True) as (window, place), white_picture(window) as show:
        assert wait_for(lambda: place()[2:] == (0, 0, *SCREEN) == (0, 0, *room(window)))
        assert window.size == PICTURE
        assert wait_for(lambda: show() or (screen.picture() == 255).all())


@pytest.mark.parametrize("size", [PICTURE, None])
def test_window_is_centred_on_its_monitor(screen, size):
    with opened(screen, size=size, monitor=0) as (window, place):
        middle = tuple((whole - part) // 2 for whole, part in zip(SCREEN, window.size))
        assert wait_for(lambda: place()[2:] == (*middle, *window.size))


def test_missing_monitor_is_an_error_that_lists_the_others(screen):
    for number in (7, 1, -1):
        with pytest.raises(UsageError) as raised:
            Window(monitor=number)
        assert str(raised.value) == f"--monitor {number}: no such monitor (has 0 (screen))"
    assert monitor_names() == ["screen"] and not screen.windows()


@pytest.mark.parametrize("size", [PICTURE, None])
def test_borderless_window_covers_the_screen_unless_it_has_a_size(screen, size):
    with opened(screen, size=size, borderless=True) as (window, place):
        assert not glfw.get_window_attrib(window.window, glfw.DECORATED)
        expected = (*((whole - part) // 2 for whole, part in zip(SCREEN, size)), *size) if size else (0, 0, *SCREEN)
        assert wait_for(lambda: place()[2:] == expected)
    with opened(screen, size=size) as (window, _):
        assert glfw.get_window_attrib(window.window, glfw.DECORATED)


@pytest.mark.parametrize("fullscreen", [False, True])
def test_fullscreen_toggles_with_the_same_picture(screen, fullscreen):
    with (
        opened(screen, size=PICTURE, monitor=0, fullscreen=fullscreen) as (window, place),
        white_picture(window) as show,
    ):
        middle = (*((whole - part) // 2 for whole, part in zip(SCREEN, PICTURE)), *PICTURE)
        for full in (True, True, False, True, False, False):
            canvas = window.framebuffer
            window.set_fullscreen(full)
            assert window.fullscreen == full
            assert wait_for(lambda full=full: room(window) == (SCREEN if full else PICTURE))
            assert wait_for(lambda full=full: place()[2:] == ((0, 0, *SCREEN) if full else middle))
            assert wait_for(lambda: show() or (screen.picture(place()) == 255).all())
            assert window.framebuffer is canvas and window.size == PICTURE


def test_overlay_is_shown_and_not_kept(screen):
    with opened(screen, size=PICTURE) as (window, place), white_picture(window) as show:
        gl, seen = window.context.gl, []

        def draw_over(room):
            seen.append(room)
            gl.screen.viewport = (0, 0, *room)
            window.front.clear(viewport=(0, 0, 160, 90))

        def covered():
            window.poll()
            window.present(draw_over)
            picture = screen.picture(place())
            return not picture[90:, :160].any() and (picture[:90] == 255).all() and (picture[:, 160:] == 255).all()

        show()
        assert wait_for(covered) and seen[-1] == PICTURE
        picture = window.read_pixels()
        assert picture.shape == (*PICTURE[::-1], 3) and (picture == 255).all()
        show()
        assert wait_for(lambda: show() or (screen.picture(place()) == 255).all())


def test_hidden_window_shows_nothing_and_does_not_wait(screen):
    with opened(screen, size=PICTURE) as (window, place), white_picture(window) as show:
        assert wait_for(lambda: show() or (screen.picture(place()) == 255).all())
        assert not window.hidden
        glfw.hide_window(window.window)
        glfw.iconify_window(window.window)
        called, begun = [], time.perf_counter()
        for _ in range(100):
            window.poll()
            window.present(called.append)
        assert time.perf_counter() - begun < 5.0 and window.size == PICTURE


def test_pointer_is_visible_only_while_it_moves(screen, monkeypatch):
    monkeypatch.setattr("phosphene.engine.visuals.window.window.POINTER_SECONDS", 0.2)
    with opened(screen, size=PICTURE) as (window, _):

        def pointer():
            window.poll()
            return glfw.get_input_mode(window.window, glfw.CURSOR)

        assert pointer() == glfw.CURSOR_NORMAL
        assert wait_for(lambda: pointer() == glfw.CURSOR_HIDDEN)
        screen.point(50, 60)
        assert wait_for(lambda: pointer() == glfw.CURSOR_NORMAL, every=0.01)
        assert wait_for(lambda: pointer() == glfw.CURSOR_HIDDEN)


def test_windows_open_one_after_another_and_release_all(screen):
    assert glfw.init() and glfw.init()
    for _ in range(3):
        assert monitor_names() == ["screen"]
        with opened(screen, size=PICTURE) as (window, _):
            before = count_gl_objects(window.context)
            with white_picture(window) as show:
                show()
                assert sum(count_gl_objects(window.context).values()) > sum(before.values())
            assert count_gl_objects(window.context) == before
            window.release()  # and once more at the end


@pytest.mark.parametrize("value", ["", ":9999"])
def test_missing_display_is_an_error_in_one_line(monkeypatch, capfd, recwarn, value):
    monkeypatch.setenv("DISPLAY", value)
    with pytest.raises(PhospheneError) as raised:
        Window()
    message = str(raised.value)
    assert message.startswith("no display to open a window on (X11: ")
    assert message.endswith("; use --headless, or set DISPLAY")
    assert "\n" not in message and monitor_names() == []
    assert capfd.readouterr() == ("", "") and not list(recwarn)


OPEN = """
import sys
from phosphene.engine.common.errors import PhospheneError
from phosphene.engine.visuals.window.window import Window
try:
    Window().release()
except PhospheneError as fault:
    sys.exit(str(fault))
"""


@pytest.mark.parametrize("version", ["2.1", "3.1"])
def test_old_opengl_is_an_error_in_one_line(screen, version):
    environment = {**screen.environment, "MESA_GL_VERSION_OVERRIDE": version}
    child = subprocess.run([sys.executable, "-c", OPEN], env=environment, cwd=ROOT, capture_output=True, text=True)
    (message,) = child.stderr.splitlines()
    assert child.returncode == 1 and not screen.windows()
    assert message.startswith(f"OpenGL {version} ") and " is too old: needs 3.3; " in message


def test_screen_shows_what_offscreen_rendering_reads_back(screen):
    frames = analysed(music(2.0))
    with offscreen() as context, SceneRenderer(context, frames, size=PICTURE) as harness:
        *_, before, last = harness.pictures(1.0)
        board = harness.board

    def off(picture):
        """The largest difference between the screen and a picture."""
        seen = screen.picture(place()).astype(int)
        return np.abs(seen - picture[::-1, :, :3]).max()

    with opened(screen, size=PICTURE) as (window, place):
        options = {"frames": frames, "board": board, "rate": RATE, "screen": window, "look": make_look()}
        painter = Renderer(window.context, PICTURE, **options)
        for frame in range(30):
            window.poll()
            painter.advance_to(frame * RATE / 30)
            painter.render(frame * RATE / 30)
            window.present()
        assert wait_for(lambda: off(last) <= 1), off(last)
        assert off(before) > 30 and last.max() > 100, "any picture would have done"
        painter.release()
