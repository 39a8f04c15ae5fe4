"""Frames of a source as an iterator: the nodes of a film, stepped in the caller's thread as frames are asked for."""

from collections.abc import Generator
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from phosphene.engine.gl.context import create_offscreen
from phosphene.engine.gl.readback import Readback
from phosphene.engine.graph.build import from_source
from phosphene.engine.graph.nodes import NullSink
from phosphene.engine.offline.frame_pool import FramePool
from phosphene.engine.offline.frame_renderer import FrameRenderer, release_drawing
from phosphene.engine.presets.model import Preset

FRAMES_IN_FLIGHT = 2  # frames that may wait between the renderer and the caller


def frame_stream(
    source: Any, preset: Preset, *, size: tuple[int, int], fps: Fraction, seconds: float | None = None
) -> Generator[NDArray[np.uint8], None, None]:
    """Yield the frames of a source as a bounce renders them.

    Nothing is opened before the first frame is asked for. Closing the generator, or dropping it, releases all of it.

    Parameters
    ----------
    source
        See phosphene.engine.audio.sources.
    preset : Preset
    size : (int, int)
        Width and height, both even.
    fps : Fraction
    seconds : float, optional
        Length; otherwise the source's own, or 60.

    Yields
    ------
    uint8 array, shape (height, width, 3)
        RGB, top row first; each a new array.

    Raises
    ------
    UsageError, PhospheneError
        If there is no OpenGL, or it is too small for the frame.
    """
    context = create_offscreen()
    readback = renderer = None
    try:
        context.check_size(size)
        readback = Readback(context, size)
        context.__exit__()  # the renderer makes it current for each step
        frames = FramePool(readback.shape, FRAMES_IN_FLIGHT)

        def viewers(listen, play, script):  # type: ignore[no-untyped-def]
            nonlocal renderer
            renderer = FrameRenderer(context, readback, fps, preset, listen, play, script, frames)
            return (renderer,)

        graph = from_source(source, preset, NullSink, seconds=seconds, make_viewers=viewers)
        nodes = [graph.source, graph.play, graph.listen, graph.sink, *graph.viewers]
        while running := [node for node in nodes if not node.done]:
            moved = sum(node.step() or node.done for node in running)
            while (frame := frames.pull()) is not None:
                yield np.ascontiguousarray(frame[::-1, :, :3])
                frames.recycle(frame)
            if not moved:
                raise RuntimeError(f"nodes wait for each other: {[node.name for node in running]}")
    finally:
        release_drawing(context, readback, renderer)
