"""Nothing from outside is believed: every fault is told at once, with its line, or mended with a warning."""

import json
import math
import os
from types import SimpleNamespace

import pytest

from phosphene.engine.common.errors import UsageError
from phosphene.engine.common.params import Param
from phosphene.engine.documents.document import one_line
from phosphene.engine.documents.load import MAX_BYTES, MAX_DEPTH, parse_scalar
from phosphene.engine.documents.schema import active_genes, genome_type
from phosphene.engine.effects.chain import genome
from phosphene.engine.presets import load
from phosphene.engine.presets.load import check, load_preset, load_record

STAND_INS = load.make_schemas(
    genome_type(
        {
            "dc_blocker": SimpleNamespace(PARAMS=(Param("corner", 8.0, low=2.0, high=40.0, unit="Hz"),)),
            "volume": SimpleNamespace(PARAMS=(Param("gain", 0.0, low=-60.0, high=24.0, unit="dB"),)),
        }
    ),
    {"synth": (Param("tempo", 96.0, low=60.0, high=140.0, unit="BPM"),)},
    SimpleNamespace(
        SCENES=("scope", "flash"),
        SHOWING=(),
        SHOWS=("bloom", "feedback"),
        SECTIONS=("scope", "flash", "bloom", "feedback"),
        TRANSITIONS=("fade", "cut"),
        STARTS=("now", "beat"),
        PLACES={},
    ),
)
RECORD = {
    "phosphene": "0.1.0", "preset": {"genome": [{"op": "volume", "params": {"gain": 1e-05}}]}, "seed": 3,
    "versions": {"numpy": "2.0"}, "source": "synth", "input_sha256": None, "samples_sha256": "0f" * 32,
    "frames": 48_000, "rate": 48_000, "channels": 2, "tempo": "causal", "format": "wav float32, mp4 h264",
    "pictures": 30, "pictures_sha256": "0e" * 32, "size": "640x360", "fps": "30000/1001", "gl_renderer": "llvmpipe",
}  # fmt: skip


@pytest.fixture
def few(monkeypatch):
    """An engine with two operators and one section, so that messages stay the same as the real one grows."""
    monkeypatch.setattr(load, "_engine", lambda: STAND_INS)
    monkeypatch.setattr(genome, "model", lambda: STAND_INS.genome)


@pytest.fixture
def write(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def put(text, name="x.yaml"):
        (tmp_path / name).write_bytes(text if isinstance(text, bytes) else text.encode())
        return name

    return put


def refusal(call, *args, **options):
    with pytest.raises(UsageError) as caught:
        call(*args, **options)
    assert caught.value.code == 2
    return str(caught.value)


KEYS = "(has about, genome, include, matrix, media, passes, scene, seed, sources, synth, trajectory, transition)"
OPS = "(has dc_blocker, volume)"
DEFAULT = "the default is used"
VOLUME, TEMPO = {"genome": [{"op": "volume"}]}, {"synth": {"tempo": 90}}
FAULTS = [  # the text, the faults as they are told, what a permissive reader does about each, and what it then has
    ("about: a\nsede: 3", f"2: no key 'sede' {KEYS}; did you mean 'seed'?", "ignored", {"about": "a"}),
    ('"\\e[2J\\n": 1', f"1: no key '\\x1b[2J\\n' {KEYS}", "ignored", {}),
    ("seed: 1\n\nseed: 2", "3: seed: written twice (first on line 1)", "the last one counts", {"seed": 2}),
    ("genome:\n- op: volume\n  params: {gian: 3}",
     "3: genome.0.params: no parameter 'gian' (has gain); did you mean 'gain'?", "ignored", VOLUME),
    ("genome: [{op: volume, parms: {}}]",
     "1: genome.0: no key 'parms' (has bypass, op, params); did you mean 'params'?", "ignored", VOLUME),
    ("genome:\n- params: {}\n  op: volum",
     f"3: genome.0: no operator 'volum' {OPS}; did you mean 'volume'?", "left out", {"genome": []}),
    ("genome: [{op: 3}]", f"1: genome.0: no operator '3' {OPS}", "left out", {"genome": []}),
    ("genome: [{op: [a]}]", f"1: genome.0: no operator 'a list' {OPS}", "left out", {"genome": []}),
    ("genome: [{params: {}}]", "1: genome.0: no 'op' to name an operator", "left out", {"genome": []}),
    ("genome: [volume]", "1: genome.0: found text 'volume', needs a mapping", "left out", {"genome": []}),
    ("genome: [" + "{op: volume}," * 17 + "]", "1: genome: 17 are too many, 16 is the most", "the first 16 are kept",
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


@pytest.mark.parametrize("text, told, mend, has", FAULTS, ids=[told[:60] for _, told, _, _ in FAULTS])
def test_a_fault_is_told_in_one_line_or_mended(few, write, text, told, mend, has):
    name = write(text)
    assert refusal(load_preset, name) == f"x.yaml:{told}"
    preset, warnings = load_preset(name, permissive=True)
    assert warnings == [f"x.yaml:{told} ({mend})"]
    assert preset == STAND_INS.preset.model_validate(has)
    assert load_preset(write(preset.text())) == (preset, []), "what was mended is not sound"


UNREADABLE = [
    (b"", " empty"),
    (b"# nothing\n", " empty"),
    (b"#" * (MAX_BYTES + 1), " larger than 256 KiB"),
    (b"seed: 1\n\x93NUMPY\x01\x00", "2: not text in UTF-8"),
    ("seed: 1".encode("utf-16"), "1: not text in UTF-8"),
    ("seed: 1\nabout: é".encode("latin-1"), "2: not text in UTF-8"),
    (b"a: 1\n" + bytes(64), "2: cannot be read: '\\x00' is no text"),
    (b"synth:\n\ttempo: 90", "2: cannot be read: found character '\\t' that cannot start any token"),
    (b"genome: [\n", "2: cannot be read: expected the node content, but found '<stream end>'"),
    (b"a:\n " + b"[" * 5_000, f"2: cannot be read: more than {MAX_DEPTH} levels deep"),
    (b"synth: &a {}\nx: *a", "2: cannot be read: aliases are not read; write out what '*a' stands for"),
    (b"about: !!python/none", "1: cannot be read: tags such as 'tag:yaml.org,2002:python/none' are not read"),
    (b"seed: 1\n---\nseed: 2", "2: cannot be read: but found another document"),
    (b"seed: 1\n[a]: 2", "2: cannot be read: a name has to be text"),
    (b'about: "\\ud83d"', "1: cannot be read: holds half a character"),
    (b'about: "\\UFFFFFFFF"', "1: cannot be read: holds an escape that is no character"),
    (b"- seed: 1", "1: found a list, needs a mapping"),
    (b"volume", "1: found text 'volume', needs a mapping"),
]


@pytest.mark.parametrize("raw, told", UNREADABLE, ids=[told for _, told in UNREADABLE])
def test_what_cannot_be_read_is_told_in_one_line(few, write, raw, told):
    assert refusal(load_preset, write(raw)) == f"x.yaml:{told}"
    assert refusal(load_preset, "x.yaml", permissive=True) == f"x.yaml:{told}"


def test_a_file_that_is_none(few, tmp_path, write):
    assert refusal(load_preset, tmp_path / "no.yaml") == f"{tmp_path}/no.yaml: No such file or directory"
    assert refusal(load_preset, tmp_path) == f"{tmp_path}: Is a directory"
    assert refusal(load_preset, f"{write('')}/x.yaml") == "x.yaml/x.yaml: Not a directory"
    assert refusal(load_preset, "x\0.yaml") == "x\\x00.yaml: embedded null byte"
    if os.geteuid():
        os.chmod(write("seed: 1"), 0)
        assert refusal(load_preset, "x.yaml") == "x.yaml: Permission denied"


def test_all_faults_are_told_at_once_in_order_of_line(few, write):
    name = write("synth: {tempo: 1}\ngenome:\n" + "- {op: volume, params: {gain: 25}}\n" * 17 + "seed: x\nseed: y")
    told = refusal(load_preset, name, ["seed", "abuot=3"]).split("\n")
    assert told[0] == "x.yaml:1: synth.tempo: 1 is outside 60 to 140 BPM"
    assert told[1] == "x.yaml:2: genome: 17 are too many, 16 is the most"
    assert [line.split(": ")[1] for line in told[2:-4]] == [f"genome.{i}.params.gain" for i in range(17)]
    assert told[-4:] == [
        "x.yaml:21: seed: written twice (first on line 20)",
        "x.yaml:21: seed: found text 'y', needs a whole number",
        "--set seed: needs key=value",
        f"--set abuot=3: no key 'abuot' {KEYS}; did you mean 'about'?",
    ]


def test_lines_stay_true_while_genes_are_left_out(few, write):
    name = write("genome:\n- nonsense\n- op: volum\n- op: volume\n  params:\n    gain: '90'")
    preset, warnings = load_preset(name, permissive=True)
    assert preset.genes() == [("volume", {"gain": 24.0})]
    assert [line.split(": ")[0] for line in warnings] == ["x.yaml:2", "x.yaml:3", "x.yaml:6", "x.yaml:6"]


def test_the_last_set_wins(few, write):
    name = write("seed: abc\nsynth: {tempo: 90}\n")
    sets = ["seed=x", "seed=4", "genome.1.params.gain=-6", "synth.tempo=100", "synth={tempo: 120}", "about=on"]
    preset, _ = load_preset(name, sets)
    assert preset.seed == 4 and preset.synth.tempo == 120.0 and preset.about == "on"
    assert [gene.op for gene in preset.genome] == ["dc_blocker", "volume"] and preset.genome[1].params.gain == -6.0
    sets = ["genome=[{op: volume}]", "genome.0.params={gain: 1e0}"]
    assert load_preset(None, sets)[0].genes() == [("volume", {"gain": 1.0})]


SETS = {
    "genome.1.params.gian=-6": "genome.1.params: no parameter 'gian' (has gain); did you mean 'gain'?",
    "genome.1.params.gain=": "genome.1.params.gain: found nothing, needs a number",
    "genome.1.params.gain=yes": "genome.1.params.gain: found text 'yes', needs a number",
    "genome.2.op=volume": "genome: no entry '2' (has 2, counted from 0)",
    "genome.-1.op=volume": "genome: no entry '-1' (has 2, counted from 0)",
    "genome.volume.gain=3": "genome: no entry 'volume' (has 2, counted from 0)",
    "seed.low=3": "seed: found 5, so nothing fits inside",
    "synt.tempo=3": f"no key 'synt' {KEYS}; did you mean 'synth'?",
    "seed.\ud800=3": "needs key=value",
    "seed=[": "cannot be read: expected the node content, but found '<stream end>'",
    "=3": f"no key '' {KEYS}",
}


@pytest.mark.parametrize("word, told", SETS.items(), ids=map(one_line, SETS))
def test_a_fault_of_a_set_names_the_set(few, write, word, told):
    assert refusal(load_preset, write("seed: 5"), [word]) == f"--set {one_line(word)}: {told}"
    if "cannot be read" not in told:
        preset, warnings = load_preset("x.yaml", [word], permissive=True)
        assert warnings and preset.genome == STAND_INS.preset().genome


def test_an_unknown_preset_lists_what_is_there():
    assert refusal(load_preset, "qiet").endswith("undertow, wayfarer); did you mean 'quiet'?")
    assert refusal(load_preset, "\x1b\n").startswith("presets: no preset '\\x1b\\n' (has breath, ")


def test_packaged_presets_are_sound():
    names = [file.stem for file in load.Path(load.__file__).parents[1].glob("presets/*.yaml")]
    assert {"default", "quiet"} <= {*names}
    assert check(names) == ([f"presets/{name}.yaml: a sound preset" for name in names], [])
    assert load_preset("default", ["about=''"]) == load_preset()


def test_scalars_mean_in_yaml_what_they_mean_in_json():
    for text in "1e5 1e-05 -0.5E+3 0 -12 1.5 true false null".split():
        assert repr(parse_scalar(text)) == repr(json.loads(text))
    for text in "yes no on off 1:30 12:30:45 0x10 1_000 2001-12-14 << = NaN 1e . True".split():
        assert parse_scalar(text) == text
    assert parse_scalar("010") == 10 and parse_scalar(".5") == 0.5 and parse_scalar("5.") == 5.0
    assert math.isnan(parse_scalar(".nan")) and parse_scalar("-.inf") == -math.inf


def test_json_is_read_as_json_is_written(few, write):
    told = [
        {"op": "volume", "params": {"gain": 1e-05}},
        {"op": "dc_blocker", "params": {"corner": 1e1}, "bypass": True},
    ]
    for text in (json.dumps(told), json.dumps(told, indent="\t"), json.dumps(told, separators=(",", ":"))):
        genes, _ = genome.load(write("\ufeff" + text, "g.json"))
        assert [gene.model_dump(exclude_defaults=True) for gene in genes] == told
    assert active_genes(genes) == [("volume", {"gain": 1e-05})], "a gene that is bypassed does not sound"
    told = refusal(genome.load, write('[{"op": "volume",\n\t"params": {"gain": NaN}},\n{"op": "volum"}]', "g.json"))
    assert told.split("\n") == [
        "g.json:2: 0.params.gain: found text 'NaN', needs a number",
        "g.json:3: 1: no operator 'volum' (has dc_blocker, volume); did you mean 'volume'?",
    ]
    genes, warnings = genome.load("g.json", permissive=True)
    assert active_genes(genes) == [("volume", {"gain": 0.0})] and len(warnings) == 2
    assert refusal(genome.load, write("[" + '{"op": "volume"},' * 17 + "]", "g.json")).endswith("16 is the most")
    assert len(genome.load("g.json", permissive=True)[0]) == 16
    assert refusal(genome.load, write("{}", "g.json")) == "g.json:1: found a mapping, needs a list"


def test_a_record_loads_back(few, write):
    record = load.RunRecord(**RECORD | {"preset": {"about": "\x7f\U0001f3b9"}})
    loaded, _ = load_record(write(record.text(), "run.json"))
    assert loaded.preset == STAND_INS.preset(about="\x7f\U0001f3b9")
    assert load_record(write(loaded.text(), "run.json"))[0] == loaded
    assert [*json.loads(record.text())] == sorted(RECORD)


def test_a_record_that_says_too_little_cannot_be_mended(few, write):
    wrong = RECORD | {"samples_sha256": "abc", "source": "synt", "frames": "48e3", "rate": 0, "versions": {"numpy": 2}}
    del wrong["format"]
    wrong["preset"] = {"genome": [{"op": "volume", "params": {"gain": 25}}]}
    told = refusal(load_record, write(json.dumps(wrong, indent=1), "run.json")).split("\n")
    assert [line.split(":", 2)[2].strip() for line in told] == [
        "format: missing",
        "preset.genome.0.params.gain: 25 is outside -60 to 24 dB",
        "versions.numpy: found 2, needs text",
        "no source 'synt' (has file, mic, silence, synth, take); did you mean 'synth'?",
        "samples_sha256: found text 'abc', needs 64 hexadecimal digits",
        "frames: found text '48e3', needs a whole number",
        "rate: found 0, needs 1 or more",
    ]
    told = refusal(load_record, "run.json", permissive=True)
    assert [line.split(": ")[1] for line in told.split("\n")] == [
        "format",
        "no source 'synt' (has file, mic, silence, synth, take); did you mean 'synth'?",
        "samples_sha256",
    ]


def test_check_tells_of_every_file(few, write):
    write("seed: 3", "a.yaml")
    write('[{"op": "volume"}]', "b.json")
    write(json.dumps(RECORD), "c.json")
    write("seed: x\nabuot: y", "d.yaml")
    write("{}", "run.json")
    sound, faults = check(["a.yaml", "b.json", "c.json", "d.yaml", "e.yaml", "run.json"])
    assert sound == ["a.yaml: a sound preset", "b.json: a sound genome", "c.json: a sound run record"]
    assert faults[:4] == [
        "d.yaml:1: seed: found text 'x', needs a whole number",
        f"d.yaml:2: no key 'abuot' {KEYS}; did you mean 'about'?",
        "e.yaml: No such file or directory",
        "run.json:1: phosphene: missing",
    ]
    sound, faults = check(["d.yaml"], permissive=True)
    assert len(sound) == 3 and sound[2] == "d.yaml: a sound preset" and not faults


def test_a_preset_stays_as_it_is(few):
    preset = load_preset()[0]
    with pytest.raises(ValueError, match="frozen"):
        preset.seed = 3
    with pytest.raises(ValueError, match="frozen"):
        preset.genome[1].params.gain = 3.0
    assert preset.full() == {
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
