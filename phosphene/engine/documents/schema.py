"""Schemas: pydantic models whose ranges come from the Params, and faults that span several fields."""

from collections.abc import Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    create_model,
)
from pydantic_core import PydanticCustomError

from phosphene.engine.common.params import Param

MAX_GENES = 16


class Strict(BaseModel):
    """A model without extra keys, conversions or NaN, and frozen once it is made."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, allow_inf_nan=False)


class Params(Strict):
    """A number for each Param; missing ones have their defaults."""

    if TYPE_CHECKING:  # `params_model` adds the fields

        def __getattr__(self, name: str) -> Any: ...


class Gene(Strict):
    """An operator and its parameters. A bypassed gene keeps its position and does nothing."""

    op: str
    params: Params
    bypass: bool = False


def active_genes(genes: Iterable[Gene]) -> list[tuple[str, dict[str, Any]]]:
    """(op, params) pairs with all parameters, without bypassed genes."""
    return [(gene.op, gene.params.model_dump()) for gene in genes if not gene.bypass]


def param_field(param: Param) -> tuple[Any, Any]:
    """The pydantic type and default of a Param. One with choices is given by the name of a choice."""
    if param.choices:
        return Literal[param.choices], param.choices[int(param.default)]
    return float, Field(float(param.default), ge=param.low, le=param.high, description=param.range_text)


def params_model(name: str, params: Iterable[Param]) -> type[Params]:
    """The model of a group of Params."""
    fields: dict[str, Any] = {param.name: param_field(param) for param in params}
    return create_model(name, __base__=Params, **fields)


def genome_type(effects: Mapping[str, Any]) -> Any:
    """The type of a list of genes. `op` selects the effect whose PARAMS a gene has."""
    genes = []
    for op, effect in effects.items():
        params = params_model(f"{op} parameters", effect.PARAMS)
        fields: dict[str, Any] = {"op": (Literal[op], ...), "params": (params, params())}
        genes.append(create_model(op, __base__=Gene, **fields))
    return bounded_tuple(Annotated[Union[tuple(genes)], Field(discriminator="op")], MAX_GENES)  # noqa: UP007


def bounded_tuple(item: Any, max_length: int) -> Any:
    """The type of a list or tuple of `item` that has at most `max_length` entries."""
    bounded = WrapValidator(partial(_check_length, max_length))
    return Annotated[tuple[item, ...], Field(strict=False), bounded]  # a list is converted to a tuple


def _check_length(max_length: int, values: Any, handler: ValidatorFunctionWrapHandler) -> Any:
    """Pydantic's own limit reports nothing for a list with any other fault in it; this one does."""
    faults: list[dict[str, Any]] = []
    if isinstance(values, list | tuple) and len(values) > max_length:
        limit = {"field_type": "List", "max_length": max_length, "actual_length": len(values)}
        faults = [{"type": "too_long", "loc": (), "input": values, "ctx": limit}]
    return validate_with_faults(values, handler, faults)


def validate_with_faults(value: Any, handler: ValidatorFunctionWrapHandler, faults: Iterable[Any]) -> Any:
    """The handler's result; or one ValidationError that holds `faults` and those of the handler."""
    faults = list(faults)
    try:
        valid = handler(value)
    except ValidationError as error:
        faults += error.errors(include_url=False)
    if faults:
        raise ValidationError.from_exception_data("faults", faults)
    return valid


def custom_fault(message: str, loc: tuple[Any, ...], input: Any) -> dict[str, Any]:
    """A fault for `validate_with_faults`, reported as `<path>: <message>`.

    Parameters
    ----------
    message : str
        What is wrong and what is allowed, without the place.
    loc : tuple
        The path of the value in the model.
    input : object
        The value that was found there.
    """
    return {"type": PydanticCustomError("message", "{message}", {"message": message}), "loc": loc, "input": input}
