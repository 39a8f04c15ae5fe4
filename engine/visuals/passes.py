"""Passes: one draw each, declared whole."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

FULL_SCREEN = "lib/screen.vert"
NONE: Mapping = MappingProxyType({})


class Pass(NamedTuple):
    """A draw into a picture of its own, RGBA16F; or, of the last in a scene, onto the screen.

    Every uniform of the program is named in exactly one of `samplers`, `params` and `signals`, and every
    name in them is one of its uniforms.
    """

    name: str  # what other passes call its picture
    fragment: str  # a file below shaders/
    samplers: Mapping = NONE  # uniform: the pass it shows, or "audio.…"; the pass's own name is itself, one frame ago
    params: tuple = ()  # of Param: what a preset may set
    signals: Mapping = NONE  # uniform: what moves it
    vertex: str = FULL_SCREEN
    vertices: int = 3  # of a triangle strip
    instances: int = 1  # of that strip
    light: bool = False  # what it draws adds up on black, as light does; else it covers the picture
    scale: float = 1.0  # of the picture's size
