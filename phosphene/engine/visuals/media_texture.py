"""MediaTexture: a photo, a film or a camera as a texture, which shows what there is to see at a moment of the stream."""

import math
import threading
from collections import deque

from phosphene.engine.common.errors import PhospheneError
from phosphene.engine.visuals.media_names import is_camera, seen_again
from phosphene.engine.visuals.media_reader import Camera, Film, developed

SRGB = 0x8C43  # GL_SRGB8_ALPHA8: read as linear light, before it is filtered
SPARE = 1.25  # of what would cover a picture: a scene may come nearer
AHEAD = 4  # pictures of a film that are ready before they are seen
LATE = 1.0  # seconds behind after which a film goes on from where it should be
ROUNDING = 1e-6  # seconds by which a beginning may be missed
MOMENT = 0.002  # seconds for which whoever builds waits at a time


class MediaTexture:
    """What a Look's `media` names.

    Parameters
    ----------
    context : Context
    name : str
        A file; or "camera", or that with a colon and its name.
    size : (int, int)
        Of the picture that it is seen in.
    seconds : float
        Of the stream, from which on.
    live : bool
        Decode in a thread, and let nobody wait; else at once, so that a moment always shows the same.

    Raises
    ------
    UsageError
        If there is no such thing; for a camera that is not live.
    """

    def __init__(self, context, name, size, *, seconds=0.0, live=False):
        if not live:
            seen_again(name)
        self.context, self.name, self.room, self.feed, self.holders = context, name, (0, 0), None, 1
        self.way = Ahead if live else AtOnce
        self.texture = self._texture((1, 1), bytes(4))
        self.resize(size, seconds)

    def _texture(self, size, pixels):
        texture = self.context.gl.texture(size, 4, pixels, internal_format=SRGB)
        texture.repeat_x = texture.repeat_y = False
        return texture

    @property
    def aspect(self):
        """Width over height."""
        return self.texture.width / self.texture.height

    @property
    def files(self):
        """What it is read from, to be read again when it was saved."""
        return [] if self.reel.live else [self.reel.path]

    @property
    def fault(self):
        """A line on what is wrong with it now, or None."""
        return self.feed.fault or self.reel.fault

    def resize(self, size, seconds):
        """Be fine enough for a picture of another size from now on."""
        room = tuple(max(math.ceil(SPARE * side), had) for side, had in zip(size, self.room))
        if room != self.room:
            self.room = room
            if not (self.feed and self.reel.live):  # a camera goes on, as large as it is wanted
                self._begin(seconds)

    def _begin(self, seconds):
        if self.feed:
            self.feed.close()
        self.reel = Camera(self.name) if is_camera(self.name) else Film(self.name)
        self.shown, self.feed = -math.inf, self.way(self.reel, seconds, self._developed)

    def _developed(self, frame):
        return developed(frame, self.room, self.context.largest, still=self.reel.still, pixel=self.reel.pixel)

    def ready(self):
        """Wait a moment for the first picture; True if it is there, or may never come.

        Raises
        ------
        PhospheneError
            If it cannot come.
        """
        return self.reel.live or self.feed.ready()

    def update(self, seconds):
        """Show what there is to see at a moment."""
        if seconds < self.shown:
            self._begin(seconds)
        if found := self.feed.newest(seconds + ROUNDING):
            self.shown, pixels = found
            size = pixels.shape[1::-1]
            if size == self.texture.size:
                self.texture.write(pixels)
            else:
                self.texture.release()
                self.texture = self._texture(size, pixels)

    def shared(self):
        """The same for one more holder: a camera cannot be opened twice."""
        self.holders += 1
        return self

    def release(self):
        self.holders -= 1
        if not self.holders:
            self.feed.close()
            self.texture.release()


class AtOnce:
    """The shots of a reel, decoded when they are asked for."""

    fault = None

    def __init__(self, reel, seconds, develop):
        self.develop, self.shots = develop, reel.shots(seconds)
        self.coming = next(self.shots)

    def ready(self):
        return True

    def newest(self, seconds):
        """(begin, picture) of what has begun by then; None if that was given before."""
        found = None
        while self.coming and self.coming[0] <= seconds:
            found, self.coming = self.coming, next(self.shots, None)
        return found and (found[0], self.develop(found[1]))

    def close(self):
        self.shots.close()


class Ahead:
    """The same, decoded in a thread before they are asked for."""

    def __init__(self, reel, seconds, develop):
        self.reel, self.asked, self.develop = reel, seconds, develop
        self.pictures, self.moved = deque(maxlen=AHEAD), threading.Condition()
        self.fault, self.closed, self.first = None, False, threading.Event()
        threading.Thread(target=self._run, name="media", daemon=True).start()

    def _run(self):
        try:
            while not self._ended():
                pass
        except PhospheneError as fault:
            self.fault = str(fault)
        finally:
            self.first.set()

    def _ended(self):
        """Decode from what is asked for on; False where that was left behind."""
        first = True
        for begin, frame in self.reel.shots(self.asked):
            if begin < self.asked - LATE and not (first or self.reel.live):
                return False
            picture = self.develop(frame)
            with self.moved:
                self.moved.wait_for(lambda: self.closed or self.reel.live or len(self.pictures) < AHEAD)
                if self.closed:
                    return True
                self.pictures.append((begin, picture))  # the oldest of a camera's makes room
            self.first.set()
            first = False
        return True

    def ready(self):
        if self.first.wait(MOMENT) and self.fault and not self.pictures:
            raise PhospheneError(self.fault)
        return self.first.is_set()

    def newest(self, seconds):
        found = None
        with self.moved:
            self.asked = seconds
            while self.pictures and self.pictures[0][0] <= seconds:
                found = self.pictures.popleft()
            self.moved.notify()
        return found

    def close(self):
        with self.moved:
            self.closed = True
            self.moved.notify()
        self.reel.stop()
