"""All controllers of a session: the hub, a live session played by MIDI and OSC, and the errors of their options."""

import json
import socket
import time

import pytest

pytest.importorskip("rtmidi")

from phosphene.engine.common import optional_deps
from phosphene.engine.listening.rhythm.tempo_override import TAPPED
from phosphene.engine.rings.board import get
from phosphene.engine.session.controllers.controller import Events, KeyPress
from phosphene.engine.session.controllers.hub import NO_MIDI, ControllerHub
from phosphene.engine.session.controllers.midi_ports import SCAN_SECONDS
from phosphene.engine.visuals.catalogue import SLOTS_BY_NAME
from tests.session.controllers.test_midi_session import DEVICE, MAPPING, real_knobs, turn  # noqa: F401
from tests.session.controllers.test_osc import (
    HOME,
    HUE,
    OscPeer,
    access_to,
    free_port,
    key_address,
    make_parameters,
    packet,
    param_address,
)
from tests.session.test_keys import tempo_setting
from tests.support.commands import pause, run_command
from tests.support.live_session import Session
from tests.support.midi_device import MidiDevice, ports  # noqa: F401
from tests.support.terminal import PseudoTerminal
from tools.rig.sound_server import RATE, wait_for

MAX_SECONDS = 0.025  # from a knob to its parameter, median


class Remote:
    """A controller of another kind, as a web remote would be. It presses a key and moves a parameter at each poll."""

    def __init__(self, name, moves=None):
        self.name, self.moves, self.calls = name, moves, []

    def connect(self, session):
        self.parameters = session.parameters

    def poll(self):
        if self.moves:
            self.parameters.set(self.moves, 0.25, "osc")
        return Events([KeyPress(1.5, "tap")], self.moves)

    def parameter_moved(self, name):
        self.calls.append(name)

    def notices(self):
        return [f"{self.name} is there"]

    def report(self):
        return {"polls": 1}

    def close(self):
        self.calls.append("close")


def test_the_hub_joins_controllers_of_any_kind():
    first, second = Remote("first", moves=HUE), Remote("second")
    hub, parameters = ControllerHub([first, second]), make_parameters()
    hub.connect(access_to(parameters))
    assert hub.poll() == [(1.5, " "), (1.5, " ")]
    assert parameters.state(HUE).value == 0.25
    assert (first.calls, second.calls) == ([], [HUE]), "only the others get to know"
    assert hub.notices() == ["first is there", "second is there"]
    assert hub.report() == {"first": {"polls": 1}, "second": {"polls": 1}}
    hub.close()
    assert first.calls == ["close"] and second.calls == [HUE, "close"]


def test_without_midi_the_learn_keys_answer_with_a_notice():
    hub = ControllerHub([])
    assert {hub.toggle_learning(), hub.choose(1), hub.choose_section(1), hub.unmap()} == {NO_MIDI}
    assert hub.learn_prompt is None


def test_a_live_session_is_played_by_knobs_and_osc(ports, server, real_knobs, tmp_path):  # noqa: F811
    terminal, peer, port = PseudoTerminal(), OscPeer(), free_port()
    file, report = tmp_path / MAPPING, tmp_path / "report.json"
    file.write_text("controllers:\n- {from: note.1.36, to: keys.tap}\n")
    words = ["--source", "synth", "--rate", RATE, "--midi", DEVICE, "--controllers", file, "--report", report]
    words += ["--osc-in", port, "--osc-out", f"{HOME}:{peer.address[1]}", "--osc-rate", 60]
    with server.record("speaker"):
        session = Session(server, *words, terminal=terminal)
        session.wait_for_sound(1.0)
        params = session.segment()["params"]
        assert wait_for(lambda: any(f"listening to {DEVICE}" in line for line in terminal.lines()))

        def hue():
            return get(params, SLOTS_BY_NAME["scope.hue"])

        terminal.type("m")
        assert wait_for(lambda: any("learn: choose" in line for line in terminal.lines()))
        peer.socket.sendto(packet(param_address(HUE), 0.5), (HOME, port))
        assert wait_for(lambda: hue() == 0.5 and any(f"learn: {HUE}" in line for line in terminal.lines()))
        real_knobs.send(*(turn(16, value) for value in range(40, 60)))
        assert wait_for(lambda: HUE in file.read_text())
        terminal.type("m")
        assert wait_for(lambda: terminal.lines()[-1].strip() and "learn" not in terminal.lines()[-1])

        def turn_and_wait(device, value):
            """Turn the knob; seconds until the parameter has its value."""
            before = time.perf_counter()
            while True:  # a JACK server without real-time priority loses some messages
                device.send(turn(16, value))
                if wait_for(lambda: hue() == pytest.approx(value / 127), seconds=0.2, every=0.001):
                    return time.perf_counter() - before

        turn_and_wait(real_knobs, 63)
        seconds = [turn_and_wait(real_knobs, value) for value in range(64, 124)]
        assert sorted(seconds)[len(seconds) // 2] < MAX_SECONDS, seconds

        def tap_by_midi():
            for _ in range(4):  # the server may lose some
                real_knobs.send([0x90, 36, 90], [0x80, 36, 0])
                pause(0.4)
            return tempo_setting(session, "source") == TAPPED

        assert wait_for(tap_by_midi)
        peer.socket.sendto(packet(key_address("heard")), (HOME, port))
        assert wait_for(lambda: tempo_setting(session, "source") != TAPPED)
        features = {}

        def receives_sound():
            features.update(peer.receive())
            return features.get("/phosphene/feature/rms_db", [-120.0])[0] > -60.0

        assert wait_for(receives_sound) and features["/phosphene/feature/tempo"][0] > 0
        peer.socket.sendto(b"rubbish", (HOME, port))
        real_knobs.unplug()
        assert wait_for(lambda: any("was unplugged" in line for line in terminal.lines()))
        back = MidiDevice(DEVICE)
        assert wait_for(
            lambda: sum(f"listening to {DEVICE}" in line for line in terminal.lines()) > 1, seconds=5 * SCAN_SECONDS
        )
        turn_and_wait(back, 10)
        back.unplug()
        terminal.type("\x03")
        assert session.process.wait(60) == 0
    reported = json.loads(report.read_text())["controllers"]
    assert reported["osc"]["malformed"] == 1 and reported["osc"]["packets"] == 3 and reported["osc"]["sent"] > 60
    assert reported["midi"]["malformed"] == reported["midi"]["dropped"] == 0 and reported["midi"]["messages"] >= 74
    terminal.close()
    real_knobs.__init__("gone")  # for the fixture to unplug


def test_a_taken_port_is_an_error_before_anything_starts(capsys):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind((HOME, 0))
        port = other.getsockname()[1]
        code, _, (line,) = run_command(capsys, "live", "--headless", "--source", "silence", "--osc-in", port)
    assert code == 2 and line.startswith(f"phosphene: --osc-in {HOME}:{port}: cannot listen on this port")


WRONG_OPTIONS = {
    "no port": (["--osc-in", "localhost"], "'localhost' is not a"),
    "a port beyond": (["--osc-out", "70000"], "70000 is outside 1 to 65535"),
    "no host": (["--osc-out", "nowhere.invalid:9000"], "--osc-out nowhere.invalid:9000: no such host"),
    "a rate alone": (["--osc-rate", "60"], "--osc-rate 60: needs --osc-out"),
    "no folder": (["--midi", "--controllers", "nowhere/x.yaml"], "nowhere/x.yaml: there is no folder nowhere"),
    "a mapping alone": (["--controllers", "x.yaml"], "--controllers x.yaml: needs --midi"),
}


@pytest.mark.parametrize("name", WRONG_OPTIONS)
def test_a_wrong_option_is_a_one_line_error(capsys, name):
    words, message = WRONG_OPTIONS[name]
    code, _, (line,) = run_command(capsys, "live", "--headless", "--source", "silence", *words)
    assert code == 2 and message in line


def test_a_mapping_with_faults_is_an_error_before_anything_starts(capsys, tmp_path):
    (tmp_path / MAPPING).write_text("controllers:\n- {from: cc.1.1, to: keys.tpa}\n- {from: cc, to: scope.bloom}\n")
    words = "live", "--headless", "--source", "silence", "--midi", "--controllers", tmp_path / MAPPING
    code, _, lines = run_command(capsys, *words)
    assert code == 2 and [f":{n}: controllers." in line for n, line in zip((2, 3), lines)] == [True, True]


@pytest.mark.parametrize(("word", "package"), [("--midi", "mido and python-rtmidi"), ("--osc-in=9000", "python-osc")])
def test_without_the_libraries_one_line_names_the_extra(monkeypatch, capsys, word, package):
    monkeypatch.setattr(optional_deps, "find_spec", lambda name: None)
    code, _, (line,) = run_command(capsys, "live", "--headless", "--source", "silence", word)
    assert code == 2 and line.startswith(f"phosphene: {word.partition('=')[0]}")
    assert package in line and "[control]" in line


def test_the_controls_command_lists_every_address(capsys):
    code, out, _ = run_command(capsys, "controls", "--json")
    found = json.loads(out)
    assert code == 0 and [row["name"] for row in found["parameters"]] == [*make_parameters().by_name]
    code, out, _ = run_command(capsys, "controls")
    lines = out.splitlines()
    for rows in found.values():
        assert all(any(line.split()[:1] == [row["address"]] for line in lines) for row in rows)
