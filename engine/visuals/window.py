"""A window, on a monitor or all over it."""

import math
import time

import glfw

from engine.errors import PhospheneError, UsageError
from engine.visuals.context import Context

USUAL = 60.0  # refreshes per second where the monitor does not say
PLAUSIBLE = 20.0, 500.0
SIZE = 1280, 720
SMALL = 640, 360  # the same, where the processor draws it: no picture is larger that nobody asked to be
NAMED = {glfw.KEY_ENTER: "\n", glfw.KEY_KP_ENTER: "\n", glfw.KEY_BACKSPACE: "\x7f"}  # as a terminal gives them
CORE = {
    glfw.CONTEXT_VERSION_MAJOR: 3,
    glfw.CONTEXT_VERSION_MINOR: 3,
    glfw.OPENGL_PROFILE: glfw.OPENGL_CORE_PROFILE,
    glfw.OPENGL_FORWARD_COMPAT: True,
}


class _Loader:
    """GLFW's context, as moderngl wants it."""

    def __init__(self, window):
        self.window = window

    def load(self, name):
        return glfw.get_proc_address(name)

    def __enter__(self):
        glfw.make_context_current(self.window)

    def __exit__(self, *_):
        glfw.make_context_current(None)

    def release(self):
        """The window takes its context along."""


class Window:
    """A window with a context, current on this thread, which must be the process's first.

    It is also the screen that a Painter shows its picture on: as large as fits, in its own proportions.
    `waits` tells whether showing a picture waits for the next refresh; `pressed` collects the keys that were,
    each with its moment by `time.perf_counter()`.

    Parameters
    ----------
    size : (int, int), optional
        Of the picture, and of the window unless it fills its monitor.
    fullscreen : bool
    monitor : int, optional
        Counted from 0, as `doctor` lists them.

    Raises
    ------
    UsageError, PhospheneError
        For a monitor that is not there; where there is no display, or no OpenGL on it.
    """

    def __init__(self, *, size=None, fullscreen=False, monitor=None):
        self.window, self.wanted, self.released = None, size, False
        _start()
        try:
            screen = _monitor(monitor)
            mode = glfw.get_video_mode(screen)
            self.refresh = mode.refresh_rate if PLAUSIBLE[0] <= mode.refresh_rate <= PLAUSIBLE[1] else USUAL
            self.window = _opened(mode.size if fullscreen else size or SIZE, screen if fullscreen else None)
            glfw.make_context_current(self.window)
            self.context = Context(_Loader(self.window))
            self.context.require(size or SIZE)
        except BaseException:
            glfw.terminate()
            raise
        self.waits = not (self.context.software or glfw.get_platform() == glfw.PLATFORM_WAYLAND)
        glfw.swap_interval(int(self.waits))  # on Wayland, a window that nobody sees would wait for ever
        if not fullscreen:
            self._place(size or (SMALL if self.context.software else SIZE), screen, centred=monitor is not None)
        if fullscreen:
            glfw.set_input_mode(self.window, glfw.CURSOR, glfw.CURSOR_HIDDEN)
        self.pressed, self.repeats, self.looked = [], False, time.perf_counter()
        glfw.set_key_callback(self.window, self._key)
        glfw.set_char_callback(self.window, self._letter)
        self.front, self.framebuffer, self.canvas = self.context.gl.detect_framebuffer(0), None, None
        self.room = size or SIZE
        self.resize(self.size)

    def _place(self, size, screen, *, centred):
        glfw.set_window_size(self.window, *size)
        if centred:
            left, top, *room = glfw.get_monitor_workarea(screen)
            glfw.set_window_pos(self.window, left + (room[0] - size[0]) // 2, top + (room[1] - size[1]) // 2)

    def _key(self, window, key, scancode, action, modifiers):
        self.repeats = action == glfw.REPEAT
        if key == glfw.KEY_ESCAPE and action == glfw.PRESS:
            glfw.set_window_should_close(window, True)
        elif key in NAMED and action == glfw.PRESS:
            self._press(NAMED[key])

    def _letter(self, window, code):
        if not self.repeats:
            self._press(chr(code))

    def _press(self, key):
        moment = (self.looked + time.perf_counter()) / 2  # as likely before as after; at the last look it was not there
        self.pressed.append((moment, key))

    @property
    def size(self):
        """Of the picture, now: what was asked for, else what the window has room for and the machine can draw."""
        if self.wanted:
            return self.wanted
        if min(room := glfw.get_framebuffer_size(self.window)) > 0:
            self.room = room  # of one that is not minimised
        else:
            room = self.room
        most = math.prod(SMALL) if self.context.software else math.inf
        share = min(math.sqrt(most / (room[0] * room[1])), 1.0)
        return tuple(max(round(side * share), 1) for side in room)

    @property
    def closed(self):
        return bool(glfw.window_should_close(self.window))

    def resize(self, size):
        """Be drawn on in this size from now on."""
        self._let_go()
        self.canvas = self.context.gl.renderbuffer(size)
        self.framebuffer = self.context.gl.framebuffer([self.canvas])

    def turn(self):
        """There is one picture, drawn over again."""

    def present(self):
        """Show what was drawn, as large as it fits; black beside it, if the window has other proportions."""
        room, size = glfw.get_framebuffer_size(self.window), self.framebuffer.size
        share = min(room[0] / size[0], room[1] / size[1])
        width, height = (max(round(side * share), 1) for side in size)
        left, bottom = (room[0] - width) // 2, (room[1] - height) // 2
        self.front.clear()
        self.context.copy(self.framebuffer, size, None, (width, height), (left, bottom))
        glfw.swap_buffers(self.window)

    def heed(self):
        """Hear what the user did."""
        glfw.poll_events()
        self.looked = time.perf_counter()

    def release(self):
        """Let go of the window; what is on it must have been let go of before."""
        if not self.released:
            self.released = True
            self._let_go()
            self.context.release()
            glfw.terminate()

    def _let_go(self):
        for owned in filter(None, (self.framebuffer, self.canvas)):
            owned.release()
        self.framebuffer = self.canvas = None


def monitors():
    """Names of the monitors there are, in the order of their numbers; none without a display."""
    try:
        _start()
    except PhospheneError:
        return []
    try:
        return _names()
    finally:
        glfw.terminate()


def _opened(size, screen):
    """A window with the OpenGL we need, or with what there is: Context will say that it is too old."""
    for hints in (CORE, {}):
        glfw.default_window_hints()
        for hint, value in {glfw.AUTO_ICONIFY: False, **hints}.items():
            glfw.window_hint(hint, value)
        if window := glfw.create_window(*size, "Phosphene", screen, None):
            return window
    raise PhospheneError(f"no OpenGL 3.3 in a window ({_error()}); install the graphics card's driver")


def _start():
    glfw.ERROR_REPORTING = "ignore"  # it would warn of what is told in an error, or may fail
    if not glfw.init():
        raise PhospheneError(f"no display to open a window on ({_error()}); use --headless, or set DISPLAY")


def _error():
    words = glfw.get_error()[1]
    return str(words, "utf-8", "replace") if words else "it does not say why"


def _names():
    return [str(glfw.get_monitor_name(screen), "utf-8", "replace") for screen in glfw.get_monitors()]


def _monitor(number):
    there = glfw.get_monitors()
    if not there:
        raise PhospheneError("no monitor is connected; use --headless")
    if number is None:
        return glfw.get_primary_monitor()
    if not 0 <= number < len(there):
        has = ", ".join(f"{at} ({name})" for at, name in enumerate(_names()))
        raise UsageError(f"--monitor {number}: no such monitor (has {has})")
    return there[number]
