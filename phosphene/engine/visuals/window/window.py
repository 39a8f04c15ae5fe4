"""Window: a window on a monitor, or filling one."""

import ctypes
import math
import time
from collections.abc import Callable
from typing import Any

import glfw
import moderngl
import numpy as np

from phosphene.engine.common.errors import PhospheneError
from phosphene.engine.gl.context import Context
from phosphene.engine.visuals.window import monitors
from phosphene.engine.visuals.window.monitors import Area

DEFAULT_SIZE = 1280, 720
SOFTWARE_SIZE = 640, 360  # the default where the processor draws; without --size no picture is larger there
KEY_CHARACTERS = {  # of keys that type no letter, as a terminal reports them
    glfw.KEY_ENTER: "\n",
    glfw.KEY_KP_ENTER: "\n",
    glfw.KEY_BACKSPACE: "\x7f",
    glfw.KEY_TAB: "\t",
}
POINTER_SECONDS = 2.0  # that the pointer stays visible after it was moved
READ_FRAMEBUFFER = 0x8CA8
RGB, UNSIGNED_BYTE, PACK_ALIGNMENT = 0x1907, 0x1401, 0x0D05
CORE_PROFILE = {
    glfw.CONTEXT_VERSION_MAJOR: 3,
    glfw.CONTEXT_VERSION_MINOR: 3,
    glfw.OPENGL_PROFILE: glfw.OPENGL_CORE_PROFILE,
    glfw.OPENGL_FORWARD_COMPAT: True,
}

Size = tuple[int, int]


class _GlfwContext:
    """GLFW's context, as moderngl loads it."""

    def __init__(self, window: Any) -> None:
        self.window = window

    def load(self, name: str) -> Any:
        return glfw.get_proc_address(name)

    def __enter__(self) -> None:
        glfw.make_context_current(self.window)

    def __exit__(self, *_: object) -> None:
        glfw.make_context_current(None)

    def release(self) -> None:
        """The window destroys its context."""


class Window:
    """A window with a context, current on this thread, which must be the main thread of the process.

    It is also the Screen that a Renderer draws on: its picture is shown as large as fits, in its own proportions.
    `vsync` is True if presenting waits for the next refresh. `pressed` collects pressed keys as (moment, character),
    with the moment by `time.perf_counter()`.

    Parameters
    ----------
    size : (int, int), optional
        Of the picture, and of the window unless it fills its monitor.
    fullscreen : bool
    borderless : bool
        Without a frame; it covers its monitor if no size is given.
    monitor : int, optional
        Counted from 0, as `doctor` lists them.

    Raises
    ------
    UsageError
        If there is no such monitor.
    PhospheneError
        If there is no display, or no OpenGL 3.3 on it.
    """

    def __init__(
        self,
        *,
        size: Size | None = None,
        fullscreen: bool = False,
        borderless: bool = False,
        monitor: int | None = None,
    ) -> None:
        self.requested_size, self.released = size, False
        monitors.init_glfw()
        try:
            on_monitor = monitors.find_monitor(monitor)
            area = monitors.monitor_area(on_monitor)
            self.refresh = monitors.refresh_rate(on_monitor)
            first_size = area[2:] if fullscreen else size or DEFAULT_SIZE
            self.window = _create_window(first_size, on_monitor if fullscreen else None, borderless)
            glfw.make_context_current(self.window)
            self.context = Context(_GlfwContext(self.window))
            self.context.check_size(size or DEFAULT_SIZE)
        except BaseException:
            glfw.terminate()
            raise
        # On Wayland, presenting in a hidden window would block forever.
        self.vsync = not (self.context.software or glfw.get_platform() == glfw.PLATFORM_WAYLAND)
        self.set_vsync(self.vsync)
        default_size = SOFTWARE_SIZE if self.context.software else DEFAULT_SIZE
        centred = _centre(size or default_size, glfw.get_monitor_workarea(on_monitor))
        self.place: Area = area if borderless and not size else centred  # where it is while it does not fill a monitor
        if not fullscreen:
            glfw.set_window_size(self.window, *self.place[2:])
            if borderless or monitor is not None:
                glfw.set_window_pos(self.window, *self.place[:2])
        self._connect_input()
        self._load_functions()
        self.front = self.context.gl.detect_framebuffer(0)
        self.last_room: Size = size or DEFAULT_SIZE  # of the window, when it last had any
        self._create_framebuffer(self.size)

    def _connect_input(self) -> None:
        self.pressed: list[tuple[float, str]] = []
        self.key_repeats = False
        self.polled_at = self.pointer_moved_at = time.perf_counter()
        self.pointer_visible = True
        glfw.set_key_callback(self.window, self._on_key)
        glfw.set_char_callback(self.window, self._on_character)
        glfw.set_cursor_pos_callback(self.window, self._on_pointer)

    def _load_functions(self) -> None:
        """What moderngl has no call for: it would read the framebuffer through a copy."""
        integer, word = ctypes.c_int, ctypes.c_uint
        self._bind = self.context.function("glBindFramebuffer", None, word, word)
        self._align = self.context.function("glPixelStorei", None, word, integer)
        self._read = self.context.function("glReadPixels", None, *[integer] * 4, word, word, ctypes.c_void_p)

    def _on_key(self, window: Any, key: int, scancode: int, action: int, modifiers: int) -> None:
        self.key_repeats = action == glfw.REPEAT
        if key == glfw.KEY_ESCAPE and action == glfw.PRESS:
            glfw.set_window_should_close(window, True)
        elif key in KEY_CHARACTERS and action == glfw.PRESS:
            self._add_pressed(KEY_CHARACTERS[key])

    def _on_character(self, window: Any, code: int) -> None:
        if not self.key_repeats:
            self._add_pressed(chr(code))

    def _add_pressed(self, character: str) -> None:
        moment = (self.polled_at + time.perf_counter()) / 2  # it was pressed at some time since the last poll
        self.pressed.append((moment, character))

    def _on_pointer(self, *_: object) -> None:
        self.pointer_moved_at = time.perf_counter()

    @property
    def fullscreen(self) -> bool:
        """True while it fills its monitor."""
        return bool(glfw.get_window_monitor(self.window))

    def set_fullscreen(self, fullscreen: bool) -> None:
        """Fill the monitor that it is on, or go back to where it was."""
        if fullscreen and not self.fullscreen:
            self.place = *glfw.get_window_pos(self.window), *glfw.get_window_size(self.window)
            monitor = monitors.monitor_of(self.place)
            self.refresh = monitors.refresh_rate(monitor)
            size = monitors.monitor_area(monitor)[2:]
            glfw.set_window_monitor(self.window, monitor, 0, 0, *size, glfw.DONT_CARE)
        elif self.fullscreen and not fullscreen:
            self.refresh = monitors.refresh_rate(monitors.monitor_of(self.place))
            glfw.set_window_monitor(self.window, None, *self.place, glfw.DONT_CARE)

    def set_vsync(self, vsync: bool) -> None:
        """Choose whether presenting waits for the next refresh."""
        glfw.swap_interval(int(vsync))

    @property
    def hidden(self) -> bool:
        """True while it has no visible part."""
        iconified = glfw.get_window_attrib(self.window, glfw.ICONIFIED)
        return min(glfw.get_framebuffer_size(self.window)) < 1 or bool(iconified)

    @property
    def size(self) -> Size:
        """Of the picture, now: the requested one, else what fits the window and the machine can draw."""
        if self.requested_size:
            return self.requested_size
        if min(room := glfw.get_framebuffer_size(self.window)) > 0:
            self.last_room = room
        else:  # minimised
            room = self.last_room
        max_pixels = math.prod(SOFTWARE_SIZE) if self.context.software else math.inf
        share = min(math.sqrt(max_pixels / (room[0] * room[1])), 1.0)
        return max(round(room[0] * share), 1), max(round(room[1] * share), 1)

    @property
    def closed(self) -> bool:
        return bool(glfw.window_should_close(self.window))

    def resize(self, size: Size) -> None:
        """Be drawn on in this size from now on."""
        self._release_framebuffer()
        self._create_framebuffer(size)

    def begin_frame(self) -> None:
        """Nothing to do: there is one framebuffer."""

    def present(self, draw_over: Callable[[Size], None] | None = None) -> None:
        """Show the picture as large as it fits, on black where the window has other proportions.

        Parameters
        ----------
        draw_over : callable(room), optional
            Draws on top of it, on the whole window; the picture itself stays as it is.
        """
        if self.hidden:
            return
        room, size = glfw.get_framebuffer_size(self.window), self.framebuffer.size
        share = min(room[0] / size[0], room[1] / size[1])
        width, height = (max(round(side * share), 1) for side in size)
        left, bottom = (room[0] - width) // 2, (room[1] - height) // 2
        self.front.clear()
        self.context.copy(self.framebuffer, size, None, (width, height), (left, bottom))
        if draw_over:
            self.front.viewport = (0, 0, *room)
            self.front.use()
            draw_over(room)
        glfw.swap_buffers(self.window)
        if self.vsync:
            self.context.wait(self.context.fence())  # a driver may otherwise queue a few pictures before it waits

    def read_pixels(self) -> np.ndarray:
        """The last picture: uint8 (height, width, 3), the bottom row first."""
        width, height = self.framebuffer.size
        picture = np.empty((height, width, 3), np.uint8)
        self._bind(READ_FRAMEBUFFER, self.framebuffer.glo)
        self._align(PACK_ALIGNMENT, 1)
        self._read(0, 0, width, height, RGB, UNSIGNED_BYTE, picture.ctypes.data)
        return picture

    def poll(self) -> None:
        """Take in what the user did, and hide the pointer when it rests."""
        glfw.poll_events()
        self.polled_at = time.perf_counter()
        visible = self.polled_at - self.pointer_moved_at < POINTER_SECONDS
        if visible != self.pointer_visible:
            self.pointer_visible = visible
            glfw.set_input_mode(self.window, glfw.CURSOR, glfw.CURSOR_NORMAL if visible else glfw.CURSOR_HIDDEN)

    def release(self) -> None:
        """Close the window; what was made in its context must be released before."""
        if not self.released:
            self.released = True
            self._release_framebuffer()
            self.context.release()
            glfw.terminate()

    def _create_framebuffer(self, size: Size) -> None:
        self.renderbuffer: moderngl.Renderbuffer = self.context.gl.renderbuffer(size)
        self.framebuffer: moderngl.Framebuffer = self.context.gl.framebuffer([self.renderbuffer])  # to draw pictures on

    def _release_framebuffer(self) -> None:
        self.framebuffer.release()
        self.renderbuffer.release()


def _centre(size: Size, area: Area) -> Area:
    """The area of a size in the middle of another area."""
    left, top, *room = area
    return left + (room[0] - size[0]) // 2, top + (room[1] - size[1]) // 2, *size


def _create_window(size: Size, monitor: Any, borderless: bool) -> Any:
    """A window with OpenGL 3.3, or with what there is: Context reports that it is too old."""
    for hints in (CORE_PROFILE, {}):
        glfw.default_window_hints()
        for hint, value in {glfw.AUTO_ICONIFY: False, glfw.DECORATED: not borderless, **hints}.items():
            glfw.window_hint(hint, value)
        if window := glfw.create_window(*size, "Phosphene", monitor, None):
            return window
    raise PhospheneError(f"no OpenGL 3.3 in a window ({monitors.last_error()}); install the graphics card's driver")
