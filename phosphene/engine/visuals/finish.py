"""The finish: what all pictures go through at last, one alone, or two that change places; no more than three flashes
a second come through, whoever draws them."""

import moderngl
import numpy as np

from phosphene.engine.gl.pass_program import PassProgram, Target
from phosphene.engine.gl.shader_header import read_spec
from phosphene.engine.visuals.catalogue import FINISH, TRANSITIONS

SHIFT = f"{FINISH}.chroma_shift"


class Finish:
    """Draws the light of decks onto the screen, as a screen shows it.

    Parameters
    ----------
    context : Context
    size : (int, int)
    screen
        Where it is shown: has turn() and framebuffer.
    values : dict
        Of any deck.
    pictures : dict of str to callable
        Gives the textures that are there for every pass.
    """

    def __init__(self, context, size, screen, values, pictures):
        self.context, self.size, self.decks, self.stages, self.targets = context, size, (), [], {}
        self.values = {**values, "share": 0.0, "kind": 0.0, "held": 1.0}
        limits = read_spec("post", FINISH).passes[:-1]
        (grade,) = read_spec("post", "grade").passes
        sides = grade._replace(name="leaving"), grade._replace(name="coming")
        try:
            for each in (*limits, *sides):
                self.targets[each.name] = Target(context, each, size)
            shown = {name: lambda target=target: target.picture for name, target in self.targets.items()}
            self.alone = self._stages(FINISH, screen, {**pictures, **shown, "picture": lambda: self.decks[-1].picture})
            self.grades = []
            for at, each in enumerate(sides):
                lit = {**pictures, "picture": lambda at=at: self.decks[at].picture}
                self.grades.append(self._stage(each, self.targets[each.name], lit))
            sight, mix = self._stages("mix", screen, {**pictures, **shown})
            self.mixed = [sight, *self.alone[1:-1], mix]
        except BaseException:
            self.release()
            raise

    def _stages(self, name, screen, pictures):
        *inner, last = read_spec("post", name).passes
        stages = [self._stage(each, self.targets[each.name], pictures) for each in inner]
        return [*stages, self._stage(last, screen, pictures)]

    def _stage(self, each, target, pictures):
        self.stages.append(PassProgram(self.context, each, target, pictures, self.values, FINISH))
        return self.stages[-1]

    def show(self, deck):
        """Show what a deck has drawn."""
        self.decks = (deck,)
        *limits, last = self.alone
        self._render(limits, deck.values)
        if deck.picture.size == self.size and not deck.values[SHIFT]:  # what lies between pixels is not asked for
            deck.picture.filter = moderngl.NEAREST, moderngl.NEAREST
        self._render([last], deck.values | {"held": self._held()})
        deck.picture.filter = moderngl.LINEAR, moderngl.LINEAR
        self.context.settle()

    def _held(self):
        """1 where the limiter holds anything back; a card, which would have to be waited for, is not asked."""
        if not self.context.software:
            return 1.0
        darker = np.frombuffer(self.targets["limit"].picture.read(), "f4")[3::4]
        return float(darker.any())

    def mix(self, old, new, kind, share):
        """Show two, of which the new one has come so far."""
        self.decks = old, new
        for deck, grade in zip(self.decks, self.grades):
            self._render([grade], deck.values)
        self._render(self.mixed, new.values | {"share": share, "kind": float(TRANSITIONS.index(kind))})
        self.context.settle()

    def _render(self, stages, values):
        for stage in stages:
            stage.values = values
            stage.render()

    def resize(self, size):
        self.size = size
        for target in self.targets.values():
            target.resize(size)

    def release(self):
        for each in (*self.stages, *self.targets.values()):
            each.release()
        self.stages, self.targets = [], {}
