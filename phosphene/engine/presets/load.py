"""Loads presets: reads a file, applies overrides, resolves includes and paths, and validates the result."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from phosphene.engine.documents.document import Document, Location
from phosphene.engine.documents.includes import resolve_includes
from phosphene.engine.documents.load import parse_document, read_document
from phosphene.engine.documents.overrides import apply_overrides
from phosphene.engine.documents.validation import validate
from phosphene.engine.presets import model
from phosphene.engine.presets.model import DEFAULT_GENOME, Preset
from phosphene.engine.presets.packaged import find_preset_file, load_fragment
from phosphene.engine.visuals.media_names import media_path


def load_preset(
    name: str | Path | None = None,
    sets: Iterable[str] = (),
    *,
    genome: Path | str | None = None,
    permissive: bool = False,
) -> tuple[Preset, list[str]]:
    """Load a preset.

    Parameters
    ----------
    name : str or Path
        A packaged preset by its bare name, or a file. None loads the defaults.
    sets : iterable of str
        `dotted.key=value` overrides, applied in order.
    genome : Path, optional
        A JSON file with genes that replace the preset's genome.
    permissive : bool
        Correct what can be corrected, as `documents.validation.validate` describes.

    Returns
    -------
    preset : Preset
    warnings : list of str
        What was corrected. Empty unless permissive.

    Raises
    ------
    UsageError
        One line for each fault.
    """
    sets = list(sets)
    if name is None:
        document = parse_document("{}", lambda line: Location(line, "the defaults"))
    else:
        document = read_preset(*find_preset_file(name))
    if genome is not None and isinstance(document.value, dict):
        genes = read_document(Path(genome))
        document.set(("genome",), genes.value, genes.source)
    if sets and isinstance(document.value, dict) and "genome" not in document.value:
        text = json.dumps([{"op": op} for op in DEFAULT_GENOME])  # so that a set can address a default gene
        genes = parse_document(text, lambda line: document.source.location)
        document.set(("genome",), genes.value, genes.source)
    apply_overrides(document, sets)
    resolve_includes(document, load_fragment)
    return validate(model.engine_schemas().preset, document, permissive=permissive)


def restore_preset(plain: dict[str, Any], where: str) -> Preset:
    """The preset that `Preset.to_dict` returned as `plain`. Error messages call its origin `where`."""
    document = parse_document(json.dumps(plain), lambda line: Location(line, f"{where}: its preset"))
    preset: Preset = validate(model.engine_schemas().preset, document)[0]
    return preset


def read_preset(path: Path, where: str) -> Document:
    """The document in a file, its includes resolved and its media and anchor paths relative to the file's folder.

    The file may hold something else (a genome, a run record); such a document is returned as it is.
    """
    document, folder = read_document(path, where), Path(where).parent
    media = document.value.get("media") if isinstance(document.value, dict) else None
    if isinstance(media, str):
        document.set(("media",), media_path(path, media))
    resolve_includes(document, lambda name: load_fragment(name, folder))
    trajectory = document.value.get("trajectory") if isinstance(document.value, dict) else None
    anchors = trajectory.get("anchors") if isinstance(trajectory, dict) else None
    if isinstance(anchors, str) and set(anchors) & set("/\\."):  # a path, relative to the preset's folder
        document.set(("trajectory", "anchors"), str(folder / anchors))
    return document
