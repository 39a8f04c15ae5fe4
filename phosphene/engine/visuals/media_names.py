"""Media as a preset names them."""

from pathlib import Path

from phosphene.engine.visuals.provider_kinds import provider_kind
from phosphene.engine.visuals.texture_provider import not_repeatable


def is_live(name: str) -> bool:
    """True for what happens now, such as a camera."""
    return provider_kind(name).live


def media_path(preset: str | Path, name: str) -> str:
    """The name, where it is a path relative to the preset's folder; other names are returned as they are."""
    return str(Path(str(preset)).parent / name) if provider_kind(name).file else name


def check_repeatable(name: str | None) -> None:
    """Check that it can be shown a second time.

    Raises
    ------
    UsageError
        For a camera.
    """
    if name and is_live(name):
        raise not_repeatable(name)
