"""Controllers in a session: real ports where the system has them, real sockets, and what the command says of them."""

import json
import socket
import time

import pytest

pytest.importorskip("rtmidi")

from phosphene.engine.cli import doctor
from phosphene.engine.common import optional_deps
from phosphene.engine.listening.rhythm.tempo_override import TAPPED
from phosphene.engine.rings.board import get
from phosphene.engine.session.controllers.midi_mapping import load_mapping
from phosphene.engine.session.controllers.midi_ports import SCAN_SECONDS, MidiPorts, port_title
from phosphene.engine.session.controllers.midi_session import MidiSession
from phosphene.engine.visuals.catalogue import NAMES
from tests.session.controllers.test_osc import HOME, HUE, Peer, a_desk, free_port, key_address, packet, param_address
from tests.session.test_keys import wanted
from tests.support.commands import comes, pause, typed
from tests.support.live_session import Session
from tests.support.midi_device import Plugged, ports  # noqa: F401
from tests.support.terminal import Terminal
from tools.rig.sound_server import RATE, wait_for

KNOB, ALIAS = "nanoKONTROL2", "controllers.yaml"
SOON = 0.025  # seconds


def turn(number, value):
    return [0xB0, number, value]


@pytest.fixture
def knobs(ports):  # noqa: F811
    knobs = Plugged(KNOB)
    yield knobs
    knobs.pull_out()


@pytest.fixture
def devices(knobs, tmp_path):
    devices = MidiSession("nano", tmp_path / ALIAS)
    devices.join(a_desk())
    knobs.reaches(devices.ports)
    devices.heed()
    yield devices
    devices.close()


def said(devices, messages):
    """What is pressed once so many messages have come."""
    assert comes(lambda: devices.ports.came >= devices.taken + messages)
    return devices.heed()


def test_a_device_is_unplugged_and_back(ports):  # noqa: F811
    listening = MidiPorts("nano")
    assert comes(lambda: any("no MIDI device called 'nano' yet" in line for line in listening.notices))
    for times in (1, 2):
        knobs = Plugged(KNOB)
        other = Plugged("another")
        assert comes(lambda: len(listening.names) == 1)
        knobs.reaches(listening)
        came = listening.came
        other.send(turn(1, 1))
        knobs.send(turn(16, 1))
        assert comes(lambda came=came: listening.came == came + 1)
        knobs.pull_out()
        other.pull_out()
        assert comes(lambda: not listening.names)
        assert sum("unplugged" in line for line in listening.notices) == times
    listening.close()
    assert all(port.startswith(KNOB) for _, port, _ in listening.inbox)


def test_a_name_says_nothing_of_the_place_it_was_plugged_into():
    assert port_title("nanoKONTROL2:nanoKONTROL2 MIDI 1 24:0") == "nanoKONTROL2:nanoKONTROL2 MIDI 1"


def test_a_knob_is_learnt_saved_and_known_again(knobs, devices, tmp_path):
    devices.learner.toggle()
    devices.touch(HUE)
    knobs.send(*(turn(16, value) for value in (50, 55, 60, 64)))
    said(devices, 4)
    assert any(f"cc.1.16 moves {HUE}" in line for line in devices.look())
    assert [row.to for row in load_mapping(tmp_path / ALIAS).controllers] == [HUE]
    devices.learner.toggle()
    knobs.send(turn(16, 62), turn(16, 90))
    said(devices, 2)
    assert devices.desk.standing(HUE).value == pytest.approx(90 / 127)
    again = MidiSession("nano", tmp_path / ALIAS)
    again.join(a_desk())
    knobs.reaches(again.ports)
    again.heed()
    knobs.send(turn(16, 64), turn(16, 20))
    said(again, 2)
    assert again.desk.standing(HUE).value == pytest.approx(20 / 127)
    again.learner.toggle()
    again.learner.touch(HUE)
    assert again.forget() == f"nothing moves {HUE} any more"
    assert load_mapping(tmp_path / ALIAS).controllers == ()
    again.close()


def test_while_a_knob_is_learnt_no_button_does_what_it_did(knobs, devices, tmp_path):
    (tmp_path / ALIAS).write_text("controllers:\n- {from: note.1.36, to: keys.hold}\n")
    devices.look()
    knobs.send([0x90, 36, 90], [0x80, 36, 0])
    assert [word for _, word in said(devices, 2)] == ["hold"]
    devices.learner.toggle()
    devices.learner.step(-1)
    knobs.send([0x90, 36, 90], [0x80, 36, 0])
    assert [word for _, word in said(devices, 2)] == [devices.learner.chosen.partition(".")[2]]
    assert [row.to for row in load_mapping(tmp_path / ALIAS).controllers] == [devices.learner.chosen]


def test_a_pad_that_helps_to_learn_goes_on_helping(knobs, devices, tmp_path):
    (tmp_path / ALIAS).write_text("controllers:\n- {from: note.1.40, to: keys.choose_next}\n")
    devices.look()
    devices.learner.toggle()
    devices.touch(HUE)
    knobs.send([0x90, 40, 90], [0x80, 40, 0])
    assert [word for _, word in said(devices, 2)] == ["choose_next"]
    assert [row.to for row in load_mapping(tmp_path / ALIAS).controllers] == ["keys.choose_next"]


def test_a_mapping_is_edited_while_it_is_played(knobs, devices, tmp_path):
    file = tmp_path / ALIAS
    file.write_text(
        f"controllers:\n- {{from: cc.1.1, to: {HUE}, pickup: false}}\n- {{from: cc.1.2, to: visuals.scope.heu}}\n"
    )
    told = devices.look()
    assert f"{file}: read anew" in told
    assert f"{file}: there is no visuals.scope.heu in this preset; did you mean 'visuals.scope.hue'?" in told
    knobs.send(turn(1, 127))
    said(devices, 1)
    assert devices.desk.standing(HUE).value == 1.0
    file.write_text("controllers:\n- {from: cc.99.1, to: scope.bloom}\n")
    assert any(f"{file}:2: " in line and line.endswith("the old one stays") for line in devices.look())
    knobs.send(turn(1, 0))
    said(devices, 1)
    assert devices.desk.standing(HUE).value == 0.0
    faulty = file.read_text()
    devices.learner.toggle()
    devices.touch(HUE)
    knobs.send(*(turn(16, value) for value in (50, 55, 60, 64)))
    said(devices, 4)
    assert any("has faults; what is learnt is kept" in line for line in devices.look()) and file.read_text() == faulty


def test_what_cannot_be_written_still_works(knobs, devices, tmp_path):
    (tmp_path / ALIAS).mkdir()
    devices.learner.toggle()
    devices.touch(HUE)
    knobs.send(*(turn(16, value) for value in (50, 55, 60, 64)))
    said(devices, 4)
    assert any("could not be written" in line for line in devices.look())
    knobs.send(turn(16, 90))
    said(devices, 1)
    assert devices.desk.standing(HUE).value == pytest.approx(90 / 127)


def test_a_set_is_played_by_knobs_and_osc(ports, server, knobs, tmp_path):  # noqa: F811
    terminal, peer, listens = Terminal(), Peer(), free_port()
    file, report = tmp_path / ALIAS, tmp_path / "report.json"
    file.write_text("controllers:\n- {from: note.1.36, to: keys.tap}\n")
    words = ["--source", "synth", "--rate", RATE, "--midi", KNOB, "--controllers", file, "--report", report]
    words += ["--osc-in", listens, "--osc-out", f"{HOME}:{peer.address[1]}", "--osc-rate", 60]
    with server.record("speaker"):
        session = Session(server, *words, terminal=terminal)
        session.heard(1.0)
        params = session.segment()["params"]
        assert wait_for(lambda: any(f"listening to {KNOB}" in line for line in terminal.shown()))

        def hue():
            return get(params, NAMES["scope.hue"])

        terminal.type("m")
        assert wait_for(lambda: any("learn: choose" in line for line in terminal.shown()))
        peer.socket.sendto(packet(param_address(HUE), 0.5), (HOME, listens))
        assert wait_for(lambda: hue() == 0.5 and any(f"learn: {HUE}" in line for line in terminal.shown()))
        knobs.send(*(turn(16, value) for value in range(40, 60)))
        assert wait_for(lambda: HUE in file.read_text())
        terminal.type("m")
        assert wait_for(lambda: terminal.shown()[-1].strip() and "learn" not in terminal.shown()[-1])

        def turned(device, value):
            """Seconds until the parameter is where its knob is."""
            before = time.perf_counter()
            while True:  # a server without real time loses some messages
                device.send(turn(16, value))
                if wait_for(lambda: hue() == pytest.approx(value / 127), seconds=0.2, every=0.001):
                    return time.perf_counter() - before

        turned(knobs, 63)
        late = [turned(knobs, value) for value in range(64, 124)]
        assert sorted(late)[len(late) // 2] < SOON, late

        def tapped():
            for _ in range(4):  # of which the server may lose some
                knobs.send([0x90, 36, 90], [0x80, 36, 0])
                pause(0.4)
            return wanted(session, "source") == TAPPED

        assert wait_for(tapped)
        peer.socket.sendto(packet(key_address("heard")), (HOME, listens))
        assert wait_for(lambda: wanted(session, "source") != TAPPED)
        told = {}

        def hears():
            told.update(peer.told())
            return told.get("/phosphene/feature/rms_db", [-120.0])[0] > -60.0

        assert wait_for(hears) and told["/phosphene/feature/tempo"][0] > 0
        peer.socket.sendto(b"rubbish", (HOME, listens))
        knobs.pull_out()
        assert wait_for(lambda: any("was unplugged" in line for line in terminal.shown()))
        back = Plugged(KNOB)
        assert wait_for(
            lambda: sum(f"listening to {KNOB}" in line for line in terminal.shown()) > 1, seconds=5 * SCAN_SECONDS
        )
        turned(back, 10)
        back.pull_out()
        terminal.type("\x03")
        assert session.process.wait(60) == 0
    done = json.loads(report.read_text())["controllers"]
    assert done["osc"]["malformed"] == 1 and done["osc"]["packets"] == 3 and done["osc"]["sent"] > 60
    assert done["midi"]["malformed"] == done["midi"]["dropped"] == 0 and done["midi"]["messages"] >= 74
    terminal.remove()
    knobs.__init__("gone")  # what the fixture pulls out


def test_a_port_that_is_taken_ends_it_before_it_begins(capsys):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind((HOME, 0))
        port = other.getsockname()[1]
        code, _, (line,) = typed(capsys, "live", "--headless", "--source", "silence", "--osc-in", port)
    assert code == 2 and line.startswith(f"phosphene: --osc-in {HOME}:{port}: cannot be listened on")


WRONG = {
    "no port": (["--osc-in", "localhost"], "'localhost' is not a"),
    "a port beyond": (["--osc-out", "70000"], "70000 is outside 1 to 65535"),
    "no host": (["--osc-out", "nowhere.invalid:9000"], "--osc-out nowhere.invalid:9000: no such host"),
    "a rate alone": (["--osc-rate", "60"], "--osc-rate 60: is of what is told by OSC; add --osc-out"),
    "no folder": (["--midi", "--controllers", "nowhere/x.yaml"], "nowhere/x.yaml: there is no folder nowhere"),
    "a mapping alone": (["--controllers", "x.yaml"], "--controllers x.yaml: is of MIDI; add --midi"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_word_that_cannot_be_is_told_in_a_line(capsys, name):
    words, told = WRONG[name]
    code, _, (line,) = typed(capsys, "live", "--headless", "--source", "silence", *words)
    assert code == 2 and told in line


def test_a_mapping_with_faults_ends_it_before_it_begins(capsys, tmp_path):
    (tmp_path / ALIAS).write_text("controllers:\n- {from: cc.1.1, to: keys.tpa}\n- {from: cc, to: scope.bloom}\n")
    words = "live", "--headless", "--source", "silence", "--midi", "--controllers", tmp_path / ALIAS
    code, _, lines = typed(capsys, *words)
    assert code == 2 and [f":{n}: controllers." in line for n, line in zip((2, 3), lines)] == [True, True]


@pytest.mark.parametrize(("word", "package"), [("--midi", "mido and python-rtmidi"), ("--osc-in=9000", "python-osc")])
def test_without_the_libraries_one_line_names_the_extra(monkeypatch, capsys, word, package):
    monkeypatch.setattr(optional_deps, "find_spec", lambda name: None)
    code, _, (line,) = typed(capsys, "live", "--headless", "--source", "silence", word)
    assert (
        code == 2 and line.startswith(f"phosphene: {word[:8].rstrip('=')}") and package in line and "[control]" in line
    )


def test_the_doctor_lists_the_devices(knobs):
    found = {}
    doctor._examine_midi(found)  # of all that it examines, since PortAudio and JACK may end in each other's arms
    assert found["midi"]["state"] == "ready" and any(name.startswith(KNOB) for name in found["midi"]["devices"])


def test_every_address_is_listed(capsys):
    code, out, _ = typed(capsys, "controls", "--json")
    found = json.loads(out)
    assert code == 0 and [row["name"] for row in found["parameters"]] == [*a_desk().controls]
    code, out, _ = typed(capsys, "controls")
    lines = out.splitlines()
    for rows in found.values():
        assert all(any(line.split()[:1] == [row["address"]] for line in lines) for row in rows)
