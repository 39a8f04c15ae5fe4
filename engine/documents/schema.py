"""Schemas: pydantic models whose ranges come from the Params, and from nowhere else."""

from typing import Annotated, Literal, Union

from pydantic import BaseModel, ConfigDict, Field, ValidationError, WrapValidator, create_model

MOST = 16  # operators in a genome


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


def pairs(genes):
    """Genes as they sound: (op, params) pairs, every parameter told, without those that are bypassed."""
    return [(gene.op, gene.params.model_dump()) for gene in genes if not gene.bypass]


def params_model(name, params):
    """The model of some Params."""
    fields = {p.name: (float, Field(float(p.default), ge=p.low, le=p.high, description=p.span)) for p in params}
    return create_model(name, __base__=Params, **fields)


def genome_type(effects):
    """The type of a list of genes, each an operator of the table, told apart by `op`."""
    genes = []
    for op, effect in effects.items():
        params = params_model(f"{op} parameters", effect.PARAMS)
        genes.append(create_model(op, __base__=Gene, op=(Literal[op], ...), params=(params, params())))
    gene = Annotated[Union[tuple(genes)], Field(discriminator="op")]  # noqa: UP007
    return Annotated[tuple[gene, ...], Field(strict=False), WrapValidator(_counted)]  # a list comes, a tuple stays


def _counted(genes, handler):
    """Pydantic's own limit is silent about a list that has anything else wrong with it."""
    wrong = []
    if isinstance(genes, list | tuple) and len(genes) > MOST:
        limit = {"field_type": "List", "max_length": MOST, "actual_length": len(genes)}
        wrong = [{"type": "too_long", "loc": (), "input": genes, "ctx": limit}]
    try:
        valid = handler(genes)
    except ValidationError as error:
        wrong += error.errors(include_url=False)
    if wrong:
        raise ValidationError.from_exception_data("genome", wrong)
    return valid
