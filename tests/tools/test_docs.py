"""README, CONTRIBUTING and docs/: their tables follow the code, their links lead somewhere, their commands parse."""

import json
import re
import shlex
from importlib import import_module
from pathlib import Path

import pytest
import yaml

from phosphene.engine.cli.commands import COMMANDS
from phosphene.engine.cli.parser import make_parser, parse
from phosphene.engine.common.errors import PhospheneError, UsageError
from phosphene.engine.effects.chain import genome
from phosphene.engine.presets.load import load_preset
from phosphene.engine.presets.packaged import preset_names
from phosphene.engine.session.controllers.midi_mapping import load_mapping
from phosphene.engine.session.playlist import load_playlist
from tools.assets import doc_tables

ROOT = doc_tables.ROOT
DOCUMENTS = {str(path.relative_to(ROOT)): path.read_text("utf-8") for path in doc_tables.documents()}
TEXTS = DOCUMENTS | {name: (ROOT / name).read_text("utf-8") for name in ("CHANGELOG.md", "BENCHMARKS.md")}
FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\]\(([^)\s]+)\)")
INLINE = re.compile(r"`(phosphene [a-z][^`]*)`")
HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)
OWN_WORDS = {"demo", "test"}  # of start.py; all others are commands


def blocks(language):
    return [
        pytest.param(body, id=f"{name}:{text[: found.start()].count(chr(10)) + 1}")
        for name, text in DOCUMENTS.items()
        for found in FENCE.finditer(text)
        for body in [found[2]]
        if found[1] == language
    ]


def command_lines():
    """(place, words) of every command in a block."""
    for name, text in DOCUMENTS.items():
        for found in FENCE.finditer(text):
            for line in found[2].splitlines() if found[1] in ("", "sh") else ():
                words = shlex.split(line.partition(" > ")[0], comments=True)
                if words[:2] == ["python3", "tools/start.py"] and not OWN_WORDS & {*words}:
                    words = words[1:]
                if words and words[0] in ("phosphene", "tools/start.py"):
                    yield pytest.param(words[1:], id=f"{name}: {line.partition('#')[0].strip()}")


@pytest.mark.parametrize("name", DOCUMENTS)
def test_tables_follow_the_code(name):
    fix = "run: python3 tools/assets/doc_tables.py"
    assert doc_tables.filled(DOCUMENTS[name]) == DOCUMENTS[name], fix


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_row_is_explained(name):
    for region in doc_tables.REGION.finditer(DOCUMENTS[name]):
        bare = [line for line in region[3].splitlines() if re.search(r"\|\s*\|$", line)]
        assert not bare, f"{region[2]}: write the last cell of each"


def test_every_table_is_used():
    used = {region[2] for text in DOCUMENTS.values() for region in doc_tables.REGION.finditer(text)}
    assert used == doc_tables.TABLES.keys()


def test_an_outdated_table_is_found():
    text = DOCUMENTS["docs/effects.md"]
    assert doc_tables.filled(text.replace("0 to 0.95", "0 to 0.96")) == text
    assert doc_tables.filled(text.replace("level of a repeat relative", "level relative")) != text, "prose is kept"


@pytest.mark.parametrize("name", TEXTS)
def test_links_lead_somewhere(name):
    for target in LINK.findall(TEXTS[name]):
        path, _, anchor = target.partition("#")
        if "://" in target:
            continue
        file = (ROOT / name).parent / path if path else ROOT / name
        assert file.exists(), target
        if anchor:
            titles = {slug(title) for title in HEADING.findall(file.read_text("utf-8"))}
            assert anchor in titles, f"{target}: {sorted(titles)}"


def slug(title):
    """The anchor of a heading, as GitHub makes it."""
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


def test_readme_links_every_document():
    linked = set(LINK.findall(DOCUMENTS["README.md"]))
    assert {name for name in TEXTS if name != "README.md"} <= linked


def test_readme_is_short():
    assert len(DOCUMENTS["README.md"].splitlines()) <= 135


@pytest.mark.parametrize("words", list(command_lines()))
def test_a_command_line_parses(words):
    args = parse(words)
    known = {*preset_names(), None}
    given = getattr(args, "preset", None)
    assert given in known or given.endswith(".yaml"), given


@pytest.mark.parametrize("name", COMMANDS)
def test_the_example_of_a_command_parses(name):
    test_a_command_line_parses(shlex.split(import_module(f"phosphene.engine.cli.commands.{name}").EXAMPLE)[1:])


@pytest.mark.parametrize("name", TEXTS)
def test_options_in_a_sentence_exist(name):
    parsers = doc_tables.command_parsers()
    for line in INLINE.findall(TEXTS[name]):
        _, command, *words = line.replace("…", "").split()
        assert command in parsers or command == "COMMAND", line
        if command in parsers:
            known = {option for action in parsers[command]._actions for option in action.option_strings}
            assert {word.partition("=")[0] for word in words if word.startswith("-")} <= known, line


def test_a_wrong_command_line_fails():
    with pytest.raises(PhospheneError):
        parse(["live", "--sorce", "synth"])
    assert make_parser().prog == "phosphene"


@pytest.mark.parametrize("body", blocks("yaml"))
def test_yaml_in_documents_is_valid(body, tmp_path, monkeypatch):
    """Presets, playlists and mappings; a part of a preset may leave out what it moves."""
    path, keys = tmp_path / "it.yaml", yaml.safe_load(body)
    path.write_text(body, "utf-8")
    if "presets" in keys:
        load_playlist(path)
    elif "controllers" in keys:
        load_mapping(path)
    elif "media" in keys:
        with pytest.raises(UsageError, match="holiday"):
            load_preset(path)
    else:
        load_preset(path)


@pytest.mark.parametrize("body", blocks("json"))
def test_json_in_documents_is_a_genome(body, tmp_path):
    path = tmp_path / "genome.json"
    path.write_text(json.dumps(json.loads(body)), "utf-8")
    genome.load(Path(path))
