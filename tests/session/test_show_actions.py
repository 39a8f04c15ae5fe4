"""Show actions: blackout, freeze and panic set parameters; HUD, full screen and stills are cues."""

import json

import pytest

from phosphene.engine.common.keys import ACTIONS, panic
from phosphene.engine.common.params import Param
from phosphene.engine.modulation.matrix import NO_MODULATION
from phosphene.engine.rings import allocate, board, mailbox
from phosphene.engine.rings.board import get
from phosphene.engine.rings.mailbox import fetch_text
from phosphene.engine.session.parameters import KEYS, Parameter, ParameterStore
from phosphene.engine.session.show_actions import BLACKOUT, FREEZE, MAX_NOTICES, ShowActions
from phosphene.engine.visuals import cues
from phosphene.engine.visuals.cues import Cue
from phosphene.engine.visuals.hud.status import EMPTY_HUD_STATUS

UNIT_RANGE = {"low": 0.0, "high": 1.0}
PARAMETERS = [
    Parameter(BLACKOUT, Param("blackout", 0.0, **UNIT_RANGE), 0.0, 0, 0),
    Parameter(FREEZE, Param("freeze", 0.0, **UNIT_RANGE), 0.0, 1, 1),
    Parameter("visuals.scope.hue", Param("hue", 0.5, **UNIT_RANGE), 0.3, 2, 2),
]


class FollowCounter:
    """Stands for TempoControl."""

    follows = 0

    def follow(self):
        self.follows += 1


class ActionsOfTheShow:
    """The part of OperatorActions that these keys use."""

    def __init__(self):
        self.board, self.cues = allocate(board.layout(3)), allocate(cues.layout())
        self.hud_mailbox = allocate(mailbox.layout(512))
        mailbox.reset(self.hud_mailbox)
        self.parameters = ParameterStore(self.board)
        self.parameters.apply_preset(PARAMETERS, NO_MODULATION)
        self.tempo = FollowCounter()
        self.show = ShowActions({"cues": self.cues, "hud": self.hud_mailbox}, self.parameters)

    def press(self, key):
        ACTIONS[key](self, 0.0)


@pytest.fixture
def actions():
    return ActionsOfTheShow()


@pytest.mark.parametrize(("key", "slot"), [("b", 0), ("z", 1)])
def test_a_key_switches_its_parameter_on_and_off(actions, key, slot):
    for value in (1.0, 0.0, 1.0):
        actions.press(key)
        assert [get(actions.board, n) for n in (0, 1)] == [value if n == slot else 0.0 for n in (0, 1)]
    assert actions.parameters.state(PARAMETERS[slot].name).set_by == KEYS


@pytest.mark.parametrize(("value", "after"), [(0.3, 1.0), (0.7, 0.0)])
def test_a_value_in_between_switches_to_the_far_side(actions, value, after):
    actions.parameters.set(BLACKOUT, value, "midi")
    actions.press("b")
    assert get(actions.board, 0) == after


@pytest.mark.parametrize(("keys", "cue"), [("d\t", Cue.HUD), ("f", Cue.FULL)])
def test_any_key_of_a_toggle_toggles_it(actions, keys, cue):
    for press, key in enumerate(keys * 2, start=1):
        actions.press(key)
        assert get(actions.cues, int(cue)) == press % 2
    assert not any(get(actions.cues, int(other)) for other in Cue if other != cue)


def test_every_still_is_counted(actions):
    for _ in range(3):
        actions.press("s")
    assert get(actions.cues, int(Cue.STILLS)) == 3.0


def test_panic_resets_to_the_preset(actions):
    for key in "bzd":
        actions.press(key)
    actions.parameters.set("visuals.scope.hue", 0.9, "osc")
    assert panic(actions, 0.0).startswith("panic")
    assert [get(actions.board, slot) for slot in range(3)] == [0.0, 0.0, 0.3]
    assert {actions.parameters.state(parameter.name).set_by for parameter in PARAMETERS} == {"preset"}
    assert actions.tempo.follows == 1
    assert [get(actions.cues, int(cue)) for cue in (Cue.CLEARS, Cue.HUD)] == [1.0, 1.0]


def test_the_hud_is_posted_only_when_it_changes(actions):
    show = actions.show
    show.publish_hud(1.0)
    assert fetch_text(actions.hud_mailbox) is None
    show.publish_hud(1.0, ["first"], preset="quiet", faults=["a.frag:3: no"])
    hud = json.loads(fetch_text(actions.hud_mailbox))
    assert hud == EMPTY_HUD_STATUS | {"preset": "quiet", "notices": [[1.0, "first"]], "faults": ["a.frag:3: no"]}
    show.publish_hud(2.0, preset="quiet")
    assert fetch_text(actions.hud_mailbox) is None
    show.publish_hud(3.0, [f"line {n}" for n in range(MAX_NOTICES + 2)], faults=[])
    hud = json.loads(fetch_text(actions.hud_mailbox))
    assert hud["notices"] == [[3.0, f"line {n}"] for n in range(2, MAX_NOTICES + 2)] and hud["faults"] == []


def test_long_lines_are_cut_to_fit_the_mailbox(actions):
    actions.show.publish_hud(1.0, ["x" * 10_000] * MAX_NOTICES, faults=["y" * 10_000] * 40)
    hud = json.loads(fetch_text(actions.hud_mailbox))
    assert len(hud["notices"]) == MAX_NOTICES and hud["faults"][0].startswith("yyy")
