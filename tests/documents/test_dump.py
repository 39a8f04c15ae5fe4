"""Dumping: text that looks like a number, a constant or a list is quoted, so that it reads back as text."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from phosphene.engine.documents.document import Location
from phosphene.engine.documents.dump import dump_yaml
from phosphene.engine.documents.load import parse_document

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats(allow_nan=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(VALUES)
@example("1e3")
@example({"on": "yes", "1": "null", "": "1:30", "~": "[x]"})
def test_what_is_dumped_reads_back_the_same(value):
    text = dump_yaml({"value": value}, allow_unicode=False)
    assert parse_document(text, lambda line: Location(line, "x")).value == {"value": value}
