"""A studio: all that a film needs, joined, for as long as it is made."""

import contextlib
import os

import moderngl

from phosphene.engine.common.errors import PhospheneError
from phosphene.engine.encode.mp4 import Mp4Writer
from phosphene.engine.encode.yuv420_gpu import Yuv420Readback, screen_of
from phosphene.engine.gl.context import offscreen
from phosphene.engine.offline.frame_pool import FramePool
from phosphene.engine.offline.frame_renderer import FilmNode, FrameRenderer, Yuv420Node

IN_FLIGHT = 2  # pictures that wait before each node
THREADS = min(os.cpu_count() or 1, 16)  # of x264: beyond, each more adds more delay than speed


class SoundTrack:
    """A film's sound, to whoever writes sound to files."""

    def __init__(self, film):
        self.write, self.finish = film.sound, film.end_sound


class FilmJob:
    """A GL context, a film, and the nodes between them; a context manager that lets go of them all.

    Parameters
    ----------
    path : Path
    shot : Shot
    rate : int
        Of the sound.
    preset : Preset

    Raises
    ------
    UsageError, PhospheneError
        If there is no OpenGL here, or it is too small for the picture; if the encoder does not open.
    """

    def __init__(self, path, shot, rate, preset):
        self.shot, self.preset, self.screen, self.camera = shot, preset, None, None
        self.context = offscreen()
        try:
            self.context.require(shot.size)
            self.film = Mp4Writer(path, rate=rate, threads=THREADS, **shot._asdict())
        except BaseException:
            self.context.release()
            raise
        self.track = SoundTrack(self.film)
        self.context.__exit__()  # current on no thread, until the camera is

    def nodes(self, ear, player, script):
        """The nodes that look at what is heard."""
        width, height = self.shot.size
        self.developed = FramePool((height * width * 3 // 2,), IN_FLIGHT, hashed=True)
        self.projector = FilmNode(self.developed, self.film)
        try:
            with self.context:
                self.screen = screen_of(self.context, self.shot.size)
            instant = isinstance(self.screen, Yuv420Readback)
            outlet = self.developed if instant else FramePool(self.screen.shape, IN_FLIGHT)
            self.camera = FrameRenderer(
                self.context, self.screen, self.shot.fps, self.preset, ear, player, script, outlet
            )
        except moderngl.Error as fault:
            what = f"the graphics here have no room for it ({self.context.renderer}: {fault})"
            raise PhospheneError(f"--size {width}x{height}: {what}") from fault
        darkroom = () if instant else (Yuv420Node(outlet, self.developed),)
        return self.camera, *darkroom, self.projector

    @property
    def format(self):
        return self.film.format

    def told(self):
        """What a run record tells of the pictures."""
        return {
            "pictures": self.projector.shown,
            "pictures_sha256": self.developed.hash.hexdigest(),
            "size": f"{self.shot.size[0]}x{self.shot.size[1]}",
            "fps": str(self.shot.fps),
            "gl_renderer": self.context.renderer,
        }

    def __enter__(self):
        return self

    def __exit__(self, *_):
        with contextlib.ExitStack() as stack:  # one that fails must not keep the others
            stack.callback(self.film.close)
            stack.callback(self._darken)
            if self.camera:
                stack.callback(self.camera.release)

    def _darken(self):
        with self.context:
            try:
                if self.screen:
                    self.screen.release()
            finally:
                self.context.release()
