"""FilmJob: what one film needs while it is rendered, from the GL context to the MP4."""

import contextlib
import os
from collections import deque
from pathlib import Path
from typing import Any

import moderngl

from phosphene.engine.common.errors import PhospheneError
from phosphene.engine.encode.mp4 import FilmSettings, Mp4Writer
from phosphene.engine.encode.yuv420_gpu import Yuv420Readback, make_readback
from phosphene.engine.gl.context import create_offscreen
from phosphene.engine.gl.readback import Readback
from phosphene.engine.graph.listen_node import ListenNode
from phosphene.engine.graph.lookahead_node import LookaheadNode
from phosphene.engine.graph.node import Node
from phosphene.engine.graph.nodes import PlayNode
from phosphene.engine.offline.frame_pool import FramePool
from phosphene.engine.offline.frame_renderer import FilmNode, FrameRenderer, Yuv420Node, release_drawing
from phosphene.engine.presets.model import Preset

FRAMES_IN_FLIGHT = 2  # that wait before each node
ENCODER_THREADS = min(os.cpu_count() or 1, 16)  # of x264: beyond, each more adds more delay than speed


class Mp4AudioTrack:
    """The sound of an Mp4Writer, with the methods of a SoundFile."""

    def __init__(self, film: Mp4Writer) -> None:
        self.write, self.finish = film.write_audio, film.end_audio


class FilmJob:
    """A GL context, an MP4 and the nodes between them; a context manager that releases all of them.

    Parameters
    ----------
    path : Path
    settings : FilmSettings
    rate : int
        Of the sound.
    preset : Preset

    Raises
    ------
    UsageError, PhospheneError
        If OpenGL is missing or cannot draw this size, or the encoder does not open.
    """

    def __init__(self, path: Path, settings: FilmSettings, rate: int, preset: Preset) -> None:
        self.settings, self.preset = settings, preset
        self.readback: Readback | None = None
        self.renderer: FrameRenderer | None = None
        self.context = create_offscreen()
        try:
            self.context.check_size(settings.size)
            self.film = Mp4Writer(path, rate=rate, threads=ENCODER_THREADS, **settings._asdict())
        except BaseException:
            self.context.release()
            raise
        self.track = Mp4AudioTrack(self.film)
        self.context.__exit__()  # current on no thread until the renderer makes it current

    def nodes(self, listen: ListenNode | LookaheadNode, play: PlayNode, script: deque[Any]) -> tuple[Node, ...]:
        """The nodes that draw, convert and encode; FrameRenderer explains the arguments."""
        width, height = self.settings.size
        self.yuv_frames = FramePool((height * width * 3 // 2,), FRAMES_IN_FLIGHT, hashed=True)
        self.film_node = FilmNode(self.yuv_frames, self.film)
        try:
            with self.context:
                self.readback = make_readback(self.context, self.settings.size)
            on_gpu = isinstance(self.readback, Yuv420Readback)
            drawn = self.yuv_frames if on_gpu else FramePool(self.readback.shape, FRAMES_IN_FLIGHT)
            self.renderer = FrameRenderer(
                self.context, self.readback, self.settings.fps, self.preset, listen, play, script, drawn
            )
        except moderngl.Error as fault:
            what = f"the graphics here have no room for it ({self.context.renderer}: {fault})"
            raise PhospheneError(f"--size {width}x{height}: {what}") from fault
        conversion = () if on_gpu else (Yuv420Node(drawn, self.yuv_frames),)
        return self.renderer, *conversion, self.film_node

    @property
    def format(self) -> str:
        return self.film.format

    def record_fields(self) -> dict[str, Any]:
        """What the run record holds about the frames."""
        return {
            "pictures": self.film_node.written,
            "pictures_sha256": self.yuv_frames.hash.hexdigest(),
            "size": f"{self.settings.size[0]}x{self.settings.size[1]}",
            "fps": str(self.settings.fps),
            "gl_renderer": self.context.renderer,
        }

    def __enter__(self):
        return self

    def __exit__(self, *_):
        with contextlib.ExitStack() as stack:  # a release that fails must not keep the others from running
            stack.callback(self.film.close)
            stack.callback(release_drawing, self.context, self.readback, self.renderer)
