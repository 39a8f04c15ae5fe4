"""Thumbnails: a still of each preset, kept until the preset, a shader or the sound changes."""

import json
from pathlib import Path

import numpy as np

from phosphene.engine.audio.sources.base import open_source
from phosphene.engine.gl.shader_source import SHADERS
from phosphene.engine.native.cache import cache_home, source_digest
from phosphene.engine.offline.stills import stills

SIZE = 480, 270
MOMENT = 21.5  # seconds into the synth: all of it plays by then
ROOMS = "visuals", "audio", "effects", "listening", "control"


def thumbnail(name, preset):
    """uint8 (height, width, 3) of a preset, painted only where it is not known yet."""
    files = sorted(Path(str(SHADERS)).rglob("*.*"))
    shaders = [file.read_text("utf-8") for file in files if file.is_file() and file.suffix != ".py"]
    key = source_digest(ROOMS, json.dumps(preset.full(), sort_keys=True), *shaders)
    path = cache_home() / "thumbnails" / f"{name}-{key}.npy"
    if path.exists():
        return np.load(path, allow_pickle=False)
    (still,) = stills(open_source("synth", None, preset), preset, [MOMENT], size=SIZE)
    path.parent.mkdir(parents=True, exist_ok=True)
    for old in path.parent.glob(f"{name}-*.npy"):
        old.unlink(missing_ok=True)
    np.save(path, still)
    return still
