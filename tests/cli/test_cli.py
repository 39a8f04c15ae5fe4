"""The command line: what cannot be is refused in a line for each fault, and nothing is made."""

import json
import os

import pytest

from tests.support.commands import finish_command, start_command, run_command
from tests.support.sound_files import noise, write_sound

SYNTH = ("bounce", "--source", "synth", "--seconds", "0.1", "-o", "x.wav")
SILENCE = ("bounce", "--source", "silence", "-o", "x.wav")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


WRONG = {  # what is typed: what is told, a line for each fault
    (): ["COMMAND"],
    ("bonce",): ["'bonce'"],
    ("bounce",): ["the following arguments are required: -o"],
    ("bounce", "-o", "x.wav"): ["bounce: needs an INPUT, --source synth, or --take FILE"],
    ("bounce", "in.wav", "other.wav", "-o", "x.wav"): ["other.wav"],
    ("bounce", "in.wav", "--source", "synth", "-o", "x.wav"): ["bounce: needs one of them, found 2"],
    ("bounce", "in.wav", "--take", "a.take", "-o", "x.wav"): ["bounce: needs one of them, found 2"],
    ("bounce", "--source", "mic", "-o", "x.wav"): ["--source: invalid choice: 'mic'"],
    (*SILENCE, "--seconds", "0"): ["--seconds: 0 is not above 0"],
    (*SILENCE, "--seconds", "nan"): ["--seconds: nan is not above 0"],
    (*SILENCE, "--seconds", "inf"): ["--seconds: inf is not"],
    (*SILENCE, "--seconds", "-1"): ["--seconds: -1 is not above 0"],
    (*SILENCE, "--seconds", "abc"): ["--seconds: 'abc' is not a number of seconds"],
    (*SILENCE, "--seconds"): ["--seconds: expected one argument"],
    (*SYNTH, "--depth", "7"): ["--depth: invalid choice: '7'"],
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
    ("bounce", "--take", "a.take", "--seconds", "1", "-o", "x.wav"): ["--take: is as long as it was played"],
    ("bounce", "--take", "a.take", "-o", "x.wav"): ["a.take: cannot be read (No such file or directory)"],
    ("check",): ["the following arguments are required: FILE"],
    ("check", "no.yaml"): ["no.yaml: No such file"],
    ("doctor", "--jason"): ["--jason"],
    ("live", "--source", "file"): ["--source file and --file FILE need each other"],
    ("live", "--headless", "--fullscreen"): ["--fullscreen: needs a window; leave out --headless"],
    ("live", "--headless", "--monitor", "0"): ["--monitor: needs a window; leave out --headless"],
    ("live", "--size", "640"): ["--size: '640' is not a size; write one like 1280x720"],
    ("live", "--block", "3"): ["--block: 3 is outside 16 to 8192"],
}


@pytest.mark.parametrize(("words", "told"), WRONG.items(), ids=[" ".join(words) for words in WRONG])
def test_a_wrong_word_is_told_of_in_a_line_and_makes_nothing(words, told, folder, capsys):
    code, out, errors = run_command(capsys, *words)
    assert (code, out) == (2, "")
    assert all(line.startswith("phosphene: ") for line in errors), errors
    assert all(part in "\n".join(errors) for part in told), errors
    assert len(errors) == (1 if "--preset" in words else len(told)), errors
    assert not list(folder.iterdir())


@pytest.mark.parametrize("words", [("--help",), ("live", "--help"), ("bounce", "--help"), ("check", "--help")])
def test_help_is_there(words, capsys):
    code, out, errors = run_command(capsys, *words)
    assert (code, errors) == (0, []) and out.startswith("usage: phosphene")


def test_the_last_word_wins(folder, capsys):
    (folder / "mine.yaml").write_text("seed: 4\nsynth: {tempo: 80}\n")
    sets = ("--set", "synth.tempo=90", "--set", "seed=6", "--set", "synth.tempo=100")
    for words, seed in ((sets, 6), ((*sets, "--seed", 7), 7), (("--seed", 7, *sets), 7)):
        code, _, errors = run_command(capsys, *SYNTH, "--overwrite", "--preset", "mine.yaml", *words)
        assert (code, errors) == (0, [])
        record = json.loads((folder / "run.json").read_text())
        assert (record["seed"], record["preset"]["seed"], record["preset"]["synth"]["tempo"]) == (seed, seed, 100.0)


def test_a_packaged_preset_is_found_by_its_name(folder, capsys):
    assert run_command(capsys, *SYNTH, "--preset", "quiet")[0] == 0
    assert json.loads((folder / "run.json").read_text())["preset"]["synth"]["tempo"] == 72.0


@pytest.fixture
def papers(folder, capsys):
    """A preset, a genome and a run record, good and bad."""
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


def test_check_tells_what_is_sound(papers, capsys):
    code, out, errors = run_command(capsys, "check", "good.yaml", "good.json", "run.json", "quiet")
    assert (code, errors) == (0, [])
    kinds = ["good.yaml: a valid preset", "good.json: a valid genome", "run.json: a valid run record"]
    assert out.splitlines() == [*kinds, "presets/quiet.yaml: a valid preset"]


def test_check_tells_every_fault_of_every_file_with_its_line(papers, capsys):
    files = ("bad.yaml", "good.yaml", "bad.json", "worse.yaml", "bad/run.json", "no.yaml")
    code, out, errors = run_command(capsys, "check", *files)
    assert (code, out) == (2, "good.yaml: a valid preset\n")
    line = 1 + (papers / "bad" / "run.json").read_text().splitlines().index('  "rate": 0,')
    begins = ["bad.yaml:1", "bad.yaml:3", "bad.yaml:5", "bad.json:2", "bad.json:3", "worse.yaml:2"]
    begins += [f"bad/run.json:{line}", "no.yaml"]
    assert len(errors) == len(begins)
    for each, begin in zip(errors, begins):
        assert each.startswith(f"phosphene: {begin}: "), each


def test_check_permissive_warns_only(papers, capsys):
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
    assert all(line.endswith(")") for line in warnings)  # what would be done
    assert run_command(capsys, "check", "--permissive", "worse.yaml")[0] == 2  # nothing can be done


@pytest.mark.parametrize("server", ["", "unix:/nowhere"], ids=["as it is", "no sound server"])
def test_doctor_looks_and_tells(server, tmp_path):
    environment = {**os.environ, **({"PULSE_SERVER": server, "XDG_RUNTIME_DIR": str(tmp_path)} if server else {})}
    processes = [start_command("doctor", *words, env=environment) for words in ((), ("--json",))]
    (code, text, errors), (code_json, raw, errors_json) = map(finish_command, processes)
    assert (code, errors, code_json, errors_json) == (0, [], 0, [])
    found = json.loads(raw)
    assert {"phosphene", "python", "cores", "hosts", "devices", "missing"} <= set(found)
    assert text.startswith(f"Phosphene {found['phosphene']}, Python {found['python']}")
    assert all({"index", "name", "inputs", "outputs", "rate"} <= set(device) for device in found["devices"])
    assert all(gap["what"] and gap["mend"] and gap["what"] in text for gap in found["missing"])
    assert found["missing"] or "nothing is missing" in text
    if server:
        assert any("loudspeaker" in gap["what"] or "PortAudio" in gap["what"] for gap in found["missing"])


def test_a_reader_that_goes_away_is_no_fault():
    process = start_command("doctor", before=["sh", "-c", '"$0" "$@" | :'])
    assert finish_command(process)[2] == []
