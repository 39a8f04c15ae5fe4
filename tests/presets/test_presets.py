"""Presets: every fault is reported at once with its line, or corrected with a warning; the rest loads unchanged."""

import os

import pytest

from phosphene.engine.cli.commands.check import check
from phosphene.engine.documents.document import one_line
from phosphene.engine.documents.load import MAX_BYTES, MAX_DEPTH
from phosphene.engine.presets import packaged
from phosphene.engine.presets.load import load_preset
from tests.support.small_engine import KEYS, OPERATORS, SCHEMAS, refusal

DEFAULT = "the default is used"
VOLUME, TEMPO = {"genome": [{"op": "volume"}]}, {"synth": {"tempo": 90}}
FAULTS = [  # text, fault, what a permissive reader does about it, and the preset it then has
    ("about: a\nsede: 3", f"2: no key 'sede' {KEYS}; did you mean 'seed'?", "ignored", {"about": "a"}),
    ('"\\e[2J\\n": 1', f"1: no key '\\x1b[2J\\n' {KEYS}", "ignored", {}),
    ("seed: 1\n\nseed: 2", "3: seed: written twice (first on line 1)", "the last one is used", {"seed": 2}),
    ("genome:\n- op: volume\n  params: {gian: 3}",
     "3: genome.0.params: no parameter 'gian' (has gain); did you mean 'gain'?", "ignored", VOLUME),
    ("genome: [{op: volume, parms: {}}]",
     "1: genome.0: no key 'parms' (has bypass, op, params); did you mean 'params'?", "ignored", VOLUME),
    ("genome:\n- params: {}\n  op: volum",
     f"3: genome.0: no operator 'volum' {OPERATORS}; did you mean 'volume'?", "left out", {"genome": []}),
    ("genome: [{op: 3}]", f"1: genome.0: no operator '3' {OPERATORS}", "left out", {"genome": []}),
    ("genome: [{op: [a]}]", f"1: genome.0: no operator 'a list' {OPERATORS}", "left out", {"genome": []}),
    ("genome: [{params: {}}]", "1: genome.0: no 'op' to name an operator", "left out", {"genome": []}),
    ("genome: [volume]", "1: genome.0: found text 'volume', needs a mapping", "left out", {"genome": []}),
    ("genome: [" + "{op: volume}," * 17 + "]", "1: genome: found 17 entries, 16 are allowed", "the first 16 are kept",
     {"genome": [{"op": "volume"}] * 16}),
    ("genome: volume", "1: genome: found text 'volume', needs a list", DEFAULT, {}),
    ("genome: {op: volume}", "1: genome: found a mapping, needs a list", DEFAULT, {}),
    ("seed: 3\nsynth:", "2: synth: found nothing, needs a mapping", DEFAULT, {"seed": 3}),
    ("synth: [90]", "1: synth: found a list, needs a mapping", DEFAULT, {}),
    ("genome:\n- op: volume\n  params:\n    gain:\n      90",
     "4: genome.0.params.gain: 90 is outside -60 to 24 dB", "24 is used",
     {"genome": [{"op": "volume", "params": {"gain": 24.0}}]}),
    ("synth: {tempo: 59.5}", "1: synth.tempo: 59.5 is outside 60 to 140 BPM", "60 is used", {"synth": {"tempo": 60}}),
    ("synth: {tempo: '9e1'}", "1: synth.tempo: found text '9e1', needs a number", "90.0 is used", TEMPO),
    ("synth: {tempo: true}", "1: synth.tempo: found true, needs a number", DEFAULT, {}),
    ("synth: {tempo: 1:30}", "1: synth.tempo: found text '1:30', needs a number", DEFAULT, {}),
    ("synth: {tempo: .nan}", "1: synth.tempo: found nan, needs a finite number", DEFAULT, {}),
    ("synth: {tempo: -.inf}", "1: synth.tempo: found -inf, needs a finite number", DEFAULT, {}),
    ("synth: {tempo: 1e999}", "1: synth.tempo: found inf, needs a finite number", DEFAULT, {}),
    ("seed: -1", "1: seed: found -1, needs 0 or more", "0 is used", {}),
    ("seed: 9223372036854775808", "1: seed: found 9223372036854775808, needs 9223372036854775807 or less",
     "9223372036854775807 is used", {"seed": 9223372036854775807}),
    ("seed: abc", "1: seed: found text 'abc', needs a whole number", DEFAULT, {}),
    ("seed: '12'", "1: seed: found text '12', needs a whole number", "12 is used", {"seed": 12}),
    ("seed: false", "1: seed: found false, needs a whole number", DEFAULT, {}),
    ("seed: 1.5", "1: seed: found 1.5, needs a whole number", DEFAULT, {}),
    ("seed: 3.0", "1: seed: found 3.0, needs a whole number", "3 is used", {"seed": 3}),
    ("seed: " + "9" * 5_000, f"1: seed: found text '{'9' * 60}...', needs a whole number", DEFAULT, {}),
    ("about: 3", "1: about: found 3, needs text", DEFAULT, {}),
]  # fmt: skip


@pytest.mark.parametrize("text, fault, fix, result", FAULTS, ids=[fault[:60] for _, fault, _, _ in FAULTS])
def test_fault_is_reported_in_one_line_or_corrected(small_engine, write_file, text, fault, fix, result):
    name = write_file(text)
    assert refusal(load_preset, name) == f"x.yaml:{fault}"
    preset, warnings = load_preset(name, permissive=True)
    assert warnings == [f"x.yaml:{fault} ({fix})"]
    assert preset == SCHEMAS.preset.model_validate(result)
    assert load_preset(write_file(preset.to_yaml())) == (preset, []), "the corrected preset is not valid"


UNREADABLE = [
    (b"", " empty"),
    (b"# nothing\n", " empty"),
    (b"#" * (MAX_BYTES + 1), " larger than 256 KiB"),
    (b"seed: 1\n\x93NUMPY\x01\x00", "2: not text in UTF-8"),
    ("seed: 1".encode("utf-16"), "1: not text in UTF-8"),
    ("seed: 1\nabout: é".encode("latin-1"), "2: not text in UTF-8"),
    (b"a: 1\n" + bytes(64), "2: cannot be read: '\\x00' is not text"),
    (b"synth:\n\ttempo: 90", "2: cannot be read: found character '\\t' that cannot start any token"),
    (b"genome: [\n", "2: cannot be read: expected the node content, but found '<stream end>'"),
    (b"a:\n " + b"[" * 5_000, f"2: cannot be read: more than {MAX_DEPTH} levels deep"),
    (b"synth: &a {}\nx: *a", "2: cannot be read: aliases are not supported; write out the value of '*a'"),
    (b"about: !!python/none", "1: cannot be read: tags such as 'tag:yaml.org,2002:python/none' are not supported"),
    (b"seed: 1\n---\nseed: 2", "2: cannot be read: but found another document"),
    (b"seed: 1\n[a]: 2", "2: cannot be read: a key must be text"),
    (b'about: "\\ud83d"', "1: cannot be read: contains half of a surrogate pair"),
    (b'about: "\\UFFFFFFFF"', "1: cannot be read: contains an escape that is not a character"),
    (b"- seed: 1", "1: found a list, needs a mapping"),
    (b"volume", "1: found text 'volume', needs a mapping"),
]


@pytest.mark.parametrize("raw, fault", UNREADABLE, ids=[fault for _, fault in UNREADABLE])
def test_unreadable_file_is_reported_in_one_line(small_engine, write_file, raw, fault):
    assert refusal(load_preset, write_file(raw)) == f"x.yaml:{fault}"
    assert refusal(load_preset, "x.yaml", permissive=True) == f"x.yaml:{fault}"


def test_missing_file_or_folder_is_reported(small_engine, tmp_path, write_file):
    assert refusal(load_preset, tmp_path / "no.yaml") == f"{tmp_path}/no.yaml: No such file or directory"
    assert refusal(load_preset, tmp_path) == f"{tmp_path}: Is a directory"
    assert refusal(load_preset, f"{write_file('')}/x.yaml") == "x.yaml/x.yaml: Not a directory"
    assert refusal(load_preset, "x\0.yaml") == "x\\x00.yaml: embedded null byte"
    if os.geteuid():
        os.chmod(write_file("seed: 1"), 0)
        assert refusal(load_preset, "x.yaml") == "x.yaml: Permission denied"


def test_all_faults_are_reported_at_once_in_order_of_line(small_engine, write_file):
    name = write_file("synth: {tempo: 1}\ngenome:\n" + "- {op: volume, params: {gain: 25}}\n" * 17 + "seed: x\nseed: y")
    lines = refusal(load_preset, name, ["seed", "abuot=3"]).split("\n")
    assert lines[0] == "x.yaml:1: synth.tempo: 1 is outside 60 to 140 BPM"
    assert lines[1] == "x.yaml:2: genome: found 17 entries, 16 are allowed"
    assert [line.split(": ")[1] for line in lines[2:-4]] == [f"genome.{i}.params.gain" for i in range(17)]
    assert lines[-4:] == [
        "x.yaml:21: seed: written twice (first on line 20)",
        "x.yaml:21: seed: found text 'y', needs a whole number",
        "--set seed: needs key=value",
        f"--set abuot=3: no key 'abuot' {KEYS}; did you mean 'about'?",
    ]


def test_line_numbers_stay_right_while_genes_are_left_out(small_engine, write_file):
    name = write_file("genome:\n- nonsense\n- op: volum\n- op: volume\n  params:\n    gain: '90'")
    preset, warnings = load_preset(name, permissive=True)
    assert preset.active_genes() == [("volume", {"gain": 24.0})]
    assert [line.split(": ")[0] for line in warnings] == ["x.yaml:2", "x.yaml:3", "x.yaml:6", "x.yaml:6"]


def test_last_override_wins(small_engine, write_file):
    name = write_file("seed: abc\nsynth: {tempo: 90}\n")
    sets = ["seed=x", "seed=4", "genome.1.params.gain=-6", "synth.tempo=100", "synth={tempo: 120}", "about=on"]
    preset, _ = load_preset(name, sets)
    assert preset.seed == 4 and preset.synth.tempo == 120.0 and preset.about == "on"
    assert [gene.op for gene in preset.genome] == ["dc_blocker", "volume"] and preset.genome[1].params.gain == -6.0
    sets = ["genome=[{op: volume}]", "genome.0.params={gain: 1e0}"]
    assert load_preset(None, sets)[0].active_genes() == [("volume", {"gain": 1.0})]


OVERRIDES = {
    "genome.1.params.gian=-6": "genome.1.params: no parameter 'gian' (has gain); did you mean 'gain'?",
    "genome.1.params.gain=": "genome.1.params.gain: found nothing, needs a number",
    "genome.1.params.gain=yes": "genome.1.params.gain: found text 'yes', needs a number",
    "genome.2.op=volume": "genome: no entry '2' (has 2, counted from 0)",
    "genome.-1.op=volume": "genome: no entry '-1' (has 2, counted from 0)",
    "genome.volume.gain=3": "genome: no entry 'volume' (has 2, counted from 0)",
    "seed.low=3": "seed: found 5, needs a mapping or a list",
    "synt.tempo=3": f"no key 'synt' {KEYS}; did you mean 'synth'?",
    "seed.\ud800=3": "needs key=value",
    "seed=[": "cannot be read: expected the node content, but found '<stream end>'",
    "=3": f"no key '' {KEYS}",
}


@pytest.mark.parametrize("override, fault", OVERRIDES.items(), ids=map(one_line, OVERRIDES))
def test_fault_of_an_override_names_the_override(small_engine, write_file, override, fault):
    assert refusal(load_preset, write_file("seed: 5"), [override]) == f"--set {one_line(override)}: {fault}"
    if "cannot be read" not in fault:
        preset, warnings = load_preset("x.yaml", [override], permissive=True)
        assert warnings and preset.genome == SCHEMAS.preset.model_validate({}).genome


def test_unknown_preset_lists_the_packaged_ones():
    assert refusal(load_preset, "qiet").endswith("undertow, wayfarer); did you mean 'quiet'?")
    assert refusal(load_preset, "\x1b\n").startswith("presets: no preset '\\x1b\\n' (has breath, ")


def test_packaged_presets_are_valid():
    names = packaged.preset_names()
    assert {"default", "quiet"} <= {*names}
    assert check(names) == ([f"presets/{name}.yaml: a valid preset" for name in names], [])
    assert load_preset("default", ["about=''"]) == load_preset()


def test_preset_is_frozen_and_lists_every_default(small_engine):
    preset = load_preset()[0]
    with pytest.raises(ValueError, match="frozen"):
        preset.seed = 3
    with pytest.raises(ValueError, match="frozen"):
        preset.genome[1].params.gain = 3.0  # type: ignore[attr-defined]
    assert preset.to_dict() == {
        "about": "",
        "genome": [
            {"op": "dc_blocker", "params": {"corner": 8.0}, "bypass": False},
            {"op": "volume", "params": {"gain": 0.0}, "bypass": False},
        ],
        "include": [],
        "matrix": [],
        "media": None,
        "passes": [],
        "transition": {"kind": "fade", "seconds": 2.0, "start": "now"},
        "scene": "scope",
        "seed": 0,
        "sources": {},
        "synth": {"tempo": 96.0},
        "trajectory": {"anchors": "baseline", "beats": None, "smoothing": None, "wander": None},
    }
