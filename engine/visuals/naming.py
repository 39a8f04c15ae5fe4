"""Media as a preset names them: found from where it lies, and looked at before they are shown."""

from pathlib import Path

from pydantic_core import PydanticCustomError

from engine.errors import UsageError

CAMERA = "camera"  # what stands for one, by itself or before a colon and the camera's name


def is_camera(name):
    return name.partition(":")[0] == CAMERA


def beside(preset, name):
    """The file that is meant by a preset, whose paths are from where it lies; a camera is no file."""
    return name if is_camera(name) else str(Path(str(preset)).parent / name)


def unseen(media, scene, showing):
    """A fault, as pydantic tells of one, where there is nothing to see; the scenes `showing` media need some."""
    told = ""
    if isinstance(media, str):
        from engine.visuals.reels import probe  # here, since few presets show any

        try:
            probe(media)
        except UsageError as fault:
            told = str(fault)
    elif media is None and scene in showing:
        told = f"the scene '{scene}' shows a photo, a film or a camera; name a file, or 'camera'"
    if told:
        yield {"type": PydanticCustomError("told", "{told}", {"told": told}), "loc": ("media",), "input": media}
