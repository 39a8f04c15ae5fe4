"""Stable chain: the stable postprocess alone, and light to try it on."""

import numpy as np

from phosphene.engine.common.params import default_values
from phosphene.engine.gl.pass_program import PassProgram
from phosphene.engine.gl.release_stack import ReleaseStack
from phosphene.engine.gl.shader_header import read_spec
from phosphene.engine.gl.target import Target
from phosphene.engine.visuals.noise_textures import create_noise_textures

STABLE = read_spec("show", "stable")
DEFAULTS = {**default_values(STABLE.params), "dither_strength": 0.0}


class StableChain:
    """The passes of the stable postprocess, for pictures of one size."""

    def __init__(self, context, size, scene_size=None):
        self.size, self.values, self.owned = size, {"dt": 0.0, "minute": 0.0}, ReleaseStack()
        sizes = {"picture": size, "scene": scene_size or size}
        self.inputs = {name: self.owned.add(context.gl.texture(each, 4, dtype="f2")) for name, each in sizes.items()}
        for texture in self.inputs.values():
            texture.repeat_x = texture.repeat_y = False
        noise = {name: self.owned.add(texture) for name, texture in create_noise_textures(context).items()}
        self.targets = {each.name: self.owned.add(Target(context, each, size)) for each in STABLE.passes}
        textures = {name: lambda each=each: each for name, each in (self.inputs | noise).items()}
        textures |= {name: lambda each=each: each.picture for name, each in self.targets.items()}
        self.values |= {f"stable.{name}": value for name, value in DEFAULTS.items()}
        self.programs = [
            self.owned.add(PassProgram(context, each, self.targets[each.name], textures, self.values, "stable"))
            for each in STABLE.passes
        ]

    def clear(self):
        for target in self.targets.values():
            target.clear()

    def render(self, light, scene, params=DEFAULTS, *, dt=1 / 30, minute=0.0):
        """The next frame: (height, width, 3) half floats."""
        for name, each in (("picture", light), ("scene", scene)):
            self.inputs[name].write(np.dstack((each, np.ones(each.shape[:2]))).astype(np.float16).tobytes())
        self.values |= {"dt": dt, "minute": minute} | {f"stable.{name}": value for name, value in params.items()}
        for program in self.programs:
            program.render()
        drawn = np.frombuffer(self.targets["stable"].picture.read(), np.float16)
        return drawn.reshape(*self.size[::-1], 4)[..., :3]

    def render_first(self, light, scene, params=DEFAULTS, **moment):
        """The frame of a chain without a past."""
        self.clear()
        return self.render(light, scene, params, **moment)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.owned.release()


def to_half(light):
    """Light as half floats hold it."""
    return light.astype(np.float16).astype(np.float64)


def noise(size, seed=0):
    """Light of all colours, most of it below 1, some far above."""
    return to_half(np.random.default_rng(seed).gamma(0.8, 0.8, (*size[::-1], 3)))


def bars(size, seed=0):
    """Sharp edges, slow slopes, thin lines, black, and saturated colours."""
    random = np.random.default_rng(seed)
    row, column = np.indices(size[::-1]) / np.array(size[::-1])[:, None, None]
    light = random.random((7, 3))[(7 * column).astype(int)] * (2 * row[..., None]) ** 2
    light[(row - 0.5) ** 2 + (column - 0.4) ** 2 < 0.05] = random.gamma(0.5, 2.0, 3)
    light[:: max(size[1] // 9, 2)] = 0.0
    return to_half(light)


def washed_out(scene):
    """What passes may make of a scene: paler, darker, tinted, shifted and soft."""
    soft = (scene + np.roll(scene, 1, 0) + np.roll(scene, 2, 1)) / 3
    return to_half(0.6 * soft * np.array([1.1, 0.8, 0.9]) + 0.1 * scene.mean(axis=2, keepdims=True))


def checks(size, seed=0):
    """Nothing but detail; the same for any seed."""
    row, column = np.indices(size[::-1])
    return to_half(((row + column) % 2)[..., None] * np.array([1.0, 0.6, 0.2]) + 0.05)
