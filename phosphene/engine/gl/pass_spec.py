"""Passes: one draw each, declared whole."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

FULL_SCREEN = "lib/screen.vert"
NONE: Mapping = MappingProxyType({})


class Pass(NamedTuple):
    """A draw into a picture of its own; or onto the screen.

    Every uniform of the program is named in exactly one of `samplers`, `params` and `signals`, and every
    name in them is one of its uniforms.
    """

    name: str  # what other passes call its picture
    fragment: str  # a file below shaders/
    samplers: Mapping = NONE  # uniform: the picture it shows; the pass's own name is itself, one frame ago
    params: tuple = ()  # of Param: what a preset may set
    signals: Mapping = NONE  # uniform: what moves it
    vertex: str = FULL_SCREEN
    vertices: int = 3  # of a triangle strip
    instances: int = 1  # of that strip
    points: bool = False  # the vertices are points, not a strip
    light: bool = False  # what it draws adds up on black, as light does; else it covers the picture
    over: str = ""  # a pass before it, onto whose picture its light is added; it has none of its own then
    scale: float = 1.0  # of the picture's size
    size: tuple = ()  # its own, whatever the picture's
    precise: bool = False  # 32 bits a channel instead of 16
    wrap: bool = False  # its edges meet
    still: tuple = ()  # groups of uniforms that mostly rest at 0: while one does, a program without it is drawn
    rate: float = 0.0  # times that it is drawn in a second, whatever the frame rate; else once a frame
