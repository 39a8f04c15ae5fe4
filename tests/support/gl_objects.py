"""Counts the objects of a GL context."""

import ctypes

GL_KINDS = "Buffer Framebuffer Program Query Renderbuffer Sampler Shader Texture VertexArray".split()


def count_gl_objects(context, max_name=4096):
    """How many objects of each kind GL has, among the names below `max_name`; a driver may not reuse names."""
    context.function("glUseProgram", None, ctypes.c_uint)(0)  # a program in use is deleted only afterwards
    exists = {kind: context.function(f"glIs{kind}", ctypes.c_ubyte, ctypes.c_uint) for kind in GL_KINDS}
    return {kind: sum(ask(name) for name in range(1, max_name)) for kind, ask in exists.items()}
