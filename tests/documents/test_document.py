"""Documents: values and their locations change together, and messages fit on one line."""

import pytest

from phosphene.engine.documents.document import (
    DocumentError,
    Fault,
    Location,
    SourceMap,
    describe_value,
    dotted,
    one_line,
    shorten,
)
from phosphene.engine.documents.load import parse_document

TEXT = "a: 1\nb:\n- x\n- y\n- z\nc: {d: 2}"


@pytest.fixture
def document():
    return parse_document(TEXT, lambda line: Location(line, f"x:{line}"))


def test_value_and_location_are_found_by_path(document):
    assert document.get(("b", 1))[0] == "y" and document.get(("b", 1))[1].location.order == 4
    assert document.get(())[0] is document.value
    with pytest.raises(KeyError):
        document.get(("c", "no"))


def test_value_set_without_a_source_keeps_its_location(document):
    document.set(("b", 1), "new")
    assert document.value["b"] == ["x", "new", "z"] and document.location(("b", 1)).order == 4
    document.set(("b", 1), {}, SourceMap(Location(9, "elsewhere"), {}))
    assert document.location(("b", 1)).text == "elsewhere"
    document.set(("c", "new"), 3, SourceMap(Location(7, "x:7"), {}))
    assert document.value["c"] == {"d": 2, "new": 3} and document.location(("c", "new")).order == 7


def test_removed_entry_takes_its_location_along(document):
    document.remove(("b", 0))
    assert document.value["b"] == ["y", "z"] and document.location(("b", 0)).order == 4
    document.remove(("c", "d"))
    assert document.value["c"] == {} and document.location(("c", "d")).order == 6


def test_truncated_list_keeps_its_first_entries(document):
    document.truncate(("b",), 1)
    assert document.value["b"] == ["x"] and document.location(("b", 2)).order == 2


@pytest.mark.parametrize(
    "value, words",
    [
        (None, "nothing"),
        ("a", "text 'a'"),
        ("a" * 61, f"text '{'a' * 60}...'"),
        ({}, "a mapping"),
        ([1], "a list"),
        (True, "true"),
        (1.5, "1.5"),
        (float("nan"), "nan"),
    ],
)
def test_values_are_described_in_words(value, words):
    assert describe_value(value) == words


def test_texts_are_made_fit_for_one_line():
    assert shorten("x" * 60) == "x" * 60 and shorten("x" * 61) == "x" * 60 + "..."
    assert dotted(("genome", 1, "op")) == "genome.1.op"
    assert one_line("é\n\x1b[2J\u2028") == "é\\n\\x1b[2J\\u2028"


def test_document_error_is_the_line_of_its_fault():
    error = DocumentError(Fault(Location(3, "x:3"), "bad\nthing"))
    assert str(error) == "x:3: bad\\nthing" and error.code == 2
