"""The kinds of texture providers, and which one a preset's `media` names.

A new kind is a class that implements `TextureProvider`, and a row in `PROVIDERS`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from phosphene.engine.visuals.texture_provider import ProviderKind, ProviderRequest, TextureProvider

if TYPE_CHECKING:
    from phosphene.engine.gl.context import Context


def _open_media(request: ProviderRequest) -> TextureProvider:
    from phosphene.engine.visuals.media_texture import MediaTexture  # imported here: few presets show any

    return MediaTexture(request)


def _check_camera(name: str) -> None:
    from phosphene.engine.visuals.media_reader import Camera

    Camera(name)


def _check_file(name: str) -> None:
    from phosphene.engine.visuals.media_reader import Film

    next(Film(name).frames_from(0.0))


FILE = ProviderKind(_open_media, _check_file, file=True)  # any other name
PROVIDERS = {  # by what the preset's `media` says before a colon
    "camera": ProviderKind(_open_media, _check_camera, live=True),
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
