"""A GL context, in a window or offscreen, and waiting for GL without holding the interpreter lock."""

import contextlib
import ctypes
import sys
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Any, Protocol

import glcontext
import moderngl

from phosphene.engine.common.errors import PhospheneError, UsageError
from phosphene.engine.gl.pass_spec import Pass
from phosphene.engine.gl.pass_timing import Timing

COMPUTE_VERSION, MIN_VERSION, ANY_VERSION = 430, 330, 100  # tried in this order: some drivers give exactly that
VENDOR, RENDERER, VERSION = 0x1F00, 0x1F01, 0x1F02
SOFTWARE = ("llvmpipe", "softpipe", "swrast", "swiftshader", "software", "gdi generic")
POINTS, TRIANGLE_STRIP = 0, 5
READ_FRAMEBUFFER, DRAW_FRAMEBUFFER, COLOR_BUFFER, LINEAR = 0x8CA8, 0x8CA9, 0x4000, 0x2601
PROGRAM_POINT_SIZE = 0x8642
COMMANDS_COMPLETE, FLUSH_FIRST = 0x9117, 1
SMALL_DRAW = 1 << 16  # pixels; a draw this small is done before anything could wait for it
HANG_TIMEOUT = 10_000_000_000  # nanoseconds; on a card, a frame that takes longer means that the driver hangs
TIMEOUT_EXPIRED, WAIT_FAILED = 0x911B, 0x911D


class Loader(Protocol):
    """What makes a context current, as glcontext and the window do."""

    def load(self, name: str) -> int:
        """Address of a GL function; 0 if there is none."""

    def release(self) -> object: ...

    def __enter__(self) -> object: ...

    def __exit__(self, *_: object) -> object: ...


class Context:
    """A GL context of at least version 3.3.

    moderngl holds the interpreter lock in every call, so a slow frame would stop every other thread of the process.
    Calls that take long therefore go through ctypes, which releases the lock: `function` gives GL's own functions,
    `draw` draws, `wait` waits for what was drawn.

    Parameters
    ----------
    loader : Loader

    Raises
    ------
    PhospheneError
        If the driver's OpenGL is too old.
    """

    def __init__(self, loader: Loader) -> None:
        self.loader = loader
        get_string = ctypes.CFUNCTYPE(ctypes.c_char_p, ctypes.c_uint)(loader.load("glGetString"))
        self.vendor, self.renderer, self.version = (get_string(name).decode() for name in (VENDOR, RENDERER, VERSION))
        try:
            self.gl = moderngl.create_context(require=MIN_VERSION, context=loader)  # type: ignore[arg-type]  # as it documents
        except Exception as error:  # moderngl raises bare ones
            loader.release()
            found = f"OpenGL {self.version} ({self.renderer})"
            raise PhospheneError(f"{found} is too old: needs 3.3; update the graphics card's driver") from error
        self.software = any(word in self.renderer.lower() for word in SOFTWARE)
        self.max_texture_size: int = self.gl.info["GL_MAX_TEXTURE_SIZE"]
        self.has_compute = self.gl.version_code >= COMPUTE_VERSION
        self._fence_sync = self.function("glFenceSync", ctypes.c_void_p, ctypes.c_uint, ctypes.c_uint)
        self._client_wait = self.function(
            "glClientWaitSync", ctypes.c_uint, ctypes.c_void_p, ctypes.c_uint, ctypes.c_uint64
        )
        self._delete_sync = self.function("glDeleteSync", None, ctypes.c_void_p)
        uint, number = ctypes.c_uint, ctypes.c_int
        self._use_program = self.function("glUseProgram", None, uint)
        self._bind_vertex_array = self.function("glBindVertexArray", None, uint)
        self._draw_instanced = self.function("glDrawArraysInstanced", None, uint, number, number, number)
        self._bind_framebuffer = self.function("glBindFramebuffer", None, uint, uint)
        self._blit = self.function("glBlitFramebuffer", None, *[number] * 8, uint, uint)
        self._flush = self.function("glFlush", None)
        self.function("glEnable", None, uint)(PROGRAM_POINT_SIZE)
        self.timing = Timing(self)

    def function(self, name: str, result: Any, *arguments: Any) -> Callable[..., Any]:
        """GL's function of this name; a call releases the interpreter lock.

        Raises
        ------
        PhospheneError
            If the driver does not have it.
        """
        address = self.loader.load(name)
        if not address:
            raise PhospheneError(f"OpenGL has no {name} ({self.renderer}, {self.version})")
        return ctypes.CFUNCTYPE(result, *arguments)(address)

    def check_size(self, size: tuple[int, int]) -> None:
        """Check that a picture of this size can be drawn.

        Raises
        ------
        UsageError
            If it cannot.
        """
        if max(size) > self.max_texture_size:
            allowed = f"at most {self.max_texture_size} a side ({self.renderer})"
            raise UsageError(f"--size {size[0]}x{size[1]}: the graphics here draw {allowed}")

    def __enter__(self) -> "Context":
        """Make it current on this thread."""
        self.loader.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None = None,
        error: BaseException | None = None,
        trace: TracebackType | None = None,
    ) -> None:
        self.loader.__exit__(None, None, None)

    def draw(self, program: moderngl.Program, vertex_array: moderngl.VertexArray, spec: Pass) -> None:
        """Draw the vertices of a Pass; a driver may translate the program only now."""
        self._use_program(program.glo)
        self._bind_vertex_array(vertex_array.glo)
        mode = POINTS if spec.points else TRIANGLE_STRIP
        self._draw_instanced(mode, 0, spec.vertices, spec.instances)

    def copy(
        self,
        source: moderngl.Framebuffer | None,
        size: tuple[int, ...],
        target: moderngl.Framebuffer | None,
        target_size: tuple[int, ...],
        corner: tuple[int, int] = (0, 0),
    ) -> None:
        """Copy a framebuffer, or the screen (None), into a rectangle of another, scaled to fill it."""
        left, bottom = corner
        right, top = left + target_size[0], bottom + target_size[1]
        self._bind_framebuffer(READ_FRAMEBUFFER, source.glo if source else 0)
        self._bind_framebuffer(DRAW_FRAMEBUFFER, target.glo if target else 0)
        self._blit(0, 0, *size, left, bottom, right, top, COLOR_BUFFER, LINEAR)

    def fence(self) -> int:
        """A fence behind all commands so far; pass it to `wait`, which deletes it."""
        return self._fence_sync(COMMANDS_COMPLETE, 0)

    def wait(self, fence: int) -> None:
        """Wait until all commands before the fence are done.

        Raises
        ------
        PhospheneError
            If a card takes longer than HANG_TIMEOUT.
        """
        while (status := self._client_wait(fence, FLUSH_FIRST, HANG_TIMEOUT)) == TIMEOUT_EXPIRED and self.software:
            pass  # a large picture on a slow processor may take that long
        self._delete_sync(fence)
        if status in (TIMEOUT_EXPIRED, WAIT_FAILED):
            raise PhospheneError(f"the graphics driver hangs ({self.renderer}, {self.version})")

    def after_draw(self, size: tuple[int, int]) -> None:
        """Call after each draw of a picture of this size; a software rasteriser is waited for unless it is small."""
        if size[0] * size[1] > SMALL_DRAW:
            self.sync_software()
        elif self.software:
            self._flush()

    def sync_software(self) -> None:
        """Wait for a software rasteriser, which would otherwise draw within the next call, with the lock held."""
        if self.software:
            self.wait(self.fence())

    def describe(self) -> dict[str, str | bool]:
        """What it is, as reports contain it."""
        return {
            "vendor": self.vendor,
            "renderer": self.renderer,
            "version": self.version,
            "hardware": not self.software,
            "compute": self.has_compute,
        }

    def release(self) -> None:
        self.timing.release()
        self.__exit__()  # a context that is current is not destroyed
        self.gl.release()


def create_offscreen() -> Context:
    """A context without a window: by EGL on Linux, by the system's own means elsewhere.

    Raises
    ------
    PhospheneError
        If there is no OpenGL, or none that is new enough.
    """
    try:
        loader = _offscreen_loader()
    except Exception as error:
        raise PhospheneError(f"no OpenGL 3.3 without a window ({_first_line(error)}); {_install_hint()}") from error
    return Context(loader)


def _offscreen_loader() -> Loader:
    backend = glcontext.get_backend_by_name("egl") if sys.platform.startswith("linux") else glcontext.default_backend()
    for version in (COMPUTE_VERSION, MIN_VERSION):
        with contextlib.suppress(Exception):  # glcontext raises bare ones
            return backend(glversion=version, mode="standalone")
    return backend(glversion=ANY_VERSION, mode="standalone")  # Context reports that it is too old


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__


def _install_hint() -> str:
    if sys.platform.startswith("linux"):
        return "install a driver with EGL, or Mesa: apt-get install libegl1 libgl1-mesa-dri"
    return "install the graphics card's driver"


@contextlib.contextmanager
def offscreen_context() -> Iterator[Context]:
    """An offscreen context for as long as the block lasts."""
    context = create_offscreen()
    try:
        yield context
    finally:
        context.release()
