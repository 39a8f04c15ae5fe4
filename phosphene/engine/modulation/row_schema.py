"""Rows of the matrix as a preset holds them, and whether what they name is there."""

import re
from typing import Annotated, Literal, NamedTuple

from pydantic import Field, create_model

from phosphene.engine.common.errors import UsageError, unknown
from phosphene.engine.common.params import Param
from phosphene.engine.documents.document import shorten
from phosphene.engine.documents.schema import Strict, custom_fault, param_field
from phosphene.engine.effects import EFFECTS
from phosphene.engine.modulation import generators
from phosphene.engine.modulation.inputs import share_of
from phosphene.engine.modulation.matrix import CURVES, WHENS
from phosphene.engine.modulation.trajectory.anchors import USUAL_ANCHORS, load_anchors
from phosphene.engine.modulation.trajectory.trajectory import NAMES
from phosphene.engine.rings import board_layout

MOST = 64  # in a preset
FINEST = 64  # steps
LONGEST = 100  # characters of a name that may be of nothing
ATTACK = Param("attack", 0.08, low=0.0, high=600.0, unit="s")
RELEASE = Param("release", 0.25, low=0.0, high=600.0, unit="s")
AMOUNT = Param("amount", 1.0, low=0.0, high=1.0)

Row = create_model(
    "row",
    __base__=Strict,
    **{
        "from": (str, ...),
        "to": (str, ...),
        "range": (Annotated[tuple[float, ...], Field(strict=False)], ()),  # the parameter's own, where nothing is said
        "curve": (Literal[CURVES], CURVES[0]),
        "steps": (int, Field(8, ge=2, le=FINEST)),
        "when": (Literal[WHENS], WHENS[0]),
        "optional": (bool, False),
        **{param.name: param_field(param) for param in (ATTACK, RELEASE, AMOUNT)},
    },
)


class Target(NamedTuple):
    """What a row moves: a parameter, and its place in each gene that has it, or in the picture."""

    param: Param
    places: list


class Targets(NamedTuple):
    """What rows may move, of a genome as (op or None, whether it sounds) pairs and of these sections of the picture.

    A gene's place is its slot in the plan with serial number 0.
    """

    sections: dict  # by name: (Param, place) by name

    def find(self, name, genome):
        """The Target of a name.

        Raises
        ------
        UsageError
            Without a place: what there is no such thing of.
        """
        root, _, rest = name.partition(".")
        which, _, param = rest.partition(".")
        if root == "visuals":
            params = _one("scene or pass", which, self.sections, root)
            found, place = _one("parameter", param, params, f"{root}.{which}")
            return Target(found, [place])
        if root == "effects":
            _one("gene", which, dict.fromkeys(op for op, _ in genome), root)
            genes = [g for g, (op, _) in enumerate(genome) if op == which]
        elif root == "genome":
            if not re.fullmatch("[0-9]{1,3}", which) or int(which) >= len(genome):
                raise UsageError(f"{root}: no entry '{shorten(which)}' (has {len(genome)}, counted from 0)")
            genes = [int(which)]
        else:
            raise unknown("target", shorten(root), ("effects", "genome", "visuals"), "")
        return _in_genes(genome, genes, param, f"{root}.{which}")


def _one(kind, name, allowed, where):
    if name not in allowed:
        raise unknown(kind, shorten(name), allowed, where)
    return allowed[name] if isinstance(allowed, dict) else name


def _in_genes(genome, genes, name, where):
    op = genome[genes[0]][0]
    if op is None:
        raise UsageError(f"{where}: is no gene")
    effect = EFFECTS[op]
    if getattr(effect, "PULLS_SOURCE", False):
        raise UsageError(f"{where}: is read ahead of what is heard, so no row can move it")
    params = {param.name: (p, param) for p, param in enumerate(effect.PARAMS)}
    p, param = _one("parameter", name, params, where)
    seats = [g - sum(not sounds for _, sounds in genome[:g]) for g in genes if genome[g][1]]
    return Target(param, [board_layout.gene_slot(0, seat, p) for seat in seats])


def loose_ends(given, targets, genome):
    """What is wrong with the names and the ranges in a preset's plain values, as pydantic tells of faults.

    Parameters
    ----------
    given : dict
        Whatever stands there; what is not even of the right kind is passed over here.
    targets : Targets
    genome : list of (op or None, whether it sounds)
    """
    named, rows = given.get("sources", {}), given.get("matrix", ())
    named = named if isinstance(named, dict) else {}
    if len(named) > generators.MOST:
        yield custom_fault(f"found {len(named)} entries, {generators.MOST} are allowed", ("sources",), named)
    for name in named:
        if not re.fullmatch(generators.NAME, name):
            yield custom_fault("a name has small letters, digits and _, 32 at the most", ("sources", name), name)
    travels = given.get("trajectory", {})
    if isinstance(travels, dict) and isinstance(anchors := travels.get("anchors", USUAL_ANCHORS), str):
        try:
            load_anchors(anchors)
        except UsageError as faults:
            yield from (custom_fault(fault, ("trajectory", "anchors"), anchors) for fault in str(faults).splitlines())
    for at, row in enumerate(rows if isinstance(rows, list | tuple) else ()):
        if isinstance(row, dict):
            for key, told in _ends_of(row, named, targets, genome):
                yield custom_fault(told, ("matrix", at, key), row.get(key))


def _ends_of(row, named, targets, genome):
    """(key, what is wrong there) of one row."""
    source, name, target = row.get("from"), row.get("to"), None
    if isinstance(source, str):
        try:
            _check_source(source, named)
        except UsageError as fault:
            yield "from", str(fault).removeprefix(": ")
    if isinstance(name, str):
        try:
            target = targets.find(name, genome)
        except UsageError as fault:
            if row.get("optional") is not True or len(name) > LONGEST:
                yield "to", str(fault).removeprefix(": ")
    ends = row.get("range", ())
    if isinstance(ends, list | tuple) and all(type(end) in (int, float) for end in ends):
        yield from _ends_of_range(ends, row, target and target.param)


def _check_source(name, named):
    root, _, rest = name.partition(".")
    if root == "sources":
        _one("source", rest, named, root)
    elif root == "trajectory":
        _one("coordinate", rest, [each.partition(".")[2] for each in NAMES], root)
    elif root in ("listening", "clock"):
        share_of(name)
    else:
        raise unknown("source", shorten(root), ("clock", "listening", "sources", "trajectory"), "")


def _ends_of_range(ends, row, param):
    if len(ends) not in (0, 2):
        yield "range", f"needs two numbers, low and high, found {len(ends)}"
        return
    outside = [end for end in ends if param and not param.low <= end <= param.high]
    if outside:
        yield "range", f"{outside[0]} is outside {param.range_text}"
    elif row.get("curve") == "exp" and (ends or param):
        low, high = ends or (param.low, param.high)
        if min(low, high) <= 0:
            yield "curve", f"exp needs a range above 0, found {low:g} to {high:g}"
