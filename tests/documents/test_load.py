"""Reading: scalars mean what JSON says, every value keeps its line, and malformed text is refused with its line."""

import json
import math

import pytest

from phosphene.engine.documents.document import DocumentError, Location
from phosphene.engine.documents.load import MAX_BYTES, MAX_DEPTH, parse_document, parse_scalar, read_document


def at_line(line):
    return Location(line, f"x:{line}")


def fault_of(call, *args):
    with pytest.raises(DocumentError) as caught:
        call(*args)
    assert str(caught.value) == caught.value.fault.line
    return str(caught.value)


def test_scalars_mean_in_yaml_what_they_mean_in_json():
    for text in "1e5 1e-05 -0.5E+3 0 -12 1.5 true false null".split():
        assert repr(parse_scalar(text)) == repr(json.loads(text))
    for text in "yes no on off 1:30 12:30:45 0x10 1_000 2001-12-14 << = NaN 1e . True".split():
        assert parse_scalar(text) == text
    assert parse_scalar("010") == 10 and parse_scalar(".5") == 0.5 and parse_scalar("5.") == 5.0
    assert math.isnan(parse_scalar(".nan")) and parse_scalar("-.inf") == -math.inf
    assert parse_scalar("9" * 64) == int("9" * 64) and parse_scalar("9" * 65) == "9" * 65


def test_every_value_knows_its_line():
    document = parse_document("a: 1\nb:\n  - x\n  - y:\n      z\nc: {d: [1,\n 2]}", at_line)
    assert document.value == {"a": 1, "b": ["x", {"y": "z"}], "c": {"d": [1, 2]}} and not document.faults
    lines = {("a",): 1, ("b",): 2, ("b", 0): 3, ("b", 1): 4, ("b", 1, "y"): 4, ("c", "d", 0): 6, ("c", "d", 1): 7}
    assert {path: document.location(path).order for path in lines} == lines
    assert document.location(("b", 7)) == at_line(2), "the innermost part that exists"
    assert document.location(("nothing", "here")) == at_line(1)


def test_repeated_key_is_a_fault_with_both_lines():
    document = parse_document("a: 1\nb: {c: 1,\n c: 2}\na: 2", at_line)
    assert document.value == {"a": 2, "b": {"c": 2}}
    assert [(fault.line, fault.fix) for fault in document.faults] == [
        ("x:3: b.c: written twice (first on line 2)", "the last one is used"),
        ("x:4: a: written twice (first on line 1)", "the last one is used"),
    ]


MALFORMED = {
    "a: 1\n\x00": "x:2: cannot be read: '\\x00' is not text",
    "a:\n\tb: 1": "x:2: cannot be read: found character '\\t' that cannot start any token",
    "a: [\n": "x:2: cannot be read: expected the node content, but found '<stream end>'",
    "{": "x:1: cannot be read: expected the node content, but found '<stream end>'",
    '{"a": 1,\n"b" 2}': "x:2: cannot be read: expected ',' or '}', but got '<scalar>'",
    "a: 'x\n": "x:2: cannot be read: found unexpected end of stream",
    "[" * (MAX_DEPTH + 1): f"x:1: cannot be read: more than {MAX_DEPTH} levels deep",
    "a: &b 1\nc: *b": "x:2: cannot be read: aliases are not supported; write out the value of '*b'",
    "a: !!int 1": "x:1: cannot be read: tags such as 'tag:yaml.org,2002:int' are not supported",
    "a: 1\n? [b]\n: 1": "x:2: cannot be read: a key must be text",
    "a: 1\n---\nb: 1": "x:2: cannot be read: but found another document",
    '"\\ud83d"': "x:1: cannot be read: contains half of a surrogate pair",
    '"\\UFFFFFFFF"': "x:1: cannot be read: contains an escape that is not a character",
}


@pytest.mark.parametrize("text, fault", MALFORMED.items(), ids=[fault[21:] for fault in MALFORMED.values()])
def test_malformed_text_is_refused_with_its_line(text, fault):
    assert fault_of(parse_document, text, at_line) == fault


def test_depth_limit_is_inclusive():
    assert parse_document("[" * MAX_DEPTH + "]" * MAX_DEPTH, at_line).value


def test_surrogate_pair_is_one_character():
    assert parse_document('"\\ud83c\\udfb9"', at_line).value == "\U0001f3b9"


UNREADABLE = {
    b"": "x.yaml: empty",
    b"# nothing\n": "x.yaml: empty",
    b"#" * (MAX_BYTES + 1): f"x.yaml: larger than {MAX_BYTES // 1024} KiB",
    b"a: 1\n\xff": "x.yaml:2: not text in UTF-8",
    "a: 1".encode("utf-16"): "x.yaml:1: not text in UTF-8",
    b"a: [\n": "x.yaml:2: cannot be read: expected the node content, but found '<stream end>'",
}


@pytest.mark.parametrize("raw, fault", UNREADABLE.items(), ids=UNREADABLE.values())
def test_unreadable_file_is_refused(tmp_path, raw, fault):
    (tmp_path / "x.yaml").write_bytes(raw)
    assert fault_of(read_document, tmp_path / "x.yaml", "x.yaml") == fault


def test_missing_file_is_refused_under_its_own_name(tmp_path):
    assert fault_of(read_document, tmp_path / "no.yaml") == f"{tmp_path}/no.yaml: No such file or directory"
    assert fault_of(read_document, tmp_path, "here") == "here: Is a directory"


def test_byte_order_mark_is_skipped(tmp_path):
    (tmp_path / "x.yaml").write_bytes("\ufeffa: é".encode())
    assert read_document(tmp_path / "x.yaml").value == {"a": "é"}
