"""Overrides: the last one wins, each keeps its own location, and one that fits nowhere is a fault."""

import pytest

from phosphene.engine.documents.document import Location
from phosphene.engine.documents.load import parse_document
from phosphene.engine.documents.overrides import FIRST_ORDER, apply_overrides

TEXT = "a: 1\nb:\n- {c: 2}\n- 3"


def overridden(*overrides):
    document = parse_document(TEXT, lambda line: Location(line, f"x:{line}"))
    apply_overrides(document, overrides)
    return document


@pytest.mark.parametrize(
    "overrides, value",
    [
        (["a=2", "a=3"], {"a": 3, "b": [{"c": 2}, 3]}),
        (["b.0.c=-1.5e1"], {"a": 1, "b": [{"c": -15.0}, 3]}),
        (["b.1=[x, {y: on}]"], {"a": 1, "b": [{"c": 2}, ["x", {"y": "on"}]]}),
        (["d.e.f=x=y"], {"a": 1, "b": [{"c": 2}, 3], "d": {"e": {"f": "x=y"}}}),
        (["a="], {"a": None, "b": [{"c": 2}, 3]}),
        ([], {"a": 1, "b": [{"c": 2}, 3]}),
    ],
)
def test_overrides_are_applied_in_order(overrides, value):
    document = overridden(*overrides)
    assert document.value == value and not document.faults


def test_override_is_the_location_of_what_it_sets():
    document = overridden("a=2", "new.deep=[1]")
    assert document.location(("a",)) == Location(FIRST_ORDER, "--set a=2")
    assert document.location(("new", "deep", 0)) == Location(FIRST_ORDER + 1, "--set new.deep=[1]")
    assert document.location(("b", 0, "c")).order == 3


@pytest.mark.parametrize(
    "override, fault",
    {
        "a": "needs key=value",
        "a\n=1": "needs key=value",
        "a.b=1": "a: found 1, needs a mapping or a list",
        "b.2=1": "b: no entry '2' (has 2, counted from 0)",
        "b.x=1": "b: no entry 'x' (has 2, counted from 0)",
        "b.-1=1": "b: no entry '-1' (has 2, counted from 0)",
        "a=[": "cannot be read: expected the node content, but found '<stream end>'",
    }.items(),
)
def test_override_that_fits_nowhere_is_a_fault(override, fault):
    document = overridden(override, "a=5")
    (found,) = document.faults
    assert found.text == fault and found.line.startswith("--set ")
    assert document.value == {"a": 5, "b": [{"c": 2}, 3]}, "the others are applied"


def test_long_override_is_shortened_in_its_fault():
    (fault,) = overridden("x" * 100).faults
    assert fault.line == f"--set {'x' * 60}...: needs key=value"


def test_repeated_key_within_an_override_is_a_fault():
    (fault,) = overridden("a={b: 1, b: 2}").faults
    assert fault.line == "--set a={b: 1, b: 2}: b: written twice (first on line 1)"
