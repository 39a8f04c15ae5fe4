"""Includes: fragments come before the document's own rows, keep their locations, and report their faults there."""

import pytest

from phosphene.engine.common.errors import UsageError
from phosphene.engine.documents.document import DocumentError, Fault, Location
from phosphene.engine.documents.includes import resolve_includes
from phosphene.engine.documents.load import parse_document

FRAGMENTS = {
    "one": "matrix: [1, 2]\nsources: {s: from one, t: from one}",
    "two": "about: second\nmatrix:\n- 3",
    "list": "- 1",
    "odd": "matrix: {}\nsources: []\nmatrx: [4]",
}


def load_fragment(name):
    if name == "broken":
        raise DocumentError(Fault(Location(2, "broken:2"), "cannot be read: bad"))
    if name not in FRAGMENTS:
        raise UsageError(f"no fragment '{name}'")
    return parse_document(FRAGMENTS[name], lambda line: Location(line, f"{name}:{line}"))


def included(text):
    document = parse_document(text, lambda line: Location(line, f"x:{line}"))
    resolve_includes(document, load_fragment)
    return document, [(fault.line, fault.fix) for fault in document.faults]


def test_fragments_come_first_and_in_order():
    document, faults = included("include: [one, two]\nmatrix: [9]\nsources: {s: own}")
    assert document.value == {"matrix": [1, 2, 3, 9], "sources": {"s": "own", "t": "from one"}} and not faults
    locations = [document.location(("matrix", index)).text for index in range(4)]
    assert locations == ["one:1", "one:1", "two:3", "x:2"]
    assert document.location(("sources", "t")).text == "one:2" and document.location(("sources", "s")).text == "x:3"


def test_document_without_rows_gets_those_of_the_fragment():
    assert included("include: [two]")[0].value == {"matrix": [3]}


@pytest.mark.parametrize("text", ["include: one", "include: [1]", "[include]", "a: 1", "include:"])
def test_include_of_a_wrong_type_is_left_to_validation(text):
    document, faults = included(text)
    assert document.value == parse_document(text, lambda line: Location(line, "")).value and not faults


def test_unknown_fragment_is_a_fault_where_it_is_named():
    assert included("a: 1\ninclude:\n- two\n- three")[1] == [("x:4: include: no fragment 'three'", "left out")]


def test_faults_of_a_fragment_are_reported_in_the_fragment():
    assert included("include: [broken]")[1] == [("broken:2: cannot be read: bad", "left out")]
    assert included("include: [list]")[1] == [("list:1: found a list, needs a mapping", "left out")]
    document, faults = included("include: [odd]\nmatrix: [9]")
    assert document.value == {"matrix": [9]}
    assert faults == [
        ("odd:3: no key 'matrx' (has about, matrix, sources); did you mean 'matrix'?", "ignored"),
        ("odd:1: matrix: found a mapping, needs a list", "left out"),
        ("odd:2: sources: found a list, needs a mapping", "left out"),
    ]


def test_rows_of_a_wrong_type_stay_for_validation():
    assert included("include: [one]\nmatrix: 5")[0].value == {
        "matrix": 5,
        "sources": {"s": "from one", "t": "from one"},
    }
