"""A projector: pictures of any kind through the finish, or through a show pass, without a scene."""

import numpy as np

from phosphene.engine.gl.pass_program import PassProgram
from phosphene.engine.gl.readback import Readback
from phosphene.engine.gl.shader_header import read_spec
from phosphene.engine.gl.target import Target
from phosphene.engine.visuals.audio_signals import SILENT_SIGNALS
from phosphene.engine.visuals.catalogue import FINISH, SECTIONS
from phosphene.engine.visuals.deck import CLOCK
from phosphene.engine.visuals.finish import Finish
from phosphene.engine.visuals.noise_textures import create_noise_textures


class Slide:
    """What the finish needs of a deck."""

    def __init__(self, context, size, **params):
        self.picture = context.gl.texture(size, 4, dtype="f2")
        self.picture.repeat_x = self.picture.repeat_y = False
        finish = {f"{FINISH}.{param.name}": param.default for param in SECTIONS[FINISH].params}
        finish |= {f"{FINISH}.{name}": float(value) for name, value in params.items()}
        self.values = {**SILENT_SIGNALS, **CLOCK, "aspect": size[0] / size[1], **finish}

    def put(self, light):
        """Linear light: a number, a colour, or (height, width) of either; the bottom row first."""
        light = np.asarray(light, float)
        light = light[..., None] if light.ndim in (0, 2) else light
        width, height = self.picture.size
        whole = np.ones((height, width, 4))
        whole[..., :3] = light
        self.picture.write(whole.astype("f2").tobytes())


class Projector:
    """Shows slides, at a size that may be larger than theirs; `params` are the finish's."""

    def __init__(self, context, size, *, slides=None, **params):
        self.screen, self.noise, self.seconds = Readback(context, size), create_noise_textures(context), 0.0
        self.slides = [Slide(context, slides or size, **params) for _ in range(2)]
        shown = {name: lambda each=each: each for name, each in self.noise.items()}
        self.finish = Finish(context, size, self.screen, self.slides[0].values, shown)

    def show(self, light, dt=1 / 30, *, old=None, kind="fade", share=0.5):
        """(height, width, 4) uint8 of what is seen, the bottom row first; with `old`, of both."""
        self.seconds += dt
        for slide in self.slides:
            slide.values |= {"dt": dt, "minute": self.seconds / 60 % 1}
        slide, other = self.slides
        slide.put(light)
        if old is None:
            self.finish.show(slide)
        else:
            other.put(old)
            self.finish.mix(other, slide, kind, share)
        self.screen.request()
        shown = np.empty(self.screen.shape, np.uint8)
        self.screen.fetch(shown)
        return shown

    def film(self, lights, fps):
        return np.array([self.show(light, 1 / fps) for light in lights])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for each in (self.finish, self.screen, *self.noise.values(), *(slide.picture for slide in self.slides)):
            each.release()


class Chain:
    """A show pass by itself: light in, light out, both (height, width, 3), the bottom row first."""

    def __init__(self, context, name, size, **params):
        section = read_spec("show", name)
        self.slide = Slide(context, size)
        self.values = self.slide.values
        for param in section.params:
            self.values[f"{name}.{param.name}"] = float(params.get(param.name, param.default))
        self.targets = {each.name: Target(context, each, size) for each in section.passes}
        pictures = {each: lambda target=target: target.picture for each, target in self.targets.items()}
        pictures["picture"] = lambda: self.slide.picture
        self.stages = [
            PassProgram(context, each, self.targets[each.name], pictures, self.values, name) for each in section.passes
        ]
        self.last = self.targets[name]

    def show(self, light, dt=1 / 30):
        self.values["dt"] = dt
        self.slide.put(light)
        for stage in self.stages:
            stage.render()
        return pixels(self.last)[..., :3]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for each in (*self.stages, *self.targets.values(), self.slide.picture):
            each.release()


def pixels(target):
    """(height, width, 4) of what a target holds."""
    kind = "f4" if target.spec.precise else "f2"
    return np.frombuffer(target.picture.read(), kind).reshape(*target.size[::-1], 4).astype(float)


def poison(target, value):
    """Put a value that is no number into all that a target holds."""
    for texture in target.textures:
        texture.write(np.full((*target.size[::-1], 4), value, "f4" if target.spec.precise else "f2").tobytes())
