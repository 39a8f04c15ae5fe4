"""Measures how long OpenGL calls hold the interpreter lock: during a change of preset, and after it."""

import gc
import sys
import time

import _moderngl
import moderngl
import numpy as np

from phosphene.engine.rings.board import get, put
from phosphene.engine.visuals.catalogue import PARAM_SLOTS, look_slot
from tools.bench.render_cost import open_render_graph

WRAPPERS = moderngl.__file__, _moderngl.__file__
LIBRARIES = "mgl", "egl"
SHORT_FADE = {"kind": "fade", "seconds": 0.5, "start": "now"}


def measure_lock_holds(*, plain=False, **options):
    """Seconds of each OpenGL call that holds the interpreter lock: (during the change of preset, after it).

    Calls of moderngl and glcontext hold the lock from beginning to end; calls through ctypes release it. The new
    preset has the same passes; it is built between the pictures, as in a live session, and fades in. With `plain`
    nothing is waited for, and moderngl itself reads each picture right after it is drawn.
    """
    with open_render_graph(**options) as (graph, renderer_node):
        if plain:
            _use_plain_moderngl(renderer_node)
        _start_transition(renderer_node)
        gc.freeze()  # as a process of a session does
        profiler = GlCallProfiler(lambda: renderer_node.renderer.settled is None)
        sys.setprofile(profiler)
        try:
            graph.run(threads=False)
        finally:
            sys.setprofile(None)
    return np.array(profiler.times[True]), np.array(profiler.times[False])


def _start_transition(node):
    renderer = node.renderer
    for place in PARAM_SLOTS.values():
        put(node.board, look_slot(1, place), get(node.board, look_slot(0, place)))
    renderer.incremental = True
    with node.context:
        renderer.show(renderer.deck.look._replace(serial=1, transition=SHORT_FADE))


def _use_plain_moderngl(node):
    readback, context = node.readback, node.context
    context.software = False  # so that nothing waits for it
    modes = {False: moderngl.TRIANGLE_STRIP, True: moderngl.POINTS}
    context.draw = lambda program, vertex_array, spec: vertex_array.render(
        modes[spec.points], spec.vertices, instances=spec.instances
    )
    readback.request = lambda: readback.pending.append(readback.framebuffer.read(components=4))

    def fetch(picture):
        picture.flat = np.frombuffer(readback.pending.popleft(), np.uint8)

    readback.fetch = fetch


class GlCallProfiler:
    """A profiler of OpenGL calls: functions of moderngl's thin Python layer, and direct calls into its C libraries.

    `times` has the seconds of the outermost calls, by what `phase()` returns when they end.
    """

    def __init__(self, phase):
        self.phase, self.times, self.depth, self.begun = phase, {True: [], False: []}, 0, 0.0

    def __call__(self, frame, event, function):
        if event in ("call", "c_call"):
            if self.depth or self._is_gl_call(frame, event, function):
                self.depth += 1
                if self.depth == 1:
                    self.begun = time.perf_counter()
        elif self.depth:
            self.depth -= 1
            if not self.depth:
                self.times[self.phase()].append(time.perf_counter() - self.begun)

    @staticmethod
    def _is_gl_call(frame, event, function):
        if event == "call":
            return frame.f_code.co_filename in WRAPPERS
        return type(getattr(function, "__self__", None)).__module__ in LIBRARIES
