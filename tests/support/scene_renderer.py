"""Renders a scene from a sound, without a window."""

import numpy as np

from phosphene.engine.audio.sources.synth import Synth
from phosphene.engine.gl.readback import Readback
from phosphene.engine.listening.analyser import analyse, frames_layout, make_analyser
from phosphene.engine.modulation.matrix import NO_MODULATION
from phosphene.engine.rings import allocate, board
from phosphene.engine.rings.board import put
from phosphene.engine.visuals.catalogue import BOARD_SLOTS, SECTIONS, Look, slot_values
from phosphene.engine.visuals.renderer import Renderer

RATE = 48_000
SMALL = (64, 36)


def make_look(scene="scope", passes=(), *, serial=0, seed=7, modulation=NO_MODULATION, transition=None, media=None):
    transition = transition or {"kind": "fade", "seconds": 2.0, "start": "now"}
    return Look(serial, "test", scene, list(passes), transition, media, modulation._replace(seed=seed))


class SceneRenderer:
    """Renders a sound that is analysed to its end; `params` are the scene's, or a section's by its name.

    The other options are those of `make_look`.
    """

    def __init__(self, context, frames, scene="scope", passes=(), *, size=SMALL, rate=RATE, params=None, **options):
        self.board = allocate(board.layout(BOARD_SLOTS))
        self.set_params(0, **{scene: params or {}})
        self.screen, self.seconds = Readback(context, size), 0.0
        try:
            self.renderer = Renderer(
                context,
                size,
                frames=frames,
                rate=rate,
                board=self.board,
                screen=self.screen,
                look=make_look(scene, passes, **options),
            )
        except BaseException:
            self.screen.release()
            raise

    def set_params(self, serial=0, **sections):
        """Put the parameters of a look on the board: the defaults, except those of the named sections."""
        values = {name: default_settings(section.params) | sections.get(name, {}) for name, section in SECTIONS.items()}
        for slot, value in slot_values(values, serial):
            put(self.board, slot, value)

    def picture(self, sample):
        """What the screen shows at a sample: (height, width, 4), the bottom row first."""
        self.renderer.advance_to(sample)
        self.renderer.render(sample)
        self.screen.request()
        picture = np.empty((*self.screen.size[::-1], 4), np.uint8)
        self.screen.fetch(picture)
        return picture

    @property
    def values(self):
        """The values that the shaders of the deck that is shown take."""
        return self.renderer.deck.values

    @property
    def targets(self):
        return list(self.renderer.deck.targets.values())

    def pictures(self, seconds, fps=30.0):
        return [self.picture(frame * RATE / fps) for frame in range(round(seconds * fps))]

    def texels(self, name):
        """What a pass of the scene has drawn: (height, width, 4). `name` may also be one of its targets."""
        deck = self.renderer.deck
        for (section, _), target in deck.targets.items():
            if section == deck.look.scene and name in target.spec.textures:
                return read_texture(target.texture(target.spec.textures.index(name)))
        raise KeyError(name)

    def run(self, seconds, **signals):
        """Render the scene for some seconds at 30 frames a second, with these signals."""
        for _ in range(round(seconds * 30)):
            self.seconds += 1 / 30
            moment = {"dt": 1 / 30, "minute": self.seconds / 60 % 1.0}
            self.renderer.deck.render(self.seconds * RATE, {**moment, **signals})

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.renderer.release()
        self.screen.release()


def read_texture(texture):
    """(height, width, 4) of a float texture, the bottom row first."""
    dtype = np.float32 if texture.dtype == "f4" else np.float16
    return np.frombuffer(texture.read(), dtype).reshape(texture.height, texture.width, 4).astype(float)


def default_settings(params):
    """The defaults, as a preset names them."""
    return {param.name: param.choices[0] if param.choices else param.default for param in params}


def analysed(sound, rate=RATE):
    """The analyser's frames of a sound."""
    frames = allocate(frames_layout(len(sound) / rate + 1.0))
    analyse(make_analyser(float(rate)), np.asarray(sound, np.float32), frames)
    return frames


def silence(seconds):
    return np.zeros((round(seconds * RATE), 2), np.float32)


def music(seconds):
    """The built-in synth, from where all its voices play."""
    sound, synth = silence(seconds), Synth(RATE, seed=7)
    synth.seek(16 * RATE)
    synth.read(sound)
    return sound
