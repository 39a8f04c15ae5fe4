"""MIDI learn: the control that is moved is recognised and mapped to the parameter that was chosen."""

import pytest

pytest.importorskip("mido")

from phosphene.engine.session.controllers.midi_learn import MidiLearner
from phosphene.engine.session.controllers.midi_mapping import MappingRow
from phosphene.engine.session.controllers.midi_messages import MidiParser
from tests.session.controllers.test_midi import (
    BREATH,
    BUTTON,
    DATA,
    ENCODERS,
    HUE,
    messages,
    parameters,  # noqa: F401
    row,
)


def learn(learner, stream, port="nanoKONTROL2:MIDI 1"):
    """The rows learnt from a stream of messages 5 ms apart."""
    parser, rows = MidiParser(port), []
    for at, raw in enumerate(messages(stream)):
        rows += [row for each in parser.parse(0.005 * at, raw) if (row := learner.add_event(each))]
    return rows


def cc(number, values):
    return "  ".join(f"B0 {number:02X} {value:02X}" for value in values)


LEARNT = {
    "a fader": (cc(0, [3, 5, 9, 12, 17]), {"from": "cc.1.0"}),
    "a fader from its end": (cc(7, [0, 1, 2, 3, 4, 5]), {"from": "cc.1.7"}),
    "a button": (BUTTON, {"from": "cc.1.32", "pickup": False}),
    "a button beside a fader": (f"{cc(0, [3, 5])}  {BUTTON}", {"from": "cc.1.32", "pickup": False}),
    "14 bits": (f"{BREATH}  {BREATH}", {"from": "cc14.4.2"}),
    "nrpn": (DATA + DATA, {"from": "nrpn.1.300"}),
    "a pad": ("99 24 64  89 24 40", {"from": "note.10.36"}),
    "a wheel": ("E0 00 41  E0 00 42  E0 00 43  E0 00 44", {"from": "bend.1"}),
    **{kind: (cc(20, values), {"from": f"{kind}.1.20"}) for kind, values in ENCODERS.items()},
    **{f"{kind}, left first": (cc(20, values[::-1]), {"from": f"{kind}.1.20"}) for kind, values in ENCODERS.items()},
}


@pytest.mark.parametrize("name", LEARNT)
def test_the_moved_control_is_recognised(parameters, name):  # noqa: F811
    stream, wanted = LEARNT[name]
    learner = MidiLearner(parameters)
    learner.toggle()
    learner.parameter_moved(HUE)
    assert learn(learner, stream) == [MappingRow(**wanted, to=HUE, port="nanoKONTROL2")]


def test_a_fader_that_repeats_a_value_is_not_an_encoder(parameters):  # noqa: F811
    learner = MidiLearner(parameters)
    learner.toggle()
    learner.parameter_moved(HUE)
    assert learn(learner, cc(3, [5, 5, 18, 18, 30])) == [row("cc.1.3", port="nanoKONTROL2")]


def test_a_bumped_knob_is_not_learnt(parameters):  # noqa: F811
    learner = MidiLearner(parameters)
    learner.toggle()
    learner.parameter_moved(HUE)
    assert learn(learner, cc(3, [64, 65])) == []
    parser = MidiParser("knobs")
    for at in range(9):  # now and then
        for each in parser.parse(10.0 * at, [0xB0, 3, 60 + at]):
            assert learner.add_event(each) is None


def test_the_knob_may_be_moved_before_the_parameter_is_chosen(parameters):  # noqa: F811
    learner = MidiLearner(parameters)
    learner.toggle()
    assert "choose" in str(learner.prompt)
    assert learn(learner, cc(16, [1, 2, 3, 4])) == [] and "cc.1.16" in str(learner.prompt)
    assert learner.parameter_moved(HUE) == row("cc.1.16", port="nanoKONTROL2")
    assert HUE in str(learner.prompt)


def test_a_button_for_a_key_is_learnt_at_its_first_press(parameters):  # noqa: F811
    learner = MidiLearner(parameters)
    learner.toggle()
    learner.choose(-1)
    assert learner.chosen == learner.names()[-1] and learner.chosen.startswith("keys.")
    assert [getattr(row, "from") for row in learn(learner, "B0 20 7F")] == ["cc.1.32"]


def test_choosing_wraps_around(parameters):  # noqa: F811
    learner = MidiLearner(parameters)
    learner.toggle()
    names = learner.names()
    for wanted in (*names, *names[:2]):
        learner.choose(1)
        assert learner.chosen == wanted
    learner.choose(-2)
    assert learner.chosen == names[-1]
    found = []
    for _ in range(5):
        learner.choose_section(1)
        found.append(learner.chosen)
    sections = [name.rpartition(".")[0] for name in found]
    assert len({*sections}) == len(sections) and found[0] == names[0]
    learner.choose_section(-1)
    assert learner.chosen == found[3]
    learner.toggle()
    assert learner.prompt is None
