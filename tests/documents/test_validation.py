"""Validation: every fault at once and in order of line, or corrected one by one with a warning for each."""

from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import Field, model_validator

from phosphene.engine.common.errors import UsageError
from phosphene.engine.common.params import Param, choice_param
from phosphene.engine.documents.document import Location
from phosphene.engine.documents.load import parse_document
from phosphene.engine.documents.schema import (
    Strict,
    active_genes,
    bounded_tuple,
    custom_fault,
    genome_type,
    params_model,
    validate_with_faults,
)
from phosphene.engine.documents.validation import validate

KNOBS = params_model("knobs", [Param("gain", 0.0, low=-60.0, high=24.0, unit="dB"), choice_param("mode", ("a", "b"))])
GAIN = SimpleNamespace(PARAMS=(Param("gain", 0.0, low=-60.0, high=24.0),))
GENOME: Any = genome_type({"volume": GAIN, "echo": SimpleNamespace(PARAMS=())})


class Entry(Strict):
    name: str
    size: int = Field(1, ge=1, le=9)


class Sample(Strict):
    knobs: KNOBS = KNOBS()  # type: ignore[valid-type]
    entries: bounded_tuple(Entry, 3) = ()  # type: ignore[valid-type]
    genome: GENOME = ()

    @model_validator(mode="wrap")
    @classmethod
    def _no_twins(cls, value, handler):
        entries = value.get("entries", ()) if isinstance(value, dict) else ()
        names = [entry.get("name") for entry in entries if isinstance(entry, dict)]
        twins = [index for index, name in enumerate(names) if name in names[:index]]
        faults = [custom_fault(f"'{names[i]}' is there already", ("entries", i, "name"), names[i]) for i in twins]
        return validate_with_faults(value, handler, faults)


def load(text, **options):
    return validate(Sample, parse_document(text, lambda line: Location(line, f"x:{line}")), **options)


CASES = {
    "knobs: {gain: 30}": ("x:1: knobs.gain: 30 is outside -60 to 24 dB", "24 is used"),
    "knobs: {gain: '3'}": ("x:1: knobs.gain: found text '3', needs a number", "3 is used"),
    "knobs: {gian: 3}": (
        "x:1: knobs: no parameter 'gian' (has gain, mode); did you mean 'gain'?",
        "ignored",
    ),
    "knobs: {mode: c}": ("x:1: knobs: no mode 'c' (has a, b)", "the default is used"),
    "knob: {}": ("x:1: no key 'knob' (has entries, genome, knobs); did you mean 'knobs'?", "ignored"),
    "entries: [{name: x, size: 0}]": ("x:1: entries.0.size: found 0, needs 1 or more", "1 is used"),
    "entries: [{name: x, size: 10}]": ("x:1: entries.0.size: found 10, needs 9 or less", "9 is used"),
    "entries:\n- {size: 1}": ("x:2: entries.0.name: missing", "left out"),
    "entries:\n- {name: x}\n- {name: x}": ("x:3: entries.1.name: 'x' is there already", "left out"),
    "entries: [{name: a}, {name: b}, {name: c}, {name: d}]": (
        "x:1: entries: found 4 entries, 3 are allowed",
        "the first 3 are kept",
    ),
    "genome:\n- {op: volum}": (
        "x:2: genome.0: no operator 'volum' (has echo, volume); did you mean 'volume'?",
        "left out",
    ),
    "genome: [{params: {}}]": ("x:1: genome.0: no 'op' to name an operator", "left out"),
    "genome: [{op: volume, params: {gain: 25}}]": ("x:1: genome.0.params.gain: 25 is outside -60 to 24", "24 is used"),
}


@pytest.mark.parametrize("text, expected", CASES.items(), ids=CASES)
def test_fault_is_reported_or_corrected(text, expected):
    fault, fix = expected
    with pytest.raises(UsageError) as caught:
        load(text)
    assert str(caught.value) == fault
    value, warnings = load(text, permissive=True)
    assert warnings == [f"{fault} ({fix})"] and isinstance(value, Sample)


def test_all_faults_are_reported_in_order_of_line():
    text = "genome: [{op: x}]\nknob: 1\nentries:\n- {name: a, size: 0}\n- 3\n"
    with pytest.raises(UsageError) as caught:
        load(text)
    assert [line.split(": ")[0] for line in str(caught.value).split("\n")] == ["x:1", "x:2", "x:4", "x:5"]
    value, warnings = load(text, permissive=True)
    assert len(warnings) == 4 and [entry.model_dump() for entry in value.entries] == [{"name": "a", "size": 1}]


def test_entries_that_move_up_keep_their_own_faults():
    value, warnings = load("entries:\n- 1\n- 2\n- {name: a, size: 12}", permissive=True)
    assert [entry.model_dump() for entry in value.entries] == [{"name": "a", "size": 9}]
    assert [line.split(": ")[0] for line in warnings] == ["x:2", "x:3", "x:4"]


def test_fault_without_a_correction_is_refused_even_permissively():
    with pytest.raises(UsageError, match="x:1: found a list, needs a mapping"):
        load("[]", permissive=True)


def test_bypassed_genes_are_not_active():
    value, _ = load("genome: [{op: volume}, {op: volume, bypass: true, params: {gain: 3}}]")
    assert active_genes(value.genome) == [("volume", {"gain": 0.0})]
