"""Passes: one draw each, described completely."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from phosphene.engine.common.params import Param

FULL_SCREEN = "lib/screen.vert"
EMPTY: Mapping = MappingProxyType({})


class UniformArray(NamedTuple):
    """A uniform that is an array, such as `uniform float mel[64]`, and the array that fills it."""

    source: str  # name of a signal or of an array of a texture provider
    components: int  # of each element: 1 for float, 2 to 4 for vec2 to vec4
    length: int


class Pass(NamedTuple):
    """A draw into textures of its own, or onto the screen.

    Every uniform of the program is named in exactly one of `samplers`, `params`, `signals` and `arrays`, and every
    name in them is one of its uniforms.
    """

    name: str  # by which other passes sample its texture, unless it has `targets`
    fragment: str  # a file below shaders/
    samplers: Mapping[str, str] = EMPTY  # uniform: the texture it samples; the pass's own is its last frame
    params: tuple[Param, ...] = ()  # what a preset may set
    signals: Mapping[str, str] = EMPTY  # uniform: the signal it is set to
    vertex: str = FULL_SCREEN
    vertices: int = 3  # of a triangle strip
    instances: int = 1  # of that strip
    points: bool = False  # the vertices are points, not a strip
    light: bool = False  # what it draws is added to black, as light is; else it covers the picture
    over: str = ""  # an earlier pass, to whose picture its light is added; it has no texture of its own then
    scale: float = 1.0  # of the picture's size
    size: tuple[int, ...] = ()  # fixed, whatever the picture's
    precise: bool = False  # 32 bits a channel instead of 16
    wrap: bool = False  # the texture repeats
    still: tuple[tuple[str, ...], ...] = ()  # groups of uniforms that are mostly 0: a program without them draws then
    rate: float = 0.0  # draws per second, whatever the frame rate; 0: once a frame
    targets: tuple[str, ...] = ()  # colour attachments, each an output of the shader; the others sample them by name
    arrays: Mapping[str, UniformArray] = EMPTY  # uniform: the array that fills it
    weights: Mapping[str, tuple[int, int]] = EMPTY  # sampler: width and height that its texture must have

    @property
    def textures(self) -> tuple[str, ...]:
        """The names by which its textures are sampled, one per colour attachment."""
        return self.targets or (self.name,)
