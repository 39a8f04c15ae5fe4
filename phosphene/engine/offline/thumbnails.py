"""Thumbnails: a still of each preset, cached until the preset, a shader or the engine's code changes."""

import hashlib
import json
from pathlib import Path

import numpy as np

from phosphene.engine.audio.sources.base import open_source
from phosphene.engine.gl.shader_source import SHADERS
from phosphene.engine.native.cache import cache_home, source_digest
from phosphene.engine.offline.stills import render_stills
from phosphene.engine.presets.model import Preset

SIZE = 480, 270
SHADER_ENDINGS = ".frag", ".vert", ".comp", ".glsl", ".npy"
MOMENT = 21.5  # seconds into the synth: all its voices play by then
ROOMS = (  # whose source a still depends on
    "native",
    "common",
    "rings",
    "effects",
    "listening",
    "modulation",
    "audio",
    "gl",
    "visuals",
    "takes",
    "graph",
    "encode",
    "offline",
)


def cached_thumbnail(name: str, preset: Preset) -> np.ndarray:
    """A still of a preset, uint8 (height, width, 3); rendered only if the cache does not hold it."""
    path = cache_home() / "thumbnails" / f"{name}-{_cache_key(preset)}.npy"
    if path.exists():
        return np.load(path, allow_pickle=False)
    (still,) = render_stills(open_source("synth", None, preset), preset, [MOMENT], size=SIZE)
    path.parent.mkdir(parents=True, exist_ok=True)
    for old in path.parent.glob(f"{name}-*.npy"):
        old.unlink(missing_ok=True)
    np.save(path, still)
    return still


def _cache_key(preset):
    """A digest of everything that the still depends on."""
    files = sorted(file for file in Path(str(SHADERS)).rglob("*.*") if file.suffix in SHADER_ENDINGS)
    shaders = [hashlib.sha256(file.read_bytes()).hexdigest() for file in files]
    return source_digest(ROOMS, json.dumps(preset.to_dict(), sort_keys=True), *shaders)
