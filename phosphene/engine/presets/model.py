"""The preset model: every section and key a preset may have, with defaults and ranges."""

import contextlib
import json
from collections.abc import Iterator, Mapping
from functools import cache
from types import ModuleType
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, NamedTuple, cast

from pydantic import Field, TypeAdapter, ValidatorFunctionWrapHandler, create_model, model_validator

from phosphene.engine.common.errors import UsageError
from phosphene.engine.common.params import Param
from phosphene.engine.documents.dump import dump_yaml
from phosphene.engine.documents.schema import (
    Gene,
    Params,
    Strict,
    active_genes,
    bounded_tuple,
    custom_fault,
    params_model,
    validate_with_faults,
)
from phosphene.engine.effects import EFFECTS
from phosphene.engine.modulation import row_schema
from phosphene.engine.modulation.matrix import Modulation
from phosphene.engine.modulation.trajectory.trajectory import TrajectorySpec
from phosphene.engine.visuals.media_check import media_errors

if TYPE_CHECKING:
    Generator = Any  # a union of models that are made at run time
else:
    from phosphene.engine.modulation.generators import Generator

DEFAULT_GENOME = ("dc_blocker", "volume")  # the operators of a preset that has no genome
MAX_SEED = 2**63 - 1


class Transition(Strict):
    """How a preset replaces the one before it."""

    kind: str
    seconds: float = Field(2.0, ge=0.0, le=60.0, description="0 to 60 s")
    start: str


class Preset(Strict):
    """What is played and drawn. `make_schemas` derives a model restricted to the operators and scenes that exist."""

    about: str = ""
    seed: int = Field(0, ge=0, le=MAX_SEED)
    genome: tuple[Gene, ...]
    synth: Params
    scene: str
    passes: Annotated[tuple[str, ...], Field(strict=False)] = ()
    transition: Transition
    media: str | None = None  # an image, a video or a camera, for scenes that show one
    include: Annotated[tuple[str, ...], Field(strict=False)] = ()  # replaced by the fragments' contents on reading
    sources: dict[str, Generator] = Field({})
    matrix: bounded_tuple(row_schema.Row, row_schema.MAX_ROWS) = ()
    trajectory: TrajectorySpec = TrajectorySpec()

    targets: ClassVar[row_schema.MatrixTargets]
    media_scenes: ClassVar[tuple[str, ...]]  # scenes that show media

    @model_validator(mode="wrap")
    @classmethod
    def _check_references(cls, plain: Any, handler: ValidatorFunctionWrapHandler) -> "Preset":
        """Reports faults between sections (rows, passes, media) together with those of each field."""
        faults: list[dict[str, Any]] = []
        if isinstance(plain, dict):
            faults += row_schema.matrix_faults(plain, cls.targets, _plain_genome(plain))
            faults += _repeated_passes(plain.get("passes"))
            faults += media_errors(plain.get("media"), plain.get("scene"), cls.media_scenes)
        return validate_with_faults(plain, handler, faults)

    def active_genes(self) -> list[tuple[str, dict[str, Any]]]:
        """The genome as it is played: (op, params) pairs without bypassed genes."""
        return active_genes(self.genome)

    def to_look(self, serial: int = 0, name: str = "") -> Any:
        """The Look to draw, under a serial number and a name."""
        from phosphene.engine.visuals.catalogue import Look

        transition = self.transition.model_dump()
        return Look(serial, name, self.scene, list(self.passes), transition, self.media, self.modulation())

    def picture_key(self) -> tuple[str, tuple[str, ...], str | None]:
        """Scene, passes and media: if one of them changes, the renderer has to build a new deck."""
        return self.scene, self.passes, self.media

    def params(self) -> dict[str, dict[str, Any]]:
        """The parameters of every section, by section name."""
        return {name: values for name, values in self.model_dump().items() if isinstance(values, dict)}

    def modulation(self) -> Modulation:
        """The matrix with resolved targets. Optional rows without a target are left out."""
        genome = [(gene.op, not gene.bypass) for gene in self.genome]
        rows = []
        for row in self.matrix:
            with contextlib.suppress(UsageError):  # only an optional row gets here without a target
                target = self.targets.find(row.to, genome)
                ends = row.range or (target.param.low, target.param.high)
                rows.append({**row.model_dump(), "name": row.to, "to": target.slots, "range": ends})
        sources = {name: dict(source) for name, source in self.sources.items()}
        return Modulation(self.seed, sources, rows, self.trajectory.model_dump())

    def to_dict(self) -> dict[str, Any]:
        """All values, defaults included, as plain mappings and lists in sorted order."""
        return cast(dict[str, Any], json.loads(json.dumps(self.model_dump(), sort_keys=True)))

    def to_yaml(self) -> str:
        """The differences from the defaults, as YAML that loads back to this preset."""
        plain = json.loads(json.dumps(self.model_dump(exclude_defaults=True)))
        safe = self.about.isprintable()  # else escaped: PyYAML writes U+0085 as it is, and reads it as a space
        return dump_yaml(plain, allow_unicode=safe, width=100)


class Schemas(NamedTuple):
    """The types that documents are validated against."""

    preset: type[Preset]
    genome: Any  # the annotated tuple type of `genome_type`


def _plain_genome(plain: Mapping[str, Any]) -> list[tuple[str | None, bool]]:
    """(operator or None if unknown, whether it is active) of each gene, from a preset that is not validated yet."""
    genome = plain.get("genome", [{"op": op} for op in DEFAULT_GENOME])
    genes = [gene if isinstance(gene, dict) else {} for gene in (genome if isinstance(genome, list | tuple) else ())]
    ops = [gene.get("op") for gene in genes]
    known = [op if isinstance(op, str) and op in EFFECTS else None for op in ops]
    return [(op, gene.get("bypass") is not True) for op, gene in zip(known, genes)]


def _repeated_passes(passes: Any) -> Iterator[dict[str, Any]]:
    """A fault for each show pass that is listed more than once."""
    names = passes if isinstance(passes, list | tuple) else ()
    for index, name in enumerate(names):
        if name in names[:index]:
            yield custom_fault(f"'{name}' is listed twice; a pass is drawn once", ("passes", index), name)


def make_schemas(genome: Any, sections: Mapping[str, tuple[Param, ...]], catalogue: ModuleType) -> Schemas:
    """The schemas of an engine with these operators, sections and scenes.

    Parameters
    ----------
    genome : type
        Made by `documents.schema.genome_type`.
    sections : dict of str to tuple of Param
    catalogue : module
        `visuals.catalogue`, or a stand-in with its SCENES, SHOW_PASSES, TRANSITIONS and STARTS (the default of each
        comes first), MEDIA_SCENES (scenes that show media), SECTIONS, and PARAM_SLOTS by (section, Param).
    """
    default_genome = TypeAdapter(genome).validate_python([{"op": op} for op in DEFAULT_GENOME])
    models = {name: params_model(name, params) for name, params in sections.items()}
    fields: dict[str, Any] = {name: (model, model()) for name, model in models.items()}
    choices = {"kind": catalogue.TRANSITIONS, "start": catalogue.STARTS}
    transition_fields: dict[str, Any] = {name: (Literal[names], names[0]) for name, names in choices.items()}
    transition = create_model("transition", __base__=Transition, **transition_fields)
    fields["scene"] = Literal[tuple(catalogue.SCENES)], next(iter(catalogue.SCENES))
    fields["passes"] = Annotated[tuple[Literal[tuple(catalogue.SHOW_PASSES)], ...], Field(strict=False)], ()
    fields["transition"] = transition, transition.model_validate({})
    preset = create_model("Preset", __base__=Preset, genome=(genome, default_genome), **fields)
    preset.media_scenes = catalogue.MEDIA_SCENES
    preset.targets = row_schema.MatrixTargets({section: {} for section in catalogue.SECTIONS})
    for (section, param), place in catalogue.PARAM_SLOTS.items():
        preset.targets.sections[section][param.name] = param, place
    return Schemas(preset, genome)


@cache
def engine_schemas() -> Schemas:
    """The schemas of this engine. Imports what defines operators and scenes only when first called."""
    from phosphene.engine.audio.sources import synth
    from phosphene.engine.effects.chain import genome
    from phosphene.engine.visuals import catalogue

    sections = {"synth": synth.PARAMS, **{name: section.params for name, section in catalogue.SECTIONS.items()}}
    return make_schemas(genome.gene_list_type(), sections, catalogue)
