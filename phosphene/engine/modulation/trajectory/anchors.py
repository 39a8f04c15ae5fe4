"""Anchors: files of latents, of the projection from features to their weights, and of defaults for the motion."""

import zipfile
import zlib
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from pydantic import Field, create_model

from phosphene.engine.common.errors import UsageError, unknown
from phosphene.engine.common.params import Param
from phosphene.engine.documents.document import Location, one_line, shorten
from phosphene.engine.documents.load import parse_document
from phosphene.engine.documents.schema import Strict, params_model
from phosphene.engine.documents.validation import validate
from phosphene.engine.listening.frame import VERSION
from phosphene.engine.modulation.trajectory.projection import FEATURES
from phosphene.engine.modulation.trajectory.wander import RANK

PARAMS = (
    Param("smoothing", 0.084, low=0.005, high=10.0, unit="s", curve="exp"),
    Param("wander", 0.22, low=0.0, high=1.0),  # against the anchors, at the loudest
    Param("beats", 0.0, low=0.0, high=16.0, unit="beats"),  # between pushes; 0 for none
)
SCHEMA_VERSION = 1
DEFAULT_ANCHORS = "baseline"
MAX_ANCHORS = 64  # anchors
MAX_BYTES = 1 << 26  # of all arrays, unpacked
MIN_BLEND_POWER = 0.01  # share of the power that every blend must keep, so that none vanishes
SHAPES = {  # each name is one number
    "anchors": ("anchors", ...),
    "matrix": ("anchors", "features"),
    "bias": ("anchors",),
    "feature_mean": ("features",),
    "feature_std": ("features",),
}
READ_ERRORS = ValueError, RuntimeError, EOFError, MemoryError, zipfile.BadZipFile, zlib.error

Meta: Any = create_model(
    "meta",
    __base__=Strict,
    schema_version=(int, Field(ge=SCHEMA_VERSION, le=SCHEMA_VERSION)),
    analyser=(int, ...),  # VERSION of the frames that the features come from
    about=(str, ...),  # how the file was made
    seed=(int, Field(ge=0)),
    shell=(float, Field(ge=1e-3, le=1e3)),  # standard deviation of a latent
    features=(tuple[str, ...], Field(strict=False)),
    character=(params_model("character", PARAMS), ...),
)


class Anchors(NamedTuple):
    anchors: np.ndarray  # (count, *shape); only the directions count
    matrix: np.ndarray  # (count, features)
    bias: np.ndarray  # (count,)
    feature_mean: np.ndarray  # (features,)
    feature_std: np.ndarray  # (features,)
    meta: Any  # of the class Meta


def packaged_anchors() -> dict[str, Any]:
    """The paths of the packaged files by name."""
    files = (resources.files("phosphene") / "presets" / "anchors").iterdir()
    return {file.name[:-4]: file for file in files if file.name.endswith(".npz")}


def load_anchors(name: str) -> Anchors:
    """Load the Anchors of a packaged file by its name, or of any file by its path.

    Raises
    ------
    UsageError
        With a line for every fault.
    """
    path, where = Path(name), one_line(str(name))
    if not set(where) & set("/\\."):
        packaged = packaged_anchors()
        if where not in packaged:
            raise unknown("anchors", shorten(where), packaged, "presets/anchors")
        path, where = packaged[where], f"presets/anchors/{where}.npz"
    arrays = _unpack(path, where)
    meta, faults = _check_meta(arrays.pop("meta"), where)
    array_faults = [*_shape_faults(arrays, meta)] or [*_value_faults(arrays)]
    if faults := [*faults, *(f"{where}: {fault}" for fault in array_faults)]:
        raise UsageError("\n".join(faults))
    return Anchors(**arrays, meta=meta)


def _unpack(path, where):
    """All arrays of a file by name."""
    wanted = {*SHAPES, "meta"}
    try:
        with path.open("rb") as file:
            size = sum(part.file_size for part in zipfile.ZipFile(file).infolist())
            if size > MAX_BYTES:
                raise UsageError(f"{where}: {size >> 20} MiB of arrays, {MAX_BYTES >> 20} MiB is the most")
            file.seek(0)
            with np.load(file, allow_pickle=False) as archive:
                arrays = {name: np.asarray(archive[name]) for name in archive.files}
    except OSError as error:
        raise UsageError(f"{where}: {error.strerror or error}") from None
    except READ_ERRORS as error:
        raise UsageError(f"{where}: not a file of arrays, as numpy.savez writes: {one_line(str(error))}") from None
    faults = [f"{where}: no array '{name}'" for name in sorted(wanted - {*arrays})]
    faults += [str(unknown("array", one_line(shorten(name)), wanted, where)) for name in sorted({*arrays} - wanted)]
    if faults:
        raise UsageError("\n".join(faults))
    return arrays


def _check_meta(text, where):
    """The file's metadata, None if it cannot be parsed; and its faults."""
    where = f"{where}: meta"
    try:
        meta: Any = validate(Meta, parse_document(str(text), lambda line: Location(line, where)))[0]
    except UsageError as error:
        return None, str(error).split("\n")
    faults = [
        str(unknown("feature", one_line(shorten(name)), FEATURES, f"{where}: features.{at}"))
        for at, name in enumerate(meta.features)
        if name not in FEATURES
    ]
    if meta.analyser != VERSION:
        versions = f"found {meta.analyser}, needs {VERSION}, the version of this analyser"
        faults.append(f"{where}: analyser: {versions}; make the file again with tools/assets/anchors.py")
    return meta, faults


def _shape_faults(arrays, meta):
    known = {"anchors": arrays["anchors"].shape[:1], "features": arrays["matrix"].shape[1:2]}
    if meta:
        known["features"] = (len(meta.features),)
    for name, sizes in SHAPES.items():
        array, open_ended = arrays[name], ... in sizes
        needed = sum((known[size] for size in sizes if size is not ...), ())
        found = array.shape[: len(needed)] if open_ended else array.shape
        if array.dtype.kind != "f":
            yield f"{name}: found type {array.dtype}, needs floats"
        if found != needed or (open_ended and array.ndim < 2):
            yield f"{name}: found the shape {array.shape}, needs {needed} for {', '.join(map(str, sizes))}"


def _value_faults(arrays):
    for name, array in arrays.items():
        if not np.isfinite(array).all():
            yield f"{name}: contains values that are not finite"
    if not (arrays["feature_std"] > 0).all():
        yield "feature_std: needs values above 0"
    rows = arrays["anchors"].astype(float).reshape(len(arrays["anchors"]), -1)
    count, size = rows.shape
    if not 2 <= count <= MAX_ANCHORS:
        yield f"anchors: found {count}, needs 2 to {MAX_ANCHORS}"
    elif size < count + RANK:
        yield f"anchors: latents of {size} numbers are too small for {count} anchors and the wander's {RANK} fields"
    elif np.isfinite(rows).all():
        rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-30)
        least_power = np.linalg.eigvalsh(rows @ rows.T)[0]
        if least_power < MIN_BLEND_POWER:
            power = f"a blend may keep only {max(least_power, 0):.2g} of its power, needs {MIN_BLEND_POWER:g}"
            yield f"anchors: {power}; remove anchors that are close to mixtures of others"
