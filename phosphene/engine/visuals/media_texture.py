"""The texture provider for media: shows the frame of a photo, a film or a camera that belongs to a moment."""

import math
import threading
from collections import deque
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

import moderngl
import numpy as np
from av import VideoFrame

from phosphene.engine.common.errors import PhospheneError
from phosphene.engine.visuals.media_reader import Camera, Film, Reader, frame_pixels, is_camera
from phosphene.engine.visuals.texture_provider import ProviderRequest, not_repeatable

SRGB = 0x8C43  # GL_SRGB8_ALPHA8: converted to linear light before it is filtered
OVERSIZE = 1.25  # times the size that covers the picture: a scene may zoom in
MAX_QUEUED = 4  # decoded frames of a film that wait to be shown
MAX_DELAY = 1.0  # seconds behind after which a film skips to where it should be
ROUNDING = 1e-6  # seconds by which the start of a frame may be missed
READY_WAIT = 0.002  # seconds that `ready` blocks

Frame = tuple[float, np.ndarray]  # when it begins, in seconds; its pixels


class Feed(Protocol):
    """Where decoded frames come from."""

    fault: str | None

    def ready(self) -> bool: ...

    def newest(self, seconds: float) -> Frame | None:
        """The last frame that has begun by then; None if it was returned before."""

    def close(self) -> None: ...


class MediaTexture:
    """Implements `TextureProvider` for a file or a camera.

    Parameters
    ----------
    request : ProviderRequest

    Raises
    ------
    UsageError
        If the file cannot be read; for a camera that is not `threaded`.
    """

    arrays: Mapping[str, np.ndarray] = {}

    def __init__(self, request: ProviderRequest) -> None:
        if is_camera(request.name) and not request.threaded:
            raise not_repeatable(request.name)
        self.context, self.name = request.context, request.name
        self.rate, self.threaded = request.rate, request.threaded
        self.max_size = (0, 0)  # frames are scaled down to cover this
        self.feed: Feed | None = None
        self.texture = self._create_texture((1, 1), bytes(4))
        try:
            self.resize(request.size, request.sample)
        except BaseException:
            self.texture.release()
            raise

    def _create_texture(self, size: tuple[int, int], pixels: bytes | np.ndarray) -> moderngl.Texture:
        texture = self.context.gl.texture(size, 4, pixels, internal_format=SRGB)
        texture.repeat_x = texture.repeat_y = False
        return texture

    @property
    def textures(self) -> Mapping[str, moderngl.Texture]:
        return {"media": self.texture}

    @property
    def size(self) -> tuple[int, int]:
        return self.texture.size

    @property
    def files(self) -> list[Path]:
        return [self.reader.path] if isinstance(self.reader, Film) else []

    @property
    def fault(self) -> str | None:
        return self.feed.fault or self.reader.fault

    def resize(self, size: tuple[int, int], sample: float) -> None:
        max_size = tuple(max(math.ceil(OVERSIZE * side), before) for side, before in zip(size, self.max_size))
        if max_size != self.max_size:
            self.max_size = max_size
            if not (self.feed and self.reader.live):  # a camera goes on, in the new size
                self._open(sample / self.rate)

    def _open(self, seconds: float) -> None:
        if self.feed:
            self.feed.close()
        self.reader: Reader = Camera(self.name) if is_camera(self.name) else Film(self.name)
        self.shown = -math.inf  # start of the frame that is shown
        self.feed = (ThreadedFeed if self.threaded else SyncFeed)(self.reader, seconds, self._pixels)

    def _pixels(self, frame: VideoFrame) -> np.ndarray:
        reader = self.reader
        return frame_pixels(
            frame, self.max_size, self.context.max_texture_size, still=reader.still, pixel_aspect=reader.pixel_aspect
        )

    def ready(self) -> bool:
        return self.reader.live or self.feed.ready()

    def update(self, sample: float) -> None:
        seconds = sample / self.rate
        if seconds < self.shown:
            self._open(seconds)
        if found := self.feed.newest(seconds + ROUNDING):
            self.shown, pixels = found
            size = pixels.shape[1::-1]
            if size == self.texture.size:
                self.texture.write(pixels)
            else:
                self.texture.release()
                self.texture = self._create_texture(size, pixels)

    def release(self) -> None:
        self.feed.close()
        self.texture.release()


class SyncFeed:
    """Decodes frames when they are asked for."""

    fault = None

    def __init__(self, reader: Reader, seconds: float, pixels: Callable[[VideoFrame], np.ndarray]) -> None:
        self.pixels = pixels
        self.frames = reader.frames_from(seconds)
        self.next_frame: tuple[float, VideoFrame] | None = next(self.frames)

    def ready(self) -> bool:
        return True

    def newest(self, seconds: float) -> Frame | None:
        found = None
        while self.next_frame and self.next_frame[0] <= seconds:
            found, self.next_frame = self.next_frame, next(self.frames, None)
        return found and (found[0], self.pixels(found[1]))

    def close(self) -> None:
        self.frames.close()


class ThreadedFeed:
    """Decodes frames in a thread, before they are asked for."""

    def __init__(self, reader: Reader, seconds: float, pixels: Callable[[VideoFrame], np.ndarray]) -> None:
        self.reader, self.requested, self.pixels = reader, seconds, pixels
        self.queue: deque[Frame] = deque(maxlen=MAX_QUEUED)
        self.changed = threading.Condition()
        self.fault: str | None = None
        self.closed, self.first = False, threading.Event()
        threading.Thread(target=self._run, name="media", daemon=True).start()

    def _run(self) -> None:
        try:
            while not self._decode():
                pass
        except PhospheneError as error:
            self.fault = str(error)
        finally:
            self.first.set()

    def _decode(self) -> bool:
        """Decode from the requested moment on, until the end (True) or until it is too late (False)."""
        first = True
        for begin, frame in self.reader.frames_from(self.requested):
            if begin < self.requested - MAX_DELAY and not (first or self.reader.live):
                return False
            pixels = self.pixels(frame)
            with self.changed:
                self.changed.wait_for(lambda: self.closed or self.reader.live or len(self.queue) < MAX_QUEUED)
                if self.closed:
                    return True
                self.queue.append((begin, pixels))  # a camera's oldest frame is dropped
            self.first.set()
            first = False
        return True

    def ready(self) -> bool:
        if self.first.wait(READY_WAIT) and self.fault and not self.queue:
            raise PhospheneError(self.fault)
        return self.first.is_set()

    def newest(self, seconds: float) -> Frame | None:
        found = None
        with self.changed:
            self.requested = seconds
            while self.queue and self.queue[0][0] <= seconds:
                found = self.queue.popleft()
            self.changed.notify()
        return found

    def close(self) -> None:
        with self.changed:
            self.closed = True
            self.changed.notify()
        self.reader.stop()
