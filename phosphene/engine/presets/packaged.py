"""The presets and fragments that are packaged with the engine, by their bare names."""

from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from phosphene.engine.common.errors import unknown
from phosphene.engine.documents.document import Document, one_line, shorten
from phosphene.engine.documents.load import read_document

PRESETS, FRAGMENTS = ("preset", "presets"), ("fragment", "presets/fragments")  # noun and folder


def preset_names() -> list[str]:
    """The names of the packaged presets, sorted."""
    return sorted(_packaged_files("presets"))


def find_preset_file(name: str | Path, kind: tuple[str, str] = PRESETS) -> tuple[Any, str]:
    """The file of a preset or fragment, and what error messages call it.

    A name with a slash, backslash or dot is a path; any other must be packaged.
    """
    if not isinstance(name, str) or set(name) & set("/\\."):
        return Path(name), str(name)
    noun, folder = kind
    packaged = _packaged_files(folder)
    if name not in packaged:
        raise unknown(noun, one_line(shorten(name)), packaged, folder)
    return packaged[name], f"{folder}/{name}.yaml"


def _packaged_files(folder: str) -> dict[str, Traversable]:
    """The YAML files of a packaged folder, by name."""
    home = resources.files("phosphene").joinpath(folder)
    return {file.name[:-5]: file for file in home.iterdir() if file.name.endswith(".yaml")}


def load_fragment(name: str, folder: Path | None = None) -> Document:
    """The document of a fragment. A path is relative to `folder`, the folder of the preset."""
    path, where = find_preset_file(name, FRAGMENTS)
    return read_document(path, where) if where != name else read_document((folder or Path()) / path)


def preset_files(name: str | Path) -> list[Any]:
    """The files of a valid preset: its own, and the fragments it includes."""
    path, where = find_preset_file(name)
    files, folder = [path], Path(where).parent
    for fragment in read_document(path).value.get("include", ()):
        file, label = find_preset_file(fragment, FRAGMENTS)
        files.append(file if label != fragment else folder / file)
    return files
