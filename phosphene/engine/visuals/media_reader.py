"""Media readers: the frames of a film, a photo or a camera, each with the moment when it begins."""

import math
import sys
import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import av
import numpy as np
from av.video.reformatter import Colorspace

from phosphene.engine.common.errors import UsageError
from phosphene.engine.visuals.srgb import downsample

CAMERA_SYSTEMS = {  # by platform: FFmpeg's input format, the default camera, and options
    "linux": ("v4l2", "/dev/video0", {}),
    "darwin": ("avfoundation", "default", {"framerate": "30"}),
    "win32": ("dshow", "", {}),
}
STILL_FORMATS = ("image2",)  # formats of one picture, for which FFmpeg reports a duration all the same
CAMERA_TIMEOUT = 3.0  # seconds without a frame after which a camera counts as lost
RETRY_DELAY = 1.0  # seconds until a lost camera is opened again
HD_LINES = 720  # from this height on, a film that names no colour space is taken to be BT.709
UNSPECIFIED = 2  # FFmpeg's colour space of a film that names none


class Reader(Protocol):
    """Reads frames."""

    live: bool  # frames show what happens now, whatever moment is asked for
    still: bool  # there is one frame only
    pixel_aspect: float  # width over height of a pixel
    fault: str | None  # one line about what is wrong now

    def frames_from(self, seconds: float) -> Generator[tuple[float, av.VideoFrame]]:
        """(begin, frame) from a moment of the stream on; the first has begun by then."""

    def stop(self) -> None:
        """End the iterators, from any thread."""


def is_camera(name: str) -> bool:
    """True for "camera" and "camera:NAME"; any other name is a file."""
    return name.partition(":")[0] == "camera"


class Film:
    """A file. A film starts again at its end; a photo has one frame."""

    live, fault = False, None

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self.still, self.pixel_aspect = False, 1.0  # known once it is read

    def stop(self) -> None:
        """Nothing to do: it never waits."""

    def frames_from(self, seconds: float) -> Generator[tuple[float, av.VideoFrame]]:
        """(begin, frame) from a moment of the stream on; the first has begun by then.

        Raises
        ------
        UsageError
            If it cannot be read.
        """
        length = self._length()
        self.still = not length
        turn, start = divmod(seconds, length) if length else (0.0, 0.0)
        while True:
            yield from self._frames_of_turn(turn * length, start)
            if self.still:
                return
            turn, start = turn + 1.0, 0.0

    def _frames_of_turn(self, begun: float, start: float) -> Generator[tuple[float, av.VideoFrame]]:
        """The frames from `start` to the end of the file, which began at `begun`."""
        held = None
        with self._open() as (container, stream):
            first = (stream.start_time or 0) * stream.time_base
            if start:
                container.seek(int((start + first) / stream.time_base), stream=stream)
            for frame in container.decode(stream):
                begin = float(frame.pts * frame.time_base - first) if frame.pts is not None else 0.0
                if held and begin > start:
                    yield held
                held = -math.inf if self.still else begun + begin, frame
            if not held:
                raise UsageError(f"{self.path} holds no picture")
            yield held

    def _length(self) -> float:
        """Duration in seconds; 0 for a photo."""
        with self._open() as (container, stream):
            if container.format.name in STILL_FORMATS:
                return 0.0
            if stream.duration:
                return float(stream.duration * stream.time_base)
            if container.duration:
                return container.duration / av.time_base
            packets = [packet for packet in container.demux(stream) if packet.size and packet.pts is not None]
            ends = [(packet.pts + (packet.duration or 0)) * packet.time_base for packet in packets]
            return float(max(ends)) if len(ends) > 1 else 0.0

    @contextmanager
    def _open(self) -> Iterator[tuple[Any, Any]]:
        """The container and its video stream. (PyAV's types say None of much that an open file has.)"""
        if not self.path.is_file():
            raise UsageError(f"there is no file {self.path}")
        try:
            with av.open(f"file:{self.path}", options={"protocol_whitelist": "file"}) as container:
                if not container.streams.video:
                    raise UsageError(f"{self.path} holds no picture")
                stream = container.streams.video[0]
                stream.thread_type = "AUTO"
                self.pixel_aspect = float(stream.sample_aspect_ratio or 1.0)
                yield container, stream
        except (av.error.FFmpegError, OSError) as error:
            raise UsageError(f"{self.path} cannot be read as a picture or a film: {error.strerror}") from error


class Camera:
    """A camera, whose frames have all begun already. One that is lost is opened again and again.

    Parameters
    ----------
    name : str
        "camera", or "camera:" and the system's name of it.

    Raises
    ------
    UsageError
        If the platform has no cameras, or no default one.
    """

    live, still, pixel_aspect = True, False, 1.0

    def __init__(self, name: str) -> None:
        if sys.platform not in CAMERA_SYSTEMS:
            raise UsageError(f"{name}: no camera can be opened on {sys.platform}")
        self.format, default, self.options = CAMERA_SYSTEMS[sys.platform]
        self.device = name.partition(":")[2] or default
        if not self.device:
            raise UsageError(f"{name}: Windows has no default camera; name one: camera:NAME")
        self.fault: str | None = None
        self.stopped = threading.Event()

    def stop(self) -> None:
        self.stopped.set()

    def frames_from(self, seconds: float) -> Generator[tuple[float, av.VideoFrame]]:
        while not self.stopped.is_set():
            try:
                with self._open() as container:
                    for frame in container.decode(video=0):
                        self.fault = None
                        yield -math.inf, frame
                self.fault = f"camera {self.device}: gives no more pictures; waiting for it"
            except (av.error.FFmpegError, OSError, ValueError) as error:  # the last, of a PyAV without cameras
                self.fault = f"camera {self.device}: {getattr(error, 'strerror', error)}; waiting for it"
            self.stopped.wait(RETRY_DELAY)

    def _open(self) -> Any:
        device = f"video={self.device}" if self.format == "dshow" else self.device
        return av.open(device, format=self.format, options=self.options, timeout=CAMERA_TIMEOUT)


def frame_pixels(
    frame: av.VideoFrame,
    max_size: tuple[int, int],
    max_texture_size: int,
    *,
    still: bool = False,
    pixel_aspect: float = 1.0,
) -> np.ndarray:
    """The pixels of a frame, rotated as it says, and no larger than it takes to cover `max_size`.

    A photo is scaled in linear light, a film by a faster way.

    Returns
    -------
    uint8 array, shape (height, width, 4)
        sRGB, bottom row first, darkened where it is transparent.
    """
    quarters = round(frame.rotation / 90.0)
    wide, high = max_size[::-1] if quarters % 2 else max_size
    width = frame.width if still else max(round(frame.width * pixel_aspect), 1)
    limit = max_texture_size / max(width, frame.height)
    scale = min(max(wide / width, high / frame.height), limit, 1.0)
    first_scale = 1.0 if still else scale
    unspecified_hd = frame.colorspace == UNSPECIFIED and frame.height >= HD_LINES
    pixels = frame.to_ndarray(
        format="rgba",
        width=max(round(width * first_scale), 1),
        height=max(round(frame.height * first_scale), 1),
        interpolation="AREA",
        src_colorspace=Colorspace.ITU709 if unspecified_hd else None,
    )
    factor = max(math.floor(first_scale / scale), math.ceil(first_scale / limit))
    if factor > 1 or any(component.is_alpha for component in frame.format.components):
        pixels = downsample(pixels, factor)
    return np.ascontiguousarray(np.rot90(pixels, quarters)[::-1])
