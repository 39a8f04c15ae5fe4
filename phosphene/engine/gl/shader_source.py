"""Shader files with their includes, and the file and line that each line of the text comes from."""

import re
from collections.abc import Iterable, Iterator
from importlib import resources
from importlib.resources.abc import Traversable

from phosphene.engine.common.errors import PhospheneError, unknown

SHADERS = resources.files("phosphene") / "shaders"
UNIFORM = re.compile(r"\s*uniform\s+(\w+)\s+(\w+)\s*(?:\[\s*(\w+)\s*\])?\s*;\s*(?://\s*(.*))?$")
OUTPUT = re.compile(r"\s*(?:layout\s*\([^)]*\)\s*)?out\s+\w+\s+(\w+)\s*;")
INCLUDE = re.compile(r'\s*#include\s+"([^"]+)"\s*$')
ERROR = re.compile(r"(?:ERROR:\s*)?0(?::|\()(\d+)\)?(?:\(\d+\))?\s*:?\s*(.*)")  # Mesa, NVIDIA, and the others


def read_shader(name: str, where: str) -> str:
    """The text of a shader file, by its path below shaders/."""
    file = SHADERS / name
    if not file.is_file():
        raise unknown("shader", name, set(_file_names(SHADERS, name.rpartition(".")[2])), where)
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:  # it is being written, or in another encoding
        raise PhospheneError(f"shaders/{name}: cannot be read ({error})") from error


def _file_names(folder: Traversable, suffix: str, path: str = "") -> Iterator[str]:
    for each in folder.iterdir():
        if each.is_dir():
            yield from _file_names(each, suffix, f"{path}{each.name}/")
        elif each.name.endswith(f".{suffix}"):
            yield path + each.name


class ShaderSource:
    """A shader with everything that it includes, each file once.

    `places` holds the file and line of each line of `text`, so that a driver's error in line 40 is reported as
    shaders/lib/noise.glsl:3. (A #line directive could do the same, but some drivers ignore it.) The uniforms
    named in `zeroed` are compiled as the constant 0.
    """

    def __init__(self, name: str, zeroed: Iterable[str] = ()) -> None:
        self.name, self.zeroed = name, zeroed
        self.files: list[str] = []
        self.places: list[str] = []
        self.text = "\n".join(self._lines(name, "shaders"))

    def _lines(self, name: str, where: str) -> Iterator[str]:
        self.files.append(name)
        for number, line in enumerate(read_shader(name, where).splitlines(), start=1):
            place = f"shaders/{name}:{number}"
            if not (include := INCLUDE.match(line)):
                self.places.append(place)
                uniform = UNIFORM.match(line)
                yield f"const {uniform[1]} {uniform[2]} = 0.0;" if uniform and uniform[2] in self.zeroed else line
            elif include[1] not in self.files:
                yield from self._lines(include[1], place)

    def declarations(self, pattern: re.Pattern[str]) -> Iterator[tuple[re.Match[str], str]]:
        """(match, file and line) of each line of the text that a pattern matches."""
        for place, line in zip(self.places, self.text.splitlines()):
            if found := pattern.match(line):
                yield found, place

    def place_of(self, uniform: str) -> str | None:
        """File and line where a uniform is declared; None if it is not."""
        return next((place for found, place in self.declarations(UNIFORM) if found[2] == uniform), None)

    def outputs(self) -> dict[str, str]:
        """The names declared as `out`, each with its file and line."""
        return {found[1]: place for found, place in self.declarations(OUTPUT)}

    def errors_in(self, log: str) -> list[str]:
        """A line with file and line number for each error in a driver's log; else the whole log in one line."""
        found = [ERROR.match(line.strip()) for line in log.splitlines()]
        errors = [(int(error[1]), error[2]) for error in found if error and not error[2].startswith("warning")]
        lines = [f"{self.places[line - 1]}: {text}" for line, text in errors if 0 < line <= len(self.places)]
        return lines or [f"shaders/{self.name}: {' '.join(log.split())}"]
