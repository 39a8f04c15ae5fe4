"""Shader files with their includes, and where each of their lines is from."""

import re
from importlib import resources

from phosphene.engine.common.errors import PhospheneError, unknown

SHADERS = resources.files("phosphene.shaders")
UNIFORM = re.compile(r"\s*uniform\s+(\w+)\s+(\w+)\s*;\s*(?://\s*(.*))?$")
INCLUDE = re.compile(r'\s*#include\s+"([^"]+)"\s*$')
FAULT = re.compile(r"(?:ERROR:\s*)?0(?::|\()(\d+)\)?(?:\(\d+\))?\s*:?\s*(.*)")  # Mesa, NVIDIA, and the others


def find(name, where):
    """The text of a shader file, by its path below shaders/."""
    file = SHADERS / name
    if not file.is_file():
        raise unknown("shader", name, set(_names(SHADERS, name.rpartition(".")[2])), where)
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as fault:  # it is being written, or in another encoding
        raise PhospheneError(f"shaders/{name}: cannot be read ({fault})") from fault


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
    Uniforms named in `still` are 0, and known to be when it is compiled.
    """

    def __init__(self, name, still=()):
        self.name, self.still, self.files, self.places = name, still, [], []
        self.text = "\n".join(self._lines(name, "shaders"))

    def _lines(self, name, where):
        self.files.append(name)
        for at, line in enumerate(find(name, where).splitlines(), start=1):
            place = f"shaders/{name}:{at}"
            if not (include := INCLUDE.match(line)):
                self.places.append(place)
                uniform = UNIFORM.match(line)
                yield f"const {uniform[1]} {uniform[2]} = 0.0;" if uniform and uniform[2] in self.still else line
            elif include[1] not in self.files:
                yield from self._lines(include[1], place)

    def told(self, words):
        """A driver's words, a line for every fault in them that has a place; all in one line where none has."""
        found = [FAULT.match(line.strip()) for line in words.splitlines()]
        faults = [(int(fault[1]), fault[2]) for fault in found if fault and not fault[2].startswith("warning")]
        lines = [f"{self.places[at - 1]}: {what}" for at, what in faults if 0 < at <= len(self.places)]
        return lines or [f"shaders/{self.name}: {' '.join(words.split())}"]
