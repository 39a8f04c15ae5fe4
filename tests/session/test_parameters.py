"""Parameters: what sets each of them, in which order, and how the status line sums it up."""

import pytest

from phosphene.engine.common.errors import UsageError
from phosphene.engine.presets.load import restore_preset
from phosphene.engine.rings import allocate, board, board_layout
from phosphene.engine.rings.board import get, put
from phosphene.engine.session.parameters import KEYS, OPERATOR, ParameterStore, preset_parameters
from phosphene.engine.visuals.catalogue import BOARD_SLOTS, SLOTS_BY_NAME

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
    plain = {"genome": genome, "scope": {"hue": hue}, "sources": {"sway": {"kind": "lfo"}}, "matrix": MATRIX}
    return restore_preset({**plain, **more}, "here")


@pytest.fixture
def parameters():
    parameters = ParameterStore(allocate(board.layout(BOARD_SLOTS)))
    parameters.apply_preset(preset_parameters(preset(), 1), preset().modulation())
    return parameters


GAIN, HUE = board_layout.gene_slot(1, 1, 0), SLOTS_BY_NAME["scope.hue"]


def test_a_preset_sets_every_parameter(parameters):
    assert get(parameters.board, GAIN) == -3.0 and get(parameters.board, HUE) == 0.5
    assert parameters.state("genome.2.gain")[:2] == (-3.0, "preset")
    assert parameters.state("visuals.scope.hue")[:2] == (0.5, "preset")
    assert "genome.0.gain" not in parameters.by_name, "a bypassed gene has none"
    assert "genome.1.feedback" in parameters.by_name


def test_rows_are_listed_in_their_order(parameters):
    assert parameters.state("genome.2.gain").rows == ["sources.sway", "clock.minute"]
    assert parameters.state("visuals.scope.afterglow").rows == ["listening.bass_fast"]
    assert parameters.state("visuals.scope.hue").rows == [], "a row without amount moves nothing"


@pytest.mark.parametrize("first", OPERATOR)
@pytest.mark.parametrize("last", OPERATOR)
def test_the_last_setter_wins(parameters, first, last):
    parameters.set("genome.2.gain", -20.0, first)
    assert parameters.set("genome.2.gain", 6.0, last) == 6.0
    assert parameters.state("genome.2.gain")[:2] == (6.0, last) and get(parameters.board, GAIN) == 6.0


def test_values_are_clamped_to_the_range(parameters):
    assert parameters.set("genome.2.gain", 99.0, "midi") == get(parameters.board, GAIN) == 24.0
    assert parameters.set("genome.2.gain", float("nan"), "osc") == get(parameters.board, GAIN) == 0.0


def test_an_unknown_name_is_an_error(parameters):
    with pytest.raises(UsageError, match=r"^osc: no parameter 'genome.2.gian' .*did you mean 'genome.2.gain'\?$"):
        parameters.set("genome.2.gian", 1.0, "osc")


def test_a_preset_saved_again_sets_only_what_changed_in_it(parameters):
    parameters.set("genome.2.gain", -20.0, KEYS)
    parameters.set("visuals.scope.hue", 0.9, "midi")
    put(parameters.board, board_layout.gene_slot(1, 0, 0), 0.123)  # not through the store
    later = preset(gain=-6.0)
    parameters.apply_preset(preset_parameters(later, 1), later.modulation())
    assert parameters.state("genome.2.gain")[:2] == (-6.0, "preset") and get(parameters.board, GAIN) == -6.0
    assert parameters.state("visuals.scope.hue")[:2] == (0.9, "midi") and get(parameters.board, HUE) == 0.9
    assert get(parameters.board, board_layout.gene_slot(1, 0, 0)) == 0.123


def test_a_new_genome_starts_with_its_own_values(parameters):
    parameters.set("genome.2.gain", -20.0, KEYS)
    parameters.set("visuals.scope.hue", 0.9, KEYS)
    later = preset(genome=[{"op": "echo"}, {"op": "echo"}, {"op": "volume"}], matrix=[])
    parameters.apply_preset(preset_parameters(later, 2), later.modulation())
    assert parameters.state("genome.2.gain")[:2] == (0.0, "preset")
    assert get(parameters.board, board_layout.gene_slot(2, 2, 0)) == 0.0
    assert get(parameters.board, GAIN) == -20.0, "the old genome fades out with its own"
    assert parameters.state("visuals.scope.hue").set_by == KEYS


def test_the_summary_lists_what_moves_what(parameters):
    parameters.set("genome.2.gain", 1.0, KEYS)
    parameters.set("visuals.scope.hue", 1.0, "osc")
    assert sorted(parameters.summary()) == [
        "bass_fast → scope.afterglow",
        "keys → genome.2.gain",
        "minute → genome.2.gain",
        "osc → scope.hue",
        "sway → volume.gain",
    ]
