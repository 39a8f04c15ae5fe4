"""Validation: every fault of a document at once, in words and with its line; or mended, with a warning each."""

import re
from functools import partial
from typing import Annotated, Union, get_args, get_origin

from pydantic import BaseModel, TypeAdapter, ValidationError

from phosphene.engine.common.errors import UsageError, unknown
from phosphene.engine.documents.document import Fault, describe_value, dotted, shorten
from phosphene.engine.documents.load import parse_scalar
from phosphene.engine.documents.schema import Params

NEEDS = {
    "bool_type": "true or false",
    "float_type": "a number",
    "int_type": "a whole number",
    "finite_number": "a finite number",
    "string_type": "text",
    "string_pattern_mismatch": "64 hexadecimal digits",  # the one pattern there is
    "tuple_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
}
TAGGED = {"op": "operator", "kind": "kind of source"}


def validate(kind, document, *, permissive=False):
    """The value of type `kind` that a document describes.

    Parameters
    ----------
    kind : type
        Made of models of engine.documents.schema.
    document : Document
        Consumed: what is mended is changed in it.
    permissive : bool
        Mend what can be mended. An unknown key is ignored, a number clamped, a numeric text read as
        its number, an unknown operator left out, and the default takes the place of anything else.

    Returns
    -------
    value : kind
    warnings : list of str
        What was mended and how, in order of line. Empty unless permissive.

    Raises
    ------
    UsageError
        A line for every fault that was not mended, in order of line.
    """
    adapter, faults = TypeAdapter(kind), list(document.faults)
    while True:
        try:
            value, wrong = adapter.validate_python(document.value), []
        except ValidationError as error:
            wrong = [_diagnose(kind, document, each) for each in error.errors(include_url=False)]
        faults += [fault for _, fault, _ in wrong]
        if hopeless := [fault for fault in faults if not (permissive and fault.mend)]:
            raise UsageError("\n".join(fault.line for fault in _by_line(hopeless)))
        if not wrong:
            return value, [f"{fault.line} ({fault.mend})" for fault in _by_line(faults)]
        mends = {path: mend for path, _, mend in wrong}  # once each: what follows in a list moves up
        for path in sorted(mends, reverse=True):  # a list is emptied from its end
            mends[path]()


def _by_line(faults):
    return sorted(faults, key=lambda fault: fault.place.order)


def _diagnose(kind, document, error):
    """Where a document is mended, the fault as a user is told it, and the step that mends it."""
    path, owner, field = _follow(kind, error["loc"])
    told = _describe(path, owner, field, error).removeprefix(": ")
    place = document.place((*path, *_tag(error)))
    if field and field.is_required() and len(path) > 1 and isinstance(path[-2], int):  # an entry cannot do without
        path, owner = path[:-1], None
    words, mend = _mend(document, path, owner, field, error)
    return path, Fault(place, told, words), mend


def _tag(error):
    """The key by which one kind is told from another, where it is that which is wrong."""
    return [error["ctx"]["discriminator"].strip("'")] if error["type"].startswith("union_tag") else []


def _follow(kind, steps):
    """Pydantic's path of an error as a path in the document, and the model and field that it ends in."""
    path, owner, field = (), None, None
    for step in steps:
        if get_origin(kind) is Annotated:
            kind = get_args(kind)[0]
        if get_origin(kind) is Union:  # a gene's type is a step in the schema, and none in the document
            kind = next(gene for gene in get_args(kind) if gene.__name__ == step)
            continue
        path = (*path, step)
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            owner, field = kind, kind.model_fields.get(step)
            kind = field and field.annotation
        else:
            owner, field, kind = None, None, get_args(kind)[get_origin(kind) is dict]
    return path, owner, field


def _describe(path, owner, field, error):
    where, around = dotted(path), dotted(path[:-1])
    found, limits = error["input"], error.get("ctx", {})
    match error["type"]:
        case "extra_forbidden":
            noun = "parameter" if issubclass(owner, Params) else "key"
            return str(unknown(noun, shorten(path[-1]), owner.model_fields, around))
        case "told":
            return f"{where}: {limits['told']}"
        case "union_tag_invalid":
            (tag,), tags = _tag(error), limits["expected_tags"].replace("'", "").split(", ")
            return str(unknown(TAGGED[tag], _name(found[tag]), tags, where))
        case "union_tag_not_found":
            (tag,) = _tag(error)
            return f"{where}: no '{tag}' to name {'an' if tag == 'op' else 'a'} {TAGGED[tag]}"
        case "literal_error":
            noun = path[-1] if isinstance(path[-1], str) else "name"
            return str(unknown(noun, _name(found), re.findall("'([^']*)'", limits["expected"]), around))
        case "missing":
            return f"{where}: missing"
        case "too_long":
            return f"{where}: {limits['actual_length']} are too many, {limits['max_length']} is the most"
        case "too_short":
            return f"{where}: found {limits['actual_length']}, needs {limits['min_length']} or more"
        case "greater_than_equal" | "less_than_equal" if field.description:
            return f"{where}: {describe_value(found)} is outside {field.description}"
        case "greater_than_equal":
            return f"{where}: found {describe_value(found)}, needs {limits['ge']} or more"
        case "less_than_equal":
            return f"{where}: found {describe_value(found)}, needs {limits['le']} or less"
        case other:
            return f"{where}: found {describe_value(found)}, needs {NEEDS[other]}"


def _mend(document, path, owner, field, error):
    """What a permissive reader says that it does about an error, and how it does it."""
    match error["type"]:
        case "extra_forbidden":
            return "ignored", partial(document.drop, path)
        case "greater_than_equal" | "less_than_equal":
            (bound,) = error["ctx"].values()
            return f"{bound if isinstance(bound, int) else f'{bound:g}'} is used", partial(document.put, path, bound)
        case "too_long":
            most = error["ctx"]["max_length"]
            return f"the first {most} are kept", partial(document.cut, path, most)
        case "float_type" | "int_type" if (number := _number(error)) is not None:
            return f"{number} is used", partial(document.put, path, number)
    if path and not owner:
        return "left out", partial(document.drop, path)
    if path and not field.is_required():
        return "the default is used", partial(document.drop, path)
    return "", None


def _number(error):
    """The one number that was meant, or None."""
    found, whole = error["input"], error["type"] == "int_type"
    number = parse_scalar(found) if isinstance(found, str) else found
    if whole and isinstance(number, float) and number.is_integer():
        number = int(number)
    return number if type(number) in ((int,) if whole else (int, float)) else None


def _name(found):
    return shorten(found) if isinstance(found, str) else describe_value(found)
