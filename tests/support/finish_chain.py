"""Finish chain: light through the finish, or through one show pass, without a scene."""

import numpy as np

from phosphene.engine.gl.pass_program import PassProgram
from phosphene.engine.gl.readback import Readback
from phosphene.engine.gl.release_stack import ReleaseStack
from phosphene.engine.gl.shader_header import read_spec
from phosphene.engine.gl.target import Target
from phosphene.engine.visuals.audio_signals import SILENT_SIGNALS
from phosphene.engine.visuals.catalogue import FINISH, SECTIONS
from phosphene.engine.visuals.deck import CLOCK
from phosphene.engine.visuals.finish import Finish
from phosphene.engine.visuals.noise_textures import create_noise_textures


class LightSource:
    """What the finish needs of a deck: a picture, and values. `params` are the finish's."""

    def __init__(self, context, size, **params):
        self.picture = context.gl.texture(size, 4, dtype="f2")
        self.picture.repeat_x = self.picture.repeat_y = False
        finish = {f"{FINISH}.{param.name}": param.default for param in SECTIONS[FINISH].params}
        finish |= {f"{FINISH}.{name}": float(value) for name, value in params.items()}
        self.values = {**SILENT_SIGNALS, **CLOCK, "aspect": size[0] / size[1], **finish}

    def set_light(self, light):
        """Linear light: a number, a colour, or (height, width) of either; the bottom row first."""
        light = np.asarray(light, float)
        light = light[..., None] if light.ndim in (0, 2) else light
        width, height = self.picture.size
        rgba = np.ones((height, width, 4))
        rgba[..., :3] = light
        self.picture.write(rgba.astype("f2").tobytes())

    def release(self):
        self.picture.release()


class FinishChain:
    """Shows light through the finish; `params` are the finish's.

    Parameters
    ----------
    context : Context
    size : (int, int)
        Of the screen.
    source_size : (int, int), optional
        Of the light, where it differs.
    """

    def __init__(self, context, size, *, source_size=None, **params):
        self.owned, self.seconds = ReleaseStack(), 0.0
        self.sources = [self.owned.add(LightSource(context, source_size or size, **params)) for _ in range(2)]
        noise = {name: self.owned.add(texture) for name, texture in create_noise_textures(context).items()}
        textures = {name: lambda texture=texture: texture for name, texture in noise.items()}
        self.screen = self.owned.add(Readback(context, size))
        self.finish = self.owned.add(Finish(context, size, self.screen, self.sources[0].values, textures))

    def show(self, light, dt=1 / 30, *, old=None, kind="fade", progress=0.5):
        """(height, width, 4) uint8 as the screen shows it, the bottom row first; with `old`, a transition from that."""
        self.seconds += dt
        for source in self.sources:
            source.values |= {"dt": dt, "minute": self.seconds / 60 % 1}
        new_source, old_source = self.sources
        new_source.set_light(light)
        if old is None:
            self.finish.show(new_source)
        else:
            old_source.set_light(old)
            self.finish.mix(old_source, new_source, kind, progress)
        self.screen.request()
        shown = np.empty(self.screen.shape, np.uint8)
        self.screen.fetch(shown)
        return shown

    def show_all(self, lights, fps):
        """(frames, height, width, 4) of lights that are shown one after another."""
        return np.array([self.show(light, 1 / fps) for light in lights])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.owned.release()


class ShowPassChain:
    """One show pass: light in, light out, both (height, width, 3), the bottom row first."""

    def __init__(self, context, name, size, **params):
        self.owned, section = ReleaseStack(), read_spec("show", name)
        self.source = self.owned.add(LightSource(context, size))
        self.values = self.source.values
        for param in section.params:
            self.values[f"{name}.{param.name}"] = float(params.get(param.name, param.default))
        self.targets = {each.name: self.owned.add(Target(context, each, size)) for each in section.passes}
        textures = {each: lambda target=target: target.picture for each, target in self.targets.items()}
        textures["picture"] = lambda: self.source.picture
        self.programs = [
            self.owned.add(PassProgram(context, each, self.targets[each.name], textures, self.values, name))
            for each in section.passes
        ]
        self.last = self.targets[name]

    def show(self, light, dt=1 / 30):
        """What the pass makes of light."""
        self.values["dt"] = dt
        self.source.set_light(light)
        for program in self.programs:
            program.render()
        return read_target(self.last)[..., :3]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.owned.release()


def read_target(target):
    """(height, width, 4) of what a target holds."""
    dtype = "f4" if target.spec.precise else "f2"
    return np.frombuffer(target.picture.read(), dtype).reshape(*target.size[::-1], 4).astype(float)


def fill_target(target, value):
    """Set everything that a target holds to a value, such as NaN."""
    for texture in target.textures:
        texture.write(np.full((*target.size[::-1], 4), value, "f4" if target.spec.precise else "f2").tobytes())
