"""Stills: single frames of a bounce, without an encoder."""

from collections.abc import Callable, Sequence
from importlib import resources

import numpy as np

from phosphene.engine.audio.sources.base import Source
from phosphene.engine.gl.context import create_offscreen
from phosphene.engine.gl.readback import Readback
from phosphene.engine.graph.build import from_source
from phosphene.engine.graph.nodes import NullSink
from phosphene.engine.offline.frame_pool import FramePool
from phosphene.engine.offline.frame_renderer import FrameRenderer, release_drawing
from phosphene.engine.presets.model import Preset
from phosphene.engine.visuals.media_names import is_live

FPS = 30
FRAMES_IN_FLIGHT = 2
FIGURE = resources.files("phosphene") / "presets" / "media" / "figure.mp4"  # stands in for a live camera


class FrameCollector:
    """The node that copies the frames with the numbers in `wanted`, and drops the others.

    `kept` holds them as uint8 (height, width, 3), the top row first; `seen` counts all frames.
    """

    name = thread = "collector"

    def __init__(self, inlet: FramePool, wanted: set[int]) -> None:
        self.inlet, self.wanted = inlet, wanted
        self.kept: list[np.ndarray] = []
        self.seen, self.done = 0, False

    def step(self) -> int:
        self.done = self.inlet.exhausted
        if (frame := self.inlet.pull()) is None:
            return 0
        if self.seen in self.wanted:
            self.kept.append(frame[::-1, :, :3].copy())
        self.seen += 1
        self.inlet.recycle(frame)
        return 1


def render_stills(
    source: Source,
    preset: Preset,
    moments: Sequence[float],
    *,
    size: tuple[int, int],
    on_progress: Callable[[float], None] | None = None,
) -> list[np.ndarray]:
    """Frames of a source through a preset, as a bounce at 30 frames a second shows them.

    Parameters
    ----------
    source
        See phosphene.engine.audio.sources.
    preset : Preset
    moments : sequence of float
        Seconds, rising.
    size : (int, int)
        Width and height.
    on_progress : callable(share), optional
        Called now and then with the share that is done, 0 to 1; it may raise to cancel.

    Returns
    -------
    list of uint8 arrays, shape (height, width, 3)
        The top row first; fewer than `moments` if the source ends before one.
    """
    if preset.media and is_live(preset.media):
        preset = preset.model_copy(update={"media": str(FIGURE)})
    context = create_offscreen()
    readback, renderer = None, None
    try:
        context.check_size(size)
        readback = Readback(context, size)
        context.__exit__()  # current on no thread until the renderer makes it current
        wanted = {round(moment * FPS) for moment in moments}
        last = max(wanted) / FPS

        def viewers(listen, play, script):
            nonlocal renderer
            frames = FramePool(readback.shape, FRAMES_IN_FLIGHT)
            renderer = FrameRenderer(context, readback, FPS, preset, listen, play, script, frames)
            return renderer, FrameCollector(frames, wanted)

        length = source.length / source.rate if source.length is not None else np.inf
        graph = from_source(source, preset, NullSink, seconds=min(last + 2 / FPS, length), make_viewers=viewers)
        collector = graph.viewers[-1]
        graph.run(watch=(lambda: on_progress(collector.seen / FPS / last)) if on_progress and last else None)
        return collector.kept
    finally:
        release_drawing(context, readback, renderer)
