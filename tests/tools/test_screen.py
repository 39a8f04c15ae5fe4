"""The screen that other tests look at: it must show what is painted, and do to a window what a person does."""

import os
import select
import subprocess
import sys
from contextlib import contextmanager

import numpy as np
import pytest

from tools.rig.screen import SIZE, Screen
from tools.rig.sound_server import wait_for

COLOUR = (51, 102, 153)
PAINTER = f"""
import glfw, moderngl
glfw.init()
window = glfw.create_window(320, 200, "wet paint \u2013 320", None, None)
glfw.make_context_current(window)
gl = moderngl.create_context()
glfw.set_key_callback(window, lambda window, key, code, action, mods: print(key, action, flush=True))
while not glfw.window_should_close(window):
    gl.screen.viewport = (0, 0, *glfw.get_framebuffer_size(window))
    gl.screen.clear(*(level / 255 for level in {COLOUR}))
    glfw.swap_buffers(window)
    glfw.wait_events_timeout(0.02)
print("closed")
"""
KEYS = {"Escape": 256, "F11": 300, "space": 32, "h": 72}  # and what GLFW calls them


@contextmanager
def painter(screen):
    """A program with one window, and that window."""
    command = [sys.executable, "-c", PAINTER]
    child = subprocess.Popen(command, env=screen.environment, stdout=subprocess.PIPE, text=True)
    try:
        assert wait_for(lambda: painted(screen)), "no paint was seen"
        yield child, screen.windows()[0]
    finally:
        child.kill()
        child.communicate()
        assert wait_for(lambda: not screen.windows())


def painted(screen):
    """The one window, once it is all of one colour."""
    windows = screen.windows()
    return windows and (screen.picture(windows[0]) == COLOUR).all() and windows[0]


def test_what_is_painted_is_seen_and_nothing_else(screen):
    assert not screen.windows() and not screen.picture().any()
    with painter(screen) as (_, window):
        assert window[1:] == ("wet paint \u2013 320", 0, 0, 320, 200)
        whole = screen.picture()
        assert whole.shape == (*SIZE[::-1], 3) and whole.dtype == np.uint8
        assert (whole[:200, :320] == COLOUR).all()
        assert not whole[200:].any() and not whole[:, 320:].any()
    assert wait_for(lambda: not screen.picture().any()), "it stayed when its window had gone"


@pytest.mark.parametrize("key", KEYS)
def test_a_key_arrives(screen, key):
    with painter(screen) as (child, _):
        screen.press(key)
        assert [child.stdout.readline(), child.stdout.readline()] == [f"{KEYS[key]} 1\n", f"{KEYS[key]} 0\n"]
        assert child.poll() is None


def test_a_key_that_no_keyboard_has_is_told(screen):
    with painter(screen), pytest.raises(AssertionError, match="Escpae"):
        screen.press("Escpae")


def test_asked_to_close_the_program_ends_by_itself(screen):
    with painter(screen) as (child, window):
        screen.ask_to_close(window)
        assert (child.wait(), child.stdout.read()) == (0, "closed\n")


@pytest.mark.parametrize("size", [(640, 360), (101, 67), SIZE])
def test_a_window_is_painted_in_its_new_size(screen, size):
    with painter(screen) as (_, window):
        screen.resize(window, *size)
        assert wait_for(lambda: (seen := painted(screen)) and seen[4:] == size)
        assert (screen.picture() == COLOUR).all(axis=2).sum() == size[0] * size[1]


def test_a_picture_is_cut_where_the_screen_ends(screen):
    with painter(screen) as (_, window):
        whole, beyond = screen.picture(), window._replace(x=-300, y=700)
        assert np.array_equal(screen.picture(beyond), whole[700:, :20])


def test_a_window_that_has_gone_ends_nothing(screen):
    with painter(screen) as (child, window):
        child.kill()
        assert wait_for(lambda: not screen.windows())
        screen.resize(window, 10, 10)
        screen.ask_to_close(window)
        screen.press("Escape", window)
        assert screen.picture(window).shape == (200, 320, 3)


def test_two_screens_show_different_things(screen):
    other = Screen()
    with painter(screen):
        assert other.environment["DISPLAY"] != screen.environment["DISPLAY"]
        assert not other.windows() and not other.picture().any()
    other.remove()
    other.remove()
    assert other.process.returncode is not None


def test_it_goes_with_its_holder():
    script = "import os; from tools.screen import Screen; print(Screen().process.pid, flush=True); input()"
    holder = subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    xvfb, gone = os.pidfd_open(int(holder.stdout.readline())), select.poll()
    gone.register(xvfb, select.POLLIN)
    holder.kill()
    holder.communicate()
    assert gone.poll(30_000), "it was left behind"
    os.close(xvfb)
