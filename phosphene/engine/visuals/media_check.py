"""Media looked at before they are shown."""

from phosphene.engine.common.errors import UsageError
from phosphene.engine.documents.schema import custom_fault
from phosphene.engine.visuals.media_names import is_camera


def probe(name):
    """Look whether it can be shown; a camera may come later.

    Raises
    ------
    UsageError
        In one line.
    """
    from phosphene.engine.visuals.media_reader import Camera, Film  # here, since few presets show any

    if is_camera(name):
        Camera(name)
    else:
        next(Film(name).shots(0.0))


def unseen(media, scene, showing):
    """A fault, as pydantic tells of one, where there is nothing to see; the scenes `showing` media need some."""
    told = ""
    if isinstance(media, str):
        try:
            probe(media)
        except UsageError as fault:
            told = str(fault)
    elif media is None and scene in showing:
        told = f"the scene '{scene}' shows a photo, a film or a camera; name a file, or 'camera'"
    if told:
        yield custom_fault(told, ("media",), media)
