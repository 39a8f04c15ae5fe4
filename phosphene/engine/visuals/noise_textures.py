"""Noise textures: the tiles for dithering and for film grain; tools/assets/blue_noise.py makes them."""

import moderngl
import numpy as np

from phosphene.engine.gl.context import Context
from phosphene.engine.gl.shader_source import SHADERS


def create_noise_textures(context: Context) -> dict[str, moderngl.Texture]:
    """Textures by name: `noise`, blue and read pixel by pixel, and `specks`, interpolated; 0..1, both tile."""
    with (SHADERS / "noise.npy").open("rb") as file:
        noise = np.load(file, allow_pickle=False)
    textures = {}
    for name, tile in zip(("noise", "specks"), np.moveaxis(noise, -1, 0)):
        textures[name] = context.gl.texture(tile.shape[::-1], 1, tile.tobytes())
    textures["noise"].filter = moderngl.NEAREST, moderngl.NEAREST
    return textures
