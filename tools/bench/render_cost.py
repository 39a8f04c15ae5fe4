"""Measures what a picture costs, pass by pass: in wall time as a bounce renders it, and on the graphics card."""

import contextlib
import time
from fractions import Fraction

import numpy as np

from phosphene.engine.audio.sources.base import open_source
from phosphene.engine.encode.yuv420_gpu import make_readback
from phosphene.engine.gl.context import create_offscreen
from phosphene.engine.gl.pass_program import PassProgram
from phosphene.engine.graph.build import from_source
from phosphene.engine.graph.nodes import NullSink
from phosphene.engine.offline.film_job import FRAMES_IN_FLIGHT
from phosphene.engine.offline.frame_pool import FramePool
from phosphene.engine.offline.frame_renderer import FrameRenderer, release_drawing
from phosphene.engine.presets.load import load_preset
from tools.assets.gallery import scene_preset

SIZE, FPS, FRAME_COUNT = (640, 360), Fraction(30), 200


class FrameDiscarder:
    """A node that discards the pictures it gets."""

    name = "discard"

    def __init__(self, inlet):
        self.inlet, self.done = inlet, False

    def step(self):
        self.done = self.inlet.exhausted
        if (frame := self.inlet.pull()) is None:
            return 0
        self.inlet.recycle(frame)
        return 1


def build_render_graph(context, readback, seconds, *, fps=FPS, scene="scope", changes=()):
    """The graph of a bounce of the synth that discards sound and pictures; it draws with a FrameRenderer.

    `changes` are applied to the default preset, as `--set` does. A scene that shows media gets those of its preset.
    """
    media = scene_preset(scene).media
    preset, _ = load_preset(None, [f"scene={scene}", *[f"media={media}"] * bool(media), *changes])

    def viewers(listen, play, script):
        pool = FramePool(readback.shape, FRAMES_IN_FLIGHT)
        renderer = FrameRenderer(context, readback, fps, preset, listen, play, script, pool)
        return renderer, FrameDiscarder(pool)

    return from_source(open_source("synth", None, preset), preset, NullSink, seconds=seconds, make_viewers=viewers)


@contextlib.contextmanager
def open_render_graph(count=FRAME_COUNT, *, size=SIZE, **options):
    """A graph that renders `count` pictures, not yet run, and its FrameRenderer. Options: see `build_render_graph`."""
    context = create_offscreen()
    readback = make_readback(context, size)
    context.__exit__()  # current on no thread until the renderer makes it current
    graph = build_render_graph(context, readback, float(count / options.get("fps", FPS)), **options)
    try:
        yield graph, graph.viewers[-2]
    finally:
        release_drawing(context, readback, graph.viewers[-2])


def measure_wall_times(**options):
    """Median wall seconds of a picture (`picture`) and of each step of it, by name."""
    ledger = FrameLedger()
    with open_render_graph(**options) as (graph, renderer), time_passes(ledger, WallStopwatch(renderer.context)):
        ledger.time(renderer, "step", "picture")
        ledger.time(renderer.renderer, "advance_to", "signals")
        for name in ("request", "fetch"):
            ledger.time(renderer.readback, name, name)
        graph.run(threads=False)
    return ledger.medians()


def measure_gpu_times(**options):
    """Median seconds of each pass by the timer of the graphics card, and the released context, which describes it."""
    ledger = FrameLedger()
    with open_render_graph(**options) as (graph, renderer):
        with renderer.context as context:
            stopwatch = GpuStopwatch(context.gl.query(time=True))
        with time_passes(ledger, stopwatch):
            ledger.time(renderer, "step", "picture")
            graph.run(threads=False)
        found = ledger.medians()
        del found["picture"]
        return found, context


class FrameLedger:
    """Collects the seconds of each step, picture by picture; the seconds of a step that runs several times add up."""

    def __init__(self):
        self.current, self.pictures = {}, {}

    def add(self, name, seconds):
        self.current[name] = self.current.get(name, 0.0) + seconds

    def time(self, owner, method, name):
        """Time each call of a method from now on, unless it returns 0 or False; a call named "picture" ends one."""
        call = getattr(owner, method)

        def timed(*arguments):
            begun = time.perf_counter()
            result = call(*arguments)
            if result or result is None:
                self.add(name, time.perf_counter() - begun)
                if name == "picture":
                    self._end_picture()
            return result

        setattr(owner, method, timed)

    def _end_picture(self):
        for name, seconds in self.current.items():
            self.pictures.setdefault(name, []).append(seconds)
        self.current = {}

    def medians(self):
        return {name: float(np.median(times)) for name, times in self.pictures.items()}


class WallStopwatch:
    """A stopwatch of wall time that waits until everything is drawn."""

    def __init__(self, context):
        self.context = context

    def __enter__(self):
        self.begun = time.perf_counter()

    def __exit__(self, *_):
        self.context.sync_software()
        self.seconds = time.perf_counter() - self.begun


class GpuStopwatch:
    """A stopwatch that uses the timer of the graphics card."""

    def __init__(self, query):
        self.query = query

    def __enter__(self):
        self.query.__enter__()

    def __exit__(self, *fault):
        self.query.__exit__(*fault)
        self.seconds = 1e-9 * self.query.elapsed


@contextlib.contextmanager
def time_passes(ledger, stopwatch):
    """Within this context, add each drawn pass to the ledger by its file name: `scope/trail`."""
    render = PassProgram.render

    def timed(program):
        with stopwatch:
            render(program)
        ledger.add(program.spec.fragment.partition("/")[2].removesuffix(".frag"), stopwatch.seconds)

    PassProgram.render = timed
    try:
        yield
    finally:
        PassProgram.render = render
