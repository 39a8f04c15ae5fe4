"""Checks of a pass: its description, its compiled program and what feeds it must agree."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain
from typing import Any

import moderngl
import numpy as np

from phosphene.engine.common.errors import nearest
from phosphene.engine.gl.context import Context
from phosphene.engine.gl.pass_spec import Pass
from phosphene.engine.gl.shader_compile import output_location
from phosphene.engine.gl.shader_source import ShaderSource

Textures = Mapping[str, Callable[[], moderngl.Texture]]
Values = Mapping[str, Any]  # a number or a tuple for a uniform, a float array for a uniform array
FLOAT_TEXTURES = "f2", "f4"
GLSL_TYPES = {1: "float", 2: "vec2", 3: "vec3", 4: "vec4"}


class PassCheck:
    """Finds where a pass, its shaders and what feeds them differ.

    Parameters
    ----------
    context : Context
    spec : Pass
    sources : (ShaderSource, ShaderSource)
        The vertex and the fragment shader.
    program : moderngl.Program
        Compiled from them.
    feeds : dict of str to str
        The value that each uniform is set to, by name.
    textures, values
        As `PassProgram` has them.
    """

    def __init__(
        self,
        context: Context,
        spec: Pass,
        sources: tuple[ShaderSource, ShaderSource],
        program: moderngl.Program,
        feeds: Mapping[str, str],
        textures: Textures,
        values: Values,
    ) -> None:
        self.context, self.spec, self.program, self.feeds = context, spec, program, feeds
        self.textures, self.values = textures, values
        self.vertex, self.fragment = sources

    def errors(self) -> list[str]:
        """One line for each difference."""
        arrays = {uniform: array.source for uniform, array in self.spec.arrays.items()}
        checks = (
            self._uniforms(),
            self._feeds("signal", {**self.feeds, **arrays}, self.values),
            self._still(),
            self._feeds("picture before it", self.spec.samplers, self.textures),
            self._arrays(),
            self._weights(),
            self._targets(),
        )
        return [*chain.from_iterable(checks)]

    def _uniforms(self) -> Iterator[str]:
        """Uniforms that only the pass or only the shader has."""
        spec = self.spec
        used = {uniform for uniform in self.program if not uniform.startswith("gl_")}
        declared = {*spec.samplers, *spec.signals, *spec.arrays, *(param.name for param in spec.params)}
        for uniform in sorted(declared - used):
            where, hint = f"shaders/{self.fragment.name}", nearest(uniform, used)
            yield f"{where}: pass '{spec.name}' declares '{uniform}', and the shader does not use it{hint}"
        for uniform in sorted(used - declared):
            source = self.fragment if re.search(rf"\b{uniform}\b", self.fragment.text) else self.vertex
            where, hint = f"shaders/{source.name}", nearest(uniform, declared)
            yield f"{where}: the shader uses '{uniform}', and pass '{spec.name}' does not declare it{hint}"

    def _feeds(self, kind: str, feeds: Mapping[str, str], known: Iterable[str]) -> Iterator[str]:
        """Uniforms that are set from something that does not exist."""
        for uniform, source in feeds.items():
            if source not in known:
                where, hint = f"shaders/{self.spec.fragment}: pass '{self.spec.name}'", nearest(source, known)
                yield f"{where} feeds '{uniform}' from '{source}', and there is no such {kind}{hint}"

    def _still(self) -> Iterator[str]:
        """Names in `still` that no uniform has."""
        for name in chain.from_iterable(self.spec.still):
            if name not in self.feeds:
                message = f"'still' names '{name}', and no uniform is that{nearest(name, self.feeds)}"
                yield f"shaders/{self.spec.fragment}: {message}"

    def _arrays(self) -> Iterator[str]:
        """Uniform arrays whose size is not that of the array that fills them; arrays for a uniform that is none."""
        for uniform, array in self.spec.arrays.items():
            value = self.values.get(array.source)
            shape = (array.length,) if array.components == 1 else (array.length, array.components)
            if value is not None and np.shape(value) != shape:
                declared = f"{GLSL_TYPES[array.components]} {uniform}[{array.length}]"
                yield f"{self._place(uniform)}: '{declared}' is filled from '{array.source}', {_size(value)}"
        for uniform, source in self.feeds.items():
            if isinstance(value := self.values.get(source), np.ndarray):
                yield f"{self._place(uniform)}: '{uniform}' is no array, and is set from '{source}', {_size(value)}"

    def _weights(self) -> Iterator[str]:
        """Samplers whose comment gives a size that their texture does not have."""
        for uniform, size in self.spec.weights.items():
            if find := self.textures.get(self.spec.samplers[uniform]):
                texture = find()
                if texture.size != size or texture.dtype not in FLOAT_TEXTURES:
                    found = f"{texture.width}x{texture.height} of type {texture.dtype}"
                    wanted = f"weights of {size[0]}x{size[1]} (allowed: type {' or '.join(FLOAT_TEXTURES)})"
                    yield f"{self._place(uniform)}: '{uniform}' takes {wanted}, and its texture is {found}"

    def _targets(self) -> Iterator[str]:
        """Targets that the shader does not write, and outputs that the pass has no target for."""
        outputs, targets, name = self.fragment.outputs(), self.spec.targets, self.spec.name
        where = next(iter(outputs.values()), f"shaders/{self.fragment.name}")
        for target in targets:
            if target not in outputs:
                hint = nearest(target, outputs)
                yield f"{where}: pass '{name}' declares the target '{target}', and the shader has no such output{hint}"
            elif output_location(self.context, self.program, target) < 0:
                yield f"{outputs[target]}: pass '{name}' declares the target '{target}', and the shader never writes it"
        extra = [output for output in outputs if output not in targets]
        for output in extra if targets else extra[1:]:
            hint = nearest(output, targets)
            yield f"{outputs[output]}: the shader has an output '{output}', and pass '{name}' no such target{hint}"

    def _place(self, uniform: str) -> str:
        """File and line where a uniform is declared."""
        places = (source.place_of(uniform) for source in (self.fragment, self.vertex))
        return next((place for place in places if place), f"shaders/{self.spec.fragment}")


def _size(value: Any) -> str:
    """What an array holds, for an error message."""
    if not isinstance(value, np.ndarray):
        return "which is no array"
    components = GLSL_TYPES.get(value.shape[1]) if value.ndim == 2 else "float" if value.ndim == 1 else None
    return f"which holds {len(value)} {components}" if components else f"whose shape is {value.shape}"
