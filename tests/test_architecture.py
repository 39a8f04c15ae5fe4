"""The architecture: which room may import which, how large files and folders are, and what no code may do."""

import ast
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import phosphene

HOME = Path(phosphene.__file__).parent / "engine"
ROOMS = """
    native common rings documents effects listening evolution modulation audio gl visuals presets takes graph encode
    recording processes session offline cli
""".split()  # an import only goes to a room that stands before
TESTS, TOOLS = Path(__file__).parent, Path(__file__).parents[1] / "tools"
HEIGHT = {room: height for height, room in enumerate(ROOMS)}
MAX_LINES = 300
MAX_FILES = 14  # in a folder


def name_of(file):
    parts = file.relative_to(HOME.parents[1]).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


TREES = {name_of(file): ast.parse(file.read_text("utf-8"), file) for file in sorted(HOME.rglob("*.py"))}


def imports(tree):
    """Every module that is imported, at the top or in a function."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "an import names its module in full"
            for alias in node.names:
                deeper = f"{node.module}.{alias.name}"
                yield deeper if deeper in TREES else node.module


def room(module):
    """The room of a module below the engine."""
    return module.split(".")[2] if module.startswith("phosphene.engine.") else ""


def upward_imports(trees):
    """(module, what it imports) where that is neither of its own room nor of one before it."""
    for module, tree in trees.items():
        for other in imports(tree):
            here, there = room(module), room(other)
            if there and here != there and HEIGHT[here] <= HEIGHT[there]:
                yield module, other


def test_every_room_has_its_place():
    assert {room(module) for module in TREES} - {""} == HEIGHT.keys()


def test_imports_only_go_to_rooms_before():
    assert not list(upward_imports(TREES))


@pytest.mark.parametrize(
    "line",
    [
        "from phosphene.engine.graph import build",
        "from phosphene.engine import audio",
        "import phosphene.engine.cli.main",
        "def late():\n    from phosphene.engine.audio.core import play",
    ],
)
def test_an_upward_import_is_found(line):
    assert list(upward_imports({"phosphene.engine.effects.volume": ast.parse(line)}))


def test_the_engine_does_not_import_its_own_api():
    api = {"phosphene", "phosphene.api"}
    outside = [(m, o) for m, tree in TREES.items() for o in imports(tree) if o.startswith("phosphene") and not room(o)]
    assert not [(module, other) for module, other in outside if other not in api | {"phosphene.engine"}]


def test_no_imports_form_a_circle():
    graph = {module: {other for other in imports(tree) if other in TREES} for module, tree in TREES.items()}
    TopologicalSorter(graph).prepare()
    with pytest.raises(CycleError):
        TopologicalSorter({**graph, "phosphene.engine.native.kernel": {"phosphene.engine.rings.ring"}}).prepare()


def test_the_engine_imports_no_tool_and_no_test():
    assert not [module for module, tree in TREES.items() if {*map(top, imports(tree))} & {"tools", "tests"}]


def top(name):
    return name.partition(".")[0]


def calls(tree):
    """What is called, as it is written, and by which keywords."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), {keyword.arg: ast.unparse(keyword.value) for keyword in node.keywords}


def test_only_the_command_line_prints():
    printing = {module for module, tree in TREES.items() for called, _ in calls(tree) if called in ("print", "input")}
    assert not printing


UNSAFE = ("eval", "exec", "yaml.load", "yaml.unsafe_load", "yaml.full_load", "torch.load")


def test_nothing_is_loaded_that_could_run_code():
    for module, tree in TREES.items():
        assert not {*map(top, imports(tree))} & {"pickle", "dill", "marshal", "shelve"}, module
        for called, keywords in calls(tree):
            assert called not in UNSAFE and keywords.get("allow_pickle", "False") == "False", f"{module}: {called}"


def test_no_kernel_allows_reordering():
    assert not [(module, called) for module, tree in TREES.items() for called, how in calls(tree) if "fastmath" in how]


def test_files_and_folders_are_small():
    long = {file.name: len(file.read_text("utf-8").splitlines()) for file in HOME.rglob("*.py")}
    assert not {name: lines for name, lines in long.items() if lines > MAX_LINES}
    folders = [folder for folder in [HOME, *HOME.rglob("*")] if folder.is_dir() and folder.name != "__pycache__"]
    counts = {
        str(folder.relative_to(HOME)): len([f for f in folder.glob("*.py") if f.stem != "__init__"])
        for folder in folders
    }
    assert not {name: count for name, count in counts.items() if count > MAX_FILES}


PRIVATE_WORDS = {"told", "heed", "wings", "ward", "gear", "wish", "sights"}


def identifiers(tree):
    """Every name that a file defines or uses."""
    for node in ast.walk(tree):
        for field in ("id", "attr", "name", "arg", "asname"):
            if isinstance(name := getattr(node, field, None), str):
                yield from name.split(".")


def test_things_have_their_usual_names():
    """Words that once stood for ordinary things, each for several."""
    trees = {str(f): ast.parse(f.read_text("utf-8")) for top in (HOME.parent, TESTS, TOOLS) for f in top.rglob("*.py")}
    assert not {(file, name) for file, tree in trees.items() for name in identifiers(tree) if name in PRIVATE_WORDS}
