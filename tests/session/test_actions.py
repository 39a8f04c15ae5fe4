"""Operator actions: keys of the terminal, the window and controllers are carried out in the order of their moments."""

from types import SimpleNamespace

import numpy as np
import pytest

from phosphene.engine.common.keys import ACTIONS, HELP, key_list
from phosphene.engine.listening.rhythm.tempo_override import HEARD, LINK
from phosphene.engine.presets.load import restore_preset
from phosphene.engine.processes.shared_layout import LAYOUTS
from phosphene.engine.rings import allocate, mailbox, ring
from phosphene.engine.rings.board import get
from phosphene.engine.session.actions import OperatorActions
from phosphene.engine.session.controllers.controller import Events, KeyPress
from phosphene.engine.session.controllers.hub import NO_MIDI, ControllerHub
from phosphene.engine.session.parameters import ParameterStore, preset_parameters
from phosphene.engine.session.show_actions import BLACKOUT
from phosphene.engine.visuals.cues import Cue


class ScriptedKeyboard:
    def __init__(self):
        self.typed = []

    def poll(self):
        typed, self.typed = self.typed, []
        return typed


class ScriptedController:
    """A controller that presses what a test tells it to, once."""

    name = "scripted"

    def __init__(self):
        self.presses, self.lines = [], []

    def connect(self, session):
        self.session = session

    def poll(self):
        presses, self.presses = self.presses, []
        return Events(presses)

    def parameter_moved(self, name):
        raise AssertionError("no other controller is there")

    def notices(self):
        lines, self.lines = self.lines, []
        return lines

    def report(self):
        return {}

    def close(self):
        pass


class PlaylistLog:
    def __init__(self):
        self.steps = []

    def next(self, steps=1):
        self.steps.append(steps)


class SilentLink:
    """A Link session without other members, in which no time passes."""

    peers = 0

    def now(self):
        return 0.0, 0.0, 120.0


def make_supervisor(scene="scope"):
    """What OperatorActions use of a Supervisor, without processes."""
    segment = {name: allocate(layout) for name, layout in LAYOUTS.items()}
    mailbox.reset(segment["hud"])
    preset = restore_preset({"scene": scene}, "here")
    parameters = ParameterStore(segment["params"])
    parameters.apply_preset(preset_parameters(preset, 1), preset.modulation())
    return SimpleNamespace(segment=segment, parameters=parameters, preset=preset)


class Operator:
    """OperatorActions, with everything that a test presses keys on."""

    def __init__(self, link=None):
        self.supervisor, self.keyboard, self.controller = make_supervisor(), ScriptedKeyboard(), ScriptedController()
        self.playlist = PlaylistLog()
        hub = ControllerHub([self.controller])
        self.actions = OperatorActions(self.supervisor, self.keyboard, link, self.playlist, hub)

    def type(self, keys, moment=1.0):
        """Type keys in the terminal; returns the notices."""
        self.keyboard.typed += [(moment, key) for key in keys]
        return self.actions.poll()

    def press_in_window(self, key, moment=1.0):
        ring.push(self.supervisor.segment["keys"], np.array([(moment, ord(key))]))

    def cue(self, cue):
        return get(self.supervisor.segment["cues"], int(cue))


@pytest.fixture
def operator():
    return Operator()


def test_keys_from_everywhere_are_carried_out_once(operator):
    operator.press_in_window("s")
    operator.controller.presses = [KeyPress(2.0, "still"), KeyPress(3.0, "hud")]
    assert operator.type("s") == []
    assert operator.cue(Cue.STILLS) == 3.0 and operator.cue(Cue.HUD) == 1.0
    assert operator.actions.poll() == [] and operator.cue(Cue.STILLS) == 3.0
    assert operator.actions.keys_pressed == 4


def test_keys_are_carried_out_in_the_order_of_their_moments(operator):
    """Next from the terminal at 1 s and 3 s, back from the window at 2 s and from a controller at 4 s."""
    operator.press_in_window("p", moment=2.0)
    operator.controller.presses = [KeyPress(4.0, "previous")]
    operator.keyboard.typed = [(1.0, "n"), (3.0, "n")]
    operator.actions.poll()
    assert operator.playlist.steps == [1, -1, 1, -1]


def test_every_key_of_the_table_has_something_to_act_on(operator):
    """Before there is sound, too; without Link and MIDI their keys answer with a notice."""
    for key in ACTIONS:
        operator.type(key)
    assert operator.actions.keys_pressed == len(ACTIONS)
    assert operator.type("m") == [NO_MIDI]
    assert any("--link" in line for line in operator.type("l"))


def test_other_keys_do_nothing(operator):
    assert operator.type("Q\x01é") == [] and operator.actions.keys_pressed == 0


def test_help_lists_the_keys_and_is_not_counted(operator):
    assert operator.type(HELP) == key_list() and operator.actions.keys_pressed == 0


def test_notices_of_controllers_come_last(operator):
    operator.controller.lines = ["a device was unplugged"]
    first, last = operator.type("!")
    assert first.startswith("panic") and last == "a device was unplugged"


def test_parameters_are_set_through_the_sessions_store(operator):
    operator.type("b")
    assert operator.supervisor.parameters.state(BLACKOUT)[:2] == (1.0, "keys")


def test_controllers_learn_what_the_current_preset_uses(operator):
    session = operator.controller.session
    assert session.parameters is operator.supervisor.parameters
    used = "visuals.scope.hue", "visuals.finish.blackout", "genome.0.gain"
    assert all(session.is_used(name) for name in used) and not session.is_used("visuals.strata.hue")
    operator.supervisor.preset = restore_preset({"scene": "strata"}, "here")
    assert session.is_used("visuals.strata.hue") and not session.is_used("visuals.scope.hue")


def test_the_report_has_the_tempo_and_the_number_of_keys(operator):
    operator.type("b]")
    assert operator.actions.report() == {"source": "heard", "bpm": 120.0, "keys": 2, "peers": None}
    assert operator.actions.tempo.source == HEARD and operator.actions.audible_frame() is None


def test_link_peers_are_counted_while_link_is_followed():
    operator = Operator(link=SilentLink())
    assert operator.actions.tempo.source == LINK and operator.actions.report()["peers"] == 0
    operator.type("l")
    assert operator.actions.report()["peers"] is None
