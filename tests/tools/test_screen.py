"""The screen of other tests: shows what a program draws, and acts on windows as a user does."""

import os
import select
import subprocess
import sys
from contextlib import contextmanager

import numpy as np
import pytest

from tools.rig.screen import SIZE, VirtualScreen
from tools.rig.sound_server import wait_for

COLOUR = (51, 102, 153)
PROGRAM = f"""
import glfw, moderngl
glfw.init()
window = glfw.create_window(320, 200, "test window \u2013 320", None, None)
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
KEYS = {"Escape": 256, "F11": 300, "space": 32, "h": 72}  # X name: number in GLFW


@contextmanager
def open_program(screen):
    """Run a program with one window; yields (process, window)."""
    command = [sys.executable, "-c", PROGRAM]
    child = subprocess.Popen(command, env=screen.environment, stdout=subprocess.PIPE, text=True)
    try:
        assert wait_for(lambda: find_filled_window(screen)), "the program drew nothing"
        yield child, screen.windows()[0]
    finally:
        child.kill()
        child.communicate()
        assert wait_for(lambda: not screen.windows())


def find_filled_window(screen):
    """The only window, once it is filled with COLOUR."""
    windows = screen.windows()
    return windows and (screen.picture(windows[0]) == COLOUR).all() and windows[0]


def test_picture_shows_the_window_and_nothing_else(screen):
    assert not screen.windows() and not screen.picture().any()
    with open_program(screen) as (_, window):
        assert window[1:] == ("test window \u2013 320", 0, 0, 320, 200)
        whole = screen.picture()
        assert whole.shape == (*SIZE[::-1], 3) and whole.dtype == np.uint8
        assert (whole[:200, :320] == COLOUR).all()
        assert not whole[200:].any() and not whole[:, 320:].any()
    assert wait_for(lambda: not screen.picture().any()), "the picture stayed after its window was closed"


@pytest.mark.parametrize("key", KEYS)
def test_press_sends_a_key(screen, key):
    with open_program(screen) as (child, _):
        screen.press(key)
        assert [child.stdout.readline(), child.stdout.readline()] == [f"{KEYS[key]} 1\n", f"{KEYS[key]} 0\n"]
        assert child.poll() is None


def test_press_rejects_an_unknown_key(screen):
    with open_program(screen), pytest.raises(AssertionError, match="Escpae"):
        screen.press("Escpae")


def test_ask_to_close_lets_the_program_end(screen):
    with open_program(screen) as (child, window):
        screen.ask_to_close(window)
        assert (child.wait(), child.stdout.read()) == (0, "closed\n")


@pytest.mark.parametrize("size", [(640, 360), (101, 67), SIZE])
def test_resize_changes_the_drawn_size(screen, size):
    with open_program(screen) as (_, window):
        screen.resize(window, *size)
        assert wait_for(lambda: (window := find_filled_window(screen)) and window[4:] == size)
        assert (screen.picture() == COLOUR).all(axis=2).sum() == size[0] * size[1]


def test_picture_is_cut_at_the_edge_of_the_screen(screen):
    with open_program(screen) as (_, window):
        whole, beyond = screen.picture(), window._replace(x=-300, y=700)
        assert np.array_equal(screen.picture(beyond), whole[700:, :20])


def test_a_closed_window_causes_no_error(screen):
    with open_program(screen) as (child, window):
        child.kill()
        assert wait_for(lambda: not screen.windows())
        screen.resize(window, 10, 10)
        screen.ask_to_close(window)
        screen.press("Escape", window)
        assert screen.picture(window).shape == (200, 320, 3)


def test_two_screens_are_independent(screen):
    other = VirtualScreen()
    with open_program(screen):
        assert other.environment["DISPLAY"] != screen.environment["DISPLAY"]
        assert not other.windows() and not other.picture().any()
    other.remove()
    other.remove()
    assert other.process.returncode is not None


def test_xvfb_ends_with_the_process_that_started_it():
    script = (
        "import os; from tools.rig.screen import VirtualScreen; print(VirtualScreen().process.pid, flush=True); input()"
    )
    owner = subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    xvfb, exited = os.pidfd_open(int(owner.stdout.readline())), select.poll()
    exited.register(xvfb, select.POLLIN)
    owner.kill()
    owner.communicate()
    assert exited.poll(30_000), "Xvfb still runs"
    os.close(xvfb)
