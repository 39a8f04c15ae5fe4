"""Param: values are clamped to the range, and a knob's position maps to a value and back."""

import math

import pytest

from phosphene.engine.common.params import Param, choice_param, default_values

GAIN = Param("gain", 0.0, low=-60.0, high=24.0, unit="dB")
CUTOFF = Param("cutoff", 440.0, low=20.0, high=20_000.0, unit="Hz", curve="exp")
SHAPE = choice_param("shape", ["sine", "saw", "square"])


@pytest.mark.parametrize("value, allowed", [(-99.0, -60.0), (3.0, 3.0), (99.0, 24.0), (math.nan, 0.0)])
def test_value_is_clamped(value, allowed):
    assert GAIN.clamp(value) == allowed


def test_choice_is_clamped_to_a_whole_number():
    assert [SHAPE.clamp(value) for value in (-1.0, 0.4, 1.6, 7.0)] == [0.0, 0.0, 2.0, 2.0]
    assert SHAPE.to_number("square") == 2.0 and GAIN.to_number(3) == 3.0


@pytest.mark.parametrize("param", [GAIN, CUTOFF, SHAPE], ids=lambda param: param.name)
def test_position_and_value_are_inverse(param):
    assert param.value_at(0.0) == param.low and param.value_at(1.0) == pytest.approx(param.high)
    for position in (0.0, 0.25, 0.5, 1.0):
        assert param.position_of(param.value_at(position)) == pytest.approx(position)


def test_exponential_knob_moves_by_equal_ratios():
    assert CUTOFF.value_at(0.5) == pytest.approx(math.sqrt(20.0 * 20_000.0))


def test_range_is_described_for_messages():
    assert (GAIN.range_text, SHAPE.range_text) == ("-60 to 24 dB", "sine, saw, square")
    assert Param("x", 0.5, low=0.0, high=1.0).range_text == "0 to 1"
    assert default_values((GAIN, CUTOFF)) == {"gain": 0.0, "cutoff": 440.0}
