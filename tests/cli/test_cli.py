"""The command line: each fault is reported in one line, and no file is written."""

import argparse
import json
import os
import pkgutil
import re
import shlex
import subprocess
import sys

import pytest

import phosphene
from phosphene.engine.cli import commands, warmup
from phosphene.engine.cli.commands import COMMANDS
from phosphene.engine.cli.parser import parse
from tests.support.commands import ROOT, finish_command, run_command, start_command
from tests.support.sound_files import noise, write_sound

SYNTH = ("bounce", "--source", "synth", "--seconds", "0.1", "-o", "x.wav")
SILENCE = ("bounce", "--source", "silence", "-o", "x.wav")


@pytest.fixture
def folder(tmp_path, monkeypatch, compiled):
    monkeypatch.chdir(tmp_path)
    return tmp_path


WRONG = {  # the words: a part of the message for each fault
    (): ["COMMAND"],
    ("bonce",): ["no command 'bonce' (has live, bounce,", "did you mean 'bounce'?"],
    ("bounce",): ["the following arguments are required: -o"],
    ("bounce", "-o", "x.wav"): ["bounce: needs an INPUT, --source synth, or --take FILE"],
    ("bounce", "in.wav", "other.wav", "-o", "x.wav"): ["other.wav"],
    ("bounce", "in.wav", "--source", "synth", "-o", "x.wav"): ["bounce: needs one of them, found 2"],
    ("bounce", "in.wav", "--take", "a.take", "-o", "x.wav"): ["bounce: needs one of them, found 2"],
    ("bounce", "--source", "mic", "-o", "x.wav"): ["--source: no 'mic' (has synth, silence)"],
    (*SILENCE, "--seconds", "0"): ["--seconds: 0 is not above 0"],
    (*SILENCE, "--seconds", "nan"): ["--seconds: nan is not above 0"],
    (*SILENCE, "--seconds", "inf"): ["--seconds: inf is not"],
    (*SILENCE, "--seconds", "-1"): ["--seconds: -1 is not above 0"],
    (*SILENCE, "--seconds", "abc"): ["--seconds: 'abc' is not a number of seconds"],
    (*SILENCE, "--seconds"): ["--seconds: expected one argument"],
    (*SYNTH, "--depth", "7"): ["--depth: no '7' (has 24, float)"],
    (*SYNTH[:-1], "x.flac", "--depth", "float"): ["--depth float: .flac holds 24"],
    (*SYNTH, "--seed", "-1"): ["--seed: -1 is outside 0 to"],
    (*SYNTH, "--seed", "1.5"): ["--seed: '1.5' is not a whole number"],
    (*SYNTH, "--faster"): ["--faster"],
    (*SYNTH, "--set", "nonsense"): ["--set nonsense: needs key=value"],
    (*SYNTH, "--set", "sede=1"): ["--set sede=1: no key 'sede'"],
    (*SYNTH, "--preset", "quite"): ["no preset 'quite'", "did you mean 'quiet'?"],
    (*SYNTH, "--preset", "./no.yaml"): ["no.yaml: No such file"],
    (*SYNTH, "--set", "genome.1.params.gian=1"): ["no parameter 'gian' (has gain); did you mean 'gain'?"],
    (*SYNTH, "--set", "synth.tempo=fast", "--set", "seed=-1", "--set", "x=1"): ["synth.tempo", "seed=-1", "'x'"],
    ("bounce", "--take", "a.take", "--seed", "1", "-o", "x.wav"): ["--take: brings its own preset"],
    ("bounce", "--take", "a.take", "--seconds", "1", "-o", "x.wav"): ["--take: has its own length"],
    ("bounce", "--take", "a.take", "-o", "x.wav"): ["a.take: cannot be read (No such file or directory)"],
    ("check",): ["the following arguments are required: NAME|FILE"],
    ("check", "no.yaml"): ["no.yaml: No such file"],
    ("doctor", "--jason"): ["--jason"],
    ("live", "--source", "file"): ["--source file and --file FILE need each other"],
    ("live", "--headless", "--fullscreen"): ["--fullscreen: needs a window; leave out --headless"],
    ("live", "--headless", "--monitor", "0"): ["--monitor: needs a window; leave out --headless"],
    ("live", "--size", "640"): ["--size: '640' is not a size; write one like 1280x720"],
    ("live", "--block", "3"): ["--block: 3 is outside 16 to 8192"],
}


@pytest.mark.parametrize(("words", "parts"), WRONG.items(), ids=[" ".join(words) for words in WRONG])
def test_wrong_usage_is_one_line_and_writes_nothing(words, parts, folder, capsys):
    code, out, errors = run_command(capsys, *words)
    assert (code, out) == (2, "")
    assert all(line.startswith("phosphene: ") for line in errors), errors
    assert all(part in "\n".join(errors) for part in parts), errors
    one_fault = "--preset" in words or words == ("bonce",)
    assert len(errors) == (1 if one_fault else len(parts)), errors
    assert not list(folder.iterdir())


def test_help_lists_the_commands(capsys):
    code, out, errors = run_command(capsys, "--help")
    assert (code, errors) == (0, []) and out.startswith("usage: phosphene")
    assert [line.split()[0] for line in out.splitlines() if re.match("    [a-z]", line)] == list(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_help_explains_each_argument_and_ends_with_an_example(command, capsys):
    code, out, errors = run_command(capsys, command, "--help")
    assert (code, errors) == (0, []) and out.startswith(f"usage: phosphene {command}")
    example = out.splitlines()[-1]
    assert example.startswith(f"example: phosphene {command}")
    assert parse(shlex.split(example)[2:]).command == command
    for action in parse(shlex.split(example)[2:]).parser._actions:
        assert action.help, action.option_strings
        if action.default not in (None, False, [], argparse.SUPPRESS):
            value = action.default if isinstance(action.default, str) else f"{action.default:g}"
            assert f"(default {value})" in action.help, action.option_strings


def test_every_module_of_the_commands_is_listed():
    modules = {module.name for module in pkgutil.iter_modules(commands.__path__)}
    assert modules - {"shared"} == {*COMMANDS}


def test_version_is_printed(capsys):
    assert run_command(capsys, "--version") == (0, f"phosphene {phosphene.__version__}\n", [])


def test_parsing_imports_no_heavy_library():
    heavy = {"av", "numba", "numpy", "rich", "pydantic", "moderngl"}
    parsing = "import sys; from phosphene.engine.cli.parser import parse; parse(['doctor'])"
    script = f"{parsing}; sys.exit(bool({heavy} & sys.modules.keys()))"
    assert subprocess.run([sys.executable, "-c", script], cwd=ROOT).returncode == 0


def test_strange_names_work_and_are_printed_as_they_are(folder, capsys):
    """Neither emoji codes nor markup in a file name are replaced; a colon makes no protocol of it."""
    names = "in:smile:[bold].wav", "out:smile:[bold].wav", "film:x:0:0.mp4"
    write_sound(str(folder / names[0]), noise(4_800), 48_000)
    words = ("bounce", names[0], "-o", names[1], "-o", names[2], "--size", "64x36")
    code, out, errors = run_command(capsys, *words)
    assert (code, errors) == (0, []) and out.startswith(f"{names[1]}, {names[2]}: ")
    code, out, errors = run_command(capsys, *words)
    assert code == 2 and errors[0].startswith(f"phosphene: {names[1]}: exists")


COMPILING = {
    "bounce": ("bounce", "--source", "synth", "-o", "x.wav", "--set", "synth.tempo=9999"),
    "preview": ("preview", "quiet", "-o", "x.png", "--set", "synth.tempo=9999"),
    "live": ("live", "--source", "synth", "--headless", "--set", "synth.tempo=9999"),
    "apply": ("apply", "in.wav", "-o", "x.wav", "--genome", "bad.json"),
}


@pytest.mark.parametrize("words", COMPILING.values(), ids=COMPILING)
def test_wrong_value_is_reported_before_compiling(words, folder, capsys, monkeypatch):
    monkeypatch.setattr(warmup, "is_warm", lambda: False)
    monkeypatch.setattr(warmup, "warm", lambda on_step: pytest.fail("it compiled first"))
    write_sound(folder / "in.wav", noise(100), 48_000)
    (folder / "bad.json").write_text('[{"op": "volume", "params": {"gain": 9999}}]')
    code, _, errors = run_command(capsys, *words)
    assert code == 2 and len(errors) == 1 and "9999" in errors[0], errors


@pytest.mark.parametrize("mode", [0o755, 0o777], ids=["own folder", "folder of others"])
def test_unwritable_cache_is_replaced_by_a_temporary_one(mode, tmp_path):
    """A fallback that others may write is not used: compiled code is loaded from there."""
    home, temporary = tmp_path / "home", tmp_path / "tmp"
    home.mkdir()
    temporary.mkdir()
    expected = temporary / f"phosphene-{os.getuid()}"
    if mode == 0o777:
        expected.mkdir()
        expected.chmod(mode)
    script = "from phosphene.engine.native import cache; print(cache.cache_home()); print(cache.cache_home())"
    environment = {**os.environ, "PHOSPHENE_CACHE": str(home / "file" / "x"), "TMPDIR": str(temporary)}
    (home / "file").touch()
    found = subprocess.run([sys.executable, "-c", script], cwd=ROOT, env=environment, capture_output=True, text=True)
    first, second = found.stdout.splitlines()
    assert first == second and (first == str(expected)) == (mode == 0o755)
    notice = f"phosphene: the cache {home / 'file' / 'x'} cannot be written (Not a directory); using {first}\n"
    assert found.stderr == notice


def test_last_override_wins(folder, capsys):
    (folder / "mine.yaml").write_text("seed: 4\nsynth: {tempo: 80}\n")
    sets = ("--set", "synth.tempo=90", "--set", "seed=6", "--set", "synth.tempo=100")
    for words, seed in ((sets, 6), ((*sets, "--seed", 7), 7), (("--seed", 7, *sets), 7)):
        code, _, errors = run_command(capsys, *SYNTH, "--overwrite", "--preset", "mine.yaml", *words)
        assert (code, errors) == (0, [])
        record = json.loads((folder / "run.json").read_text())
        assert (record["seed"], record["preset"]["seed"], record["preset"]["synth"]["tempo"]) == (seed, seed, 100.0)


def test_packaged_preset_is_found_by_its_name(folder, capsys):
    assert run_command(capsys, *SYNTH, "--preset", "quiet")[0] == 0
    assert json.loads((folder / "run.json").read_text())["preset"]["synth"]["tempo"] == 72.0


@pytest.fixture
def documents(folder, capsys):
    """Presets, genomes and run records, valid and invalid."""
    write_sound(folder / "in.wav", noise(100), 48_000)
    assert run_command(capsys, "bounce", "in.wav", "-o", "x.wav")[0] == 0
    record = (folder / "run.json").read_text()
    (folder / "good.yaml").write_text("seed: 3\ngenome:\n  - op: volume\n")
    (folder / "good.json").write_text('[{"op": "dc_blocker", "params": {"corner": 20}}]\n')
    (folder / "bad.yaml").write_text("sede: 3\ngenome:\n  - op: volum\n  - op: volume\n    params: {gain: 99}\n")
    (folder / "bad.json").write_text('[\n{"op": "dc_blocker", "params": {"corner": 1}},\n{"params": {}}]\n')
    (folder / "worse.yaml").write_text("genome: [\n")
    (folder / "bad").mkdir()
    (folder / "bad" / "run.json").write_text(record.replace('"rate": 48000', '"rate": 0'))
    return folder


def test_check_names_the_kind_of_each_valid_file(documents, capsys):
    code, out, errors = run_command(capsys, "check", "good.yaml", "good.json", "run.json", "quiet")
    assert (code, errors) == (0, [])
    kinds = ["good.yaml: a valid preset", "good.json: a valid genome", "run.json: a valid run record"]
    assert out.splitlines() == [*kinds, "presets/quiet.yaml: a valid preset"]


def test_check_reports_every_fault_with_its_line(documents, capsys):
    files = ("bad.yaml", "good.yaml", "bad.json", "worse.yaml", "bad/run.json", "no.yaml")
    code, out, errors = run_command(capsys, "check", *files)
    assert (code, out) == (2, "good.yaml: a valid preset\n")
    line = 1 + (documents / "bad" / "run.json").read_text().splitlines().index('  "rate": 0,')
    begins = ["bad.yaml:1", "bad.yaml:3", "bad.yaml:5", "bad.json:2", "bad.json:3", "worse.yaml:2"]
    begins += [f"bad/run.json:{line}", "no.yaml"]
    assert len(errors) == len(begins)
    for each, begin in zip(errors, begins):
        assert each.startswith(f"phosphene: {begin}: "), each


def test_check_permissive_only_warns(documents, capsys):
    code, out, errors = run_command(capsys, "check", "--permissive", "bad.yaml", "bad.json")
    assert (code, errors) == (0, [])
    warnings = [line for line in out.splitlines() if not line.endswith(("a valid preset", "a valid genome"))]
    assert [line.partition(": ")[0] for line in warnings] == [
        "bad.yaml:1",
        "bad.yaml:3",
        "bad.yaml:5",
        "bad.json:2",
        "bad.json:3",
    ]
    assert all(line.endswith(")") for line in warnings)  # how it would be corrected
    assert run_command(capsys, "check", "--permissive", "worse.yaml")[0] == 2  # cannot be corrected


@pytest.mark.parametrize("server", ["", "unix:/nowhere"], ids=["as it is", "no sound server"])
def test_doctor_reports_what_is_there_and_what_is_missing(server, tmp_path):
    environment = {**os.environ, **({"PULSE_SERVER": server, "XDG_RUNTIME_DIR": str(tmp_path)} if server else {})}
    processes = [start_command("doctor", *words, env=environment) for words in ((), ("--json",))]
    (code, text, errors), (code_json, raw, errors_json) = map(finish_command, processes)
    assert (code, errors, code_json, errors_json) == (0, [], 0, [])
    found = json.loads(raw)
    assert {"phosphene", "python", "cores", "hosts", "devices", "missing"} <= set(found)
    assert text.startswith(f"Phosphene {found['phosphene']}, Python {found['python']}")
    assert all({"index", "name", "inputs", "outputs", "rate"} <= set(device) for device in found["devices"])
    assert all(f"missing: {gap['what']}\n  fix: {gap['fix']}\n" in text for gap in found["missing"])
    assert found["missing"] or "nothing is missing" in text
    if server:
        assert any("loudspeaker" in gap["what"] or "PortAudio" in gap["what"] for gap in found["missing"])


def test_reader_that_goes_away_is_no_error():
    process = start_command("doctor", before=["sh", "-c", '"$0" "$@" | :'])
    assert finish_command(process)[2] == []
