"""GLSL: shader files with their includes, and compile errors that name file and line."""

import re
from importlib import resources

import moderngl

from engine.errors import PhospheneError, unknown

INCLUDE = re.compile(r'\s*#include\s+"([^"]+)"\s*$')
FAULT = re.compile(r"^(?:ERROR:\s*)?(\d+)[:(](\d+)\)?(?:\(\d+\))?\s*:?\s*(.*)$")  # Mesa, NVIDIA, and the others
SHADERS = resources.files("shaders")


def find(name):
    """The text of a shader file, by its path below shaders/."""
    file = SHADERS / name
    if not file.is_file():
        folder = name.rpartition("/")[0]
        there = SHADERS / folder
        names = [f"{folder}/{each.name}" for each in there.iterdir()] if there.is_dir() else []
        raise unknown("shader", name, names, "shaders")
    return file.read_text(encoding="utf-8")


class Source:
    """A shader with everything that it includes, each file once.

    Line directives keep every line's own number and the number of its file, so that what a driver
    says of line 3 of file 2 can be told as shaders/lib/noise.glsl:3.
    """

    def __init__(self, name, find=find):
        self.name, self.files = name, []
        self.text = "\n".join(self._lines(name, find))

    def _lines(self, name, find):
        number = len(self.files)
        self.files.append(name)
        for at, line in enumerate(find(name).splitlines(), start=1):
            if not (include := INCLUDE.match(line)):
                yield line
                continue
            if include[1] not in self.files:
                yield f"#line 1 {len(self.files)}"
                yield from self._lines(include[1], find)
            yield f"#line {at + 1} {number}"

    def told(self, words):
        """A driver's words, a line for every fault in them that has a place."""
        faults = []
        for line in words.splitlines():
            if (found := FAULT.match(line.strip())) and int(found[1]) < len(self.files):
                faults.append(f"shaders/{self.files[int(found[1])]}:{found[2]}: {found[3]}")
        return "\n".join(faults)


def compiled(context, vertex, fragment):
    """A program of two Sources.

    Raises
    ------
    PhospheneError
        A line for every fault, with file and line.
    """
    try:
        return context.gl.program(vertex_shader=vertex.text, fragment_shader=fragment.text)
    except moderngl.Error as fault:
        words = str(fault)
        guilty = vertex if "vertex_shader" in words else fragment
        plain = " ".join(words.split())
        raise PhospheneError(guilty.told(words) or f"shaders/{guilty.name}: {plain}") from fault
