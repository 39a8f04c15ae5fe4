"""Frames of a sound file as arrays, rendered as they are asked for."""

from argparse import ArgumentTypeError
from collections.abc import Generator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from phosphene.api.presets import open_preset
from phosphene.engine.audio.sources.base import open_source
from phosphene.engine.common.errors import UsageError
from phosphene.engine.encode import video_args
from phosphene.engine.offline.frame_stream import frame_stream
from phosphene.engine.visuals.media_names import check_repeatable


def render_frames(
    path: str | Path | None,
    preset: str | Path | None = None,
    size: tuple[int, int] = (1280, 720),
    fps: float | str | Fraction = 30,
    *,
    seconds: float | None = None,
    overrides: Mapping[str, Any] | None = None,
) -> Generator[NDArray[np.uint8], None, None]:
    """Render the frames of a sound file, one at a time; they are the frames of `phosphene bounce`.

    A frame is rendered when you ask for it, so memory stays flat however long the sound is. Call `close()` on the
    iterator, or drop it, to end early.

    Parameters
    ----------
    path : str, Path or None
        Any file that FFmpeg reads; None plays the built-in synth.
    preset : str, Path or None
        The name of a preset, or a YAML file; None is the defaults.
    size : (int, int)
        Width and height, both even, from 16 to 16384.
    fps : float, str or Fraction
        Frames per second, 1 to 1000; 29.97 and "30000/1001" are the same.
    seconds : float, optional
        Length; by default that of the sound, or 60 for the synth.
    overrides : dict, optional
        Values by dotted name that replace the preset's, as `--set` does: `{"scope.hue": 0.5}`.

    Returns
    -------
    iterator of uint8 arrays, shape (height, width, 3)
        RGB, top row first; each a new array.

    Raises
    ------
    UsageError
        If path, preset, size, fps, seconds or overrides cannot be used; one line for each fault.
    PhospheneError
        With the first frame, if there is no OpenGL 3.3.

    Examples
    --------
    >>> import phosphene
    >>> frames = phosphene.render_frames("drums.wav", size=(64, 36), fps=10)
    >>> frame = next(frames)
    >>> frame.shape, frame.dtype
    ((36, 64, 3), dtype('uint8'))
    >>> frames.close()
    """
    try:
        width, height = size
        checked = video_args.parse_size(f"{width}x{height}"), video_args.parse_fps(str(fps))
    except (ArgumentTypeError, TypeError, ValueError) as error:
        what = str(error) if isinstance(error, ArgumentTypeError) else f"size: needs (width, height), found {size!r}"
        raise UsageError(f"render_frames: {what}") from error
    check_seconds(seconds)
    loaded = open_preset(preset, overrides)
    check_repeatable(loaded.media)
    source = open_source("synth" if path is None else "file", None, loaded, file=None if path is None else Path(path))
    return frame_stream(source, loaded, size=checked[0], fps=checked[1], seconds=seconds)


def check_seconds(seconds: float | None) -> None:
    if seconds is not None and not 0.0 < seconds < float("inf"):
        raise UsageError(f"seconds: {seconds} is not above 0")
