"""A window, on a monitor or all over it."""

import ctypes
import math
import time

import glfw
import numpy as np

from phosphene.engine.common.errors import PhospheneError
from phosphene.engine.gl.context import Context
from phosphene.engine.visuals.window import monitors

SIZE = 1280, 720
SMALL = 640, 360  # the same, where the processor draws it: no picture is larger that nobody asked to be
NAMED = {  # as a terminal gives them
    glfw.KEY_ENTER: "\n",
    glfw.KEY_KP_ENTER: "\n",
    glfw.KEY_BACKSPACE: "\x7f",
    glfw.KEY_TAB: "\t",
}
POINTED = 2.0  # seconds that the pointer is seen after it was moved
READ_FRAMEBUFFER = 0x8CA8
RGB, UNSIGNED_BYTE, PACK_ALIGNMENT = 0x1907, 0x1401, 0x0D05
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
    borderless : bool
        Without a frame; all over its monitor where no size is given.
    monitor : int, optional
        Counted from 0, as `doctor` lists them.

    Raises
    ------
    UsageError, PhospheneError
        For a monitor that is not there; where there is no display, or no OpenGL on it.
    """

    def __init__(self, *, size=None, fullscreen=False, borderless=False, monitor=None):
        self.window, self.wanted, self.released = None, size, False
        monitors.start()
        try:
            screen = monitors.choose(monitor)
            whole = monitors.area(screen)
            self.refresh = monitors.refresh(screen)
            self.window = _opened(whole[2:] if fullscreen else size or SIZE, screen if fullscreen else None, borderless)
            glfw.make_context_current(self.window)
            self.context = Context(_Loader(self.window))
            self.context.require(size or SIZE)
        except BaseException:
            glfw.terminate()
            raise
        self.waits = not (self.context.software or glfw.get_platform() == glfw.PLATFORM_WAYLAND)
        self.wait(self.waits)  # on Wayland, a window that nobody sees would wait for ever
        usual = size or (SMALL if self.context.software else SIZE)
        self.place = whole if borderless and not size else _middle(usual, glfw.get_monitor_workarea(screen))
        if not fullscreen:
            glfw.set_window_size(self.window, *self.place[2:])
            if borderless or monitor is not None:
                glfw.set_window_pos(self.window, *self.place[:2])
        self.pointed, self.pointing = time.perf_counter(), True
        self.pressed, self.repeats, self.looked = [], False, time.perf_counter()
        glfw.set_key_callback(self.window, self._key)
        glfw.set_char_callback(self.window, self._letter)
        glfw.set_cursor_pos_callback(self.window, self._point)
        whole, word = ctypes.c_int, ctypes.c_uint
        self._bind = self.context.function("glBindFramebuffer", None, word, word)
        self._align = self.context.function("glPixelStorei", None, word, whole)
        self._read = self.context.function("glReadPixels", None, *[whole] * 4, word, word, ctypes.c_void_p)
        self.front, self.framebuffer, self.canvas = self.context.gl.detect_framebuffer(0), None, None
        self.room = size or SIZE
        self.resize(self.size)

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

    def _point(self, window, *_):
        self.pointed = time.perf_counter()

    @property
    def full(self):
        """True while it is all over its monitor."""
        return bool(glfw.get_window_monitor(self.window))

    def fill(self, full):
        """Be all over the monitor that it is on, or again where it was."""
        if full and not self.full:
            self.place = *glfw.get_window_pos(self.window), *glfw.get_window_size(self.window)
            screen = monitors.beneath(self.place)
            self.refresh = monitors.refresh(screen)
            size = monitors.area(screen)[2:]
            glfw.set_window_monitor(self.window, screen, 0, 0, *size, glfw.DONT_CARE)
        elif self.full and not full:
            self.refresh = monitors.refresh(monitors.beneath(self.place))
            glfw.set_window_monitor(self.window, None, *self.place, glfw.DONT_CARE)

    def wait(self, waits):
        """Whether showing a picture is to wait for the next refresh."""
        glfw.swap_interval(int(waits))

    @property
    def hidden(self):
        """True where there is nothing to be seen on."""
        return min(glfw.get_framebuffer_size(self.window)) < 1 or glfw.get_window_attrib(self.window, glfw.ICONIFIED)

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

    def present(self, over=None):
        """Show what was drawn, as large as it fits; black beside it, if the window has other proportions.

        `over(room)` draws on top of it what belongs to the window and not to the picture.
        """
        if self.hidden:
            return
        room, size = glfw.get_framebuffer_size(self.window), self.framebuffer.size
        share = min(room[0] / size[0], room[1] / size[1])
        width, height = (max(round(side * share), 1) for side in size)
        left, bottom = (room[0] - width) // 2, (room[1] - height) // 2
        self.front.clear()
        self.context.copy(self.framebuffer, size, None, (width, height), (left, bottom))
        if over:
            self.front.viewport = (0, 0, *room)
            self.front.use()
            over(room)
        glfw.swap_buffers(self.window)
        if self.waits:
            self.context.wait(self.context.fence())  # else a driver may take some pictures more before it waits

    def picture(self):
        """What was drawn last: uint8 (height, width, 3), the bottom row first."""
        width, height = self.framebuffer.size
        picture = np.empty((height, width, 3), np.uint8)
        self._bind(READ_FRAMEBUFFER, self.framebuffer.glo)
        self._align(PACK_ALIGNMENT, 1)
        self._read(0, 0, width, height, RGB, UNSIGNED_BYTE, picture.ctypes.data)
        return picture

    def heed(self):
        """Hear what the user did."""
        glfw.poll_events()
        self.looked = time.perf_counter()
        if self.pointing != (pointing := self.looked - self.pointed < POINTED):
            self.pointing = pointing
            glfw.set_input_mode(self.window, glfw.CURSOR, glfw.CURSOR_NORMAL if pointing else glfw.CURSOR_HIDDEN)

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


def _middle(size, room):
    """(left, top, width, height) in the middle of another."""
    left, top, *whole = room
    return left + (whole[0] - size[0]) // 2, top + (whole[1] - size[1]) // 2, *size


def _opened(size, screen, borderless):
    """A window with the OpenGL we need, or with what there is: Context will say that it is too old."""
    for hints in (CORE, {}):
        glfw.default_window_hints()
        for hint, value in {glfw.AUTO_ICONIFY: False, glfw.DECORATED: not borderless, **hints}.items():
            glfw.window_hint(hint, value)
        if window := glfw.create_window(*size, "Phosphene", screen, None):
            return window
    raise PhospheneError(f"no OpenGL 3.3 in a window ({monitors.error()}); install the graphics card's driver")
