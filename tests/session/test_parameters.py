"""The desk: who has a parameter, in which order, and what the status line says of it."""

import pytest

from phosphene.engine.common.errors import UsageError
from phosphene.engine.presets.load import restore_preset
from phosphene.engine.rings import allocate, board, board_layout
from phosphene.engine.rings.board import get, put
from phosphene.engine.session.parameters import HANDS, ParameterStore
from phosphene.engine.session.supervisor import controls
from phosphene.engine.visuals.catalogue import BOARD_SLOTS, NAMES

GENOME = [{"op": "volume", "bypass": True}, {"op": "echo"}, {"op": "volume", "params": {"gain": -3.0}}]
MATRIX = [
    {"from": "listening.bass_fast", "to": "visuals.scope.afterglow"},
    {"from": "sources.sway", "to": "effects.volume.gain", "amount": 0.5},
    {"from": "clock.minute", "to": "genome.2.gain"},
    {"from": "listening.low", "to": "visuals.scope.hue", "amount": 0.0},
    {"from": "listening.low", "to": "genome.0.gain"},
]


def preset(gain=-3.0, hue=0.5, **more):
    genome = [*GENOME[:2], {"op": "volume", "params": {"gain": gain}}]
    told = {"genome": genome, "scope": {"hue": hue}, "sources": {"sway": {"kind": "lfo"}}, "matrix": MATRIX}
    return restore_preset({**told, **more}, "here")


@pytest.fixture
def desk():
    desk = ParameterStore(allocate(board.layout(BOARD_SLOTS)))
    desk.lay(controls(preset(), 1), preset().modulation())
    return desk


GAIN, HUE = board_layout.gene_slot(1, 1, 0), NAMES["scope.hue"]


def test_a_preset_is_on_the_board_under_names_as_it_has_them(desk):
    assert get(desk.board, GAIN) == -3.0 and get(desk.board, HUE) == 0.5
    assert desk.standing("genome.2.gain")[:2] == (-3.0, "preset")
    assert desk.standing("visuals.scope.hue")[:2] == (0.5, "preset")
    assert "genome.0.gain" not in desk.controls and "genome.1.feedback" in desk.controls


def test_rows_come_last_and_in_their_order(desk):
    assert desk.standing("genome.2.gain").rows == ["sources.sway", "clock.minute"]
    assert desk.standing("visuals.scope.afterglow").rows == ["listening.bass_fast"]
    assert desk.standing("visuals.scope.hue").rows == [], "a row without amount moves nothing"


@pytest.mark.parametrize("first", HANDS)
@pytest.mark.parametrize("last", HANDS)
def test_the_last_touch_has_it(desk, first, last):
    desk.move("genome.2.gain", -20.0, first)
    assert desk.move("genome.2.gain", 6.0, last) == 6.0
    assert desk.standing("genome.2.gain")[:2] == (6.0, last) and get(desk.board, GAIN) == 6.0


def test_what_is_out_of_range_is_taken_into_it(desk):
    assert desk.move("genome.2.gain", 99.0, "midi") == get(desk.board, GAIN) == 24.0
    assert desk.move("genome.2.gain", float("nan"), "osc") == get(desk.board, GAIN) == 0.0


def test_a_name_that_is_none(desk):
    with pytest.raises(UsageError, match=r"^osc: no parameter 'genome.2.gian' .*did you mean 'genome.2.gain'\?$"):
        desk.move("genome.2.gian", 1.0, "osc")


def test_a_file_saved_again_moves_what_it_changed_and_nothing_else(desk):
    desk.move("genome.2.gain", -20.0, "hand")
    desk.move("visuals.scope.hue", 0.9, "midi")
    put(desk.board, board_layout.gene_slot(1, 0, 0), 0.123)  # by no one the desk knows
    later = preset(gain=-6.0)
    desk.lay(controls(later, 1), later.modulation())
    assert desk.standing("genome.2.gain")[:2] == (-6.0, "preset") and get(desk.board, GAIN) == -6.0
    assert desk.standing("visuals.scope.hue")[:2] == (0.9, "midi") and get(desk.board, HUE) == 0.9
    assert get(desk.board, board_layout.gene_slot(1, 0, 0)) == 0.123


def test_another_genome_begins_with_its_own(desk):
    desk.move("genome.2.gain", -20.0, "hand")
    desk.move("visuals.scope.hue", 0.9, "hand")
    later = preset(genome=[{"op": "echo"}, {"op": "echo"}, {"op": "volume"}], matrix=[])
    desk.lay(controls(later, 2), later.modulation())
    assert (
        desk.standing("genome.2.gain")[:2] == (0.0, "preset")
        and get(desk.board, board_layout.gene_slot(2, 2, 0)) == 0.0
    )
    assert get(desk.board, GAIN) == -20.0, "the old one rings out as it was"
    assert desk.standing("visuals.scope.hue").who == "hand"


def test_who_moves_what_is_told_in_short(desk):
    desk.move("genome.2.gain", 1.0, "hand")
    desk.move("visuals.scope.hue", 1.0, "osc")
    assert sorted(desk.tells()) == [
        "bass_fast → scope.afterglow",
        "hand → genome.2.gain",
        "minute → genome.2.gain",
        "osc → scope.hue",
        "sway → volume.gain",
    ]
