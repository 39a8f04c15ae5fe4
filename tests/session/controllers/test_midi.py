"""MIDI: messages become events, and knobs move parameters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

mido = pytest.importorskip("mido")

from phosphene.engine.common.params import Param  # noqa: E402
from phosphene.engine.presets.load import restore_preset  # noqa: E402
from phosphene.engine.rings import allocate, board  # noqa: E402
from phosphene.engine.rings.board import get  # noqa: E402
from phosphene.engine.session.controllers.midi_mapping import MappingRow, MidiMapping  # noqa: E402
from phosphene.engine.session.controllers.midi_messages import HALF_TIMEOUT, MidiEvent, MidiParser  # noqa: E402
from phosphene.engine.session.controllers.midi_pickup import MappedControl, MappedControls, encoder_steps  # noqa: E402
from phosphene.engine.session.parameters import (  # noqa: E402
    BaseValue,
    Parameter,
    ParameterStore,
    preset_parameters,
)
from phosphene.engine.visuals.catalogue import BOARD_SLOTS, SLOTS_BY_NAME  # noqa: E402

HUE = "visuals.scope.hue"
FADERS = "B0 00 00  B0 00 05  B0 00 11"  # of a nanoKONTROL2: faders from cc 0 on, buttons from 32, 48, 64 on
BUTTON = "B0 20 7F  B0 20 00"
BREATH = "B3 02 40  B3 22 00  B3 02 40  B3 22 01  B3 02 41  B3 22 7F"  # channel 4, 14 bits, first half first
DATA = "B0 63 02  B0 62 2C  B0 06 7F  B0 26 7F  B0 06 00  B0 26 01"  # NRPN 300
ENCODERS = {  # three steps to the right, two to the left
    "twos": [1, 1, 1, 127, 127],
    "offset": [65, 65, 65, 63, 63],
    "sign": [1, 1, 1, 65, 65],
}


def messages(text):
    """The bytes of each message in a stream, as a driver tells them apart."""
    return [message.bytes() for message in mido.Parser(bytes.fromhex(text))]


def events(text, parser=None, moment=0.0):
    parser = parser or MidiParser("knobs")
    found = [each for raw in messages(text) for each in parser.parse(moment, raw)]
    return [(each.control, each.value, each.maximum) for each in found]


@pytest.fixture
def parameters():
    parameters = ParameterStore(allocate(board.layout(BOARD_SLOTS)))
    preset = restore_preset({"scope": {"hue": 0.5}}, "here")
    parameters.apply_preset(preset_parameters(preset, 1), preset.modulation())
    return parameters


def row(control, to=HUE, **more):
    return MappingRow(**{"from": control, "to": to, **more})


def event(control, value, maximum=127, port="knobs", moment=0.0):
    return MidiEvent(control, value, maximum, port, moment)


def hue(parameters):
    return get(parameters.board, SLOTS_BY_NAME["scope.hue"])


def test_messages_become_events_with_a_name_and_their_full_range():
    assert events(FADERS) == [("cc.1.0", 0, 127), ("cc.1.0", 5, 127), ("cc.1.0", 17, 127)]
    assert events("BF 7F 7F") == [("cc.16.127", 127, 127)]
    assert events("99 24 64  89 24 40  99 24 00") == [("note.10.36", n, 127) for n in (100, 0, 0)]
    assert events("E0 00 00  E0 00 40  E0 7F 7F") == [("bend.1", n, 16_383) for n in (0, 8192, 16_383)]
    assert events("D1 40  C1 03") == [("pressure.2", 64, 127), ("program.2.3", 127, 127)]


def test_two_halves_are_one_14_bit_value():
    both = [each for each in events(BREATH) if each[0].startswith("cc14")]
    assert both == [("cc14.4.2", n, 16_383) for n in (64 << 7, 64 << 7 | 1, 65 << 7 | 127)]


def test_a_first_half_alone_becomes_an_event_after_the_timeout():
    parser = MidiParser("knobs")
    assert events("B0 01 7F", parser) == [("cc.1.1", 127, 127)]
    assert not parser.flush(HALF_TIMEOUT / 2)
    assert [(each.control, each.value) for each in parser.flush(2 * HALF_TIMEOUT)] == [("cc14.1.1", 16_383)]
    assert not parser.flush(4 * HALF_TIMEOUT)


def test_data_belongs_to_the_selected_nrpn():
    assert events(DATA) == [("nrpn.1.300", 16_383, 16_383), ("nrpn.1.300", 1, 16_383)]
    assert events(f"{DATA}  B0 63 7F  B0 62 7F  B0 06 40")[2:] == [("cc.1.6", 64, 127)]
    assert events("B0 63 02  B0 62 2C  B1 06 40") == [("cc.2.6", 64, 127)], "of another channel"


def test_clock_and_sysex_are_no_events():
    assert events("F8  FE  F0 7E 01 F7  FA") == []


@given(st.lists(st.binary(max_size=6)))
def test_any_bytes_become_valid_events_or_an_error(stream):
    """No number is out of range, and memory does not grow with what is sent."""
    parser = MidiParser("knobs")
    for at, raw in enumerate(stream):
        try:
            found = parser.parse(float(at), [*raw])
        except ValueError:
            found = []
        for each in [*found, *parser.flush(float(at))]:
            assert 0 <= each.value <= each.maximum and 0.0 <= each.position <= 1.0


def test_memory_does_not_grow_with_the_number_of_nrpns():
    parser = MidiParser("knobs")
    for number in range(1000):
        first, second = number >> 7, number & 127
        for n, value in ((99, first), (98, second), (6, 64), (38, 1)):
            parser.parse(0.0, [0xB0, n, value])
    assert len(parser.halves) <= 2


@pytest.mark.parametrize("kind", ENCODERS)
def test_encoders_count_steps(kind):
    assert [encoder_steps(kind, value) for value in ENCODERS[kind]] == [1, 1, 1, -1, -1]


def test_a_knob_moves_a_parameter_once_it_has_passed_its_position(parameters):
    control = MappedControl(row("cc.1.16"))
    for value in (0, 20, 40):
        control.move(event("cc.1.16", value), parameters)
        assert hue(parameters) == 0.5, "it jumped"
    control.move(event("cc.1.16", 90), parameters)  # past it, and quickly
    assert hue(parameters) == pytest.approx(90 / 127) and parameters.state(HUE).set_by == "midi"
    control.move(event("cc.1.16", 10), parameters)
    assert hue(parameters) == pytest.approx(10 / 127)
    parameters.set(HUE, 0.9, "osc")
    control.move(event("cc.1.16", 12), parameters)
    assert hue(parameters) == 0.9, "another controller has set it since"
    control.move(event("cc.1.16", 127), parameters)
    assert hue(parameters) == 1.0


def test_without_pickup_it_jumps(parameters):
    MappedControl(row("cc.1.16", pickup=False)).move(event("cc.1.16", 127), parameters)
    assert hue(parameters) == 1.0


def test_a_range_may_be_reversed_and_is_limited_to_the_parameters_own(parameters):
    control = MappedControl(row("cc.1.16", range=[0.8, 0.2], pickup=False))
    for value, wanted in ((0, 0.8), (127, 0.2)):
        control.move(event("cc.1.16", value), parameters)
        assert hue(parameters) == pytest.approx(wanted)
    encoder = MappedControl(row("twos.1.16", range=[0.8, 0.2], step=1 / 8))
    encoder.move(event("cc.1.16", 127), parameters)
    assert hue(parameters) == pytest.approx(0.2 + 1 / 8), "to the left is up"
    too_wide = MappedControl(row("cc.1.16", range=[-5.0, 5.0], pickup=False))
    too_wide.move(event("cc.1.16", 0), parameters)
    assert hue(parameters) == 0.0


def test_an_exponential_parameter_is_even_along_the_knob(parameters):
    control = MappedControl(row("bend.1", to="visuals.scope.afterglow", pickup=False))
    param = parameters.by_name["visuals.scope.afterglow"].param
    control.move(event("bend.1", 8192, 16_383), parameters)
    assert parameters.base_values["visuals.scope.afterglow"][0] == pytest.approx(param.value_at(0.5), rel=1e-3)


@pytest.mark.parametrize("kind", ENCODERS)
def test_an_encoder_never_jumps_and_stops_at_the_ends(parameters, kind):
    control = MappedControl(row(f"{kind}.1.20", step=1 / 8))
    right, left = ENCODERS[kind][0], ENCODERS[kind][-1]
    control.move(event("cc.1.20", right), parameters)
    assert hue(parameters) == pytest.approx(0.5 + 1 / 8)
    for _ in range(9):
        control.move(event("cc.1.20", right), parameters)
    assert hue(parameters) == 1.0
    control.move(event("cc.1.20", left), parameters)
    assert hue(parameters) == pytest.approx(1 - 1 / 8)


CHOSEN = {
    "twos": ([1, 1, 127, 1, 1, 1], [1.0, 2.0, 1.0, 2.0, 3.0, 3.0]),
    "cc": ([0, 30, 45, 70, 100, 127], [0.0, 1.0, 1.0, 2.0, 2.0, 3.0]),
}


@pytest.mark.parametrize("kind", CHOSEN)
def test_choices_are_selected_by_steps_and_by_position(parameters, kind):
    tone = Param("tone", 0.0, low=0.0, high=3.0, choices=("linear", "filmlog", "punch", "pastel"))
    parameters.by_name["visuals.finish.tone"] = Parameter("visuals.finish.tone", tone, 0.0, 0, 0)
    parameters.base_values["visuals.finish.tone"] = BaseValue(0.0, "preset")
    control, found = MappedControl(row(f"{kind}.1.20", to="visuals.finish.tone")), []
    for value in CHOSEN[kind][0]:
        control.move(event("cc.1.20", value), parameters)
        found.append(parameters.base_values["visuals.finish.tone"][0])
    assert found == CHOSEN[kind][1]


def test_a_button_toggles(parameters):
    control, found = MappedControl(row("note.1.36", toggle=True)), []
    for value in (100, 0, 100, 0, 1, 0):
        control.move(event("note.1.36", value), parameters)
        found.append(hue(parameters))
    assert found == [1.0, 1.0, 0.0, 0.0, 1.0, 1.0]


def test_a_button_presses_its_key_once_per_press(parameters):
    controls = MappedControls(parameters)
    controls.load(MidiMapping(controllers=[row("cc.1.32", "keys.tap"), row("program.1.3", "keys.hold")]))
    pressed = [word for value in (127, 0, 64, 127, 63) for word in controls.apply(event("cc.1.32", value))]
    assert pressed == ["tap", "tap"]
    assert [*controls.apply(event("program.1.3", 127)), *controls.apply(event("program.1.3", 127))] == ["hold", "hold"]


def test_a_row_for_another_port_or_an_absent_parameter_does_nothing(parameters):
    controls = MappedControls(parameters)
    controls.load(
        MidiMapping(controllers=[row("cc.1.1", port="Nano", pickup=False), row("cc.1.1", to="genome.7.gone")])
    )
    assert not [*controls.apply(event("cc.1.1", 0, port="launch"))] and hue(parameters) == 0.5
    assert not [*controls.apply(event("cc.1.1", 0, port="nanoKONTROL2"))] and hue(parameters) == 0.0
