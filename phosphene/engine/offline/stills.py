"""Stills: single pictures out of a bounce."""

from importlib import resources

import numpy as np

from phosphene.engine.gl.context import offscreen
from phosphene.engine.gl.readback import Readback
from phosphene.engine.graph.build import from_source
from phosphene.engine.graph.nodes import NullSink
from phosphene.engine.offline.frame_pool import FramePool
from phosphene.engine.offline.frame_renderer import FrameRenderer
from phosphene.engine.visuals.media_names import is_camera

FPS = 30
IN_FLIGHT = 2
FIGURE = resources.files("phosphene.presets") / "media" / "figure.mp4"  # stands for whoever is before the camera


class Picker:
    """Takes pictures, and keeps those of some numbers."""

    name = "picker"

    def __init__(self, inlet, wanted):
        self.inlet, self.wanted = inlet, wanted
        self.kept, self.shown, self.done = [], 0, False

    def step(self):
        self.done = self.inlet.ended
        if (slide := self.inlet.take()) is None:
            return 0
        if self.shown in self.wanted:
            self.kept.append(slide[::-1, :, :3].copy())
        self.shown += 1
        self.inlet.give_back(slide)
        return 1


def stills(source, preset, moments, *, size, watch=None):
    """Pictures of a source through a preset as a bounce shows it, the top row first.

    Parameters
    ----------
    source
        See engine.audio.sources.
    preset : Preset
    moments : sequence of float
        Seconds, rising.
    size : (int, int)
    watch : callable(share), optional
        Told how much is done.

    Returns
    -------
    list of uint8 arrays (height, width, 3), fewer where the source ends before a moment
    """
    if preset.media and is_camera(preset.media):
        preset = preset.model_copy(update={"media": str(FIGURE)})
    context = offscreen()
    screen, camera = None, None
    try:
        context.require(size)
        screen = Readback(context, size)
        context.__exit__()  # current on no thread, until the camera is
        wanted = {round(moment * FPS) for moment in moments}
        last = max(wanted) / FPS

        def eyes(ear, player, script):
            nonlocal camera
            slides = FramePool(screen.shape, IN_FLIGHT)
            camera = FrameRenderer(context, screen, FPS, preset, ear, player, script, slides)
            return camera, Picker(slides, wanted)

        length = source.length / source.rate if source.length is not None else np.inf
        graph = from_source(source, preset, NullSink, seconds=min(last + 2 / FPS, length), eyes_of=eyes)
        picker = graph.eyes[-1]
        graph.run(watch=(lambda: watch(picker.shown / FPS / last)) if watch and last else None)
        return picker.kept
    finally:
        with context:
            if camera:
                camera.painter.release()
            if screen:
                screen.release()
            context.release()
