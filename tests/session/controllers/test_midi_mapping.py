"""The MIDI mapping: every fault is reported with its line, and saving and loading changes nothing."""

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from phosphene.engine.common.errors import UsageError
from phosphene.engine.common.keys import CHARACTERS
from phosphene.engine.session.controllers.midi_mapping import NUMBER_COUNTS, STEP, MappingRow, MidiMapping, load_mapping
from tests.support.commands import run_command

GOOD = """
about: my knobs
controllers:
- {from: cc.1.16, to: visuals.scope.hue, port: nanoKONTROL2}
- {from: twos.1.20, to: genome.0.gain, range: [-24, 0], step: 0.01}
- {from: note.10.36, to: keys.tap}
- {from: bend.1, to: scope.bloom, pickup: false}
"""
FAULTS = {
    "a kind": (
        "from: cc15.1.16, to: scope.bloom",
        "controllers.0.from: no kind of message 'cc15'",
        "did you mean 'cc14'",
    ),
    "a channel": ("from: cc.17.1, to: scope.bloom", "no channel 17 (has 1 to 16)"),
    "a number": ("from: cc14.1.32, to: scope.bloom", "cc14: no number 32 (has 0 to 31)"),
    "too few": ("from: cc.1, to: scope.bloom", "found 'cc.1', needs cc.CHANNEL.NUMBER"),
    "too many": ("from: bend.1.1, to: scope.bloom", "found 'bend.1.1', needs bend.CHANNEL"),
    "no numbers": ("from: cc.one.1, to: scope.bloom", "needs cc.CHANNEL.NUMBER"),
    "a key": ("from: cc.1.1, to: keys.tpa", "no key 'tpa'", "did you mean 'tap'"),
    "a target": ("from: cc.1.1, to: hue", "needs a parameter, as in visuals.scope.hue, or a key"),
    "a range": (
        "from: cc.1.1, to: scope.bloom, range: [1]",
        "controllers.0.range: needs two numbers, low and high, found 1",
    ),
    "a step": ("from: cc.1.1, to: scope.bloom, step: 3", f"controllers.0.step: 3 is outside {STEP.range_text}"),
    "a word": (
        "from: cc.1.1, to: scope.bloom, pickup: 1",
        "controllers.0.pickup: found 1, needs true or false",
    ),
    "an unknown word": ("from: cc.1.1, to: scope.bloom, prot: x", "no key 'prot'", "did you mean 'port'"),
    "no from": ("to: scope.bloom", "controllers.0.from: missing"),
}


@pytest.fixture
def file(tmp_path):
    return tmp_path / "controllers.yaml"


def test_a_mapping_survives_saving_and_loading(file):
    file.write_text(GOOD)
    mapping = load_mapping(file)
    assert [row.to for row in mapping.controllers] == [
        "visuals.scope.hue",
        "genome.0.gain",
        "keys.tap",
        "scope.bloom",
    ]
    assert mapping.controllers[1].range == (-24.0, 0.0) and not mapping.controllers[3].pickup
    file.write_text(mapping.to_yaml())
    assert load_mapping(file) == mapping
    assert len(mapping.to_yaml().splitlines()) == 2 + len(mapping.controllers), "a row a line"


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_reported_with_its_line(file, name):
    row, *expected = FAULTS[name]
    file.write_text(f"about: mine\ncontrollers:\n- {{{row}}}\n")
    with pytest.raises(UsageError) as caught:
        load_mapping(file)
    (line,) = str(caught.value).splitlines()
    assert line.startswith(f"{file}:3: ") and all(words in line for words in expected), line


def test_check_reports_all_faults_of_a_mapping(file, capsys):
    file.write_text("controllers:\n- {from: cc.1.1, to: keys.tpa}\n- {from: cd.1.1, to: scope.bloom}\n")
    code, _, lines = run_command(capsys, "check", file)
    assert code == 2 and [f"{file}:{n}" in line for n, line in zip((2, 3), lines)] == [True, True]
    file.write_text(GOOD)
    code, out, _ = run_command(capsys, "check", file)
    assert code == 0 and "a valid controller mapping" in out


def test_a_new_row_replaces_those_of_its_control_and_of_its_target():
    one, two = (
        MappingRow(**{"from": f"cc.1.{n}", "to": to, "port": "a"})
        for n, to in ((1, "scope.bloom"), (2, "visuals.scope.hue"))
    )
    mapping = MidiMapping().with_row(one).with_row(two)
    assert mapping.controllers == (one, two)
    same_knob = MappingRow(**{"from": "twos.1.1", "to": "keys.tap", "port": "a"})
    assert mapping.with_row(same_knob).controllers == (two, same_knob)
    same_place = MappingRow(**{"from": "cc.1.9", "to": "scope.bloom", "port": "b"})
    assert mapping.with_row(same_place).controllers == (two, same_place)
    elsewhere = MappingRow(**{"from": "cc.1.1", "to": "keys.tap", "port": "b"})
    assert mapping.with_row(elsewhere).controllers == (one, two, elsewhere)
    anywhere = MappingRow(**{"from": "cc.1.1", "to": "keys.hold"})
    assert mapping.with_row(anywhere).controllers == (two, anywhere), "both would react to the one knob"
    assert mapping.without_target("scope.bloom").controllers == (two,)


def control_names(kind):
    channel = st.integers(1, 16).map(lambda n: f"{kind}.{n}")
    count = NUMBER_COUNTS[kind]
    return channel if count is None else st.builds("{}.{}".format, channel, st.integers(0, count - 1))


ROWS = st.fixed_dictionaries(
    {
        "from": st.sampled_from(sorted(NUMBER_COUNTS)).flatmap(control_names),
        "to": st.sampled_from(["visuals.scope.hue", *(f"keys.{name}" for name in CHARACTERS)]),
    },
    optional={
        "port": st.text(max_size=20),
        "range": st.lists(st.floats(-1e9, 1e9), min_size=2, max_size=2),
        "pickup": st.booleans(),
        "step": st.floats(STEP.low, STEP.high),
    },
)


@example([], "0E0")
@given(st.lists(ROWS, max_size=5), st.text(max_size=30))
def test_any_mapping_survives_saving_and_loading(tmp_path_factory, rows, about):
    mapping, file = MidiMapping(about=about, controllers=rows), tmp_path_factory.mktemp("rows") / "some.yaml"
    file.write_text(mapping.to_yaml(), encoding="utf-8")
    assert load_mapping(file) == mapping


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*MappingRow.model_fields, "x"]), inner)
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(["controllers", "about", "x"]), ANYTHING) | ANYTHING)
def test_any_document_loads_or_fails_with_its_place(tmp_path_factory, document):
    file = tmp_path_factory.mktemp("rows") / "some.yaml"
    file.write_text(yaml.safe_dump(document), encoding="utf-8")
    try:
        load_mapping(file)
    except UsageError as fault:
        assert all(line.startswith(str(file)) for line in str(fault).splitlines())
