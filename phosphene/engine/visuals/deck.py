"""A deck: the scene and the show passes of one preset, with all that they need of GL."""

import math
import zlib
from itertools import groupby

import numpy as np

from phosphene.engine.common.file_watch import FileWatch
from phosphene.engine.gl.pass_program import PassProgram, Target
from phosphene.engine.gl.shader_header import read_spec
from phosphene.engine.gl.shader_source import SHADERS
from phosphene.engine.rings.board import get
from phosphene.engine.rings.board_layout import FIRST_PICTURE_SLOT
from phosphene.engine.visuals.audio_signals import SILENT
from phosphene.engine.visuals.catalogue import FINISH, PLACE, SECTIONS, slot
from phosphene.engine.visuals.media_texture import MediaTexture

GLIDE = 0.08  # seconds in which a parameter goes most of its way
CLOCK = {"dt": 0.0, "minute": 0.0, "hour": 0.0, "aspect": 1.0, "media_aspect": 1.0, "lots": (0.0,) * 4}


class Deck:
    """What a Look asks for, built stage by stage, so that nobody has to wait for the whole of it.

    Parameters
    ----------
    context : Context
    look : Look
    size : (int, int)
    board : Board
        Of the parameters.
    pictures : dict of str to callable
        Gives the textures that are there for every pass.
    moves : Moves
        What rows make of the parameters.
    seconds : float
        Of the stream, at which it will be seen.
    patient : bool
        MediaTexture may come later.
    before : Deck, optional
        The one whose place it is to take.

    Raises
    ------
    PhospheneError
        For a fault in a shader; from `build` as well.
    """

    def __init__(self, context, look, size, *, board, pictures, moves, seconds=0.0, patient=False, before=None):
        self.context, self.look, self.board, self.moves = context, look, board, moves
        self.size, self.targets, self.stages, self.loops, self.whole = size, {}, [], [], False
        self.files, self.watches = set(), []  # that it is made of, watched from when they were read
        self.seconds, self.media = seconds, None
        scene = read_spec("scene", look.scene)
        self.dark = scene.dark
        self.sections = [scene, *(read_spec("show", name) for name in look.passes)]
        self.choices, self.params = set(), {}  # as hands have them, by the name that stages know them by
        self.values = {**SILENT, **CLOCK, "aspect": size[0] / size[1], "lots": _lots(look)}
        for section in (*self.sections, SECTIONS[FINISH]):
            for param in section.params:
                self.values[f"{section.name}.{param.name}"] = param.default
                if param.choices:  # there is nothing between two of them
                    self.choices.add(f"{section.name}.{param.name}")
                if (key := (section.name, param.name)) in PLACE:  # one that an edit brought is not on the board
                    self.params[f"{section.name}.{param.name}"] = PLACE[key], param.default
        self.first = None  # the sample that it was first drawn at
        self.steps = {}  # drawn so far, by rate
        self.work = self._build(pictures, patient, before and before.media)

    def _build(self, pictures, patient, there):
        before = {}
        if self.look.media and any(section.shows_media for section in self.sections):
            if there and there.reel.live and there.name == self.look.media:
                self.media = there.shared()
            else:
                self.media = MediaTexture(self.context, self.look.media, self.size, seconds=self.seconds, live=patient)
            self.watches += [FileWatch(path) for path in self.media.files]
            pictures = {**pictures, "media": lambda: self.media.texture}
        for section in self.sections:
            targets = {each.name: Target(self.context, each, self.size) for each in section.passes if not each.over}
            self.targets |= {(section.name, name): target for name, target in targets.items()}
            targets |= {each.name: targets[each.over] for each in section.passes if each.over}
            shown = {name: lambda target=target: target.picture for name, target in targets.items()}
            for each in section.passes:
                stage = PassProgram(
                    self.context, each, targets[each.name], {**pictures, **before, **shown}, self.values, section.name
                )
                self.stages.append(stage)
                self.watches += [FileWatch(SHADERS / name) for name in sorted(stage.files - self.files)]
                self.files |= stage.files
                yield False
            last = shown[section.name]
            before = {"picture": last, "scene": before.get("scene", last)}
        self.last = last
        while self.media and not self.media.ready():
            yield False
        self.loops = [(rate, list(stages)) for rate, stages in groupby(self.stages, lambda each: each.declared.rate)]
        self.whole = True

    def build(self):
        """Build a little more; True when it is whole."""
        return next(self.work, True)

    @property
    def picture(self):
        """What was drawn last: light, linear, unbounded."""
        return self.last()

    @property
    def fault(self):
        """A line on what it cannot show now, or None."""
        return self.media and self.media.fault

    def change(self, look):
        """Let other rows move it."""
        self.look = look._replace(transition=self.look.transition)
        self.moves.change(look.modulation)

    def move(self, gone, share):
        """Let the parameters glide for some seconds, to where they are between two hops."""
        follow = 1.0 - math.exp(-gone / GLIDE)
        moved = self.moves.at(share)
        for name, (place, held) in self.params.items():
            wanted = get(self.board, slot(self.look.serial, place))
            base = wanted if name in self.choices else held + follow * (wanted - held)
            self.params[name] = place, base
            taken, toward = moved[place - FIRST_PICTURE_SLOT].tolist()
            self.values[name] = base + toward - taken * base if taken or toward else base

    def render(self, seconds, told):
        """Draw the picture of a moment, in seconds of the stream, from what signals tell."""
        self.values |= told
        self.seconds = seconds
        if self.media:
            self.media.update(seconds)
            self.values["media_aspect"] = self.media.aspect
        if self.first is None:
            self.first = seconds
        for rate, stages in self.loops:
            if rate:
                self._repeat(rate, stages, seconds - self.first)
            else:
                for stage in stages:
                    stage.render()

    def _repeat(self, rate, stages, age):
        """Draw as often as the time asks for, at least once at first."""
        key, dt = (rate, stages[0].declared.name), self.values["dt"]
        due = max(math.floor(age * rate) + 1, 0)
        steps = min(max(due - self.steps.get(key, 0), 0), max(round(dt * rate) + 1, 1))
        self.steps[key], self.values["dt"] = due, 1.0 / rate
        for _ in range(steps):
            for stage in stages:
                stage.render()
        self.values["dt"] = dt

    def resize(self, size):
        """Paint in another size from now on; what is fed back is kept."""
        self.size, self.values["aspect"] = size, size[0] / size[1]
        if self.media:
            self.media.resize(size, self.seconds)
        for target in self.targets.values():
            target.resize(size)

    def clear(self):
        """Begin again from black."""
        for target in self.targets.values():
            target.clear()

    def inherit(self, other):
        """Go on from what another deck has drawn, where the passes are the same."""
        self.first, self.params = other.first, {**self.params, **_alike(self, other)}
        alike = {key: target for key, target in self.targets.items() if key in other.targets}
        alike = {key: target for key, target in alike.items() if other.targets[key].size == target.size}
        kept = {name for _, name in alike}
        self.steps = {(rate, name): due for (rate, name), due in other.steps.items() if name in kept}
        for key, target in alike.items():
            self.context.copy(other.targets[key].framebuffer, target.size, target.framebuffer, target.size)
        self.context.settle()

    def release(self):
        for each in filter(None, (*self.stages, *self.targets.values(), self.media)):
            each.release()
        self.stages, self.targets, self.media = [], {}, None


def _alike(deck, other):
    return {name: held for name, held in other.params.items() if name in deck.params}


def _lots(look):
    """Four numbers from 0 to 1, drawn for a seed and a scene."""
    seed = np.random.SeedSequence((look.modulation.seed, zlib.crc32(look.scene.encode())))
    return tuple(np.random.default_rng(seed).random(4).tolist())
