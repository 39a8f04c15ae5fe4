"""Reels: what a film, a photo or a camera gives, a shot behind the other: when it begins, in seconds, and its frame."""

import math
import sys
import threading
from contextlib import contextmanager
from pathlib import Path

import av
import numpy as np
from av.video.reformatter import Colorspace

from phosphene.engine.common.errors import UsageError
from phosphene.engine.visuals.srgb import shrunk

SYSTEMS = {  # how cameras are asked there, which one where nothing is said, and what it is asked for
    "linux": ("v4l2", "/dev/video0", {}),
    "darwin": ("avfoundation", "default", {"framerate": "30"}),
    "win32": ("dshow", "", {}),
}
STILLS = ("image2",)  # formats of one picture, which FFmpeg says lasts for a moment
PATIENCE = 3.0  # seconds that a camera may be silent
AGAIN = 1.0  # seconds until one that is lost is asked again
HIGH = 720  # lines from which on colours that do not say whose they are are those of high definition
UNTOLD = 2  # a colour space that does not say


class Film:
    """A file. A film begins again where it ends; a photo has one shot only."""

    live, fault = False, None

    def __init__(self, path):
        self.path = Path(path)
        self.still, self.pixel = False, 1.0  # as it turns out; width over height of a pixel

    def stop(self):
        """Nothing waits here."""

    def shots(self, seconds):
        """(begin, frame) from a moment of the stream on; the first has begun by then.

        Raises
        ------
        UsageError
            If it cannot be read.
        """
        length = self._length()
        self.still = not length
        turn, at = divmod(seconds, length) if length else (0.0, 0.0)
        while True:
            yield from self._turn(turn * length, at)
            if self.still:
                return
            turn, at = turn + 1.0, 0.0

    def _turn(self, begun, at):
        held = None
        with self._opened() as (container, stream):
            start = (stream.start_time or 0) * stream.time_base
            if at:
                container.seek(int((at + start) / stream.time_base), stream=stream)
            for frame in container.decode(stream):
                begin = float(frame.pts * frame.time_base - start) if frame.pts is not None else 0.0
                if held and begin > at:
                    yield held
                held = -math.inf if self.still else begun + begin, frame
            if not held:
                raise UsageError(f"{self.path} holds no picture")
            yield held

    def _length(self):
        """Seconds that it lasts; 0 if it stands still."""
        with self._opened() as (container, stream):
            if container.format.name in STILLS:
                return 0.0
            if stream.duration:
                return float(stream.duration * stream.time_base)
            if container.duration:
                return container.duration / av.time_base
            packets = [packet for packet in container.demux(stream) if packet.size and packet.pts is not None]
            ends = [(packet.pts + (packet.duration or 0)) * packet.time_base for packet in packets]
            return float(max(ends)) if len(ends) > 1 else 0.0

    @contextmanager
    def _opened(self):
        if not self.path.is_file():
            raise UsageError(f"there is no file {self.path}")
        try:
            with av.open(f"file:{self.path}", options={"protocol_whitelist": "file"}) as container:
                if not container.streams.video:
                    raise UsageError(f"{self.path} holds no picture")
                stream = container.streams.video[0]
                stream.thread_type = "AUTO"
                self.pixel = float(stream.sample_aspect_ratio or 1.0)
                yield container, stream
        except (av.error.FFmpegError, OSError) as fault:
            raise UsageError(f"{self.path} cannot be read as a picture or a film: {fault.strerror}") from fault


class Camera:
    """A camera, whose every shot has begun already; one that is lost is asked for again and again.

    Parameters
    ----------
    name : str
        "camera", or "camera:" and what the system calls it.

    Raises
    ------
    UsageError
        If the system here has to be told which one.
    """

    live, still, pixel = True, False, 1.0

    def __init__(self, name):
        if sys.platform not in SYSTEMS:
            raise UsageError(f"{name}: no camera can be asked for on {sys.platform}")
        self.format, usual, self.options = SYSTEMS[sys.platform]
        self.device = name.partition(":")[2] or usual
        if not self.device:
            raise UsageError(f"{name}: there is no usual camera on Windows; say which: camera:NAME")
        self.fault, self.stopped = None, threading.Event()

    def stop(self):
        """Ask no more."""
        self.stopped.set()

    def shots(self, _):
        while not self.stopped.is_set():
            try:
                with self._opened() as container:
                    for frame in container.decode(video=0):
                        self.fault = None
                        yield -math.inf, frame
                self.fault = f"camera {self.device}: gives no more pictures; waiting for it"
            except (av.error.FFmpegError, OSError, ValueError) as fault:  # the last, of a PyAV without cameras
                self.fault = f"camera {self.device}: {getattr(fault, 'strerror', fault)}; waiting for it"
            self.stopped.wait(AGAIN)

    def _opened(self):
        device = f"video={self.device}" if self.format == "dshow" else self.device
        return av.open(device, format=self.format, options=self.options, timeout=PATIENCE)


def developed(frame, room, largest, *, still=False, pixel=1.0):
    """A frame as a texture holds it, no larger than it takes to cover a room; turned as it says.

    A photo is made smaller as light adds up, a film by a faster way.

    Returns
    -------
    uint8 array, shape (height, width, 4)
        sRGB, the bottom row first, dark where it can be seen through.
    """
    quarters = round(frame.rotation / 90.0)
    wide, high = room[::-1] if quarters % 2 else room
    width = frame.width if still else max(round(frame.width * pixel), 1)
    most = largest / max(width, frame.height)
    scale = min(max(wide / width, high / frame.height), most, 1.0)
    part = 1.0 if still else scale
    untold = frame.colorspace == UNTOLD and frame.height >= HIGH
    pixels = frame.to_ndarray(
        format="rgba",
        width=max(round(width * part), 1),
        height=max(round(frame.height * part), 1),
        interpolation="AREA",
        src_colorspace=Colorspace.ITU709 if untold else None,
    )
    times = max(math.floor(part / scale), math.ceil(part / most))
    if times > 1 or any(component.is_alpha for component in frame.format.components):
        pixels = shrunk(pixels, times)
    return np.ascontiguousarray(np.rot90(pixels, quarters)[::-1])
