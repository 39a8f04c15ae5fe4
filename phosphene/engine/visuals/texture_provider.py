"""Texture providers: what gives a scene textures, arrays of numbers and a size, and which one a preset's media names.

A new kind of provider is a class that implements `TextureProvider` and a row in `PROVIDERS`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np

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


def _open_media(request: ProviderRequest) -> TextureProvider:
    from phosphene.engine.visuals.media_texture import MediaTexture  # imported here: few presets show any

    return MediaTexture(request)


def _check_camera(name: str) -> None:
    from phosphene.engine.visuals.media_reader import Camera

    Camera(name)


def _check_file(name: str) -> None:
    from phosphene.engine.visuals.media_reader import Film

    next(Film(name).frames_from(0.0))


CAMERA = "camera"
FILE = ProviderKind(_open_media, _check_file, file=True)  # any other name
PROVIDERS = {  # by what the preset's `media` says before a colon
    CAMERA: ProviderKind(_open_media, _check_camera, live=True),
}


def provider_kind(name: str) -> ProviderKind:
    """The kind of provider that a preset's `media` names."""
    return PROVIDERS.get(name.partition(":")[0], FILE)


class SharedProviders:
    """Opens providers for decks. A live one that several decks show is opened once, and released by the last.

    Parameters
    ----------
    context : Context
    rate : float
        Samples per second.
    """

    def __init__(self, context: Context, rate: float) -> None:
        self.context, self.rate = context, rate
        self.users: list[tuple[str, TextureProvider]] = []  # one entry per deck

    def acquire(self, name: str, size: tuple[int, int], *, sample: float, threaded: bool) -> TextureProvider:
        """The provider of this name, for one more deck.

        Raises
        ------
        UsageError
            If it cannot be opened.
        """
        kind = provider_kind(name)
        shared = [provider for other, provider in self.users if kind.live and other == name]
        request = ProviderRequest(self.context, name, size, self.rate, sample, threaded)
        provider = shared[0] if shared else kind.open(request)
        self.users.append((name, provider))
        return provider

    def release(self, provider: TextureProvider) -> None:
        """One deck no longer shows it."""
        users = [number for number, (_, other) in enumerate(self.users) if other is provider]
        del self.users[users[0]]
        if len(users) == 1:
            provider.release()
