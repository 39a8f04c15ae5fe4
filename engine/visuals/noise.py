"""Noise: the tile that pictures are dithered by, and the grain of film; tools/bluenoise.py makes it."""

import numpy as np

from engine.visuals.source import SHADERS


def tile(context):
    """The texture: r blue noise, g grain, 0..1 both; its edges meet."""
    with (SHADERS / "noise.npy").open("rb") as file:
        noise = np.load(file, allow_pickle=False)
    return context.gl.texture(noise.shape[1::-1], noise.shape[2], noise.tobytes())
