"""Passes of shaders that a test writes."""

from contextlib import contextmanager

import numpy as np

from phosphene.engine.gl.pass_program import PassProgram, Target

HEAD = "#version 330 core\nin vec2 uv;\nout vec4 color;\n"
PLAIN = HEAD + "void main() { color = vec4(0.5); }\n"


@contextmanager
def staged(context, declared, target, pictures=None, values=None):
    """A pass, and the target or screen that it draws to, which is let go of as well."""
    stage = None
    try:
        stage = PassProgram(context, declared, target, pictures or {}, values or {})
        yield stage, target
    finally:
        if stage:
            stage.release()
        target.release()


def built(context, declared, *, size=(4, 3), **given):
    """A pass with a target of its own."""
    return staged(context, declared, Target(context, declared, size), **given)


def pixels(target):
    """(height, width, 4), the bottom row first."""
    return np.frombuffer(target.picture.read(), np.float16).reshape(*target.picture.size[::-1], 4)
