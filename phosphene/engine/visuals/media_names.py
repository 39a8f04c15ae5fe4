"""Media as a preset names them."""

from pathlib import Path

from phosphene.engine.common.errors import UsageError

CAMERA = "camera"  # what stands for one, by itself or before a colon and the camera's name


def is_camera(name):
    return name.partition(":")[0] == CAMERA


def beside(preset, name):
    """The file that is meant by a preset, whose paths are from where it lies; a camera is no file."""
    return name if is_camera(name) else str(Path(str(preset)).parent / name)


def seen_again(name):
    """Refuse what cannot be shown a second time.

    Raises
    ------
    UsageError
        For a camera.
    """
    if name and is_camera(name):
        raise UsageError(f"media: {name}: what a camera saw cannot be made again; name a file, or record while live")
