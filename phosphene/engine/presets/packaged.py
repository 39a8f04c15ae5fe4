"""What comes with the engine: presets and fragments, by their bare names."""

from importlib import resources
from pathlib import Path

from phosphene.engine.common.errors import unknown
from phosphene.engine.documents.document import one_line, shortened
from phosphene.engine.documents.load import read

PRESETS, FRAGMENTS = ("preset", "presets"), ("fragment", "presets/fragments")


def names():
    """Of the presets."""
    return sorted(_packaged("presets"))


def locate(name, kind=PRESETS):
    """The file that a name stands for, and what messages call it."""
    if not isinstance(name, str) or set(name) & set("/\\."):
        return Path(name), str(name)
    noun, home = kind
    packaged = _packaged(home)
    if name not in packaged:
        raise unknown(noun, one_line(shortened(name)), packaged, home)
    return packaged[name], f"{home}/{name}.yaml"


def _packaged(home):
    folder = resources.files("phosphene.presets").joinpath(home.removeprefix("presets").removeprefix("/"))
    return {each.name[:-5]: each for each in folder.iterdir() if each.name.endswith(".yaml")}


def fragment(name, folder=Path()):
    """The document of a fragment; a path is one from where the preset lies."""
    path, where = locate(name, FRAGMENTS)
    return read(path, where) if where != name else read(folder / path)


def files_of(name):
    """The files that a sound preset is made of: its own, and the fragments that it includes."""
    path, where = locate(name)
    found, folder = [path], Path(where).parent
    for each in read(path).value.get("include", ()):
        lies, told = locate(each, FRAGMENTS)
        found.append(lies if told != each else folder / lies)
    return found
