"""Noise: the tiles that pictures are dithered by, and the grain of film; tools/bluenoise.py makes them."""

import moderngl
import numpy as np

from phosphene.engine.gl.shader_source import SHADERS


def tiles(context):
    """Textures by name: blue noise, read pixel by pixel, and specks, read between them; 0..1, and their edges meet."""
    with (SHADERS / "noise.npy").open("rb") as file:
        noise = np.load(file, allow_pickle=False)
    found = {}
    for name, tile in zip(("noise", "specks"), np.moveaxis(noise, -1, 0)):
        found[name] = context.gl.texture(tile.shape[::-1], 1, tile.tobytes())
    found["noise"].filter = moderngl.NEAREST, moderngl.NEAREST
    return found
