"""Validation: reports every fault of a document at once, each with its line; or corrects them, with warnings."""

import re
from collections.abc import Callable, Iterable
from functools import partial
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from phosphene.engine.common.errors import UsageError, unknown
from phosphene.engine.documents.document import Document, Fault, KeyPath, describe_value, dotted, shorten
from phosphene.engine.documents.load import parse_scalar
from phosphene.engine.documents.schema import Params

NEEDS = {  # what is allowed, by pydantic's type of error
    "bool_type": "true or false",
    "float_type": "a number",
    "int_type": "a whole number",
    "finite_number": "a finite number",
    "string_type": "text",
    "string_pattern_mismatch": "64 hexadecimal digits",  # the only pattern in use
    "tuple_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
}
DISCRIMINATORS = {"op": "operator", "kind": "kind of source"}

T = TypeVar("T")
Owner = type[BaseModel] | None  # the model that has the faulty key; None for an entry of a list or a mapping
Fix = Callable[[], None] | None


def validate(kind: type[T], document: Document, *, permissive: bool = False) -> tuple[T, list[str]]:
    """The value of type `kind` that a document describes.

    Parameters
    ----------
    kind : type
        Made of the models of engine.documents.schema.
    document : Document
        Consumed: corrections change it.
    permissive : bool
        Correct what can be corrected. Unknown keys are ignored, numbers clamped, numbers in quotes read as
        numbers, unknown operators left out, and anything else is replaced by its default.

    Returns
    -------
    value : kind
    warnings : list of str
        What was corrected and how, in order of line. Empty unless permissive.

    Raises
    ------
    UsageError
        One line for each fault that was not corrected, in order of line.
    """
    adapter, faults = TypeAdapter(kind), list(document.faults)
    while True:
        found: list[tuple[KeyPath, Fault, Fix]] = []
        try:
            value = adapter.validate_python(document.value)
        except ValidationError as error:
            found = [_diagnose(kind, document, each) for each in error.errors(include_url=False)]
        faults += [fault for _, fault, _ in found]
        if fatal := [fault for fault in faults if not (permissive and fault.fix)]:
            raise UsageError("\n".join(fault.line for fault in _by_line(fatal)))
        if not found:
            return value, [f"{fault.line} ({fault.fix})" for fault in _by_line(faults)]
        fixes = {path: fix for path, _, fix in found if fix}  # one for each path: later list entries move up
        for path in sorted(fixes, reverse=True):  # from the end of a list, so that indices stay valid
            fixes[path]()


def _by_line(faults: Iterable[Fault]) -> list[Fault]:
    return sorted(faults, key=lambda fault: fault.location.order)


def _diagnose(kind: Any, document: Document, error: Any) -> tuple[KeyPath, Fault, Fix]:
    """The path to correct, the fault as the user reads it, and the function that corrects it."""
    path, owner, field = _resolve(kind, error["loc"])
    text = _describe(path, owner, field, error).removeprefix(": ")
    location = document.location((*path, *_discriminator(error)))
    if field and field.is_required() and len(path) > 1 and isinstance(path[-2], int):  # the entry is useless without
        path, owner = path[:-1], None
    words, fix = _choose_fix(document, path, owner, field, error)
    return path, Fault(location, text, words), fix


def _discriminator(error: Any) -> list[str]:
    """The key that selects one type of a union, if the error is about that key; else nothing."""
    return [error["ctx"]["discriminator"].strip("'")] if error["type"].startswith("union_tag") else []


def _resolve(kind: Any, steps: Iterable[Any]) -> tuple[KeyPath, Owner, FieldInfo | None]:
    """An error's path as pydantic has it, as a path of the document, with the model and field at its end."""
    path: KeyPath = ()
    owner: Owner = None
    field: FieldInfo | None = None
    for step in steps:
        if get_origin(kind) is Annotated:
            kind = get_args(kind)[0]
        if get_origin(kind) is Union:  # pydantic's path has the type of a gene, the document's has not
            kind = next(gene for gene in get_args(kind) if gene.__name__ == step)
            continue
        path = (*path, step)
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            owner, field = kind, kind.model_fields.get(step)
            kind = field and field.annotation
        else:
            owner, field, kind = None, None, get_args(kind)[get_origin(kind) is dict]
    return path, owner, field


def _describe(path: KeyPath, owner: Owner, field: FieldInfo | None, error: Any) -> str:
    """The message of an error: where, what was found, what is allowed."""
    where, parent = dotted(path), dotted(path[:-1])
    found, limits = error["input"], error.get("ctx", {})
    match error["type"]:
        case "extra_forbidden" if owner:
            noun = "parameter" if issubclass(owner, Params) else "key"
            return str(unknown(noun, shorten(path[-1]), owner.model_fields, parent))
        case "message":
            return f"{where}: {limits['message']}"
        case "union_tag_invalid":
            (key,), allowed = _discriminator(error), limits["expected_tags"].replace("'", "").split(", ")
            return str(unknown(DISCRIMINATORS[key], _name(found[key]), allowed, where))
        case "union_tag_not_found":
            (key,) = _discriminator(error)
            return f"{where}: no '{key}' to name {'an' if key == 'op' else 'a'} {DISCRIMINATORS[key]}"
        case "literal_error":
            noun = path[-1] if isinstance(path[-1], str) else "name"
            return str(unknown(noun, _name(found), re.findall("'([^']*)'", limits["expected"]), parent))
        case "missing":
            return f"{where}: missing"
        case "too_long":
            return f"{where}: found {limits['actual_length']} entries, {limits['max_length']} are allowed"
        case "too_short":
            return f"{where}: found {limits['actual_length']}, needs {limits['min_length']} or more"
        case "greater_than_equal" | "less_than_equal" if field and field.description:
            return f"{where}: {describe_value(found)} is outside {field.description}"
        case "greater_than_equal":
            return f"{where}: found {describe_value(found)}, needs {limits['ge']} or more"
        case "less_than_equal":
            return f"{where}: found {describe_value(found)}, needs {limits['le']} or less"
        case other:
            return f"{where}: found {describe_value(found)}, needs {NEEDS[other]}"


def _choose_fix(
    document: Document, path: KeyPath, owner: Owner, field: FieldInfo | None, error: Any
) -> tuple[str, Fix]:
    """How a permissive reader corrects an error: in words, and as a function that does it."""
    match error["type"]:
        case "extra_forbidden":
            return "ignored", partial(document.remove, path)
        case "greater_than_equal" | "less_than_equal":
            (bound,) = error["ctx"].values()
            return f"{bound if isinstance(bound, int) else f'{bound:g}'} is used", partial(document.set, path, bound)
        case "too_long":
            length = error["ctx"]["max_length"]
            return f"the first {length} are kept", partial(document.truncate, path, length)
        case "float_type" | "int_type" if (number := _number_in(error)) is not None:
            return f"{number} is used", partial(document.set, path, number)
    if path and not owner:
        return "left out", partial(document.remove, path)
    if path and field and not field.is_required():
        return "the default is used", partial(document.remove, path)
    return "", None


def _number_in(error: Any) -> int | float | None:
    """The number that a text or a float with no fraction stands for, or None."""
    found, integral = error["input"], error["type"] == "int_type"
    number = parse_scalar(found) if isinstance(found, str) else found
    if integral and isinstance(number, float) and number.is_integer():
        number = int(number)
    return number if type(number) in ((int,) if integral else (int, float)) else None


def _name(found: Any) -> str:
    return shorten(found) if isinstance(found, str) else describe_value(found)
