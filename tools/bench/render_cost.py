"""What a picture costs, pass by pass: as the camera takes it, and on the card."""

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
from phosphene.engine.offline.frame_renderer import FrameRenderer
from phosphene.engine.presets.load import load_preset
from tools.assets.gallery import preset_of

SIZE, FPS, COUNT = (640, 360), Fraction(30), 200


class Void:
    """Takes pictures, and lets them go."""

    name = "void"

    def __init__(self, inlet):
        self.inlet, self.done = inlet, False

    def step(self):
        self.done = self.inlet.exhausted
        if (frame := self.inlet.pull()) is None:
            return 0
        self.inlet.recycle(frame)
        return 1


def pictures_of(context, screen, seconds, *, fps=FPS, scene="scope", words=()):
    """The graph of a bounce of the synth whose sound and pictures are let go; its eyes are a FrameRenderer and a Void.

    `words` are laid over the defaults as `--set` does; a scene that shows something has what its preset shows.
    """
    media = preset_of(scene).media
    preset, _ = load_preset(None, [f"scene={scene}", *[f"media={media}"] * bool(media), *words])

    def eyes(ear, player, script):
        slides = FramePool(screen.shape, FRAMES_IN_FLIGHT)
        return FrameRenderer(context, screen, fps, preset, ear, player, script, slides), Void(slides)

    return from_source(open_source("synth", None, preset), preset, NullSink, seconds=seconds, make_viewers=eyes)


@contextlib.contextmanager
def camera(count=COUNT, *, size=SIZE, **how):
    """A graph that takes so many pictures, not yet run, and its camera."""
    context = create_offscreen()
    screen = make_readback(context, size)
    context.__exit__()  # current on no thread, until the camera is
    graph = pictures_of(context, screen, float(count / how.get("fps", FPS)), **how)
    try:
        yield graph, graph.viewers[-2]
    finally:
        graph.viewers[-2].release()
        with context:
            screen.release()
            context.release()


def cost(**how):
    """Median seconds of a picture, and of each thing done for it."""
    ledger = Ledger()
    with camera(**how) as (graph, taker), passes_timed(ledger, Wall(taker.context)):
        ledger.time(taker, "step", "picture")
        ledger.time(taker.renderer, "reach", "signals")
        for name in ("request", "fetch"):
            ledger.time(taker.readback, name, name)
        graph.run(threads=False)
    return ledger.medians()


def on_card(**how):
    """Median seconds that the card draws at each pass, by its own timer; and what it calls itself."""
    ledger = Ledger()
    with camera(**how) as (graph, taker):
        with taker.context as context:
            card = Card(context.gl.query(time=True))
        with passes_timed(ledger, card):
            ledger.time(taker, "step", "picture")
            graph.run(threads=False)
        found = ledger.medians()
        del found["picture"]
        return found, context


class Ledger:
    """Seconds of all that is done for a picture, picture by picture; what is done several times counts as one."""

    def __init__(self):
        self.now, self.pictures = {}, {}

    def add(self, name, seconds):
        self.now[name] = self.now.get(name, 0.0) + seconds

    def time(self, owner, method, name):
        """From now on, each call of a method that finds something to do is added; those of a picture end it."""
        call = getattr(owner, method)

        def timed(*arguments):
            begun = time.perf_counter()
            result = call(*arguments)
            if result or result is None:
                self.add(name, time.perf_counter() - begun)
                if name == "picture":
                    self._turn()
            return result

        setattr(owner, method, timed)

    def _turn(self):
        for name, seconds in self.now.items():
            self.pictures.setdefault(name, []).append(seconds)
        self.now = {}

    def medians(self):
        return {name: float(np.median(times)) for name, times in self.pictures.items()}


class Wall:
    """A stopwatch, which waits for what was drawn."""

    def __init__(self, context):
        self.context = context

    def __enter__(self):
        self.begun = time.perf_counter()

    def __exit__(self, *_):
        self.context.sync_software()
        self.seconds = time.perf_counter() - self.begun


class Card:
    """A stopwatch of the graphics card's own."""

    def __init__(self, query):
        self.query = query

    def __enter__(self):
        self.query.__enter__()

    def __exit__(self, *fault):
        self.query.__exit__(*fault)
        self.seconds = 1e-9 * self.query.elapsed


@contextlib.contextmanager
def passes_timed(ledger, watch):
    """Meanwhile each pass that is drawn is added, by its file's name in its room: `scope/trail`."""
    render = PassProgram.render

    def timed(stage):
        with watch:
            render(stage)
        ledger.add(stage.spec.fragment.partition("/")[2].removesuffix(".frag"), watch.seconds)

    PassProgram.render = timed
    try:
        yield
    finally:
        PassProgram.render = render
