"""The stagehand: blackout, freeze and panic go by the desk; what is the operator's own, by cues."""

import json

import pytest

from phosphene.engine.common.keys import ACTIONS, panic
from phosphene.engine.common.params import Param
from phosphene.engine.modulation.matrix import STILL
from phosphene.engine.rings import allocate, board, mailbox
from phosphene.engine.rings.board import get
from phosphene.engine.rings.mailbox import fetch_text
from phosphene.engine.session.parameters import Parameter, ParameterStore
from phosphene.engine.session.show_actions import BLACKOUT, FREEZE, MAX_NOTICES, EMPTY_HUD, ShowActions
from phosphene.engine.visuals import cues
from phosphene.engine.visuals.cues import Cue

SHARE = {"low": 0.0, "high": 1.0}
CONTROLS = [
    Parameter(BLACKOUT, Param("blackout", 0.0, **SHARE), 0.0, 0, 0),
    Parameter(FREEZE, Param("freeze", 0.0, **SHARE), 0.0, 1, 1),
    Parameter("visuals.scope.hue", Param("hue", 0.5, **SHARE), 0.3, 2, 2),
]


class Performer:
    """The part of one that acts are done with."""

    class hand:
        followed = 0

        @classmethod
        def follow(cls):
            cls.followed += 1

    def __init__(self):
        self.params, self.cues, self.mail = (
            allocate(board.layout(3)),
            allocate(cues.plan()),
            allocate(mailbox.layout(512)),
        )
        mailbox.reset(self.mail)
        self.desk = ParameterStore(self.params)
        self.desk.lay(CONTROLS, STILL)
        self.stage = ShowActions({"cues": self.cues, "hud": self.mail}, self.desk)

    def press(self, key):
        ACTIONS[key](self, 0.0)


@pytest.fixture
def performer():
    return Performer()


@pytest.mark.parametrize(("key", "slot"), [("b", 0), ("z", 1)])
def test_a_key_turns_it_on_and_again_off_and_a_hand_has_it(performer, key, slot):
    for value in (1.0, 0.0, 1.0):
        performer.press(key)
        assert [get(performer.params, n) for n in (0, 1)] == [value if n == slot else 0.0 for n in (0, 1)]
    assert performer.desk.standing(CONTROLS[slot].name).who == "hand"


@pytest.mark.parametrize(("value", "after"), [(0.3, 1.0), (0.7, 0.0)])
def test_what_a_knob_left_half_way_goes_to_the_other_side(performer, value, after):
    performer.desk.move(BLACKOUT, value, "midi")
    performer.press("b")
    assert get(performer.params, 0) == after


@pytest.mark.parametrize(("keys", "cue"), [("d\t", Cue.HUD), ("f", Cue.FULL)])
def test_a_toggle_is_turned_over_by_any_of_its_keys(performer, keys, cue):
    for press, key in enumerate(keys * 2, start=1):
        performer.press(key)
        assert get(performer.cues, int(cue)) == press % 2
    assert not any(get(performer.cues, int(other)) for other in Cue if other != cue)


def test_every_screenshot_counts(performer):
    for _ in range(3):
        performer.press("s")
    assert get(performer.cues, int(Cue.STILLS)) == 3.0


def test_panic_is_the_preset_again(performer):
    for key in "bzd":
        performer.press(key)
    performer.desk.move("visuals.scope.hue", 0.9, "osc")
    followed = performer.hand.followed
    assert panic(performer, 0.0).startswith("panic")
    assert [get(performer.params, slot) for slot in range(3)] == [0.0, 0.0, 0.3]
    assert {performer.desk.standing(control.name).who for control in CONTROLS} == {"preset"}
    assert performer.hand.followed == followed + 1
    assert [get(performer.cues, int(cue)) for cue in (Cue.CLEARS, Cue.HUD)] == [1.0, 1.0]


def test_the_hud_is_told_what_the_terminal_says_and_only_what_is_new(performer):
    stage = performer.stage
    stage.tell(1.0)
    assert fetch_text(performer.mail) is None
    stage.tell(1.0, ["first"], preset="quiet", faults=["a.frag:3: no"])
    told = json.loads(fetch_text(performer.mail))
    assert told == EMPTY_HUD | {"preset": "quiet", "notices": [[1.0, "first"]], "faults": ["a.frag:3: no"]}
    stage.tell(2.0, preset="quiet")
    assert fetch_text(performer.mail) is None
    stage.tell(3.0, [f"line {n}" for n in range(MAX_NOTICES + 2)], faults=[])
    told = json.loads(fetch_text(performer.mail))
    assert told["notices"] == [[3.0, f"line {n}"] for n in range(2, MAX_NOTICES + 2)] and told["faults"] == []


def test_what_is_too_long_for_the_mail_is_cut(performer):
    performer.stage.tell(1.0, ["x" * 10_000] * MAX_NOTICES, faults=["y" * 10_000] * 40)
    told = json.loads(fetch_text(performer.mail))
    assert len(told["notices"]) == MAX_NOTICES and told["faults"][0].startswith("yyy")
