"""MIDI: streams of bytes as devices send them, what they say, and where it moves the desk."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

mido = pytest.importorskip("mido")

from phosphene.engine.common.params import Param  # noqa: E402
from phosphene.engine.presets.load import restore_preset  # noqa: E402
from phosphene.engine.rings import allocate, board  # noqa: E402
from phosphene.engine.rings.board import get  # noqa: E402
from phosphene.engine.session.controllers.midi_learn import MidiLearner  # noqa: E402
from phosphene.engine.session.controllers.midi_mapping import MidiMapping, MappingRow  # noqa: E402
from phosphene.engine.session.controllers.midi_messages import HALF_TIMEOUT, MidiParser, MidiEvent  # noqa: E402
from phosphene.engine.session.controllers.midi_pickup import MappedControl, MappedControls, encoder_steps  # noqa: E402
from phosphene.engine.session.parameters import Parameter, ParameterStore  # noqa: E402
from phosphene.engine.session.supervisor import controls  # noqa: E402
from phosphene.engine.visuals.catalogue import BOARD_SLOTS, NAMES  # noqa: E402

HUE = "visuals.scope.hue"
FADERS = "B0 00 00  B0 00 05  B0 00 11"  # of a nanoKONTROL2: faders from cc 0 on, buttons from 32, 48, 64 on
BUTTON = "B0 20 7F  B0 20 00"
BREATH = "B3 02 40  B3 22 00  B3 02 40  B3 22 01  B3 02 41  B3 22 7F"  # channel 4, 14 bits, first half first
DATA = "B0 63 02  B0 62 2C  B0 06 7F  B0 26 7F  B0 06 00  B0 26 01"  # NRPN 300
ENDLESS = {  # three steps right, two left
    "twos": [1, 1, 1, 127, 127],
    "offset": [65, 65, 65, 63, 63],
    "sign": [1, 1, 1, 65, 65],
}


def messages(text):
    """The bytes of each message in a stream, as a driver tells them apart."""
    return [message.bytes() for message in mido.Parser(bytes.fromhex(text))]


def heard(text, device=None, moment=0.0):
    device = device or MidiParser("knobs")
    return [(said.what, said.value, said.most) for raw in messages(text) for said in device.hear(moment, raw)]


@pytest.fixture
def desk():
    desk = ParameterStore(allocate(board.layout(BOARD_SLOTS)))
    preset = restore_preset({"scope": {"hue": 0.5}}, "here")
    desk.lay(controls(preset, 1), preset.modulation())
    return desk


def row(what, to=HUE, **more):
    return MappingRow(**{"from": what, "to": to, **more})


def said(what, value, most=127, port="knobs", moment=0.0):
    return MidiEvent(what, value, most, port, moment)


def hue(desk):
    return get(desk.board, NAMES["scope.hue"])


def test_knobs_and_buttons_have_a_name_and_reach_both_ends():
    assert heard(FADERS) == [("cc.1.0", 0, 127), ("cc.1.0", 5, 127), ("cc.1.0", 17, 127)]
    assert heard("BF 7F 7F") == [("cc.16.127", 127, 127)]
    assert heard("99 24 64  89 24 40  99 24 00") == [("note.10.36", n, 127) for n in (100, 0, 0)]
    assert heard("E0 00 00  E0 00 40  E0 7F 7F") == [("bend.1", n, 16_383) for n in (0, 8192, 16_383)]
    assert heard("D1 40  C1 03") == [("pressure.2", 64, 127), ("program.2.3", 127, 127)]


def test_halves_are_one_number():
    both = [each for each in heard(BREATH) if each[0].startswith("cc14")]
    assert both == [("cc14.4.2", n, 16_383) for n in (64 << 7, 64 << 7 | 1, 65 << 7 | 127)]


def test_a_first_half_alone_is_told_when_no_second_one_comes():
    device = MidiParser("knobs")
    assert heard("B0 01 7F", device) == [("cc.1.1", 127, 127)]
    assert not device.rest(HALF_TIMEOUT / 2)
    assert [(each.what, each.value) for each in device.rest(2 * HALF_TIMEOUT)] == [("cc14.1.1", 16_383)]
    assert not device.rest(4 * HALF_TIMEOUT)


def test_nrpn_has_its_data_to_itself_until_it_is_let_go():
    assert heard(DATA) == [("nrpn.1.300", 16_383, 16_383), ("nrpn.1.300", 1, 16_383)]
    assert heard(f"{DATA}  B0 63 7F  B0 62 7F  B0 06 40")[2:] == [("cc.1.6", 64, 127)]
    assert heard("B0 63 02  B0 62 2C  B1 06 40") == [("cc.2.6", 64, 127)], "of another channel"


def test_clocks_and_sysex_say_nothing():
    assert heard("F8  FE  F0 7E 01 F7  FA") == []


@given(st.lists(st.binary(max_size=6)))
def test_whatever_comes_is_said_or_refused(stream):
    """No number is out of range, and memory does not grow with what is sent."""
    device = MidiParser("knobs")
    for at, raw in enumerate(stream):
        try:
            told = device.hear(float(at), [*raw])
        except ValueError:
            told = []
        for each in [*told, *device.rest(float(at))]:
            assert 0 <= each.value <= each.most and 0.0 <= each.share <= 1.0


def test_many_nrpns_are_not_all_remembered():
    device = MidiParser("knobs")
    for number in range(1000):
        first, second = number >> 7, number & 127
        for n, value in ((99, first), (98, second), (6, 64), (38, 1)):
            device.hear(0.0, [0xB0, n, value])
    assert len(device.halves) <= 2


@pytest.mark.parametrize("kind", ENDLESS)
def test_knobs_without_an_end_count_steps(kind):
    assert [encoder_steps(kind, value) for value in ENDLESS[kind]] == [1, 1, 1, -1, -1]


def test_a_knob_picks_a_parameter_up_where_it_stands(desk):
    knob = MappedControl(row("cc.1.16"))
    for value in (0, 20, 40):
        knob.move(said("cc.1.16", value), desk)
        assert hue(desk) == 0.5, "it jumped"
    knob.move(said("cc.1.16", 90), desk)  # past it, and quickly
    assert hue(desk) == pytest.approx(90 / 127) and desk.standing(HUE).who == "midi"
    knob.move(said("cc.1.16", 10), desk)
    assert hue(desk) == pytest.approx(10 / 127)
    desk.move(HUE, 0.9, "osc")
    knob.move(said("cc.1.16", 12), desk)
    assert hue(desk) == 0.9, "somebody else has it now"
    knob.move(said("cc.1.16", 127), desk)
    assert hue(desk) == 1.0


def test_without_pickup_it_jumps(desk):
    MappedControl(row("cc.1.16", pickup=False)).move(said("cc.1.16", 127), desk)
    assert hue(desk) == 1.0


def test_a_range_may_go_backwards_and_keeps_to_the_parameters(desk):
    knob = MappedControl(row("cc.1.16", range=[0.8, 0.2], pickup=False))
    for value, wanted in ((0, 0.8), (127, 0.2)):
        knob.move(said("cc.1.16", value), desk)
        assert hue(desk) == pytest.approx(wanted)
    endless = MappedControl(row("twos.1.16", range=[0.8, 0.2], step=1 / 8))
    endless.move(said("cc.1.16", 127), desk)
    assert hue(desk) == pytest.approx(0.2 + 1 / 8), "to the left is up"
    wide = MappedControl(row("cc.1.16", range=[-5.0, 5.0], pickup=False))
    wide.move(said("cc.1.16", 0), desk)
    assert hue(desk) == 0.0


def test_an_exponential_parameter_travels_as_its_knob_does(desk):
    knob = MappedControl(row("bend.1", to="visuals.scope.afterglow", pickup=False))
    param = desk.controls["visuals.scope.afterglow"].param
    knob.move(said("bend.1", 8192, 16_383), desk)
    assert desk.bases["visuals.scope.afterglow"][0] == pytest.approx(param.value_at(0.5), rel=1e-3)


@pytest.mark.parametrize("kind", ENDLESS)
def test_a_knob_without_an_end_never_jumps_and_stops_at_the_ends(desk, kind):
    knob = MappedControl(row(f"{kind}.1.20", step=1 / 8))
    right, left = ENDLESS[kind][0], ENDLESS[kind][-1]
    knob.move(said("cc.1.20", right), desk)
    assert hue(desk) == pytest.approx(0.5 + 1 / 8)
    for _ in range(9):
        knob.move(said("cc.1.20", right), desk)
    assert hue(desk) == 1.0
    knob.move(said("cc.1.20", left), desk)
    assert hue(desk) == pytest.approx(1 - 1 / 8)


CHOSEN = {
    "twos": ([1, 1, 127, 1, 1, 1], [1.0, 2.0, 1.0, 2.0, 3.0, 3.0]),
    "cc": ([0, 30, 45, 70, 100, 127], [0.0, 1.0, 1.0, 2.0, 2.0, 3.0]),
}


@pytest.mark.parametrize("kind", CHOSEN)
def test_a_choice_is_passed_on_by_steps_and_by_places(desk, kind):
    tone = Param("tone", 0.0, low=0.0, high=3.0, choices=("linear", "filmlog", "punch", "pastel"))
    desk.controls["visuals.finish.tone"] = Parameter("visuals.finish.tone", tone, 0.0, 0, 0)
    desk.bases["visuals.finish.tone"] = 0.0, "preset"
    knob, found = MappedControl(row(f"{kind}.1.20", to="visuals.finish.tone")), []
    for value in CHOSEN[kind][0]:
        knob.move(said("cc.1.20", value), desk)
        found.append(desk.bases["visuals.finish.tone"][0])
    assert found == CHOSEN[kind][1]


def test_a_button_toggles(desk):
    knob, found = MappedControl(row("note.1.36", toggle=True)), []
    for value in (100, 0, 100, 0, 1, 0):
        knob.move(said("note.1.36", value), desk)
        found.append(hue(desk))
    assert found == [1.0, 1.0, 0.0, 0.0, 1.0, 1.0]


def test_a_button_presses_a_key_when_it_goes_down(desk):
    knobs = MappedControls(desk)
    knobs.lay(MidiMapping(controllers=[row("cc.1.32", "keys.tap"), row("program.1.3", "keys.hold")]))
    pressed = [word for value in (127, 0, 64, 127, 63) for word in knobs.take(said("cc.1.32", value))]
    assert pressed == ["tap", "tap"]
    assert [*knobs.take(said("program.1.3", 127)), *knobs.take(said("program.1.3", 127))] == ["hold", "hold"]


def test_a_row_of_another_device_or_parameter_does_nothing(desk):
    knobs = MappedControls(desk)
    knobs.lay(MidiMapping(controllers=[row("cc.1.1", port="Nano", pickup=False), row("cc.1.1", to="genome.7.gone")]))
    assert not [*knobs.take(said("cc.1.1", 0, port="launch"))] and hue(desk) == 0.5
    assert not [*knobs.take(said("cc.1.1", 0, port="nanoKONTROL2"))] and hue(desk) == 0.0


def learn(learner, stream, port="nanoKONTROL2:MIDI 1"):
    """The rows that come of a stream, its messages 5 ms apart."""
    device, rows = MidiParser(port), []
    for at, raw in enumerate(messages(stream)):
        rows += [row for each in device.hear(0.005 * at, raw) if (row := learner.hear(each))]
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
    **{kind: (cc(20, values), {"from": f"{kind}.1.20"}) for kind, values in ENDLESS.items()},
    **{f"{kind}, left first": (cc(20, values[::-1]), {"from": f"{kind}.1.20"}) for kind, values in ENDLESS.items()},
}


@pytest.mark.parametrize("name", LEARNT)
def test_what_is_moved_is_recognised(desk, name):
    stream, wanted = LEARNT[name]
    learner = MidiLearner(desk)
    learner.toggle()
    learner.touch(HUE)
    assert learn(learner, stream) == [MappingRow(**wanted, to=HUE, port="nanoKONTROL2")]


def test_a_fader_that_says_things_twice_is_no_knob_without_an_end(desk):
    learner = MidiLearner(desk)
    learner.toggle()
    learner.touch(HUE)
    assert learn(learner, cc(3, [5, 5, 18, 18, 30])) == [row("cc.1.3", port="nanoKONTROL2")]


def test_a_knob_that_was_bumped_is_not_learnt(desk):
    learner = MidiLearner(desk)
    learner.toggle()
    learner.touch(HUE)
    assert learn(learner, cc(3, [64, 65])) == []
    device = MidiParser("knobs")
    for at in range(9):  # now and then
        for each in device.hear(10.0 * at, [0xB0, 3, 60 + at]):
            assert learner.hear(each) is None


def test_first_the_knob_and_then_the_parameter(desk):
    learner = MidiLearner(desk)
    learner.toggle()
    assert "choose" in learner.asks()
    assert learn(learner, cc(16, [1, 2, 3, 4])) == [] and "cc.1.16" in learner.asks()
    assert learner.touch(HUE) == row("cc.1.16", port="nanoKONTROL2")
    assert HUE in learner.asks()


def test_a_key_is_learnt_at_the_first_press(desk):
    learner = MidiLearner(desk)
    learner.toggle()
    learner.step(-1)
    assert learner.chosen == learner.names()[-1] and learner.chosen.startswith("keys.")
    assert [getattr(row, "from") for row in learn(learner, "B0 20 7F")] == ["cc.1.32"]


def test_steps_and_leaps_go_round(desk):
    learner = MidiLearner(desk)
    learner.toggle()
    names = learner.names()
    for wanted in (*names, *names[:2]):
        learner.step(1)
        assert learner.chosen == wanted
    learner.step(-2)
    assert learner.chosen == names[-1]
    found = []
    for _ in range(5):
        learner.leap(1)
        found.append(learner.chosen)
    sections = [name.rpartition(".")[0] for name in found]
    assert len({*sections}) == len(sections) and found[0] == names[0]
    learner.leap(-1)
    assert learner.chosen == found[3]
    learner.toggle()
    assert learner.asks() is None
