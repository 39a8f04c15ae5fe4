"""Checks a preset's media before anything is shown."""

from collections.abc import Collection, Iterator
from typing import Any

from phosphene.engine.common.errors import UsageError
from phosphene.engine.documents.schema import custom_fault
from phosphene.engine.visuals.provider_kinds import provider_kind


def check_media(name: str) -> None:
    """Check that it can be shown; a camera need not be connected yet.

    Raises
    ------
    UsageError
        In one line.
    """
    provider_kind(name).check(name)


def media_errors(media: Any, scene: Any, media_scenes: Collection[str]) -> Iterator[dict[str, Any]]:
    """A pydantic error where the media cannot be shown, or where one of the `media_scenes` has none."""
    message = ""
    if isinstance(media, str):
        try:
            check_media(media)
        except UsageError as error:
            message = str(error)
    elif media is None and scene in media_scenes:
        message = f"the scene '{scene}' shows a photo, a film or a camera; name a file, or 'camera'"
    if message:
        yield custom_fault(message, ("media",), media)
