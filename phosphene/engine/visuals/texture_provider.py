"""Texture providers: what gives a scene textures, arrays of numbers and a size. provider_kinds.py lists them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np

from phosphene.engine.common.errors import UsageError

if TYPE_CHECKING:
    import moderngl

    from phosphene.engine.gl.context import Context


class TextureProvider(Protocol):
    """Gives a scene textures, arrays and a size, frame by frame, on the audio clock.

    Shaders sample the textures and take the arrays by their names: `uniform sampler2D media;`,
    `uniform vec4 latent[16];`. Names and array shapes stay the same from the start, so that a pass can be checked
    when it is built; textures may be replaced by others of the same name. Every method is called with the GL context
    current.
    """

    @property
    def textures(self) -> Mapping[str, moderngl.Texture]:
        """By sampler. A texture of weights never changes, and is of type f2 or f4."""

    @property
    def arrays(self) -> Mapping[str, np.ndarray]:
        """By uniform: floats, shape (length,) for `float x[length]`, (length, n) for `vecn x[length]`."""

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of what it shows, in pixels; shaders get the ratio as `media_aspect`."""

    @property
    def files(self) -> Sequence[Path]:
        """What it was read from; it is opened again when one of them was saved."""

    @property
    def fault(self) -> str | None:
        """One line about what is wrong now, or None."""

    def ready(self) -> bool:
        """Wait a few milliseconds at most for the first frame; True if it is there, or need not be waited for.

        Raises
        ------
        PhospheneError
            If it will never come.
        """

    def update(self, sample: float) -> None:
        """Provide what belongs to a sample of the stream. Decks that share a provider each call this."""

    def resize(self, size: tuple[int, int], sample: float) -> None:
        """Be fine enough for a picture of another size, from a sample on."""

    def release(self) -> None:
        """Release its textures, and stop whatever fills them."""


class ProviderRequest(NamedTuple):
    """What a provider is opened for."""

    context: Context
    name: str  # as the preset's `media` has it
    size: tuple[int, int]  # of the picture
    rate: float  # samples per second
    sample: float  # of the stream, from which it is seen
    threaded: bool  # decode in a thread and never wait; else the same sample always gives the same frame


class ProviderKind(NamedTuple):
    """How one kind of provider is opened and checked.

    A live kind shows what happens now: decks that name the same one share it, and a film cannot be rendered from it.
    """

    open: Callable[[ProviderRequest], TextureProvider]
    check: Callable[[str], None]  # raises a UsageError if a name cannot be opened
    live: bool = False
    file: bool = False  # the name is a path, relative to the preset


def not_repeatable(name: str) -> UsageError:
    """The error for media that a film cannot be rendered from."""
    reason = "what a camera saw cannot be rendered again; name a file, or record while live"
    return UsageError(f"media: {name}: {reason}")
