"""GLSL: shader files with their includes, and compile errors that name file and line."""

import ctypes
import re
from importlib import resources

import moderngl

from engine.errors import PhospheneError, unknown

SHADERS = resources.files("shaders")
INCLUDE = re.compile(r'\s*#include\s+"([^"]+)"\s*$')
FAULT = re.compile(r"(?:ERROR:\s*)?0(?::|\()(\d+)\)?(?:\(\d+\))?\s*:?\s*(.*)")  # Mesa, NVIDIA, and the others
FRAGMENT_SHADER, VERTEX_SHADER, COMPUTE_SHADER, COMPILE_STATUS = 0x8B30, 0x8B31, 0x91B9, 0x8B81
WORDS = 1 << 14  # bytes that a driver may say of a shader


def find(name, where):
    """The text of a shader file, by its path below shaders/."""
    file = SHADERS / name
    if not file.is_file():
        raise unknown("shader", name, set(_names(SHADERS, name.rpartition(".")[2])), where)
    return file.read_text(encoding="utf-8")


def _names(folder, kind, path=""):
    for each in folder.iterdir():
        if each.is_dir():
            yield from _names(each, kind, f"{path}{each.name}/")
        elif each.name.endswith(f".{kind}"):
            yield path + each.name


class Source:
    """A shader with everything that it includes, each file once.

    It remembers where its lines are from, so that what a driver says of line 40 can be told as
    shaders/lib/noise.glsl:3. (A line directive could say so to the driver, and not all of them heed it.)
    """

    def __init__(self, name):
        self.name, self.files, self.places = name, [], []
        self.text = "\n".join(self._lines(name, "shaders"))

    def _lines(self, name, where):
        self.files.append(name)
        for at, line in enumerate(find(name, where).splitlines(), start=1):
            place = f"shaders/{name}:{at}"
            if not (include := INCLUDE.match(line)):
                self.places.append(place)
                yield line
            elif include[1] not in self.files:
                yield from self._lines(include[1], place)

    def told(self, words):
        """A driver's words, a line for every fault in them that has a place; all in one line where none has."""
        found = [FAULT.match(line.strip()) for line in words.splitlines()]
        faults = [(int(fault[1]), fault[2]) for fault in found if fault and not fault[2].startswith("warning")]
        lines = [f"{self.places[at - 1]}: {what}" for at, what in faults if 0 < at <= len(self.places)]
        return lines or [f"shaders/{self.name}: {' '.join(words.split())}"]


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
