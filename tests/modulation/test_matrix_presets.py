"""Matrix rows in presets: all faults with their place, included fragments, saving without loss."""

import json
from importlib import resources
from typing import Any

import pytest
import yaml

from phosphene.engine.cli.commands.check import check
from phosphene.engine.common.errors import UsageError
from phosphene.engine.effects import EFFECTS
from phosphene.engine.modulation.row_schema import MAX_ROWS
from phosphene.engine.presets.load import load_preset, restore_preset
from phosphene.engine.processes.shared_layout import LAYOUTS
from phosphene.engine.rings import allocate, board_layout
from phosphene.engine.rings.mailbox import post_text, reset
from phosphene.engine.visuals.catalogue import SECTIONS, SLOTS_BY_NAME
from tests.support.commands import run_command

WHOLE = """
seed: 3
sources:
  sway: {kind: lfo, shape: sine, beats: 8, phase: 0.25}
  stroll: {kind: walk, seconds: 12.0}
  thump: {kind: envelope, on: kick, attack: 0.005, release: 0.3}
genome:
- {op: echo}
- {op: volume, bypass: true}
- {op: reverb}
- {op: echo}
matrix:
- {from: listening.bass_fast, to: visuals.scope.afterglow, range: [0.5, 4.0], curve: exp, attack: 0.02, release: 0.4,
   amount: 0.8, when: always}
- {from: sources.sway, to: effects.reverb.mix, range: [0.6, 0.1]}
- {from: sources.stroll, to: effects.echo.time}
- {from: listening.mel.7, to: genome.3.mix, curve: steps, steps: 3, when: beat}
- {from: clock.hour, to: genome.1.gain, when: onset}
- {from: sources.thump, to: visuals.flash.fade, optional: true}
- {from: listening.chroma.0, to: visuals.mycelia.k_y, range: [0.5, 1.5], optional: true}
"""


@pytest.fixture
def write(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def write_file(text, name="x.yaml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
        return name

    return write_file


def error_lines(*args, **options):
    with pytest.raises(UsageError) as caught:
        load_preset(*args, **options)
    return str(caught.value).split("\n")


def test_rows_survive_saving_and_loading(write):
    preset = load_preset(write(WHOLE))[0]
    assert len(preset.matrix) == 7 and preset.sources["sway"].beats == 8
    again = load_preset(write(preset.to_yaml(), "y.yaml"))[0]
    assert again == preset and again.to_yaml() == preset.to_yaml()
    assert restore_preset(json.loads(json.dumps(preset.to_dict())), "it") == preset
    assert preset.to_dict()["matrix"][0]["from"] == "listening.bass_fast"


def test_rows_find_their_slots(write):
    rows = load_preset(write(WHOLE))[0].modulation().rows
    slots = [row["to"] for row in rows]
    echoes = [board_layout.gene_slot(0, gene, 0) for gene in (0, 2)]  # the bypassed gene has no slot
    reverb_mix, echo_mix = [board_layout.gene_slot(0, 1, 6)], [board_layout.gene_slot(0, 2, 4)]
    afterglow, fade = [SLOTS_BY_NAME["scope.afterglow"]], [SLOTS_BY_NAME["flash.fade"]]
    assert slots == [afterglow, reverb_mix, echoes, echo_mix, [], fade]
    assert [row["range"] for row in rows[:4]] == [(0.5, 4.0), (0.6, 0.1), (0.001, 2.0), (0.0, 1.0)]


def test_set_option_reaches_rows_and_sources(write):
    sets = ["matrix.0.amount=0", "sources.sway.beats=2", "sources.new={kind: walk}", "matrix.1.from=sources.new"]
    preset = load_preset(write(WHOLE), sets)[0]
    assert (preset.matrix[0].amount, preset.sources["sway"].beats) == (0.0, 2.0)
    assert getattr(preset.matrix[1], "from") == "sources.new" and preset.sources["new"].seconds == 8.0
    assert error_lines("x.yaml", ["matrix.7.amount=0"]) == [
        "--set matrix.7.amount=0: matrix: no entry '7' (has 7, counted from 0)"
    ]
    assert error_lines("x.yaml", ["matrix.0.amont=0"])[0].endswith("did you mean 'amount'?")


BAD = """
sources:
  Sway: {kind: walk}
  stroll: {kind: wlak}
  thump: {on: kick}
  sway: {kind: lfo, shape: sin, beats: 0}
matrix:
- {from: listening.bas_fast, to: visuals.scop.afterglow, range: [0.5, 9.0], curve: expo, attack: -1}
- {from: sources.swai, to: effects.reverb.mix, optional: 3}
- from: clock.minut
  to:
    effects.volume.gian
- {from: listening.mel.64, to: genome.7.gain, range: [1], amount: 2}
- {from: listening.mel, to: effects.volume.gain, range: [-61, 3]}
- {from: clock.day, to: effects.volume.gain, curve: exp}
- {to: 3}
- {from: heard.low, to: visual.scope.hue, range: [a, 1]}
- {from: listening.beat, to: scope, when: bar, steps: 1}
- nonsense
"""
FAULTS = """
3: sources.Sway: a name has lower-case letters, digits and _, at most 32 | left out
4: sources.stroll: no kind of source 'wlak' (has envelope, lfo, walk); did you mean 'walk'? | left out
5: sources.thump: no 'kind' to name a kind of source | left out
6: sources.sway: no shape 'sin' (has saw, sine, square, triangle); did you mean 'sine'? | the default is used
6: sources.sway.beats: 0 is outside 0.015625 to 4096 beats | 0.015625 is used
8: matrix.0: no curve 'expo' (has exp, linear, s, steps); did you mean 'exp'? | the default is used
8: matrix.0.attack: -1 is outside 0 to 600 s | 0 is used
8: matrix.0.from: listening: no feature 'bas_fast'; did you mean 'bass_fast'? | left out
8: matrix.0.to: visuals: no scene or pass 'scop' (has {HAS}); did you mean 'scope'? | left out
9: matrix.1.from: sources: no source 'swai' (has Sway, stroll, sway, thump); did you mean 'sway'? | left out
9: matrix.1.optional: found 3, needs true or false | the default is used
9: matrix.1.to: effects: no gene 'reverb' (has dc_blocker, volume) | left out
10: matrix.2.from: clock: no ramp 'minut' (has day, hour, minute); did you mean 'minute'? | left out
11: matrix.2.to: effects.volume: no parameter 'gian' (has gain); did you mean 'gain'? | left out
13: matrix.3.amount: 2 is outside 0 to 1 | 1 is used
13: matrix.3.from: listening.mel: no number '64' (has 0 to 63) | left out
13: matrix.3.range: needs two numbers, low and high, found 1 | the default is used
13: matrix.3.to: genome: no entry '7' (has 2, counted from 0) | left out
14: matrix.4.from: listening.mel: needs a number, as in listening.mel.0 | left out
14: matrix.4.range: -61 is outside -60 to 24 dB | the default is used
15: matrix.5.curve: exp needs a range above 0, found -60 to 24 | the default is used
16: matrix.6.from: missing | left out
16: matrix.6.to: found 3, needs text | left out
17: matrix.7.from: no source 'heard' (has clock, listening, sources, trajectory) | left out
17: matrix.7.range.0: found text 'a', needs a number | left out
17: matrix.7.to: no target 'visual' (has effects, genome, visuals); did you mean 'visuals'? | left out
18: matrix.8.from: listening: no feature 'beat'; did you mean 'beat_phase'? | left out
18: matrix.8.steps: found 1, needs 2 or more | 2 is used
18: matrix.8.to: no target 'scope' (has effects, genome, visuals) | left out
18: matrix.8: no when 'bar' (has always, beat, onset) | the default is used
19: matrix.9: found text 'nonsense', needs a mapping | left out
"""


def test_all_faults_are_reported_with_their_line(write, capsys):
    expected = [
        line.partition(" | ") for line in FAULTS.replace("{HAS}", ", ".join(sorted(SECTIONS))).strip().splitlines()
    ]
    assert sorted(error_lines(write(BAD))) == sorted(f"x.yaml:{fault}" for fault, _, _ in expected)
    code, _, errors = run_command(capsys, "check", "x.yaml")
    assert code == 2 and len(errors) == len(expected)
    preset, warnings = load_preset("x.yaml", permissive=True)
    missing = {f"x.yaml:{fault} ({fix})" for fault, _, fix in expected} - {*warnings}
    assert not missing, warnings
    (row,) = preset.matrix
    assert (getattr(row, "from"), row.curve, row.range) == ("clock.day", "linear", ())
    assert preset.sources["sway"].beats == 1 / 64 and [*preset.sources] == ["sway"]


def test_too_many_rows_and_sources(write):
    line = "- {from: clock.day, to: effects.volume.gain}\n"
    write("matrix:\n" + line * (MAX_ROWS + 1) + "sources:\n" + "".join(f"  s{n}: {{kind: walk}}\n" for n in range(33)))
    assert error_lines("x.yaml") == [
        "x.yaml:1: matrix: found 65 entries, 64 are allowed",
        "x.yaml:67: sources: found 33 entries, 32 are allowed",
    ]


def test_effects_that_pull_their_source_cannot_be_moved(write):
    write("genome: [{op: speed}]\nmatrix: [{from: listening.low, to: effects.speed.ratio}]")
    assert error_lines("x.yaml") == [
        "x.yaml:2: matrix.0.to: effects.speed: reads its source ahead of the output, so no row can move it"
    ]


def test_other_genome_without_the_moved_gene(write):
    write('[{"op": "volume"}]', "g.json")
    write("matrix: [{from: listening.low, to: effects.dc_blocker.corner}]")
    assert len(load_preset("x.yaml")[0].matrix) == 1
    (line,) = error_lines("x.yaml", genome="g.json")
    assert line == "x.yaml:1: matrix.0.to: effects: no gene 'dc_blocker' (has volume)"


MINE = """
include: [audio_control, parts.yaml]
sources: {sway: {kind: walk}}
matrix: [{from: sources.sway, to: genome.1.gain}]
"""
PART = """
about: mine
sources: {sway: {kind: lfo}, tide: {kind: lfo}}
matrix: [{from: sources.tide, to: visuals.scope.hue}]
"""


def test_included_rows_come_first_and_own_sources_win(write):
    """Paths are relative to the preset; the saved preset needs no included files."""
    write(PART, "sub/parts.yaml")
    write(MINE, "sub/x.yaml")
    preset = load_preset("sub/x.yaml")[0]
    control = yaml.safe_load(resources.files("phosphene").joinpath("presets/fragments/audio_control.yaml").read_text())
    froms = [getattr(row, "from") for row in preset.matrix]
    assert froms == [row["from"] for row in control["matrix"]] + ["sources.tide", "sources.sway"]
    assert {name: source.kind for name, source in preset.sources.items()} == {"sway": "walk", "tide": "lfo"}
    assert preset.include == () and "include" not in preset.to_yaml()
    assert load_preset(write(preset.to_yaml(), "y.yaml"))[0] == preset
    assert check(["sub/x.yaml"]) == (["sub/x.yaml: a valid preset"], [])
    by_hand = load_preset(None, ["include=[sub/parts.yaml]"])[0]
    assert len(by_hand.matrix) == 1 and [*by_hand.sources] == ["sway", "tide"]


def test_faults_of_included_files_name_their_file(write):
    write(
        "sources: {tide: {kind: lfo, beats: 0}}\ngenome: []\n\nmatrix:\n- {from: sources.tyde, to: genome.1.gain}",
        "a.yaml",
    )
    write("[", "b.yaml")
    write("- 1", "c.yaml")
    write("matrix: 3\nsources: []", "d.yaml")
    write("include: [a.yaml, b.yaml, c.yaml, d.yaml, no.yaml, audio_contrl]")
    faults = [
        "a.yaml:1: sources.tide.beats: 0 is outside 0.015625 to 4096 beats",
        "a.yaml:2: no key 'genome' (has about, matrix, sources)",
        "a.yaml:5: matrix.0.from: sources: no source 'tyde' (has tide); did you mean 'tide'?",
        "b.yaml:1: cannot be read: expected the node content, but found '<stream end>'",
        "c.yaml:1: found a list, needs a mapping",
        "d.yaml:1: matrix: found 3, needs a list",
        "d.yaml:2: sources: found a list, needs a mapping",
        "no.yaml: No such file or directory",
        "x.yaml:1: include: presets/fragments: no fragment 'audio_contrl' (has audio_control, scope_dance); "
        "did you mean 'audio_control'?",
    ]
    assert sorted(error_lines("x.yaml")) == faults
    preset, warnings = load_preset("x.yaml", permissive=True)
    assert len(warnings) == len(faults) and preset.sources["tide"].beats == 1 / 64 and not preset.matrix
    assert error_lines(write("include: 3")) == ["x.yaml:1: include: found 3, needs a list"]
    assert error_lines(write("include: [3]")) == ["x.yaml:1: include.0: found 3, needs text"]


def test_largest_valid_preset_fits_into_shared_memory(write):
    """Sixteen genes, and sixty-four rows that move a parameter of several of them."""
    name = "s" * 32
    row: dict[str, Any] = {
        "from": f"sources.{name}",
        "to": "effects.noise_reduction.sensitivity",
        "range": [0.123456789012345, 9.87654321],
    }
    row |= {"amount": 0.123456789012345, "attack": 0.123456789012345, "release": 599.123456789012}
    lost = {**row, "to": "visuals." + 92 * "x", "optional": True}
    sources = {f"{n:s>32}": {"kind": "envelope", "attack": 0.123456789012345} for n in "abcdefghijklmnopqrstuvwxyzabcd"}
    whole = {"about": 100 * "x", "sources": {**sources, name: {"kind": "lfo"}}, "matrix": [row, lost] * 32}
    params = {p.name: p.value_at(1 / 3) for p in EFFECTS["reverb"].PARAMS}
    genome = [{"op": "noise_reduction"}] * 8 + [{"op": "reverb", "params": params}] * 8
    preset = load_preset(write(json.dumps({**whole, "genome": genome})))[0]
    posted = {
        "genome": preset.active_genes(),
        "modulation": preset.modulation(),
        "preset": {**preset.to_dict(), "about": ""},
    }
    for key, text in (("genome", json.dumps({"serial": 99, **posted})), ("look", json.dumps(preset.to_look()))):
        box = allocate(LAYOUTS[key])
        reset(box)
        assert post_text(box, text + len(text) * " "), "less than twice the room"
    (line,) = error_lines(write(json.dumps({**whole, "matrix": [{**lost, "to": 101 * "x"}]})))
    assert "matrix.0.to: no target 'xxx" in line


def test_packaged_fragments_are_valid():
    names = sorted(each.name[:-5] for each in resources.files("phosphene").joinpath("presets/fragments").iterdir())
    assert names == ["audio_control", "scope_dance"]
    for name in names:
        assert load_preset(None, [f"include=[{name}]"])[0].matrix


def test_packaged_presets_move_sound_and_picture():
    moved = set()
    for each in (resources.files("phosphene") / "presets").iterdir():
        if each.name.endswith(".yaml"):
            for row in load_preset(each.name[:-5])[0].modulation().rows:
                moved |= {slot >= board_layout.GENOME_SLOTS for slot in row["to"]}
    assert moved == {True, False}
