"""Pass programs: a pass compiled, checked against its description, and drawn."""

from collections.abc import Callable
from itertools import product
from typing import NamedTuple

import moderngl

from phosphene.engine.common.errors import PhospheneError
from phosphene.engine.gl.context import Context
from phosphene.engine.gl.pass_check import PassCheck, Textures, Values
from phosphene.engine.gl.pass_spec import Pass
from phosphene.engine.gl.release_stack import ReleaseStack
from phosphene.engine.gl.screen import Screen
from phosphene.engine.gl.shader_compile import compile_program
from phosphene.engine.gl.shader_source import ShaderSource
from phosphene.engine.gl.target import Target

AT_REST = 1e-5  # below this a parameter counts as 0: a glide takes long over its last bit


class Variant(NamedTuple):
    """A program, and what sets its uniforms."""

    program: moderngl.Program
    vertex_array: moderngl.VertexArray
    uniforms: list[tuple[moderngl.Uniform, str]]  # and the name of its value
    arrays: list[tuple[moderngl.Uniform, str]]  # and the name of the array that fills it
    samplers: list[tuple[int, Callable[[], moderngl.Texture]]]  # unit, and what returns the texture


class PassProgram:
    """A compiled pass. It owns its programs; the target belongs to the caller.

    Parameters
    ----------
    context : Context
    spec : Pass
    target : Target or Screen
        A Target where the pass samples its own last frame.
    textures : dict of str to callable
        Returns the texture behind each name that a sampler may have.
    values : dict of str to number, tuple or float array
        The signals, arrays and params that `render` sets, the params as "section.param". It may be replaced.
    section : str
        The scene or show pass that the params belong to.

    Raises
    ------
    PhospheneError
        One line for each error in a shader, and for each name or size in which the pass, its shaders and what feeds
        them differ.
    """

    def __init__(
        self,
        context: Context,
        spec: Pass,
        target: Target | Screen,
        textures: Textures,
        values: Values,
        section: str = "",
    ) -> None:
        self.context, self.spec, self.target, self.values = context, spec, target, values
        self.textures = {**textures, **_previous_textures(spec, target)}
        self.feeds = {**spec.signals, **{param.name: f"{section}.{param.name}" for param in spec.params}}
        self.rest_groups = [[self.feeds.get(name, name) for name in group] for group in spec.still]
        self.variants: dict[tuple[bool, ...], Variant] = {}  # by which groups are at rest
        self.owned = ReleaseStack()
        try:
            self._build()
        except BaseException:
            self.release()
            raise

    def _build(self) -> None:
        spec = self.spec
        sources = vertex, fragment = ShaderSource(spec.vertex), ShaderSource(spec.fragment)
        self.files = {*vertex.files, *fragment.files}
        full = self._compile(vertex, fragment)
        check = PassCheck(self.context, spec, sources, full.program, self.feeds, self.textures, self.values)
        if errors := check.errors():
            raise PhospheneError("\n".join(errors))
        self.variants[(False,) * len(spec.still)] = full
        for resting in product((False, True), repeat=len(spec.still)):
            zeroed = [name for rests, group in zip(resting, spec.still) if rests for name in group]
            if zeroed:
                self.variants[resting] = self._compile(vertex, ShaderSource(spec.fragment, zeroed))

    def _compile(self, vertex: ShaderSource, fragment: ShaderSource) -> Variant:
        spec = self.spec
        program = self.owned.add(compile_program(self.context, vertex, fragment, spec.targets))
        samplers = {uniform: name for uniform, name in spec.samplers.items() if uniform in program}
        for unit, uniform in enumerate(samplers):
            program[uniform] = unit
        return Variant(
            program,
            self.owned.add(self.context.gl.vertex_array(program, [])),
            [(program[uniform], source) for uniform, source in self.feeds.items() if uniform in program],
            [(program[uniform], array.source) for uniform, array in spec.arrays.items() if uniform in program],
            [(unit, self.textures.get(name)) for unit, name in enumerate(samplers.values())],
        )

    def render(self) -> None:
        """Draw the pass into its target, with the values as they are."""
        gl, spec, values = self.context.gl, self.spec, self.values
        variant = self.variants[tuple(all(abs(values[name]) < AT_REST for name in group) for group in self.rest_groups)]
        self.context.timing.begin()
        adds = spec.light or spec.over
        if not spec.over:
            self.target.begin_frame()
        self.target.framebuffer.use()
        for unit, texture in variant.samplers:
            texture().use(unit)
        for uniform, name in variant.uniforms:
            uniform.value = values[name]
        for uniform, name in variant.arrays:  # a compiler may cut off what is never read
            uniform.write(values[name][: uniform.array_length].astype("f4").tobytes())
        if spec.light and not spec.over:
            self.target.framebuffer.clear()
        if adds:
            gl.enable(moderngl.BLEND)
            gl.blend_func = moderngl.ONE, moderngl.ONE
        self.context.draw(variant.program, variant.vertex_array, spec)
        if adds:
            gl.disable(moderngl.BLEND)
        self.context.after_draw(self.target.framebuffer.size)
        self.context.timing.end(spec.name)

    def release(self) -> None:
        self.context.gl.screen.use()  # a target must not be bound when its owner releases it
        self.owned.release()
        self.variants = {}


def _previous_textures(spec: Pass, target: Target | Screen) -> dict[str, Callable[[], moderngl.Texture]]:
    """What the pass samples by the names of its own textures: its last frame."""
    if not isinstance(target, Target):
        return {}
    return {name: lambda at=at: target.previous_texture(at) for at, name in enumerate(spec.textures)}
