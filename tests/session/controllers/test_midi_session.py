"""MIDI in a session, over a loopback and, where the system has them, real ports: hotplug, mapping, learning."""

import pytest

pytest.importorskip("rtmidi")

from phosphene.engine.cli import doctor
from phosphene.engine.session.controllers import midi_session
from phosphene.engine.session.controllers.midi_mapping import load_mapping
from phosphene.engine.session.controllers.midi_ports import MidiPorts, port_title
from phosphene.engine.session.controllers.midi_session import MidiSession
from tests.session.controllers.test_osc import HUE, access_to, make_parameters
from tests.support.commands import wait_until
from tests.support.midi_device import LoopbackDevice, LoopbackPorts, MidiDevice, ports  # noqa: F401

DEVICE, MAPPING = "nanoKONTROL2", "controllers.yaml"


def turn(number, value):
    return [0xB0, number, value]


@pytest.fixture
def real_knobs(ports):  # noqa: F811
    knobs = MidiDevice(DEVICE)
    yield knobs
    knobs.unplug()


@pytest.fixture(params=["loopback", "real"])
def knobs(request, monkeypatch):
    if request.param == "real":
        return request.getfixturevalue("real_knobs")
    monkeypatch.setattr(midi_session, "MidiPorts", LoopbackPorts)
    return LoopbackDevice(DEVICE)


@pytest.fixture
def midi(knobs, tmp_path):
    midi = MidiSession("nano", tmp_path / MAPPING)
    midi.connect(access_to(make_parameters()))
    knobs.wait_until_received_by(midi.ports)
    midi.poll()
    yield midi
    midi.close()


def poll_after(midi, messages):
    """The names of the keys pressed, once so many messages have come."""
    assert wait_until(lambda: midi.ports.received >= midi.processed + messages)
    return [press.name for press in midi.poll().presses]


def test_a_device_may_be_unplugged_and_plugged_in_again(ports):  # noqa: F811
    midi_ports = MidiPorts("nano")
    assert wait_until(lambda: any("no MIDI device called 'nano' yet" in line for line in midi_ports.notices))
    for times in (1, 2):
        knobs = MidiDevice(DEVICE)
        other = MidiDevice("another")
        assert wait_until(lambda: len(midi_ports.names) == 1)
        knobs.wait_until_received_by(midi_ports)
        received = midi_ports.received
        other.send(turn(1, 1))
        knobs.send(turn(16, 1))
        assert wait_until(lambda received=received: midi_ports.received == received + 1)
        knobs.unplug()
        other.unplug()
        assert wait_until(lambda: not midi_ports.names)
        assert sum("unplugged" in line for line in midi_ports.notices) == times
    midi_ports.close()
    assert all(port.startswith(DEVICE) for _, port, _ in midi_ports.messages)


def test_a_port_title_has_no_port_number():
    assert port_title("nanoKONTROL2:nanoKONTROL2 MIDI 1 24:0") == "nanoKONTROL2:nanoKONTROL2 MIDI 1"


def test_a_learnt_knob_is_saved_and_loaded(knobs, midi, tmp_path):
    midi.learner.toggle()
    midi.parameter_moved(HUE)
    knobs.send(*(turn(16, value) for value in (50, 55, 60, 64)))
    poll_after(midi, 4)
    assert any(f"cc.1.16 moves {HUE}" in line for line in midi.notices())
    assert [row.to for row in load_mapping(tmp_path / MAPPING).controllers] == [HUE]
    midi.learner.toggle()
    knobs.send(turn(16, 62), turn(16, 90))
    poll_after(midi, 2)
    assert midi.parameters.state(HUE).value == pytest.approx(90 / 127)
    again = MidiSession("nano", tmp_path / MAPPING)
    again.connect(access_to(make_parameters()))
    knobs.wait_until_received_by(again.ports)
    again.poll()
    knobs.send(turn(16, 64), turn(16, 20))
    poll_after(again, 2)
    assert again.parameters.state(HUE).value == pytest.approx(20 / 127)
    again.learner.toggle()
    again.learner.parameter_moved(HUE)
    assert again.unmap() == f"no control moves {HUE} any more"
    assert load_mapping(tmp_path / MAPPING).controllers == ()
    again.close()


def test_while_learning_a_button_does_not_press_its_old_key(knobs, midi, tmp_path):
    (tmp_path / MAPPING).write_text("controllers:\n- {from: note.1.36, to: keys.hold}\n")
    midi.notices()
    knobs.send([0x90, 36, 90], [0x80, 36, 0])
    assert poll_after(midi, 2) == ["hold"]
    midi.learner.toggle()
    midi.learner.choose(-1)
    knobs.send([0x90, 36, 90], [0x80, 36, 0])
    assert poll_after(midi, 2) == [midi.learner.chosen.partition(".")[2]]
    assert [row.to for row in load_mapping(tmp_path / MAPPING).controllers] == [midi.learner.chosen]


def test_while_learning_a_pad_still_presses_the_keys_of_midi_learn(knobs, midi, tmp_path):
    (tmp_path / MAPPING).write_text("controllers:\n- {from: note.1.40, to: keys.choose_next}\n")
    midi.notices()
    midi.learner.toggle()
    midi.parameter_moved(HUE)
    knobs.send([0x90, 40, 90], [0x80, 40, 0])
    assert poll_after(midi, 2) == ["choose_next"]
    assert [row.to for row in load_mapping(tmp_path / MAPPING).controllers] == ["keys.choose_next"]


def test_an_edited_mapping_is_reloaded(knobs, midi, tmp_path):
    file = tmp_path / MAPPING
    file.write_text(
        f"controllers:\n- {{from: cc.1.1, to: {HUE}, pickup: false}}\n- {{from: cc.1.2, to: visuals.scope.heu}}\n"
    )
    notices = midi.notices()
    assert f"{file}: reloaded" in notices
    assert f"{file}: no parameter visuals.scope.heu in this preset; did you mean 'visuals.scope.hue'?" in notices
    knobs.send(turn(1, 127))
    poll_after(midi, 1)
    assert midi.parameters.state(HUE).value == 1.0
    file.write_text("controllers:\n- {from: cc.99.1, to: scope.bloom}\n")
    assert any(f"{file}:2: " in line and line.endswith("the old mapping stays") for line in midi.notices())
    knobs.send(turn(1, 0))
    poll_after(midi, 1)
    assert midi.parameters.state(HUE).value == 0.0
    faulty = file.read_text()
    midi.learner.toggle()
    midi.parameter_moved(HUE)
    knobs.send(*(turn(16, value) for value in (50, 55, 60, 64)))
    poll_after(midi, 4)
    assert any("has faults; what is learnt is not saved" in line for line in midi.notices())
    assert file.read_text() == faulty


def test_a_learnt_knob_works_even_if_it_cannot_be_saved(knobs, midi, tmp_path):
    (tmp_path / MAPPING).mkdir()
    midi.learner.toggle()
    midi.parameter_moved(HUE)
    knobs.send(*(turn(16, value) for value in (50, 55, 60, 64)))
    poll_after(midi, 4)
    assert any("could not be written" in line for line in midi.notices())
    knobs.send(turn(16, 90))
    poll_after(midi, 1)
    assert midi.parameters.state(HUE).value == pytest.approx(90 / 127)


def test_the_doctor_lists_midi_devices(real_knobs):
    found = {}
    doctor._inspect_midi(found)  # only this: PortAudio beside a JACK server may hang
    assert found["midi"]["state"] == "ready" and any(name.startswith(DEVICE) for name in found["midi"]["devices"])
