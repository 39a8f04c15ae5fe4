"""GL, as pictures stand on it: they come back as they were drawn, and nobody waits for them with the lock held."""

import os
import re
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

from phosphene.engine.common.errors import PhospheneError
from phosphene.engine.gl import context as gl
from phosphene.engine.gl.pass_spec import Pass
from phosphene.engine.gl.readback import DEPTH, Readback
from tests.support.commands import ROOT
from tests.support.shader_passes import HEAD, PLAIN, staged


def screened(context, size, fragment, **declared):
    """A pass that draws on a screen."""
    values = declared.get("signals")
    return staged(context, Pass("test", fragment, **declared), Readback(context, size), values=values)


def fetched(screen):
    picture = np.empty((*screen.size[::-1], 4), np.uint8)
    screen.fetch(picture)
    return picture


def test_pictures_come_back_in_order_and_never_the_one_just_drawn(context, write):
    with screened(context, (6, 4), write(PLAIN)) as (_, screen):
        back = []
        for drawn in range(10):
            screen.framebuffer.clear(drawn / 255, 0.0, 0.0, 1.0)
            screen.ask()
            if len(screen.waiting) == DEPTH:
                picture = fetched(screen)
                assert (picture == (drawn - DEPTH + 1, 0, 0, 255)).all()
                back.append(picture[0, 0, 0])
        back += [fetched(screen)[0, 0, 0] for _ in range(DEPTH - 1)]
        assert back == list(range(10)) and not screen.waiting


@pytest.mark.parametrize("size", [(1, 1), (6, 4), (7, 5), (642, 362)])
def test_every_pixel_is_where_it_was_drawn_the_bottom_row_first(context, write, size):
    place = "mod(floor(gl_FragCoord.xy), 256.0) / 255.0"
    fragment = write(HEAD + f"void main() {{ color = vec4({place}, 0.2, 0.4); }}\n")
    with screened(context, size, fragment) as (stage, screen):
        stage.render()
        screen.ask()
        row, column = np.indices(size[::-1]) % 256
        np.testing.assert_array_equal(fetched(screen), np.stack((column, row, 0 * row + 51, 0 * row + 102), axis=-1))


HEAVY = """
uniform float loops;
void main() {
    vec2 z = uv;
    for (float n = 0.0; n < loops; n += 1.0) z = sin(z.yx * 3.1 + uv);
    color = z.xyxy;
}
"""


@pytest.fixture
def heavy(context, write):
    """A screen and a pass that takes a tenth of a second and more, as heavy as this machine needs it."""
    fragment = write(HEAD + HEAVY)
    with screened(context, (192, 128), fragment, signals={"loops": "loops"}) as (stage, screen):
        stage.values, took = {"loops": 1.0}, 0.0
        while took < 0.15:
            begun = time.perf_counter()
            stage.render()
            took = time.perf_counter() - begun
            stage.values["loops"] *= 2 if took < 0.15 else 1
        yield screen, stage


def longest_wait(work):
    """Seconds that another Python thread had to wait for its turn, at most, during the work."""
    done, turns = threading.Event(), [time.perf_counter()]

    def turn():
        while not done.wait(1e-3):
            turns.append(time.perf_counter())

    thread = threading.Thread(target=turn)
    thread.start()
    work()
    turns.append(time.perf_counter())
    done.set()
    thread.join()
    return max(np.diff(turns))


def test_other_threads_go_on_while_a_picture_is_drawn_and_fetched(heavy):
    screen, stage = heavy

    def ours():
        stage.render()
        screen.ask()
        fetched(screen)

    def plain():
        screen.framebuffer.use()
        stage.drawings[()].strip.render(vertices=3)
        screen.framebuffer.read(components=4)

    waited, waited_plainly = (min(longest_wait(work) for _ in range(3)) for work in (ours, plain))
    assert waited < waited_plainly / 4


def test_a_driver_that_hangs_is_told(context, heavy, monkeypatch):
    """And one that is only slow, as a processor may be, is waited for."""
    monkeypatch.setattr(gl, "FOREVER", 1)
    _, stage = heavy
    stage.render()
    monkeypatch.setattr(context, "software", False)
    stage.render()
    with pytest.raises(PhospheneError, match=r"^the graphics driver hangs \(.*\)$"):
        context.wait(context.fence())
    monkeypatch.undo()
    context.wait(context.fence())


NEITHER = {
    "too old": ("MESA_GL_VERSION_OVERRIDE", "2.1", "OpenGL 2.1 .* is too old: needs 3.3; update the .* driver"),
    "not there": ("__EGL_VENDOR_LIBRARY_FILENAMES", "/nonexistent", "no OpenGL 3.3 without a window .*; install .*"),
}
OPEN = """
import sys
from engine.errors import PhospheneError
from engine.visuals.context import opened
try:
    with opened():
        pass
except PhospheneError as fault:
    sys.exit(str(fault))
"""


@pytest.mark.parametrize("name, value, words", NEITHER.values(), ids=NEITHER)
def test_without_opengl_one_line_says_what_is_there_and_what_to_do(name, value, words):
    command = [sys.executable, "-c", OPEN]
    child = subprocess.run(command, env={**os.environ, name: value}, cwd=ROOT, capture_output=True, text=True)
    (told,) = child.stderr.splitlines()
    assert child.returncode == 1 and not child.stdout
    assert re.fullmatch(words, told)
