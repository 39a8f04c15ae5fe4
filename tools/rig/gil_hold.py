"""How long OpenGL keeps the interpreter lock: while a preset is shown, and while another takes its place."""

import gc
import sys
import time

import _moderngl
import moderngl
import numpy as np

from phosphene.engine.rings.board import get, put
from phosphene.engine.visuals.catalogue import PARAM_SLOTS, look_slot
from tools.bench.render_cost import camera

WRAPPERS = moderngl.__file__, _moderngl.__file__
LIBRARIES = "mgl", "egl"
SHORT = {"kind": "fade", "seconds": 0.5, "start": "now"}


def holds(*, plain=False, **how):
    """Seconds of each call into OpenGL that keeps the interpreter lock: until another preset is there, and after that.

    A call of moderngl's or of glcontext's keeps it from beginning to end; one through ctypes lets it go. The preset
    that comes is built as live, between the pictures, and fades in; its passes are the same again. `plain` waits for
    nothing, and reads each picture the way moderngl offers, right after it was drawn.
    """
    with camera(**how) as (graph, taker):
        if plain:
            _make_plain(taker)
        _have_another(taker)
        gc.freeze()  # as a process of a session does
        clock = Clock(lambda: taker.renderer.settled is None)
        sys.setprofile(clock)
        try:
            graph.run(threads=False)
        finally:
            sys.setprofile(None)
    return np.array(clock.times[True]), np.array(clock.times[False])


def _have_another(taker):
    renderer = taker.renderer
    for place in PARAM_SLOTS.values():
        put(taker.board, look_slot(1, place), get(taker.board, look_slot(0, place)))
    renderer.incremental = True
    with taker.context:
        renderer.show(renderer.deck.look._replace(serial=1, transition=SHORT))


def _make_plain(taker):
    screen, context = taker.screen, taker.context
    context.software = False  # so that nothing settles
    kinds = {False: moderngl.TRIANGLE_STRIP, True: moderngl.POINTS}
    context.draw = lambda program, strip, declared: strip.render(
        kinds[declared.points], declared.vertices, instances=declared.instances
    )
    screen.request = lambda: screen.pending.append(screen.framebuffer.read(components=4))

    def fetch(picture):
        picture.flat = np.frombuffer(screen.pending.popleft(), np.uint8)

    screen.fetch = fetch


class Clock:
    """A profiler of calls into OpenGL: of moderngl's Python, which is a thin coat, and of what they call without it."""

    def __init__(self, phase):
        self.phase, self.times, self.deep, self.begun = phase, {True: [], False: []}, 0, 0.0

    def __call__(self, frame, event, function):
        if event in ("call", "c_call"):
            if self.deep or self._is_ours(frame, event, function):
                self.deep += 1
                if self.deep == 1:
                    self.begun = time.perf_counter()
        elif self.deep:
            self.deep -= 1
            if not self.deep:
                self.times[self.phase()].append(time.perf_counter() - self.begun)

    @staticmethod
    def _is_ours(frame, event, function):
        if event == "call":
            return frame.f_code.co_filename in WRAPPERS
        return type(getattr(function, "__self__", None)).__module__ in LIBRARIES
