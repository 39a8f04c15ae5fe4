"""Read-back: pictures come back as they were drawn, and nothing waits for them with the interpreter lock held."""

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
from tests.support.shader_passes import HEAD, PLAIN, built_on


def built_on_screen(context, size, fragment, **fields):
    """A pass that draws on a screen."""
    values = fields.get("signals")
    return built_on(context, Pass("test", fragment, **fields), Readback(context, size), values=values)


def fetched(screen):
    picture = np.empty((*screen.size[::-1], 4), np.uint8)
    screen.fetch(picture)
    return picture


def test_pictures_come_back_in_order_one_frame_behind(context, write):
    with built_on_screen(context, (6, 4), write(PLAIN)) as (_, screen):
        back = []
        for drawn in range(10):
            screen.framebuffer.clear(drawn / 255, 0.0, 0.0, 1.0)
            screen.request()
            if len(screen.pending) == DEPTH:
                picture = fetched(screen)
                assert (picture == (drawn - DEPTH + 1, 0, 0, 255)).all()
                back.append(picture[0, 0, 0])
        back += [fetched(screen)[0, 0, 0] for _ in range(DEPTH - 1)]
        assert back == list(range(10)) and not screen.pending


@pytest.mark.parametrize("size", [(1, 1), (6, 4), (7, 5), (642, 362)])
def test_every_pixel_comes_back_in_place_the_bottom_row_first(context, write, size):
    place = "mod(floor(gl_FragCoord.xy), 256.0) / 255.0"
    fragment = write(HEAD + f"void main() {{ color = vec4({place}, 0.2, 0.4); }}\n")
    with built_on_screen(context, size, fragment) as (program, screen):
        program.render()
        screen.request()
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
    with built_on_screen(context, (192, 128), fragment, signals={"loops": "loops"}) as (program, screen):
        program.values, took = {"loops": 1.0}, 0.0
        while took < 0.15:
            begun = time.perf_counter()
            program.render()
            context.wait(context.fence())  # a rasteriser with threads returns from a draw at once
            took = time.perf_counter() - begun
            program.values["loops"] *= 2 if took < 0.15 else 1
        yield screen, program


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


def test_other_threads_run_while_a_picture_is_drawn_and_fetched(heavy):
    screen, program = heavy

    def ours():
        program.render()
        screen.request()
        fetched(screen)

    def plain():
        screen.framebuffer.use()
        program.variants[()].vertex_array.render(vertices=3)
        screen.framebuffer.read(components=4)

    waited, waited_plainly = (min(longest_wait(work) for _ in range(3)) for work in (ours, plain))
    assert waited < waited_plainly / 4


def test_a_driver_that_hangs_raises(context, heavy, monkeypatch):
    """A software rasteriser, which may be slow, is waited for."""
    monkeypatch.setattr(gl, "HANG_TIMEOUT", 1)
    _, program = heavy
    program.render()
    monkeypatch.setattr(context, "software", False)
    program.render()
    with pytest.raises(PhospheneError, match=r"^the graphics driver hangs \(.*\)$"):
        context.wait(context.fence())
    monkeypatch.undo()
    context.wait(context.fence())


NO_OPENGL = {
    "too old": ("MESA_GL_VERSION_OVERRIDE", "2.1", "OpenGL 2.1 .* is too old: needs 3.3; update the .* driver"),
    "not there": ("__EGL_VENDOR_LIBRARY_FILENAMES", "/nonexistent", "no OpenGL 3.3 without a window .*; install .*"),
}
OPEN = """
import sys
from phosphene.engine.common.errors import PhospheneError
from phosphene.engine.gl.context import offscreen_context
try:
    with offscreen_context():
        pass
except PhospheneError as error:
    sys.exit(str(error))
"""


@pytest.mark.parametrize("name, value, pattern", NO_OPENGL.values(), ids=NO_OPENGL)
def test_an_error_without_opengl_says_what_is_there_and_what_to_do(name, value, pattern):
    command = [sys.executable, "-c", OPEN]
    child = subprocess.run(command, env={**os.environ, name: value}, cwd=ROOT, capture_output=True, text=True)
    (line,) = child.stderr.splitlines()
    assert child.returncode == 1 and not child.stdout
    assert re.fullmatch(pattern, line)
