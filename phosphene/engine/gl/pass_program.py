"""A stage: a pass, built, and checked against its program."""

import re
from itertools import chain, product
from typing import NamedTuple

import moderngl

from phosphene.engine.common.errors import PhospheneError, nearest
from phosphene.engine.gl.shader_compile import compiled
from phosphene.engine.gl.shader_source import Source


class Target:
    """The picture that a pass draws, and where it is fed back, the one before."""

    def __init__(self, context, declared, size):
        self.context, self.declared, self.textures, self.framebuffers = context, declared, [], []
        self._make(size)

    def _make(self, size):
        declared, gl = self.declared, self.context.gl
        self.size = declared.size or tuple(max(round(side * declared.scale), 1) for side in size)
        count = 1 + (declared.name in declared.samplers.values())
        self.textures = [gl.texture(self.size, 4, dtype="f4" if declared.precise else "f2") for _ in range(count)]
        self.framebuffers = [gl.framebuffer([texture]) for texture in self.textures]
        self.now = 0
        for texture in self.textures:
            texture.repeat_x = texture.repeat_y = declared.wrap
        self.clear()

    def clear(self):
        """Begin again, black."""
        for framebuffer in self.framebuffers:
            framebuffer.clear()

    def resize(self, size):
        """Be a part of a picture of another size, which shows what this one did."""
        if self.declared.size:
            return
        old, before, self.textures = self.textures, self.framebuffers, []
        now, room = self.now, self.size
        self._make(size)
        for at, framebuffer in enumerate(self.framebuffers):
            self.context.copy(before[(now + at) % len(before)], room, framebuffer, self.size)
        self.context.settle()
        for each in before + old:
            each.release()

    def turn(self):
        """What was drawn becomes what was drawn before."""
        self.now = (self.now + 1) % len(self.textures)

    @property
    def picture(self):
        return self.textures[self.now]

    @property
    def before(self):
        return self.textures[self.now - 1]

    @property
    def framebuffer(self):
        return self.framebuffers[self.now]

    def release(self):
        for each in self.framebuffers + self.textures:
            each.release()


AT_REST = 1e-5  # a glide takes long over its last bit


class Drawing(NamedTuple):
    """A program, and where it gets its uniforms from."""

    program: moderngl.Program
    strip: moderngl.VertexArray
    feeds: list  # (uniform, name of a value)
    samplers: list  # (unit, callable)


class PassProgram:
    """A pass, built: owns its program; the target is lent.

    Parameters
    ----------
    context : Context
    declared : Pass
    target : Target, or what has its turn() and framebuffer
    pictures : dict of str to callable
        Gives the texture behind each name that a sampler may show.
    values : dict of str to number or tuple
        What the signals and params hold when `render` is called; params as "scene.param".
    section : str
        Whose the params are.

    Raises
    ------
    PhospheneError
        For a fault in a shader, and for a uniform that only one side knows.
    """

    def __init__(self, context, declared, target, pictures, values, section=""):
        self.context, self.declared, self.target, self.values = context, declared, target, values
        self.drawings = {}  # by which groups rest
        pictures = {**pictures, declared.name: lambda: target.before}
        feeds = declared.signals | {param.name: f"{section}.{param.name}" for param in declared.params}
        self.groups = [[feeds.get(name, name) for name in group] for group in declared.still]
        try:
            vertex, fragment = Source(declared.vertex), Source(declared.fragment)
            self.files = {*vertex.files, *fragment.files}
            whole = self._drawing(vertex, fragment, feeds, pictures)
            self.drawings[(False,) * len(declared.still)] = whole
            faults = [*self._strangers(whole, vertex, fragment), *self._lost("signal", feeds, values)]
            faults += [*self._unmoved(feeds)]
            faults += [*self._lost("picture before it", declared.samplers, pictures)]
            if faults:
                raise PhospheneError("\n".join(faults))
            for resting in product((False, True), repeat=len(declared.still)):
                still = [name for rests, group in zip(resting, declared.still) if rests for name in group]
                if still:
                    self.drawings[resting] = self._drawing(vertex, Source(declared.fragment, still), feeds, pictures)
        except BaseException:
            self.release()
            raise

    def _drawing(self, vertex, fragment, feeds, pictures):
        program = compiled(self.context, vertex, fragment)
        samplers = {uniform: name for uniform, name in self.declared.samplers.items() if uniform in program}
        for unit, uniform in enumerate(samplers):
            program[uniform].value = unit
        return Drawing(
            program,
            self.context.gl.vertex_array(program, []),
            [(program[uniform], source) for uniform, source in feeds.items() if uniform in program],
            [(unit, pictures.get(name)) for unit, name in enumerate(samplers.values())],
        )

    def _strangers(self, whole, vertex, fragment):
        """A line for each uniform that only one side knows."""
        name = self.declared.name
        used = {uniform for uniform in whole.program if not uniform.startswith("gl_")}
        declared = {*self.declared.samplers, *self.declared.signals, *(param.name for param in self.declared.params)}
        for uniform in sorted(declared - used):
            where, hint = f"shaders/{fragment.name}", nearest(uniform, used)
            yield f"{where}: pass '{name}' declares '{uniform}', and the shader does not use it{hint}"
        for uniform in sorted(used - declared):
            source = fragment if re.search(rf"\b{uniform}\b", fragment.text) else vertex
            where, hint = f"shaders/{source.name}", nearest(uniform, declared)
            yield f"{where}: the shader uses '{uniform}', and pass '{name}' does not declare it{hint}"

    def _lost(self, kind, feeds, known):
        """A line for each uniform that is fed from what is not there."""
        for uniform, source in feeds.items():
            if source not in known:
                where, hint = f"shaders/{self.declared.fragment}: pass '{self.declared.name}'", nearest(source, known)
                yield f"{where} feeds '{uniform}' from '{source}', and there is no such {kind}{hint}"

    def _unmoved(self, feeds):
        """A line for each name in `still` that is no uniform's."""
        for name in chain.from_iterable(self.declared.still):
            if name not in feeds:
                told = f"'still' names '{name}', and no uniform is that{nearest(name, feeds)}"
                yield f"shaders/{self.declared.fragment}: {told}"

    def render(self):
        gl = self.context.gl
        drawing = self.drawings[tuple(all(abs(self.values[name]) < AT_REST for name in group) for group in self.groups)]
        self.context.timing.begin()
        adds = self.declared.light or self.declared.over
        if not self.declared.over:
            self.target.turn()
        self.target.framebuffer.use()
        for unit, picture in drawing.samplers:
            picture().use(unit)
        for uniform, source in drawing.feeds:
            uniform.value = self.values[source]
        if self.declared.light and not self.declared.over:
            self.target.framebuffer.clear()
        if adds:
            gl.enable(moderngl.BLEND)
            gl.blend_func = moderngl.ONE, moderngl.ONE
        self.context.draw(drawing.program, drawing.strip, self.declared)
        if adds:
            gl.disable(moderngl.BLEND)
        self.context.sent(self.target.framebuffer.size)
        self.context.timing.end(self.declared.name)

    def release(self):
        self.context.gl.screen.use()  # a target must not be in use when it is let go of
        for drawing in self.drawings.values():
            drawing.strip.release()
            drawing.program.release()
        self.drawings = {}
