"""The house: who may stand on whom, and what nobody may do."""

import ast
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import phosphene

HOME = Path(phosphene.__file__).parent
FLOORS = """
    native params errors hush stop
    rings documents
    listening effects
    control evolution
    audio evolve
    graph visuals ear packaged
    presets slots
    bounce session
    wings filming
    archives live show record process warm
    supervisor recording keyboard controllers programme preview
    performer
    terminal doctor arguments
    commands
    cli
    __main__
"""
FLOOR = {room: height for height, rooms in enumerate(FLOORS.split("\n")) for room in rooms.split()}
LONGEST = 300  # lines


def name_of(file):
    parts = file.relative_to(HOME.parent).with_suffix("").parts
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
    return module.split(".")[1] if "." in module else ""


def wrong_ways(trees):
    """(module, what it imports) where that is not of its own room and not of a lower floor."""
    for module, tree in trees.items():
        for other in imports(tree):
            here, there = room(module), room(other)
            if other.startswith("engine.") and here != there and FLOOR[here] <= FLOOR[there]:
                yield module, other


def test_every_room_has_a_floor():
    assert {room(module) for module in TREES} - {""} == FLOOR.keys()


def test_an_import_goes_down():
    assert not list(wrong_ways(TREES))


@pytest.mark.parametrize(
    "line",
    [
        "from engine.graph import Ear",
        "from engine import audio",
        "import engine.cli",
        "def late():\n    from engine.audio.core import play",
    ],
)
def test_one_that_goes_up_would_be_seen(line):
    assert list(wrong_ways({"engine.effects.volume": ast.parse(line)}))


def test_no_import_goes_in_a_circle():
    graph = {module: {other for other in imports(tree) if other in TREES} for module, tree in TREES.items()}
    TopologicalSorter(graph).prepare()
    with pytest.raises(CycleError):
        TopologicalSorter({**graph, "engine.native.kernel": {"engine.rings.ring"}}).prepare()


def test_what_sounds_stands_on_no_tool_and_no_test():
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


def test_nothing_is_believed_that_could_run():
    for module, tree in TREES.items():
        assert not {*map(top, imports(tree))} & {"pickle", "dill", "marshal", "shelve"}, module
        for called, keywords in calls(tree):
            assert called not in UNSAFE and keywords.get("allow_pickle", "False") == "False", f"{module}: {called}"


def test_nothing_is_reordered():
    assert not [(module, called) for module, tree in TREES.items() for called, how in calls(tree) if "fastmath" in how]


def test_a_file_holds_one_unit():
    long = {file.name: len(file.read_text("utf-8").splitlines()) for file in HOME.rglob("*.py")}
    assert not {name: lines for name, lines in long.items() if lines > LONGEST}
