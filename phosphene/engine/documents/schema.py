"""Schemas: pydantic models whose ranges come from the Params, and from nowhere else."""

from functools import partial
from typing import Annotated, Literal, Union

from pydantic import BaseModel, ConfigDict, Field, ValidationError, WrapValidator, create_model

MAX_GENES = 16  # operators in a genome


class Strict(BaseModel):
    """Taken at its word: no other keys, nothing converted, no NaN, and no change afterwards."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, allow_inf_nan=False)


class Params(Strict):
    """A number for each Param, its default where nothing else is said."""


class Gene(Strict):
    """An operator and its parameters; bypassed, it keeps its place and does nothing."""

    op: str
    params: Params
    bypass: bool = False


def active_genes(genes):
    """Genes as they sound: (op, params) pairs, every parameter told, without those that are bypassed."""
    return [(gene.op, gene.params.model_dump()) for gene in genes if not gene.bypass]


def param_field(param):
    """The type and the field of a number that a Param tells of; one of a few is told by its name."""
    if param.choices:
        return Literal[param.choices], param.choices[int(param.default)]
    return float, Field(float(param.default), ge=param.low, le=param.high, description=param.span)


def params_model(name, params):
    """The model of some Params."""
    return create_model(name, __base__=Params, **{param.name: param_field(param) for param in params})


def genome_type(effects):
    """The type of a list of genes, each an operator of the table, told apart by `op`."""
    genes = []
    for op, effect in effects.items():
        params = params_model(f"{op} parameters", effect.PARAMS)
        genes.append(create_model(op, __base__=Gene, op=(Literal[op], ...), params=(params, params())))
    return bounded_tuple(Annotated[Union[tuple(genes)], Field(discriminator="op")], MAX_GENES)  # noqa: UP007


def bounded_tuple(kind, most):
    """The type of a list of some kind, no longer than `most`."""
    counted = WrapValidator(partial(_counted, most))
    return Annotated[tuple[kind, ...], Field(strict=False), counted]  # a list comes, a tuple stays


def _counted(most, things, handler):
    """Pydantic's own limit is silent about a list that has anything else wrong with it."""
    wrong = []
    if isinstance(things, list | tuple) and len(things) > most:
        limit = {"field_type": "List", "max_length": most, "actual_length": len(things)}
        wrong = [{"type": "too_long", "loc": (), "input": things, "ctx": limit}]
    return validate_with_faults(things, handler, wrong)


def validate_with_faults(given, handler, wrong):
    """What a handler makes of it; what else is wrong is told with the handler's own faults."""
    try:
        valid = handler(given)
    except ValidationError as error:
        wrong = [*wrong, *error.errors(include_url=False)]
    if wrong:
        raise ValidationError.from_exception_data("checked", wrong)
    return valid
