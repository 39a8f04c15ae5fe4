"""A painter at its easel: what a scene makes of a sound, without a window."""

import ctypes

import numpy as np

from engine.audio.synth import Synth
from engine.control.matrix import STILL
from engine.listening.listener import listen, make_listener, plan
from engine.params import defaults
from engine.rings import board, local
from engine.rings.board import put
from engine.visuals.painter import Painter
from engine.visuals.readback import Readback
from engine.visuals.scenes import SCENES, SLOTS, settings

RATE = 48_000
SMALL = (64, 36)
KINDS = "Buffer Framebuffer Program Query Renderbuffer Sampler Shader Texture VertexArray".split()


class Easel:
    """A painter of a sound that has been heard to its end."""

    def __init__(self, context, frames, scene="scope", *, size=SMALL, seed=7, rate=RATE, modulation=STILL, **params):
        self.board = local(board.plan(SLOTS))
        wanted = {name: defaults(each.params) for name, each in SCENES.items()}
        wanted[scene] |= params
        for slot, value in settings(scene, wanted):
            put(self.board, slot, value)
        self.screen, heard = Readback(context, size), {"frames": frames, "rate": rate, "modulation": modulation}
        self.painter = Painter(context, size, board=self.board, seed=seed, screen=self.screen, **heard)

    def picture(self, sample):
        """What is shown at a sample: (height, width, 4), the bottom row first."""
        self.painter.reach(sample)
        self.painter.paint(sample)
        self.screen.ask()
        shown = np.empty((*self.screen.size[::-1], 4), np.uint8)
        self.screen.fetch(shown)
        return shown

    def pictures(self, seconds, fps=30.0):
        return [self.picture(frame * RATE / fps) for frame in range(round(seconds * fps))]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.painter.release()
        self.screen.release()


def heard(sound, rate=RATE):
    """The frames of a sound."""
    frames = local(plan(len(sound) / rate + 1.0))
    listen(make_listener(float(rate)), np.asarray(sound, np.float32), frames)
    return frames


def silence(seconds):
    return np.zeros((round(seconds * RATE), 2), np.float32)


def music(seconds):
    """The built-in synth, from where it plays everything."""
    sound, synth = silence(seconds), Synth(RATE, seed=7)
    synth.seek(16 * RATE)
    synth.read(sound)
    return sound


def names(context):
    """How many objects of each kind there are in GL."""
    context.function("glUseProgram", None, ctypes.c_uint)(0)  # one in use is let go of only afterwards
    asks = {kind: context.function(f"glIs{kind}", ctypes.c_ubyte, ctypes.c_uint) for kind in KINDS}
    return {kind: sum(ask(name) for name in range(1, 4096)) for kind, ask in asks.items()}
