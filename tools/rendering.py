"""What a picture costs: stage by stage as the camera takes it, on the card, and in waiting for the interpreter lock."""

import contextlib
import sys
import time
from fractions import Fraction

import _moderngl
import moderngl
import numpy as np

from engine.audio.sources import open_source
from engine.bounce.camera import Camera
from engine.bounce.graph import from_source
from engine.bounce.instant import screen_of
from engine.bounce.slides import Slides
from engine.bounce.studio import IN_FLIGHT
from engine.graph import Ground
from engine.presets import load_preset
from engine.visuals.context import offscreen

SIZE, FPS, COUNT = (640, 360), Fraction(30), 200
WRAPPERS = moderngl.__file__, _moderngl.__file__
LIBRARIES = "mgl", "egl"


class Void:
    """Takes pictures, and lets them go."""

    name = "void"

    def __init__(self, inlet):
        self.inlet, self.done = inlet, False

    def step(self):
        self.done = self.inlet.ended
        if (slide := self.inlet.take()) is None:
            return 0
        self.inlet.give_back(slide)
        return 1


def pictures_of(context, screen, seconds, *, fps=FPS, scene="scope"):
    """The graph of a bounce of the synth whose sound and pictures are let go; its eyes are a Camera and a Void."""
    preset, _ = load_preset(None, [f"scene={scene}"])

    def eyes(ear, player, script):
        slides = Slides(screen.shape, IN_FLIGHT)
        return Camera(context, screen, fps, preset, ear, player, script, slides), Void(slides)

    return from_source(open_source("synth", None, preset), preset, Ground, seconds=seconds, eyes_of=eyes)


@contextlib.contextmanager
def camera(count=COUNT, *, size=SIZE, **how):
    """A graph that takes so many pictures, not yet run, and its camera."""
    context = offscreen()
    screen = screen_of(context, size)
    context.__exit__()  # current on no thread, until the camera is
    graph = pictures_of(context, screen, float(count / how.get("fps", FPS)), **how)
    try:
        yield graph, graph.eyes[-2]
    finally:
        graph.eyes[-2].release()
        with context:
            screen.release()
            context.release()


def cost(**how):
    """Median seconds of a picture, and of each thing done for it."""
    with camera(**how) as (graph, taker):
        parts = [("picture", taker, "step"), ("signals", taker.painter, "reach")]
        parts += [(stage.declared.name, stage, "render") for stage in taker.painter.stages]
        parts += [("ask", taker.screen, "ask"), ("fetch", taker.screen, "fetch")]
        found = {name: [] for name, _, _ in parts}
        for name, owner, method in parts:
            _time(owner, method, found[name])
        graph.run(threads=False)
    return {name: float(np.median(times)) for name, times in found.items()}


def _time(owner, name, times):
    """From now on, each call of a method that finds something to do adds its seconds."""
    method = getattr(owner, name)

    def call(*arguments):
        begun = time.perf_counter()
        result = method(*arguments)
        if result or result is None:
            times.append(time.perf_counter() - begun)
        return result

    setattr(owner, name, call)


def on_card(**how):
    """Median seconds that the card draws at each pass, by its own timer; and what it calls itself."""
    with camera(**how) as (graph, taker):
        found = {}
        with taker.context as context:
            for stage in taker.painter.stages:
                _query(context.gl.query(time=True), stage, found.setdefault(stage.declared.name, []))
        graph.run(threads=False)
        return {name: float(np.median(times)) for name, times in found.items()}, context


def _query(query, stage, times):
    render = stage.render

    def call():
        with query:
            render()
        times.append(1e-9 * query.elapsed)

    stage.render = call


def holds(*, plain=False, **how):
    """Seconds of each call into OpenGL that keeps the interpreter lock: of the first picture, and of those after it.

    A call of moderngl's or of glcontext's keeps it from beginning to end; one through ctypes lets it go.
    `plain` waits for nothing, and reads each picture the way moderngl offers, right after it was drawn.
    """
    with camera(**how) as (graph, taker):
        if plain:
            _make_plain(taker)
        with taker.context:
            taker.painter.scene = None  # so that it is built once more
            first = profiled(lambda: taker.painter.paint(0.0))
        return first, profiled(lambda: graph.run(threads=False))


def profiled(work):
    """Seconds of each call into OpenGL."""
    clock = Clock()
    sys.setprofile(clock)
    try:
        work()
    finally:
        sys.setprofile(None)
    return np.array(clock.times)


def _make_plain(taker):
    screen, context = taker.screen, taker.context
    context.software = False  # so that nothing settles
    context.draw = lambda program, strip, vertices, instances: strip.render(
        moderngl.TRIANGLE_STRIP, vertices, instances=instances
    )
    screen.ask = lambda: screen.waiting.append(screen.framebuffer.read(components=4))

    def fetch(picture):
        picture.flat = np.frombuffer(screen.waiting.popleft(), np.uint8)

    screen.fetch = fetch


class Clock:
    """A profiler of calls into OpenGL: of moderngl's Python, which is a thin coat, and of what they call without it."""

    def __init__(self):
        self.times, self.deep, self.begun = [], 0, 0.0

    def __call__(self, frame, event, function):
        if event in ("call", "c_call"):
            if self.deep or self._is_ours(frame, event, function):
                self.deep += 1
                if self.deep == 1:
                    self.begun = time.perf_counter()
        elif self.deep:
            self.deep -= 1
            if not self.deep:
                self.times.append(time.perf_counter() - self.begun)

    @staticmethod
    def _is_ours(frame, event, function):
        if event == "call":
            return frame.f_code.co_filename in WRAPPERS
        return type(getattr(function, "__self__", None)).__module__ in LIBRARIES
