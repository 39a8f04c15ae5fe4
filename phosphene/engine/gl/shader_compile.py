"""GLSL: programs of shader files, and compile errors that name file and line."""

import ctypes

import moderngl

from phosphene.engine.common.errors import PhospheneError

FRAGMENT_SHADER, VERTEX_SHADER, COMPUTE_SHADER, COMPILE_STATUS = 0x8B30, 0x8B31, 0x91B9, 0x8B81
WORDS = 1 << 14  # bytes that a driver may say of a shader


def compiled(context, vertex, fragment):
    """A program of two Sources.

    Raises
    ------
    PhospheneError
        A line for every fault, with file and line.
    """
    faults = [*_faults(context, VERTEX_SHADER, vertex), *_faults(context, FRAGMENT_SHADER, fragment)]
    if faults:
        raise PhospheneError("\n".join(dict.fromkeys(faults)))  # a file that both include is at fault once
    try:
        return context.gl.program(vertex_shader=vertex.text, fragment_shader=fragment.text)
    except moderngl.Error as fault:
        raise PhospheneError(f"shaders/{fragment.name}, behind shaders/{vertex.name}: {_words(fault)}") from fault


def computed(context, source):
    """A compute program of a Source; OpenGL 4.3 has them.

    Raises
    ------
    PhospheneError
        A line for every fault, with file and line.
    """
    if faults := _faults(context, COMPUTE_SHADER, source):
        raise PhospheneError("\n".join(faults))
    try:
        return context.gl.compute_shader(source.text)
    except moderngl.Error as fault:
        raise PhospheneError(f"shaders/{source.name}: {_words(fault)}") from fault


def _words(fault):
    """A driver's own, of what moderngl says."""
    return " ".join(str(fault).rpartition("=\n")[2].split())


def _faults(context, kind, source):
    """What a driver finds wrong in a shader by itself: moderngl would leave a part of such a one behind."""
    word, number, pointer = ctypes.c_uint, ctypes.c_int, ctypes.c_void_p
    text, good, words = ctypes.c_char_p(source.text.encode()), number(), ctypes.create_string_buffer(WORDS)
    shader = context.function("glCreateShader", word, word)(kind)
    context.function("glShaderSource", None, word, number, pointer, pointer)(shader, 1, ctypes.addressof(text), None)
    context.function("glCompileShader", None, word)(shader)
    context.function("glGetShaderiv", None, word, word, pointer)(shader, COMPILE_STATUS, ctypes.addressof(good))
    context.function("glGetShaderInfoLog", None, word, number, pointer, pointer)(shader, WORDS, None, words)
    context.function("glDeleteShader", None, word)(shader)
    return [] if good else source.told(words.value.decode(errors="replace"))
