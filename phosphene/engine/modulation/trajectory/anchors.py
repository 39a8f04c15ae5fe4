"""Anchors: files of latents to travel between, of what in a sound leads to each, and of how they are travelled."""

import zipfile
import zlib
from importlib import resources
from pathlib import Path
from typing import NamedTuple

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
    Param("wander", 0.22, low=0.0, high=1.0),  # beside the anchors, at the loudest
    Param("beats", 0.0, low=0.0, high=16.0, unit="beats"),  # from push to push; 0 is never
)
SCHEMA = 1
USUAL_ANCHORS = "baseline"
MOST = 64  # anchors
LARGEST = 1 << 26  # bytes, unpacked
APART = 0.01  # of the power of a blend that is left at least, whatever is blended: it must never vanish
SHAPES = {  # a name is the same number wherever it stands
    "anchors": ("anchors", ...),
    "matrix": ("anchors", "features"),
    "bias": ("anchors",),
    "feature_mean": ("features",),
    "feature_std": ("features",),
}
BROKEN = ValueError, RuntimeError, EOFError, MemoryError, zipfile.BadZipFile, zlib.error

Meta = create_model(
    "meta",
    __base__=Strict,
    schema_version=(int, Field(ge=SCHEMA, le=SCHEMA)),
    analyser=(int, ...),  # VERSION of the frames that its features were measured on
    about=(str, ...),  # how it was made
    seed=(int, Field(ge=0)),
    shell=(float, Field(ge=1e-3, le=1e3)),  # standard deviation of a latent
    features=(tuple[str, ...], Field(strict=False)),
    character=(params_model("character", PARAMS), ...),
)


class Anchors(NamedTuple):
    anchors: np.ndarray  # (count, *shape); only their directions matter
    matrix: np.ndarray  # (count, features)
    bias: np.ndarray  # (count,)
    feature_mean: np.ndarray  # (features,)
    feature_std: np.ndarray  # (features,)
    meta: Meta


def packaged():
    """The files that come along, by name."""
    files = (resources.files("phosphene.presets") / "anchors").iterdir()
    return {file.name[:-4]: file for file in files if file.name.endswith(".npz")}


def load_anchors(name):
    """The Anchors of a packaged file by its bare name, or of any file by its path.

    Raises
    ------
    UsageError
        A line for every fault.
    """
    path, where = Path(name), one_line(str(name))
    if not set(where) & set("/\\."):
        if where not in packaged():
            raise unknown("anchors", shorten(where), packaged(), "presets/anchors")
        path, where = packaged()[where], f"presets/anchors/{where}.npz"
    arrays = _unpack(path, where)
    meta, faults = _meta(arrays.pop("meta"), where)
    wrong = [*_shapes(arrays, meta)] or [*_values(arrays)]
    if faults := [*faults, *(f"{where}: {fault}" for fault in wrong)]:
        raise UsageError("\n".join(faults))
    return Anchors(**arrays, meta=meta)


def _unpack(path, where):
    """All arrays of the file, by name."""
    wanted = {*SHAPES, "meta"}
    try:
        with path.open("rb") as file:
            size = sum(part.file_size for part in zipfile.ZipFile(file).infolist())
            if size > LARGEST:
                raise UsageError(f"{where}: {size >> 20} MiB of arrays, {LARGEST >> 20} MiB is the most")
            file.seek(0)
            with np.load(file, allow_pickle=False) as archive:
                arrays = {name: np.asarray(archive[name]) for name in archive.files}
    except OSError as error:
        raise UsageError(f"{where}: {error.strerror or error}") from None
    except BROKEN as error:
        raise UsageError(f"{where}: not plain arrays as numpy.savez keeps them: {one_line(str(error))}") from None
    faults = [f"{where}: no array '{name}'" for name in sorted(wanted - {*arrays})]
    faults += [str(unknown("array", one_line(shorten(name)), wanted, where)) for name in sorted({*arrays} - wanted)]
    if faults:
        raise UsageError("\n".join(faults))
    return arrays


def _meta(text, where):
    """What the file tells of itself, None where that is not to be read; and what is wrong with it."""
    where = f"{where}: meta"
    try:
        meta = validate(Meta, parse_document(str(text), lambda line: Location(line, where)))[0]
    except UsageError as error:
        return None, str(error).split("\n")
    faults = [
        str(unknown("feature", one_line(shorten(name)), FEATURES, f"{where}: features.{at}"))
        for at, name in enumerate(meta.features)
        if name not in FEATURES
    ]
    if meta.analyser != VERSION:
        told = f"found {meta.analyser}, needs {VERSION}, the version of the frames there are"
        faults.append(f"{where}: analyser: {told}; make it anew with tools/anchors.py")
    return meta, faults


def _shapes(arrays, meta):
    known = {"anchors": arrays["anchors"].shape[:1], "features": arrays["matrix"].shape[1:2]}
    if meta:
        known["features"] = (len(meta.features),)
    for name, sizes in SHAPES.items():
        array, open_ended = arrays[name], ... in sizes
        needed = sum((known[size] for size in sizes if size is not ...), ())
        found = array.shape[: len(needed)] if open_ended else array.shape
        if array.dtype.kind != "f":
            yield f"{name}: found numbers of type {array.dtype}, needs floats"
        if found != needed or (open_ended and array.ndim < 2):
            yield f"{name}: found the shape {array.shape}, needs {needed} for {', '.join(map(str, sizes))}"


def _values(arrays):
    for name, array in arrays.items():
        if not np.isfinite(array).all():
            yield f"{name}: holds what is no finite number"
    if not (arrays["feature_std"] > 0).all():
        yield "feature_std: needs to be more than 0 throughout"
    rows = arrays["anchors"].astype(float).reshape(len(arrays["anchors"]), -1)
    count, size = rows.shape
    if not 2 <= count <= MOST:
        yield f"anchors: found {count}, needs 2 to {MOST}"
    elif size < count + RANK:
        yield f"anchors: latents of {size} numbers are too few for {count} anchors and the wander's {RANK} fields"
    elif np.isfinite(rows).all():
        rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-30)
        left = np.linalg.eigvalsh(rows @ rows.T)[0]
        if left < APART:
            told = f"a blend of them may keep only {max(left, 0):.2g} of its power, needs {APART:g}"
            yield f"anchors: {told}; leave out those that are near mixtures of others"
