"""check: validate files, all faults at once."""

from argparse import ArgumentParser, Namespace
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from phosphene.engine.common.errors import UsageError

HELP = "validate presets, genomes, run records and controller mappings"
EXAMPLE = "phosphene check mine.yaml"


def add(parser: ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", metavar="NAME|FILE", help="names of presets, YAML and JSON files")
    parser.add_argument("--permissive", action="store_true", help="accept what can be corrected, and say how")


def run(args: Namespace) -> int:
    """Validate files; all faults at once."""
    from phosphene.engine.cli.output import print_error, print_line

    valid, faults = check(args.files, permissive=args.permissive)
    for line in valid:
        print_line(line)
    for line in faults:
        print_error(line)
    return UsageError.code if faults else 0


def check(names: Iterable[str], *, permissive: bool = False) -> tuple[list[str], list[str]]:
    """Validate presets, genomes, run records and controller mappings.

    Parameters
    ----------
    names : iterable of str
        Packaged presets by their bare names, or files.
    permissive : bool
        Accept files that can be corrected; the warnings come before the file's line.

    Returns
    -------
    valid : list of str
        A line for each valid file.
    faults : list of str
        A line for each fault of the other files.
    """
    from phosphene.engine.documents.document import one_line
    from phosphene.engine.documents.validation import validate
    from phosphene.engine.presets.load import read_preset
    from phosphene.engine.presets.packaged import find_preset_file

    valid, faults = [], []
    for name in names:
        try:
            path, where = find_preset_file(name)
            document = read_preset(path, where)
            noun, schema = _detect_kind(path, document.value)
            _, warnings = validate(schema, document, permissive=permissive)
            valid += [*warnings, one_line(f"{where}: a valid {noun}")]
        except UsageError as error:
            faults += str(error).split("\n")
    return valid, faults


def _detect_kind(path: Path, value: Any) -> tuple[str, Any]:
    """What a file holds, as a noun and as the type to validate it against."""
    from phosphene.engine.presets import model
    from phosphene.engine.presets.run_record import record_model
    from phosphene.engine.session.controllers.midi_mapping import MidiMapping

    schemas = model.engine_schemas()
    if isinstance(value, list):
        return "genome", schemas.genome
    if isinstance(value, dict) and ("samples_sha256" in value or path.name == "run.json"):
        return "run record", record_model(schemas.preset)
    if isinstance(value, dict) and "controllers" in value:
        return "controller mapping", MidiMapping
    return "preset", schemas.preset
