"""A stage: a pass, built, and checked against its program."""

import moderngl

from engine.errors import PhospheneError, nearest
from engine.visuals.glsl import Source, compiled


class Target:
    """The picture that a pass draws, and where it is fed back, the one before."""

    def __init__(self, context, declared, size):
        feedback = declared.name in declared.samplers.values()
        size = tuple(max(round(side * declared.scale), 1) for side in size)
        self.textures = [context.gl.texture(size, 4, dtype="f2") for _ in range(1 + feedback)]
        self.framebuffers = [context.gl.framebuffer([texture]) for texture in self.textures]
        self.now = 0
        for texture, framebuffer in zip(self.textures, self.framebuffers):
            texture.repeat_x = texture.repeat_y = False
            framebuffer.clear()

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


class Stage:
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
    scene : str

    Raises
    ------
    PhospheneError
        For a fault in a shader, and for a uniform that only one side knows.
    """

    def __init__(self, context, declared, target, pictures, values, scene=""):
        self.context, self.declared, self.target, self.values = context, declared, target, values
        self.program, self.strip = None, None
        try:
            fragment = Source(declared.fragment)
            self.program = compiled(context, Source(declared.vertex), fragment)
            self._check(fragment)
            self.feeds = [(self.program[uniform], source) for uniform, source in self._sources(scene)]
            self._know(self.feeds, values, "signal")
            pictures = {**pictures, declared.name: lambda: target.before}
            self._know(declared.samplers.items(), pictures, "picture")
            self.samplers = [(unit, pictures[name]) for unit, name in enumerate(declared.samplers.values())]
            for unit, uniform in enumerate(declared.samplers):
                self.program[uniform].value = unit
            self.strip = context.gl.vertex_array(self.program, [])
        except PhospheneError:
            self.release()
            raise

    def _sources(self, scene):
        yield from self.declared.signals.items()
        yield from ((param.name, f"{scene}.{param.name}") for param in self.declared.params)

    def _check(self, fragment):
        """Both ways: what is declared is active, what is active is declared."""
        active = {name for name in self.program if isinstance(self.program[name], moderngl.Uniform)}
        told = self.declared
        declared = {*told.samplers, *(param.name for param in told.params), *told.signals}
        where, faults = f"shaders/{fragment.name}", []
        for name in sorted(declared - active):
            hint = nearest(name, active)
            faults.append(f"{where}: pass '{told.name}' declares '{name}', and the shader does not use it{hint}")
        for name in sorted(active - declared):
            hint = nearest(name, declared)
            faults.append(f"{where}: the shader uses '{name}', and pass '{told.name}' does not declare it{hint}")
        if faults:
            raise PhospheneError("\n".join(faults))

    def _know(self, feeds, known, kind):
        for _, source in feeds:
            if source not in known:
                where = f"pass '{self.declared.name}'"
                raise PhospheneError(f"{where}: no {kind} '{source}' before it{nearest(source, known)}")

    def render(self):
        gl = self.context.gl
        self.target.turn()
        self.target.framebuffer.use()
        for unit, picture in self.samplers:
            picture().use(unit)
        for uniform, source in self.feeds:
            uniform.value = self.values[source]
        if self.declared.light:
            self.target.framebuffer.clear()
            gl.enable(moderngl.BLEND)
            gl.blend_func = moderngl.ONE, moderngl.ONE
        self.strip.render(moderngl.TRIANGLE_STRIP, self.declared.vertices, instances=self.declared.instances)
        if self.declared.light:
            gl.disable(moderngl.BLEND)
        self.context.settle()

    def release(self):
        for owned in (self.strip, self.program):
            if owned:
                owned.release()
