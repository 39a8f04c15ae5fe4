"""A darkroom: the stable postprocess by itself, and light to try it on."""

import numpy as np

from phosphene.engine.common.params import default_values
from phosphene.engine.gl.pass_program import PassProgram
from phosphene.engine.gl.shader_header import read_spec
from phosphene.engine.gl.target import Target
from phosphene.engine.visuals.noise_textures import create_noise_textures

STABLE = read_spec("show", "stable")
USUAL = {**default_values(STABLE.params), "dither_strength": 0.0}


class Darkroom:
    """The passes of the stable postprocess, built for pictures of one size."""

    def __init__(self, context, size, scene=None):
        self.size, self.values, self.owned = size, {"dt": 0.0, "minute": 0.0}, []
        sizes = {"picture": size, "scene": scene or size}
        self.given = {name: self._own(context.gl.texture(each, 4, dtype="f2")) for name, each in sizes.items()}
        for texture in self.given.values():
            texture.repeat_x = texture.repeat_y = False
        self.given |= {name: self._own(each) for name, each in create_noise_textures(context).items()}
        self.targets = {each.name: self._own(Target(context, each, size)) for each in STABLE.passes}
        pictures = {name: lambda each=each: each for name, each in self.given.items()}
        pictures |= {name: lambda each=each: each.picture for name, each in self.targets.items()}
        self.values |= {f"stable.{name}": value for name, value in USUAL.items()}
        self.stages = [
            self._own(PassProgram(context, each, self.targets[each.name], pictures, self.values, "stable"))
            for each in STABLE.passes
        ]

    def _own(self, each):
        self.owned.append(each)
        return each

    def clear(self):
        for target in self.targets.values():
            target.clear()

    def draw(self, light, scene, params=USUAL, *, dt=1 / 30, minute=0.0):
        """(height, width, 3) half floats, as the next frame has them."""
        for name, each in (("picture", light), ("scene", scene)):
            self.given[name].write(np.dstack((each, np.ones(each.shape[:2]))).astype(np.float16).tobytes())
        self.values |= {"dt": dt, "minute": minute} | {f"stable.{name}": value for name, value in params.items()}
        for stage in self.stages:
            stage.render()
        drawn = np.frombuffer(self.targets["stable"].picture.read(), np.float16)
        return drawn.reshape(*self.size[::-1], 4)[..., :3]

    def develop(self, light, scene, params=USUAL, **moment):
        """The first frame of all."""
        self.clear()
        return self.draw(light, scene, params, **moment)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for each in reversed(self.owned):
            each.release()


def half(light):
    return light.astype(np.float16).astype(np.float64)


def noise(size, seed=0):
    """Light of all colours, most of it below 1, some far above."""
    return half(np.random.default_rng(seed).gamma(0.8, 0.8, (*size[::-1], 3)))


def bars(size, seed=0):
    """Sharp edges, slow slopes, thin lines, black, and saturated colours."""
    draw = np.random.default_rng(seed)
    row, column = np.indices(size[::-1]) / np.array(size[::-1])[:, None, None]
    light = draw.random((7, 3))[(7 * column).astype(int)] * (2 * row[..., None]) ** 2
    light[(row - 0.5) ** 2 + (column - 0.4) ** 2 < 0.05] = draw.gamma(0.5, 2.0, 3)
    light[:: max(size[1] // 9, 2)] = 0.0
    return half(light)


def washed(scene):
    """What passes may make of a scene: paler, darker, another tint, shifted and soft."""
    soft = (scene + np.roll(scene, 1, 0) + np.roll(scene, 2, 1)) / 3
    return half(0.6 * soft * np.array([1.1, 0.8, 0.9]) + 0.1 * scene.mean(axis=2, keepdims=True))


def checks(size, seed=0):
    """Nothing but detail."""
    row, column = np.indices(size[::-1])
    return half(((row + column) % 2)[..., None] * np.array([1.0, 0.6, 0.2]) + 0.05)
