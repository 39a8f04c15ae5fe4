"""Passes of shaders that a test writes."""

from contextlib import contextmanager

from phosphene.engine.gl.pass_program import PassProgram
from phosphene.engine.gl.target import Target
from tests.support.scene_renderer import read_texture

HEAD = "#version 330 core\nin vec2 uv;\nout vec4 color;\n"
PLAIN = HEAD + "void main() { color = vec4(0.5); }\n"


@contextmanager
def built_on(context, spec, target, textures=None, values=None):
    """A pass and the target or screen that it draws on; both are released."""
    program = None
    try:
        program = PassProgram(context, spec, target, textures or {}, values or {})
        yield program, target
    finally:
        if program:
            program.release()
        target.release()


def built(context, spec, *, size=(4, 3), **options):
    """A pass with a target of its own."""
    return built_on(context, spec, Target(context, spec, size), **options)


def pixels(target, number=0):
    """What was drawn to a colour attachment: (height, width, 4), the bottom row first."""
    return read_texture(target.texture(number))
