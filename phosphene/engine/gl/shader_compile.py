"""Compiling: programs from shader files, and errors that name file and line."""

import ctypes
from collections.abc import Sequence

import moderngl

from phosphene.engine.common.errors import PhospheneError
from phosphene.engine.gl.context import Context
from phosphene.engine.gl.shader_source import ShaderSource

FRAGMENT_SHADER, VERTEX_SHADER, COMPUTE_SHADER, COMPILE_STATUS = 0x8B30, 0x8B31, 0x91B9, 0x8B81
MAX_LOG = 1 << 14  # bytes of a driver's log


def compile_program(
    context: Context, vertex: ShaderSource, fragment: ShaderSource, targets: Sequence[str] = ()
) -> moderngl.Program:
    """A program of a vertex and a fragment shader.

    Parameters
    ----------
    targets
        Outputs of the fragment shader in the order of the colour attachments, where there are several.

    Raises
    ------
    PhospheneError
        One line for each error, with file and line.
    """
    errors = [
        *_compile_errors(context, VERTEX_SHADER, vertex),
        *_compile_errors(context, FRAGMENT_SHADER, fragment),
    ]
    if errors:
        raise PhospheneError("\n".join(dict.fromkeys(errors)))  # a file that both include is reported once
    outputs = {name: number for number, name in enumerate(targets)} or None
    try:
        return context.gl.program(
            vertex_shader=vertex.text,
            fragment_shader=fragment.text,
            fragment_outputs=outputs,
        )
    except moderngl.Error as error:
        message = f"shaders/{fragment.name}, behind shaders/{vertex.name}: {_driver_message(error)}"
        raise PhospheneError(message) from error


def compile_compute(context: Context, source: ShaderSource) -> moderngl.ComputeShader:
    """A compute program; OpenGL 4.3 and newer have them.

    Raises
    ------
    PhospheneError
        One line for each error, with file and line.
    """
    if errors := _compile_errors(context, COMPUTE_SHADER, source):
        raise PhospheneError("\n".join(errors))
    try:
        return context.gl.compute_shader(source.text)
    except moderngl.Error as error:
        raise PhospheneError(f"shaders/{source.name}: {_driver_message(error)}") from error


def output_location(context: Context, program: moderngl.Program, name: str) -> int:
    """The colour attachment that an output of a fragment shader is written to; -1 if it is never written."""
    location = context.function("glGetFragDataLocation", ctypes.c_int, ctypes.c_uint, ctypes.c_char_p)
    return location(program.glo, name.encode())


def _driver_message(error: moderngl.Error) -> str:
    """The driver's part of a moderngl error, in one line."""
    return " ".join(str(error).rpartition("=\n")[2].split())


def _compile_errors(context: Context, kind: int, source: ShaderSource) -> list[str]:
    """What a driver finds wrong in one shader. (moderngl would leak part of a program that fails to compile.)"""
    uint, number, pointer = ctypes.c_uint, ctypes.c_int, ctypes.c_void_p
    text, succeeded, log = ctypes.c_char_p(source.text.encode()), number(), ctypes.create_string_buffer(MAX_LOG)
    shader = context.function("glCreateShader", uint, uint)(kind)
    context.function("glShaderSource", None, uint, number, pointer, pointer)(shader, 1, ctypes.addressof(text), None)
    context.function("glCompileShader", None, uint)(shader)
    context.function("glGetShaderiv", None, uint, uint, pointer)(shader, COMPILE_STATUS, ctypes.addressof(succeeded))
    context.function("glGetShaderInfoLog", None, uint, number, pointer, pointer)(shader, MAX_LOG, None, log)
    context.function("glDeleteShader", None, uint)(shader)
    return [] if succeeded else source.errors_in(log.value.decode(errors="replace"))
