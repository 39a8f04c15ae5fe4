"""The painter: a scene, drawn as it looks at one sample of the sound after another."""

import math

import numpy as np

from engine.control.matrix import STILL
from engine.listening.frame import BANDS
from engine.rings.board import get
from engine.visuals import signals
from engine.visuals.scenes import PLACES, SCENES, WHICH
from engine.visuals.signals import SEEN, Signals
from engine.visuals.stage import Stage, Target

GLIDE = 0.08  # seconds in which a parameter goes most of its way
LONGEST = 0.25  # seconds between two frames; after more than that the picture goes on as if it were less
MINUTE = 60.0


class Painter:
    """Owns whatever a scene needs of GL.

    Parameters
    ----------
    context : Context
        Current on this thread, as it must be in every method.
    size : (int, int)
    frames : Timeline
        Of what is heard.
    board : Board
        Which scene, and its parameters.
    rate, seed : int
    screen
        Where the picture is shown: has turn() and framebuffer.
    modulation : Modulation
        What moves the parameters beside the board.
    """

    def __init__(self, context, size, *, frames, board, rate, seed, screen, modulation=STILL):
        self.context, self.board, self.rate, self.seed = context, board, rate, seed
        self.signals = Signals(frames, rate, modulation)
        self.bands = context.gl.texture((BANDS, 1), 1, dtype="f4")
        self.wave = context.gl.texture((SEEN, 1), 2, dtype="f4")
        self.values = {"clock.dt": 0.0, "clock.minute": 0.0}
        self.values |= {f"audio.{name}": 0.0 for name in (*signals.NAMES, "hit")} | {"seed.lots": (0.0,) * 4}
        self.screen, self.sample, self.scene, self.stages, self.targets = screen, None, None, [], []
        self.params = dict.fromkeys(PLACES.values(), 0.0)
        self.resize(size)
        self._glide(math.inf)
        self._move(0.0)
        try:
            self._open_scene()
        except BaseException:
            self.release()
            raise

    def resize(self, size):
        """Paint in another size from now on; what fed back is lost."""
        self.size, self.scene = size, None
        self.values["picture.aspect"] = size[0] / size[1]

    def change(self, modulation):
        """Let other rows move the parameters, from the next frame that is heard."""
        self.signals.matrix.change(modulation)

    def reach(self, sample):
        """True if all that is needed to paint this sample has been heard."""
        return self.signals.reach(sample)

    def paint(self, sample):
        """Paint what is heard at a sample, and show it on the screen."""
        if get(self.board, WHICH) != self.scene:
            self._open_scene()
        first, gone = self.sample is None, (sample - (self.sample or 0.0)) / self.rate
        self.sample, gone = sample, 0.0 if first else min(max(gone, 0.0), LONGEST)
        self._glide(math.inf if first else gone)
        self._move(sample)
        told, bands, wave = self.signals.at(sample)
        self.values |= {f"audio.{name}": value for name, value in told.items()}
        self.values["clock.dt"], self.values["clock.minute"] = gone, sample / self.rate / MINUTE % 1.0
        self.bands.write(bands.astype("f4"))
        self.wave.write(np.ascontiguousarray(wave, "f4"))
        for stage in self.stages:
            stage.render()

    def _glide(self, gone):
        follow = 1.0 - math.exp(-gone / GLIDE)
        for slot in PLACES.values():
            self.params[slot] += follow * (get(self.board, slot) - self.params[slot])

    def _move(self, sample):
        """What shaders are given: the parameters as hands have them, moved by the rows."""
        moved = self.signals.moved(sample)
        for (scene, param), slot in PLACES.items():
            base, (share, toward) = self.params[slot], moved[slot].tolist()
            self.values[f"{scene}.{param.name}"] = base + toward - share * base if share or toward else base

    def _open_scene(self):
        """Build the scene that the board asks for; the old one stays if that fails."""
        number = get(self.board, WHICH)
        name = list(SCENES)[int(number)]
        stages, targets, pictures = [], [], {"audio.bands": lambda: self.bands, "audio.wave": lambda: self.wave}
        try:
            *inner, last = SCENES[name].passes
            for declared in inner:
                target = Target(self.context, declared, self.size)
                targets.append(target)
                stages.append(Stage(self.context, declared, target, pictures, self.values, name))
                pictures[declared.name] = lambda target=target: target.picture
            stages.append(Stage(self.context, last, self.screen, pictures, self.values, name))
        except BaseException:
            _release(stages, targets)
            raise
        _release(self.stages, self.targets)
        self.scene, self.stages, self.targets = number, stages, targets
        lots = np.random.default_rng(np.random.SeedSequence((self.seed, int(number)))).random(4)
        self.values["seed.lots"] = tuple(lots.tolist())

    def release(self):
        _release(self.stages, self.targets, [self.bands, self.wave])


def _release(*groups):
    for group in groups:
        for owned in filter(None, group):
            owned.release()
