"""Run records: the JSON beside a bounce that says how to make it again and what it came to."""

import json
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, create_model

from phosphene.engine.documents.load import read_document
from phosphene.engine.documents.schema import Strict
from phosphene.engine.documents.validation import validate
from phosphene.engine.presets import model
from phosphene.engine.presets.model import MAX_SEED, Preset

Digest = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class RunRecord(Strict):
    """The inputs of a bounce, enough to repeat it, and the hashes of its results, enough to compare them."""

    phosphene: str
    preset: dict[str, Any]  # Preset.to_dict()
    seed: int = Field(ge=0, le=MAX_SEED)
    versions: dict[str, str]
    source: Literal["file", "synth", "silence", "take", "mic"]
    input_sha256: Digest | None = None
    samples_sha256: Digest
    frames: int = Field(ge=0)
    rate: int = Field(ge=1)
    channels: int = Field(ge=1)
    tempo: Literal["causal", "lookahead"] = "causal"  # lookahead: the pictures know the rhythm that follows
    format: str  # of each result, the container and the sample or pixel format: "wav float32"
    pictures: int | None = Field(None, ge=0)
    pictures_sha256: Digest | None = None  # over all pictures as the encoder got them: I420, one after the other
    size: str | None = None  # "1280x720"
    fps: str | None = None  # "30" or "30000/1001"
    gl_renderer: str | None = None

    def to_json(self) -> str:
        """The record as JSON in sorted order."""
        return json.dumps(self.model_dump(), sort_keys=True, indent=2).replace("\x7f", "\\u007f") + "\n"


@cache  # records of one engine compare equal only if they have one type
def record_model(preset: type[Preset]) -> type[RunRecord]:
    """The type of a record whose preset is validated as well."""
    return create_model("RunRecord", __base__=RunRecord, preset=(preset, ...))


def load_record(path: Path | str, *, permissive: bool = False) -> tuple[RunRecord, list[str]]:
    """Load the RunRecord in a JSON file; warnings and faults as in `load_preset`."""
    schema = record_model(model.engine_schemas().preset)
    return validate(schema, read_document(Path(path)), permissive=permissive)
