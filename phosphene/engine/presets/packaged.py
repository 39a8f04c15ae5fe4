"""What comes with the engine: presets and fragments, by their bare names."""

from importlib import resources
from pathlib import Path

from phosphene.engine.common.errors import unknown
from phosphene.engine.documents.document import one_line, shorten
from phosphene.engine.documents.load import read_document

PRESETS, FRAGMENTS = ("preset", "presets"), ("fragment", "presets/fragments")


def preset_names():
    """Of the presets."""
    return sorted(_packaged("presets"))


def find_preset_file(name, kind=PRESETS):
    """The file that a name stands for, and what messages call it."""
    if not isinstance(name, str) or set(name) & set("/\\."):
        return Path(name), str(name)
    noun, home = kind
    packaged = _packaged(home)
    if name not in packaged:
        raise unknown(noun, one_line(shorten(name)), packaged, home)
    return packaged[name], f"{home}/{name}.yaml"


def _packaged(home):
    folder = resources.files("phosphene.presets").joinpath(home.removeprefix("presets").removeprefix("/"))
    return {each.name[:-5]: each for each in folder.iterdir() if each.name.endswith(".yaml")}


def load_fragment(name, folder=Path()):
    """The document of a fragment; a path is one from where the preset lies."""
    path, where = find_preset_file(name, FRAGMENTS)
    return read_document(path, where) if where != name else read_document(folder / path)


def preset_files(name):
    """The files that a sound preset is made of: its own, and the fragments that it includes."""
    path, where = find_preset_file(name)
    found, folder = [path], Path(where).parent
    for each in read_document(path).value.get("include", ()):
        lies, told = find_preset_file(each, FRAGMENTS)
        found.append(lies if told != each else folder / lies)
    return found
