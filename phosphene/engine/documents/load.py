"""Reads YAML and JSON with one loader, which keeps the line number of every value."""

import re
from collections.abc import Callable
from typing import Any

import yaml

from phosphene.engine.documents.document import (
    Document,
    DocumentError,
    Fault,
    KeyPath,
    Location,
    SourceMap,
    dotted,
    shorten,
)

MAX_BYTES = 1 << 18  # a hundred times the longest preset, and read in a few seconds
MAX_DEPTH = 16  # levels; a run record has six, and Python's own stack stays far from its limit
MAX_NUMBER_LENGTH = 64  # characters; Python refuses to read 5,000 digits

CONSTANTS = {"": None, "~": None, "null": None, "true": True, "false": False}
INTEGER = re.compile(r"[-+]?[0-9]+")
NUMBER = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
NOT_FINITE = re.compile(r"[-+]?\.inf|\.nan")

LocationOfLine = Callable[[int], Location]


class DocumentLoader(yaml.SafeLoader):
    """Composes nodes and constructs nothing: `parse_scalar` reads scalars, so `on` and `1:30` stay text."""

    yaml_implicit_resolvers = {}  # noqa: RUF012
    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        event: Any = self.peek_event()
        if isinstance(event, yaml.AliasEvent):  # nine lists of nine aliases to one another expand to a billion
            raise _yaml_error(f"aliases are not supported; write out the value of '*{event.anchor}'", event)
        if event.tag is not None:
            raise _yaml_error(f"tags such as '{event.tag}' are not supported", event)
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise _yaml_error(f"more than {MAX_DEPTH} levels deep", event)
        node: yaml.Node | None = super().compose_node(parent, index)
        self.depth -= 1
        return node

    def scan_to_next_token(self) -> None:
        super().scan_to_next_token()
        while self.flow_level and self.peek() == "\t":  # JSON may be indented with tabs
            self.forward()
            super().scan_to_next_token()


def parse_scalar(text: str) -> Any:
    """What unquoted text means in YAML 1.2 and JSON: a constant, a number, or the text itself."""
    if text in CONSTANTS:
        return CONSTANTS[text]
    if len(text) <= MAX_NUMBER_LENGTH:
        if INTEGER.fullmatch(text):
            return int(text)
        if NUMBER.fullmatch(text):
            return float(text)
        if NOT_FINITE.fullmatch(text):
            return float(text.replace(".", ""))
    return text


def read_document(path: Any, where: str | None = None) -> Document:
    """The document in a file, which error messages call `where` (default: its path).

    Raises
    ------
    DocumentError
        If the file does not exist, or is not UTF-8 text or not YAML: one line, with the line number if there is one.
    """
    where = where or str(path)
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        raise DocumentError(Fault(Location(0, where), getattr(error, "strerror", None) or str(error))) from None
    if len(raw) > MAX_BYTES:
        raise DocumentError(Fault(Location(0, where), f"larger than {MAX_BYTES // 1024} KiB"))
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise DocumentError(Fault(Location(line, f"{where}:{line}"), "not text in UTF-8")) from None
    document = parse_document(text, lambda line: Location(line, f"{where}:{line}"))
    if document.value is None:
        raise DocumentError(Fault(Location(0, where), "empty"))
    return document


def parse_document(text: str, location_of: LocationOfLine) -> Document:
    """The document in a text; `location_of` returns the Location of a line number."""
    faults: list[Fault] = []
    try:
        node = DocumentLoader(text).get_single_node()
        value, source = _convert(node, (), location_of, faults) if node else (None, SourceMap(location_of(1), {}))
        return Document(value, source._replace(location=location_of(1)), faults)
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        problem: str | None = f"'{chr(error.character)}' is not text"
    except yaml.MarkedYAMLError as error:
        line, problem = error.problem_mark.line + 1 if error.problem_mark else 1, error.problem
    except (ValueError, OverflowError):
        line, problem = 1, "contains an escape that is not a character"  # such as "\UFFFFFFFF"
    raise DocumentError(Fault(location_of(line), f"cannot be read: {problem}"))


def _convert(node: Any, path: KeyPath, location_of: LocationOfLine, faults: list[Fault]) -> tuple[Any, SourceMap]:
    """The value of a node and its SourceMap. Repeated keys are added to `faults`."""
    here = location_of(node.start_mark.line + 1)
    if isinstance(node, yaml.ScalarNode):
        return parse_scalar(node.value) if node.style is None else _text(node), SourceMap(here, {})
    if isinstance(node, yaml.SequenceNode):
        items = [_convert(item, (*path, i), location_of, faults) for i, item in enumerate(node.value)]
        return [value for value, _ in items], SourceMap(here, [source for _, source in items])
    values: dict[str, Any] = {}
    sources: dict[str, SourceMap] = {}
    lines: dict[str, int] = {}
    for key, item in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise _yaml_error("a key must be text", key)
        name, line = _text(key), key.start_mark.line + 1
        if name in values:
            text = f"{dotted((*path, shorten(name)))}: written twice (first on line {lines[name]})"
            faults.append(Fault(location_of(line), text, "the last one is used"))
        lines.setdefault(name, line)
        values[name], source = _convert(item, (*path, name), location_of, faults)
        sources[name] = source._replace(location=location_of(line))  # of the key, if the value is on a later line
    return values, SourceMap(here, sources)


def _text(node: yaml.ScalarNode) -> str:
    try:  # JSON writes a character above 16 bits as a surrogate pair
        return node.value.encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeDecodeError:
        raise _yaml_error("contains half of a surrogate pair", node) from None


def _yaml_error(problem: str, source: Any) -> yaml.MarkedYAMLError:
    return yaml.MarkedYAMLError(problem=problem, problem_mark=source.start_mark)
