"""Reading: YAML and JSON through one loader, which remembers on which line everything stands."""

import re

import yaml

from phosphene.engine.documents.document import Document, DocumentError, Fault, Location, SourceMap, dotted, shorten

MAX_BYTES = 1 << 18  # bytes; a hundred times the longest preset, and read in a few seconds
MAX_DEPTH = 16  # levels; a run record has six, and Python's own stack is never in question
MAX_NUMBER_LENGTH = 64  # characters of a number; Python refuses to read 5,000 digits

WORDS = {"": None, "~": None, "null": None, "true": True, "false": False}
WHOLE = re.compile(r"[-+]?[0-9]+")
NUMBER = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
BEYOND = re.compile(r"[-+]?\.inf|\.nan")


class Loader(yaml.SafeLoader):
    """Composes, never constructs: `plain` says what a scalar is, so `on` and `1:30` stay text."""

    yaml_implicit_resolvers = {}  # noqa: RUF012
    depth = 0

    def compose_node(self, parent, index):
        event = self.peek_event()
        if isinstance(event, yaml.AliasEvent):  # nine lists of nine, each naming the last, are a billion
            raise _unclear(f"aliases are not read; write out what '*{event.anchor}' stands for", event)
        if event.tag is not None:
            raise _unclear(f"tags such as '{event.tag}' are not read", event)
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise _unclear(f"more than {MAX_DEPTH} levels deep", event)
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node

    def scan_to_next_token(self):
        super().scan_to_next_token()
        while self.flow_level and self.peek() == "\t":  # JSON may be indented with tabs
            self.forward()
            super().scan_to_next_token()


def parse_scalar(text):
    """What unquoted text means, as in YAML 1.2 and JSON: a word, a number, or itself."""
    if text in WORDS:
        return WORDS[text]
    if len(text) <= MAX_NUMBER_LENGTH:
        if WHOLE.fullmatch(text):
            return int(text)
        if NUMBER.fullmatch(text):
            return float(text)
        if BEYOND.fullmatch(text):
            return float(text.replace(".", ""))
    return text


def read_document(path, where=None):
    """The document in a file, whose messages call it `where`.

    Raises
    ------
    UsageError
        If there is no such file, or it is no text, or not YAML: one line, with its number where it has one.
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


def parse_document(text, place):
    """The document in a text; `place` gives the Location of a line."""
    faults = []
    try:
        node = Loader(text).get_single_node()
        value, spot = _take(node, (), place, faults) if node else (None, SourceMap(place(1), {}))
        return Document(value, spot._replace(place=place(1)), faults)
    except yaml.reader.ReaderError as error:
        line, problem = text.count("\n", 0, error.position) + 1, f"'{chr(error.character)}' is no text"
    except yaml.MarkedYAMLError as error:
        line, problem = error.problem_mark.line + 1, error.problem
    except (ValueError, OverflowError):
        line, problem = 1, "holds an escape that is no character"  # such as "\UFFFFFFFF"
    raise DocumentError(Fault(place(line), f"cannot be read: {problem}"))


def _take(node, path, place, faults):
    """What a node says, and where; names that are written twice join the faults."""
    here = place(node.start_mark.line + 1)
    if isinstance(node, yaml.ScalarNode):
        return parse_scalar(node.value) if node.style is None else _text(node), SourceMap(here, {})
    if isinstance(node, yaml.SequenceNode):
        taken = [_take(item, (*path, i), place, faults) for i, item in enumerate(node.value)]
        return [value for value, _ in taken], SourceMap(here, [spot for _, spot in taken])
    values, spots, lines = {}, {}, {}
    for key, item in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise _unclear("a name has to be text", key)
        name, line = _text(key), key.start_mark.line + 1
        if name in values:
            twice = f"{dotted((*path, shorten(name)))}: written twice (first on line {lines[name]})"
            faults.append(Fault(place(line), twice, "the last one counts"))
        lines.setdefault(name, line)
        values[name], spot = _take(item, (*path, name), place, faults)
        spots[name] = spot._replace(place=place(line))  # the line of the name, should the value follow below
    return values, SourceMap(here, spots)


def _text(node):
    try:  # JSON writes what lies beyond 16 bits as a pair
        return node.value.encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeDecodeError:
        raise _unclear("holds half a character", node) from None


def _unclear(problem, at):
    return yaml.MarkedYAMLError(problem=problem, problem_mark=at.start_mark)
