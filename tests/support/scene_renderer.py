"""A painter at its easel: what a scene makes of a sound, without a window."""

import ctypes

import numpy as np

from phosphene.engine.audio.sources.synth import Synth
from phosphene.engine.gl.readback import Readback
from phosphene.engine.listening.analyser import analyse, make_analyser, plan
from phosphene.engine.modulation.matrix import STILL
from phosphene.engine.rings import allocate, board
from phosphene.engine.rings.board import put
from phosphene.engine.visuals.catalogue import BOARD_SLOTS, SECTIONS, Look, settings
from phosphene.engine.visuals.renderer import Renderer

RATE = 48_000
SMALL = (64, 36)
KINDS = "Buffer Framebuffer Program Query Renderbuffer Sampler Shader Texture VertexArray".split()


def look(scene="scope", passes=(), *, serial=0, seed=7, modulation=STILL, transition=None, media=None):
    transition = transition or {"kind": "fade", "seconds": 2.0, "start": "now"}
    return Look(serial, "test", scene, list(passes), transition, media, modulation._replace(seed=seed))


class Easel:
    """A painter of a sound that has been heard to its end; `params` are the scene's, or of a section by its name."""

    def __init__(self, context, frames, scene="scope", passes=(), *, size=SMALL, rate=RATE, params=None, **how):
        self.board = allocate(board.layout(BOARD_SLOTS))
        self.set(0, **{scene: params or {}})
        self.screen, self.played = Readback(context, size), 0.0
        asked = look(scene, passes, **how)
        how = {"frames": frames, "rate": rate, "board": self.board, "screen": self.screen, "look": asked}
        self.painter = Renderer(context, size, **how)

    def set(self, serial=0, **sections):
        """Put the parameters of a look on the board: the defaults, but for those of the sections that are named."""
        wanted = {name: plain(section.params) | sections.get(name, {}) for name, section in SECTIONS.items()}
        for slot, value in settings(wanted, serial):
            put(self.board, slot, value)

    def picture(self, sample):
        """What is shown at a sample: (height, width, 4), the bottom row first."""
        self.painter.reach(sample)
        self.painter.paint(sample)
        self.screen.ask()
        shown = np.empty((*self.screen.size[::-1], 4), np.uint8)
        self.screen.fetch(shown)
        return shown

    @property
    def values(self):
        """What the shaders of the deck that is seen are given."""
        return self.painter.deck.values

    @property
    def targets(self):
        return list(self.painter.deck.targets.values())

    def pictures(self, seconds, fps=30.0):
        return [self.picture(frame * RATE / fps) for frame in range(round(seconds * fps))]

    def texels(self, name):
        """What a pass of the scene has drawn: (height, width, 4)."""
        texture = self.painter.deck.targets[self.painter.deck.look.scene, name].picture
        kind = np.float32 if texture.dtype == "f4" else np.float16
        return np.frombuffer(texture.read(), kind).reshape(texture.height, texture.width, 4).astype(float)

    def play(self, seconds, **told):
        """Let the scene go on for some seconds, thirty times in each, with signals as they are told."""
        for _ in range(round(seconds * 30)):
            self.played += 1 / 30
            self.painter.deck.render(self.played, {"dt": 1 / 30, "minute": self.played / 60 % 1.0, **told})

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.painter.release()
        self.screen.release()


def plain(params):
    """The defaults, as a preset tells of them."""
    return {param.name: param.choices[0] if param.choices else param.default for param in params}


def heard(sound, rate=RATE):
    """The frames of a sound."""
    frames = allocate(plan(len(sound) / rate + 1.0))
    analyse(make_analyser(float(rate)), np.asarray(sound, np.float32), frames)
    return frames


def silence(seconds):
    return np.zeros((round(seconds * RATE), 2), np.float32)


def music(seconds):
    """The built-in synth, from where it plays everything."""
    sound, synth = silence(seconds), Synth(RATE, seed=7)
    synth.seek(16 * RATE)
    synth.read(sound)
    return sound


def names(context, upto=4096):
    """How many objects of each kind there are in GL, whose names are no higher; a driver may give none twice."""
    context.function("glUseProgram", None, ctypes.c_uint)(0)  # one in use is let go of only afterwards
    asks = {kind: context.function(f"glIs{kind}", ctypes.c_ubyte, ctypes.c_uint) for kind in KINDS}
    return {kind: sum(ask(name) for name in range(1, upto)) for kind, ask in asks.items()}
