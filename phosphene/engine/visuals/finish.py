"""Finish: the last passes of every picture: grading, transitions, and the limit of three flashes per second."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

import moderngl
import numpy as np

from phosphene.engine.gl.context import Context
from phosphene.engine.gl.pass_program import PassProgram
from phosphene.engine.gl.pass_spec import Pass
from phosphene.engine.gl.release_stack import ReleaseStack
from phosphene.engine.gl.screen import Screen
from phosphene.engine.gl.shader_header import read_spec
from phosphene.engine.gl.target import Target
from phosphene.engine.visuals.catalogue import FINISH, TRANSITIONS

CHROMA_SHIFT = f"{FINISH}.chroma_shift"

Textures = Mapping[str, Callable[[], moderngl.Texture | None]]


class PictureSource(Protocol):
    """What is shown: a deck."""

    @property
    def picture(self) -> moderngl.Texture:
        """Linear light, unbounded."""

    @property
    def values(self) -> dict[str, Any]:
        """Signals and parameters by name."""


class Finish:
    """Draws the light of decks onto the screen.

    Parameters
    ----------
    context : Context
    size : (int, int)
    screen : Screen
    values : dict
        Of any deck; it names the signals and parameters that passes may use.
    textures : dict of str to callable
        Those that every pass may sample.
    """

    def __init__(
        self, context: Context, size: tuple[int, int], screen: Screen, values: Mapping[str, Any], textures: Textures
    ) -> None:
        self.context, self.size = context, size
        self.sources: tuple[PictureSource, ...] = ()  # of the current picture
        self.values = {**values, "progress": 0.0, "kind": 0.0, "limiting": 1.0}
        self.targets: dict[str, Target] = {}
        self.owned = ReleaseStack()
        with self.owned:
            self._build(screen, textures)

    def _build(self, screen: Screen, textures: Textures) -> None:
        (grade,) = read_spec("post", "grade").passes
        sides = grade._replace(name="outgoing"), grade._replace(name="incoming")
        for each in (*read_spec("post", FINISH).passes[:-1], *sides):
            self.targets[each.name] = self.owned.add(Target(self.context, each, self.size))
        drawn = {name: lambda target=target: target.picture for name, target in self.targets.items()}
        one = {**textures, **drawn, "picture": lambda: self.sources[-1].picture}
        self.single_programs = self._programs(FINISH, screen, one)
        self.grade_programs = []
        for at, each in enumerate(sides):
            side = {**textures, "picture": lambda at=at: self.sources[at].picture}
            self.grade_programs.append(self._program(each, self.targets[each.name], side))
        measure, mix = self._programs("mix", screen, {**textures, **drawn})
        self.mix_programs = [measure, *self.single_programs[1:-1], mix]

    def _programs(self, name: str, screen: Screen, textures: Textures) -> list[PassProgram]:
        """The passes of shaders/post/NAME.frag, of which the last draws on the screen."""
        *inner, last = read_spec("post", name).passes
        programs = [self._program(each, self.targets[each.name], textures) for each in inner]
        return [*programs, self._program(last, screen, textures)]

    def _program(self, spec: Pass, target: Target | Screen, textures: Textures) -> PassProgram:
        return self.owned.add(PassProgram(self.context, spec, target, textures, self.values, FINISH))

    def show(self, deck: PictureSource) -> None:
        """Show what a deck has drawn."""
        self.sources = (deck,)
        *limiter, last = self.single_programs
        self._render(limiter, deck.values)
        if deck.picture.size == self.size and not deck.values[CHROMA_SHIFT]:  # nothing is sampled between pixels
            deck.picture.filter = moderngl.NEAREST, moderngl.NEAREST
        self._render([last], deck.values | {"limiting": self._limiting()})
        deck.picture.filter = moderngl.LINEAR, moderngl.LINEAR
        self.context.sync_software()

    def _limiting(self) -> float:
        """0 if the limiter darkens nothing. Reading that from a graphics card would stall it, so there it is 1."""
        if not self.context.software:
            return 1.0
        darkening = np.frombuffer(self.targets["limit"].picture.read(), "f4")[3::4]
        return float(darkening.any())

    def mix(self, old: PictureSource, new: PictureSource, kind: str, progress: float) -> None:
        """Show a transition of a kind, from one deck to another, at a progress of 0 to 1."""
        self.sources = old, new
        for deck, program in zip(self.sources, self.grade_programs, strict=True):
            self._render([program], deck.values)
        transition = {"progress": progress, "kind": float(TRANSITIONS.index(kind))}
        self._render(self.mix_programs, new.values | transition)
        self.context.sync_software()

    def _render(self, programs: Iterable[PassProgram], values: dict[str, Any]) -> None:
        for program in programs:
            program.values = values
            program.render()

    def resize(self, size: tuple[int, int]) -> None:
        self.size = size
        for target in self.targets.values():
            target.resize(size)

    def release(self) -> None:
        self.owned.release()
        self.targets = {}
