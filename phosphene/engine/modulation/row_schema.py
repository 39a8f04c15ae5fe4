"""The schema of a preset's matrix rows, and checks of the names and ranges in them."""

import re
from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import Field, create_model

from phosphene.engine.common.errors import UsageError, unknown
from phosphene.engine.common.params import Param
from phosphene.engine.documents.document import shorten
from phosphene.engine.documents.schema import Strict, custom_fault, param_field
from phosphene.engine.effects import EFFECTS
from phosphene.engine.modulation import generators
from phosphene.engine.modulation.inputs import find_input
from phosphene.engine.modulation.matrix import CURVES, WHENS
from phosphene.engine.modulation.trajectory.anchors import DEFAULT_ANCHORS, load_anchors
from phosphene.engine.modulation.trajectory.trajectory import COORDINATE_NAMES
from phosphene.engine.rings import board_layout

MAX_ROWS = 64  # in a preset
MAX_STEPS = 64
MAX_NAME_LENGTH = 100  # characters of an optional name that is not known
ATTACK = Param("attack", 0.08, low=0.0, high=600.0, unit="s")
RELEASE = Param("release", 0.25, low=0.0, high=600.0, unit="s")
AMOUNT = Param("amount", 1.0, low=0.0, high=1.0)

_FIELDS: dict[str, Any] = {
    "from": (str, ...),
    "to": (str, ...),
    "range": (Annotated[tuple[float, ...], Field(strict=False)], ()),  # empty for the parameter's own range
    "curve": (Literal[CURVES], CURVES[0]),
    "steps": (int, Field(8, ge=2, le=MAX_STEPS)),
    "when": (Literal[WHENS], WHENS[0]),
    "optional": (bool, False),
    **{param.name: param_field(param) for param in (ATTACK, RELEASE, AMOUNT)},
}
Row = create_model("row", __base__=Strict, **_FIELDS)
Genome = Sequence[tuple[str | None, bool]]


class RowTarget(NamedTuple):
    """What a row moves: a parameter, and its slot in each gene that has it, or in the picture."""

    param: Param
    slots: list[int]


class MatrixTargets(NamedTuple):
    """All that rows can move: parameters of a genome, and of sections (scenes and passes) of the picture.

    A genome is a list of (op or None, active) pairs. Slots of genes are those in the plan with serial number 0.
    """

    sections: dict[str, dict[str, tuple[Param, int]]]  # (parameter, slot) by name, by section

    def find(self, name: str, genome: Genome) -> RowTarget:
        """The RowTarget of a name.

        Raises
        ------
        UsageError
            If there is none; the message has no place in a file.
        """
        root, _, rest = name.partition(".")
        section, _, param = rest.partition(".")
        if root == "visuals":
            params = _lookup("scene or pass", section, self.sections, root)
            found, slot = _lookup("parameter", param, params, f"{root}.{section}")
            return RowTarget(found, [slot])
        if root == "effects":
            _lookup("gene", section, dict.fromkeys(op for op, _ in genome), root)
            genes = [g for g, (op, _) in enumerate(genome) if op == section]
        elif root == "genome":
            if not re.fullmatch("[0-9]{1,3}", section) or int(section) >= len(genome):
                raise UsageError(f"{root}: no entry '{shorten(section)}' (has {len(genome)}, counted from 0)")
            genes = [int(section)]
        else:
            raise unknown("target", shorten(root), ("effects", "genome", "visuals"), "")
        return _find_in_genes(genome, genes, param, f"{root}.{section}")


def _lookup(kind, name, allowed, where):
    if name not in allowed:
        raise unknown(kind, shorten(name), allowed, where)
    return allowed[name] if isinstance(allowed, dict) else name


def _find_in_genes(genome, genes, name, where):
    op = genome[genes[0]][0]
    if op is None:
        raise UsageError(f"{where}: is not a gene")
    effect = EFFECTS[op]
    if getattr(effect, "PULLS_SOURCE", False):
        raise UsageError(f"{where}: reads its source ahead of the output, so no row can move it")
    params = {param.name: (p, param) for p, param in enumerate(effect.PARAMS)}
    p, param = _lookup("parameter", name, params, where)
    positions = [g - sum(not active for _, active in genome[:g]) for g in genes if genome[g][1]]
    return RowTarget(param, [board_layout.gene_slot(0, position, p) for position in positions])


def matrix_faults(given: dict[str, Any], targets: MatrixTargets, genome: Genome) -> Iterator[Any]:
    """Yield the faults of names and ranges in a preset's plain values, in pydantic's form.

    Parameters
    ----------
    given : dict
        As read; values of the wrong type are skipped, since the schema reports them.
    targets : MatrixTargets
    genome : list of (op or None, active)
    """
    sources, rows = given.get("sources", {}), given.get("matrix", ())
    sources = sources if isinstance(sources, dict) else {}
    yield from _source_faults(sources)
    yield from _trajectory_faults(given.get("trajectory", {}))
    for index, row in enumerate(rows if isinstance(rows, list | tuple) else ()):
        if isinstance(row, dict):
            for key, fault in _row_faults(row, sources, targets, genome):
                yield custom_fault(fault, ("matrix", index, key), row.get(key))


def _source_faults(sources):
    if len(sources) > generators.MAX_SOURCES:
        yield custom_fault(f"found {len(sources)} entries, {generators.MAX_SOURCES} are allowed", ("sources",), sources)
    for name in sources:
        if not re.fullmatch(generators.NAME_PATTERN, name):
            yield custom_fault("a name has lower-case letters, digits and _, at most 32", ("sources", name), name)


def _trajectory_faults(trajectory):
    if isinstance(trajectory, dict) and isinstance(anchors := trajectory.get("anchors", DEFAULT_ANCHORS), str):
        try:
            load_anchors(anchors)
        except UsageError as faults:
            yield from (custom_fault(fault, ("trajectory", "anchors"), anchors) for fault in str(faults).splitlines())


def _row_faults(row, sources, targets, genome):
    """Yield (key, fault) for one row."""
    source, name, target = row.get("from"), row.get("to"), None
    if isinstance(source, str):
        try:
            _check_source(source, sources)
        except UsageError as fault:
            yield "from", str(fault).removeprefix(": ")
    if isinstance(name, str):
        try:
            target = targets.find(name, genome)
        except UsageError as fault:
            if row.get("optional") is not True or len(name) > MAX_NAME_LENGTH:
                yield "to", str(fault).removeprefix(": ")
    limits = row.get("range", ())
    if isinstance(limits, list | tuple) and all(type(limit) in (int, float) for limit in limits):
        yield from _range_faults(limits, row, target and target.param)


def _check_source(name, sources):
    root, _, rest = name.partition(".")
    if root == "sources":
        _lookup("source", rest, sources, root)
    elif root == "trajectory":
        _lookup("coordinate", rest, [coordinate.partition(".")[2] for coordinate in COORDINATE_NAMES], root)
    elif root in ("listening", "clock"):
        find_input(name)
    else:
        raise unknown("source", shorten(root), ("clock", "listening", "sources", "trajectory"), "")


def _range_faults(limits, row, param):
    if len(limits) not in (0, 2):
        yield "range", f"needs two numbers, low and high, found {len(limits)}"
        return
    outside = [limit for limit in limits if param and not param.low <= limit <= param.high]
    if outside:
        yield "range", f"{outside[0]} is outside {param.range_text}"
    elif row.get("curve") == "exp" and (limits or param):
        low, high = limits or (param.low, param.high)
        if min(low, high) <= 0:
            yield "curve", f"exp needs a range above 0, found {low:g} to {high:g}"
