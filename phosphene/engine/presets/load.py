"""Presets, genomes and run records: what comes from outside as text, believed only once it is validated."""

import contextlib
import json
from functools import cache
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, NamedTuple

from pydantic import Field, TypeAdapter, create_model, model_validator
from pydantic_core import PydanticCustomError

from phosphene.engine.common.errors import UsageError
from phosphene.engine.documents.document import Location, one_line
from phosphene.engine.documents.dump import dump_yaml
from phosphene.engine.documents.includes import resolve_includes
from phosphene.engine.documents.load import parse_document, read_document
from phosphene.engine.documents.overrides import apply_overrides
from phosphene.engine.documents.schema import (
    Gene,
    Params,
    Strict,
    active_genes,
    bounded_tuple,
    params_model,
    validate_with_faults,
)
from phosphene.engine.documents.validation import validate
from phosphene.engine.effects import EFFECTS
from phosphene.engine.modulation import row_schema
from phosphene.engine.modulation.generators import Source
from phosphene.engine.modulation.matrix import Modulation
from phosphene.engine.modulation.trajectory.trajectory import Spec
from phosphene.engine.presets.packaged import find_preset_file, load_fragment
from phosphene.engine.session.controllers.midi_mapping import Mapping
from phosphene.engine.visuals.media_check import unseen
from phosphene.engine.visuals.media_names import beside

DEFAULT_GENOME = ("dc_blocker", "volume")  # the genome where nothing else is said

MAX_SEED = 2**63 - 1
Digest = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class Transition(Strict):
    """How a preset takes another's place."""

    kind: str
    seconds: float = Field(2.0, ge=0.0, le=60.0, description="0 to 60 s")
    start: str


class Preset(Strict):
    """What is played and painted, and how. The models that load it narrow it to what the engine has."""

    about: str = ""
    seed: int = Field(0, ge=0, le=MAX_SEED)
    genome: tuple[Gene, ...]
    synth: Params
    scene: str
    passes: Annotated[tuple[str, ...], Field(strict=False)] = ()
    transition: Transition
    media: str | None = None  # a picture, a film or a camera, for scenes that show one
    include: Annotated[tuple[str, ...], Field(strict=False)] = ()  # when it is read, what they hold takes their place
    sources: dict[str, Source] = Field({})
    matrix: bounded_tuple(row_schema.Row, row_schema.MOST) = ()
    trajectory: Spec = Spec()

    targets: ClassVar[row_schema.Targets]
    showing: ClassVar[tuple]  # scenes that show media

    @model_validator(mode="wrap")
    @classmethod
    def _joined(cls, given, handler):
        wrong = []
        if isinstance(given, dict):
            wrong = [*row_schema.loose_ends(given, cls.targets, _genes_in(given)), *_twice(given.get("passes"))]
            wrong += unseen(given.get("media"), given.get("scene"), cls.showing)
        return validate_with_faults(given, handler, wrong)

    def genes(self):
        """The genome as it sounds: (op, params) pairs, every parameter told."""
        return active_genes(self.genome)

    def look(self, serial=0, name=""):
        """What is painted, as the picture with a serial number and a name."""
        from phosphene.engine.visuals.catalogue import Look

        transition = self.transition.model_dump()
        return Look(serial, name, self.scene, list(self.passes), transition, self.media, self.modulation())

    def shown(self):
        """What makes a picture another one: scene, passes, what is to be seen."""
        return self.scene, self.passes, self.media

    def params(self):
        """The parameters of every section, by their names."""
        return {name: values for name, values in self.model_dump().items() if isinstance(values, dict)}

    def modulation(self):
        """The rows, their targets found. An optional one that has none is left out."""
        genome = [(gene.op, not gene.bypass) for gene in self.genome]
        wired = []
        for row in self.matrix:
            with contextlib.suppress(UsageError):  # of an optional one; any other was refused
                target = self.targets.find(row.to, genome)
                ends = row.range or (target.param.low, target.param.high)
                wired.append({**row.model_dump(), "name": row.to, "to": target.places, "range": ends})
        sources = {name: dict(source) for name, source in self.sources.items()}
        return Modulation(self.seed, sources, wired, self.trajectory.model_dump())

    def full(self):
        """Everything with every default filled in, as plain mappings and lists in sorted order."""
        return json.loads(json.dumps(self.model_dump(), sort_keys=True))

    def text(self):
        """The differences from the defaults, as YAML that loads back to this."""
        plain = json.loads(json.dumps(self.model_dump(exclude_defaults=True)))
        safe = self.about.isprintable()  # else escaped: PyYAML writes U+0085 as it is, and reads it as a space
        return dump_yaml(plain, allow_unicode=safe, width=100)


class RunRecord(Strict):
    """What a bounce was made of and came to: enough to make it again, and to tell that it is the same."""

    phosphene: str
    preset: dict[str, Any]  # Preset.full()
    seed: int = Field(ge=0, le=MAX_SEED)
    versions: dict[str, str]
    source: Literal["file", "synth", "silence", "take", "mic"]
    input_sha256: Digest | None = None
    samples_sha256: Digest
    frames: int = Field(ge=0)
    rate: int = Field(ge=1)
    channels: int = Field(ge=1)
    tempo: Literal["causal", "lookahead"] = (
        "causal"  # whether pictures know the rhythm by what came, or by what follows
    )
    format: str  # of each result, the container and how a sample or a picture is written: "wav float32"
    pictures: int | None = Field(None, ge=0)
    pictures_sha256: Digest | None = None  # over all of them as they went to the encoder: I420, one behind the other
    size: str | None = None  # "1280x720"
    fps: str | None = None  # "30" or "30000/1001"
    gl_renderer: str | None = None

    def text(self):
        """The record as JSON in sorted order."""
        return json.dumps(self.model_dump(), sort_keys=True, indent=2).replace("\x7f", "\\u007f") + "\n"


class Schemas(NamedTuple):
    preset: type
    genome: type
    record: type


def _genes_in(given):
    """The genome in a preset's plain values, as rows look at it."""
    told = given.get("genome", [{"op": op} for op in DEFAULT_GENOME])
    genes = [gene if isinstance(gene, dict) else {} for gene in (told if isinstance(told, list | tuple) else ())]
    ops = [gene.get("op") for gene in genes]
    known = [op if isinstance(op, str) and op in EFFECTS else None for op in ops]
    return [(op, gene.get("bypass") is not True) for op, gene in zip(known, genes)]


def _twice(passes):
    """A fault for each show pass that is named again."""
    named = passes if isinstance(passes, list | tuple) else ()
    for at, name in enumerate(named):
        if name in named[:at]:
            told = {"told": f"'{name}' is drawn once; it is named before"}
            yield {"type": PydanticCustomError("told", "{told}", told), "loc": ("passes", at), "input": name}


def make_schemas(genome, sections, stage):
    """What is valid for an engine with this type of genome, these sections of Params, and this stage.

    Parameters
    ----------
    genome : type
    sections : dict of str to tuple of Param
    stage : module
        Has SCENES, the first of which is the one where nothing else is said, SHOWS, TRANSITIONS and STARTS, each
        the usual one first, the scenes SHOWING media, and the PLACES of (section, Param).
    """
    usual = TypeAdapter(genome).validate_python([{"op": op} for op in DEFAULT_GENOME])
    models = {name: params_model(name, params) for name, params in sections.items()}
    fields = {name: (model, model()) for name, model in models.items()}
    named = {"kind": stage.TRANSITIONS, "start": stage.STARTS}
    told = {name: (Literal[words], words[0]) for name, words in named.items()}
    transition = create_model("transition", __base__=Transition, **told)
    fields["scene"] = Literal[tuple(stage.SCENES)], next(iter(stage.SCENES))
    fields["passes"] = Annotated[tuple[Literal[tuple(stage.SHOWS)], ...], Field(strict=False)], ()
    fields["transition"] = transition, transition()
    preset = create_model("Preset", __base__=Preset, genome=(genome, usual), **fields)
    preset.showing = stage.SHOWING
    preset.targets = row_schema.Targets({section: {} for section in stage.SECTIONS})
    for (section, param), place in stage.PLACES.items():
        preset.targets.sections[section][param.name] = param, place
    return Schemas(preset, genome, create_model("RunRecord", __base__=RunRecord, preset=(preset, ...)))


@cache
def _engine():
    from phosphene.engine.audio.sources import (
        synth,  # here, since a preset may be named before anything that sounds is loaded
    )
    from phosphene.engine.effects.chain import genome
    from phosphene.engine.visuals import catalogue

    sections = {"synth": synth.PARAMS, **{name: section.params for name, section in catalogue.SECTIONS.items()}}
    return make_schemas(genome.model(), sections, catalogue)


def load_preset(name=None, sets=(), *, genome=None, permissive=False):
    """A preset, and what was mended in it.

    Parameters
    ----------
    name : str or Path
        A packaged preset by its bare name, or a file. None is the defaults.
    sets : sequence of str
        `dotted.key=value` words laid over it in order.
    genome : Path, optional
        A JSON file with genes that take the place of its own.
    permissive : bool
        As in engine.documents.validation.validate.

    Returns
    -------
    preset : Preset
    warnings : list of str

    Raises
    ------
    UsageError
        A line for every fault.
    """
    document = (
        _read(*find_preset_file(name))
        if name is not None
        else parse_document("{}", lambda line: Location(line, "the defaults"))
    )
    if genome is not None and isinstance(document.value, dict):
        given = read_document(Path(genome))
        document.put(("genome",), given.value, given.spot)
    if sets and isinstance(document.value, dict) and "genome" not in document.value:
        usual = parse_document(json.dumps([{"op": op} for op in DEFAULT_GENOME]), lambda line: document.spot.place)
        document.put(("genome",), usual.value, usual.spot)
    apply_overrides(document, sets)
    resolve_includes(document, load_fragment)
    return validate(_engine().preset, document, permissive=permissive)


def restore_preset(full, where):
    """The preset that `full` told of; `where` is what messages call the place it was kept."""
    document = parse_document(json.dumps(full), lambda line: Location(line, f"{where}: its preset"))
    return validate(_engine().preset, document)[0]


def load_record(path, *, permissive=False):
    """The RunRecord in a JSON file, and what was mended in it; faults as in load_preset."""
    return validate(_engine().record, read_document(Path(path)), permissive=permissive)


def check(paths, *, permissive=False):
    """A line for each sound file, whatever it holds, and a line for every fault of all the others.

    With permissive a file that could be mended is sound, and its warnings stand before its line.
    """
    sound, faults = [], []
    for name in paths:
        try:
            path, where = find_preset_file(name)
            document = _read(path, where)
            noun, kind = _kind(path, document.value)
            sound += [*validate(kind, document, permissive=permissive)[1], one_line(f"{where}: a sound {noun}")]
        except UsageError as error:
            faults += str(error).split("\n")
    return sound, faults


def _kind(path, value):
    if isinstance(value, list):
        return "genome", _engine().genome
    if isinstance(value, dict) and ("samples_sha256" in value or path.name == "run.json"):
        return "run record", _engine().record
    if isinstance(value, dict) and "controllers" in value:
        return "mapping of controllers", Mapping
    return "preset", _engine().preset


def _read(path, where):
    """A document, with what it includes."""
    document, folder = read_document(path, where), Path(where).parent
    media = document.value.get("media") if isinstance(document.value, dict) else None
    if isinstance(media, str):
        document.put(("media",), beside(path, media))
    resolve_includes(document, lambda name: load_fragment(name, folder))
    travels = document.value.get("trajectory") if isinstance(document.value, dict) else None
    anchors = travels.get("anchors") if isinstance(travels, dict) else None
    if isinstance(anchors, str) and set(anchors) & set("/\\."):  # a path is one from where the preset lies
        document.put(("trajectory", "anchors"), str(folder / anchors))
    return document
