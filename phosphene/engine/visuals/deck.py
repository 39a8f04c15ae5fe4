"""A deck: the scene and the show passes of one preset, with all that they need of GL."""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

import moderngl
import numpy as np

from phosphene.engine.common.errors import PhospheneError
from phosphene.engine.common.file_watch import FileWatch
from phosphene.engine.gl.context import Context
from phosphene.engine.gl.pass_check import Textures
from phosphene.engine.gl.pass_program import PassProgram
from phosphene.engine.gl.release_stack import ReleaseStack
from phosphene.engine.gl.shader_header import ShaderSpec, read_spec
from phosphene.engine.gl.shader_source import SHADERS
from phosphene.engine.gl.target import Target
from phosphene.engine.rings.board import Board, get
from phosphene.engine.rings.board_layout import FIRST_PICTURE_SLOT
from phosphene.engine.visuals.audio_signals import SILENT_SIGNALS, PictureModulation
from phosphene.engine.visuals.catalogue import FINISH, SECTIONS, SLOTS, Look, look_slot
from phosphene.engine.visuals.provider_kinds import SharedProviders
from phosphene.engine.visuals.texture_provider import TextureProvider

GLIDE = 0.08  # seconds in which a parameter goes most of its way
CLOCK = {"dt": 0.0, "minute": 0.0, "hour": 0.0, "aspect": 1.0, "media_aspect": 1.0, "random": (0.0,) * 4}


BEFORE = "picture", "scene"  # what a show pass samples of the sections before it
MEDIA = "media"  # the texture that is black where no media is named


class Deck:
    """What a Look shows, built pass by pass, so that nothing has to wait for the whole of it.

    Parameters
    ----------
    context : Context
    look : Look
    size : (int, int)
    board : Board
        Of the parameters.
    textures : dict of str to callable
        Returns the textures that every pass may sample.
    moves : PictureModulation
        What modulation makes of the parameters.
    providers : SharedProviders
        Opens what the look's `media` names.
    sample : float
        Of the stream, from which it will be seen.
    incremental : bool
        It is built between frames, so media are decoded in a thread.

    Raises
    ------
    PhospheneError
        For an error in a shader; from `build` as well.
    """

    def __init__(
        self,
        context: Context,
        look: Look,
        size: tuple[int, int],
        *,
        board: Board,
        textures: Textures,
        moves: PictureModulation,
        providers: SharedProviders,
        sample: float = 0.0,
        incremental: bool = False,
    ) -> None:
        self.context, self.look, self.size, self.board, self.moves = context, look, size, board, moves
        self.providers, self.sample, self.incremental = providers, sample, incremental
        self.provider: TextureProvider | None = None
        self.owned = ReleaseStack()
        self.targets: dict[tuple[str, str], Target] = {}  # by section and pass
        self.programs: list[PassProgram] = []
        self.rate_groups: list[tuple[float, list[PassProgram]]] = []  # passes that are drawn equally often, in order
        self.built = False
        self.files: set[str] = set()  # shaders that it is made of
        self.watches: list[FileWatch] = []  # of all that it was read from, from then on
        scene = read_spec("scene", look.scene)
        self.dark = scene.dark
        self.sections = [scene, *(read_spec("show", name) for name in look.passes)]
        self.values: dict[str, Any] = {**SILENT_SIGNALS, **CLOCK, "aspect": size[0] / size[1], "random": _random(look)}
        self.choices: set[str] = set()  # parameters that are choices
        self.params: dict[str, tuple[int, float]] = {}  # as set, without modulation: (slot, glided value)
        self._add_params((*self.sections, SECTIONS[FINISH]))
        self.first_sample: float | None = None  # the sample that it was first drawn at
        self.steps: dict[tuple[float, str], int] = {}  # frames drawn so far, by rate and first pass of the group
        self._building = self._build(textures)

    def _add_params(self, sections: tuple[ShaderSpec, ...]) -> None:
        for section in sections:
            for param in section.params:
                name = f"{section.name}.{param.name}"
                self.values[name] = param.default
                if param.choices:  # nothing lies between two of them
                    self.choices.add(name)
                if (key := (section.name, param.name)) in SLOTS:  # a param that an edit added has no slot
                    self.params[name] = SLOTS[key], param.default

    def _build(self, textures: Textures) -> Iterator[bool]:
        """Builds one pass at a time; yields False after each."""
        before: Textures = {}
        textures = {**textures, **self._open_provider(textures)}
        for section in self.sections:
            targets = {
                each.name: self.owned.add(Target(self.context, each, self.size))
                for each in section.passes
                if not each.over
            }
            self.targets |= {(section.name, name): target for name, target in targets.items()}
            targets |= {each.name: targets[each.over] for each in section.passes if each.over}
            drawn = _drawn_textures(section, targets)
            for each in section.passes:
                sampled = {**textures, **before, **drawn}
                program = PassProgram(self.context, each, targets[each.name], sampled, self.values, section.name)
                self.programs.append(self.owned.add(program))
                self.watches += [FileWatch(SHADERS / name) for name in sorted(program.files - self.files)]
                self.files |= program.files
                yield False
            self._last = drawn[section.passes[-1].textures[0]]
            before = {"picture": self._last, "scene": before.get("scene", self._last)}
        while self.provider and not self.provider.ready():
            yield False
        groups = groupby(self.programs, lambda each: each.spec.rate)
        self.rate_groups = [(rate, list(programs)) for rate, programs in groups]
        self.built = True

    def _open_provider(self, textures: Textures) -> Textures:
        """The textures of the provider that the look names, if a section takes anything from it."""
        if not (self.look.media and any(self._takes_media(section, textures) for section in self.sections)):
            return {}
        self.provider = provider = self.providers.acquire(
            self.look.media, self.size, sample=self.sample, threaded=self.incremental
        )
        self.watches += [FileWatch(path) for path in provider.files]
        if taken := self.values.keys() & provider.arrays.keys():
            raise PhospheneError(f"media: {self.look.media}: gives an array '{min(taken)}', as a signal is called")
        self.values |= provider.arrays
        return {name: lambda name=name: provider.textures[name] for name in provider.textures}

    def _takes_media(self, section: ShaderSpec, textures: Textures) -> bool:
        """True if a section takes a texture or an array that no pass and no signal is called."""
        drawn = {name for each in section.passes for name in (each.name, *each.textures)}
        known = {*drawn, *textures, *BEFORE, *self.values} - {MEDIA}
        arrays = [array.source for each in section.passes for array in each.arrays.values()]
        return any(name not in known for each in section.passes for name in (*each.samplers.values(), *arrays))

    def build(self) -> bool:
        """Build one more pass; True when all are built."""
        return next(self._building, True)

    @property
    def picture(self) -> moderngl.Texture:
        """What was drawn last: linear light, unbounded."""
        return self._last()

    @property
    def fault(self) -> str | None:
        """One line about media that cannot be shown now, or None."""
        return self.provider.fault if self.provider else None

    def set_modulation(self, look: Look) -> None:
        """Take over the modulation of a look; the picture stays."""
        self.look = look._replace(transition=self.look.transition)
        self.moves.change(look.modulation)

    def glide(self, dt: float, share: float) -> None:
        """Let the parameters glide for `dt` seconds, and modulate them as of a share of the way between two hops."""
        follow = 1.0 - math.exp(-dt / GLIDE)
        moved = self.moves.at(share)
        for name, (place, held) in self.params.items():
            wanted = get(self.board, look_slot(self.look.serial, place))
            base = wanted if name in self.choices else held + follow * (wanted - held)
            self.params[name] = place, base
            taken, toward = moved[place - FIRST_PICTURE_SLOT].tolist()
            self.values[name] = base + toward - taken * base if taken or toward else base

    def render(self, sample: float, signals: Mapping[str, Any]) -> None:
        """Draw the picture of a sample of the stream, from the signals."""
        self.values |= signals
        self.sample = sample
        if self.provider:
            self.provider.update(sample)
            width, height = self.provider.size
            self.values |= self.provider.arrays
            self.values["media_aspect"] = width / height
        first = self.first_sample = sample if self.first_sample is None else self.first_sample
        age = sample / self.providers.rate - first / self.providers.rate
        for rate, programs in self.rate_groups:
            if rate:
                self._render_due(rate, programs, age)
            else:
                for program in programs:
                    program.render()

    def _render_due(self, rate: float, programs: list[PassProgram], age: float) -> None:
        """Draw passes of a fixed rate as often as they are due at an age in seconds; at least once at the start."""
        key, dt = (rate, programs[0].spec.name), self.values["dt"]
        due = max(math.floor(age * rate) + 1, 0)
        steps = min(max(due - self.steps.get(key, 0), 0), max(round(dt * rate) + 1, 1))
        self.steps[key], self.values["dt"] = due, 1.0 / rate
        for _ in range(steps):
            for program in programs:
                program.render()
        self.values["dt"] = dt

    def resize(self, size: tuple[int, int]) -> None:
        """Draw in another size from now on; what passes feed back is kept."""
        self.size, self.values["aspect"] = size, size[0] / size[1]
        if self.provider:
            self.provider.resize(size, self.sample)
        for target in self.targets.values():
            target.resize(size)

    def clear(self) -> None:
        """Start again from black."""
        for target in self.targets.values():
            target.clear()

    def copy_state(self, other: Deck) -> None:
        """Go on from what another deck has drawn, where the passes are the same."""
        kept_params = {name: held for name, held in other.params.items() if name in self.params}
        self.first_sample, self.params = other.first_sample, {**self.params, **kept_params}
        alike = {key: target for key, target in self.targets.items() if key in other.targets}
        alike = {key: target for key, target in alike.items() if target.matches(other.targets[key])}
        kept = {name for _, name in alike}
        self.steps = {(rate, name): due for (rate, name), due in other.steps.items() if name in kept}
        for key, target in alike.items():
            target.copy_from(other.targets[key])
        self.context.sync_software()

    def release(self) -> None:
        self.owned.release()
        if self.provider:
            self.providers.release(self.provider)
        self.programs, self.targets, self.provider = [], {}, None


def _drawn_textures(section: ShaderSpec, targets: Mapping[str, Target]) -> Textures:
    """What the passes of a section draw, by the names of their textures."""
    return {
        name: lambda target=targets[each.name], number=number: target.texture(number)
        for each in section.passes
        for number, name in enumerate(each.textures)
    }


def _random(look: Look) -> tuple[float, ...]:
    """Four numbers from 0 to 1, drawn for a seed and a scene."""
    seed = np.random.SeedSequence((look.modulation.seed, zlib.crc32(look.scene.encode())))
    return tuple(np.random.default_rng(seed).random(4).tolist())
