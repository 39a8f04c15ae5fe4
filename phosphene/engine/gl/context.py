"""A GL context, in a window or behind none, and the waiting that moderngl does not do off the interpreter lock."""

import contextlib
import ctypes
import sys

import glcontext
import moderngl

from phosphene.engine.common.errors import PhospheneError, UsageError
from phosphene.engine.gl.pass_timing import Timing

COMPUTING, OLDEST, ANY = 430, 330, 100  # GL versions asked for, by turns: some drivers give just that
VENDOR, RENDERER, VERSION = 0x1F00, 0x1F01, 0x1F02
SOFTWARE = ("llvmpipe", "softpipe", "swrast", "swiftshader", "software", "gdi generic")
POINTS, TRIANGLE_STRIP = 0, 5
READ_FRAMEBUFFER, DRAW_FRAMEBUFFER, COLOR_BUFFER, LINEAR = 0x8CA8, 0x8CA9, 0x4000, 0x2601
PROGRAM_POINT_SIZE = 0x8642
COMMANDS_COMPLETE, FLUSH_FIRST = 0x9117, 1
SMALL = 1 << 16  # pixels that are drawn before anybody could wait for them
FOREVER = 10_000_000_000  # nanoseconds: a frame that takes longer is a driver that hangs
TIME_OVER, FAILED = 0x911B, 0x911D


class Context:
    """A GL context of at least version 3.3.

    moderngl keeps the interpreter lock through everything it does, so that a slow frame would stop every
    other thread of the process. What takes long goes through ctypes, which lets the lock go: `function`
    gives GL's own functions, `draw` draws, `wait` waits for what has been drawn.

    Parameters
    ----------
    loader
        Has load(name), release(), and makes the context current as a context manager does.
    """

    def __init__(self, loader):
        self.loader = loader
        tell = ctypes.CFUNCTYPE(ctypes.c_char_p, ctypes.c_uint)(loader.load("glGetString"))
        self.vendor, self.renderer, self.version = (tell(what).decode() for what in (VENDOR, RENDERER, VERSION))
        try:
            self.gl = moderngl.create_context(context=loader, require=OLDEST)
        except Exception as fault:  # moderngl raises bare ones
            loader.release()
            what = f"OpenGL {self.version} ({self.renderer})"
            raise PhospheneError(f"{what} is too old: needs 3.3; update the graphics card's driver") from fault
        self.software = any(word in self.renderer.lower() for word in SOFTWARE)
        self.largest = self.gl.info["GL_MAX_TEXTURE_SIZE"]
        self.computes = self.gl.version_code >= COMPUTING
        self._fence = self.function("glFenceSync", ctypes.c_void_p, ctypes.c_uint, ctypes.c_uint)
        self._await = self.function("glClientWaitSync", ctypes.c_uint, ctypes.c_void_p, ctypes.c_uint, ctypes.c_uint64)
        self._delete = self.function("glDeleteSync", None, ctypes.c_void_p)
        word, whole = ctypes.c_uint, ctypes.c_int
        self._use = self.function("glUseProgram", None, word)
        self._bind = self.function("glBindVertexArray", None, word)
        self._draw = self.function("glDrawArraysInstanced", None, word, whole, whole, whole)
        self._frame = self.function("glBindFramebuffer", None, word, word)
        self._copy = self.function("glBlitFramebuffer", None, *[whole] * 8, word, word)
        self._flush = self.function("glFlush", None)
        self.function("glEnable", None, word)(PROGRAM_POINT_SIZE)
        self.timing = Timing(self)

    def function(self, name, result, *arguments):
        """GL's function of this name; calling it lets the interpreter lock go."""
        address = self.loader.load(name)
        if not address:
            raise PhospheneError(f"OpenGL has no {name} ({self.renderer}, {self.version})")
        return ctypes.CFUNCTYPE(result, *arguments)(address)

    def require(self, size):
        """Check that a picture of this size can be drawn.

        Raises
        ------
        UsageError
            If it cannot.
        """
        if max(size) > self.largest:
            most = f"at most {self.largest} a side ({self.renderer})"
            raise UsageError(f"--size {size[0]}x{size[1]}: the graphics here draw {most}")

    def __enter__(self):
        """Be current on this thread."""
        self.loader.__enter__()
        return self

    def __exit__(self, *_):
        self.loader.__exit__(None, None, None)

    def draw(self, program, strip, declared):
        """Draw what a Pass declares; a driver may translate the program only now."""
        self._use(program.glo)
        self._bind(strip.glo)
        kind = POINTS if declared.points else TRIANGLE_STRIP
        self._draw(kind, 0, declared.vertices, declared.instances)

    def copy(self, source, size, target, room, corner=(0, 0)):
        """Copy a framebuffer, or the screen that None is, into a room of another, as large as that is."""
        left, bottom = corner
        self._frame(READ_FRAMEBUFFER, source.glo if source else 0)
        self._frame(DRAW_FRAMEBUFFER, target.glo if target else 0)
        self._copy(0, 0, *size, left, bottom, left + room[0], bottom + room[1], COLOR_BUFFER, LINEAR)

    def fence(self):
        """A mark behind all that has been asked for; it must be waited for."""
        return self._fence(COMMANDS_COMPLETE, 0)

    def wait(self, fence):
        """Wait until all before the fence is done."""
        while (answer := self._await(fence, FLUSH_FIRST, FOREVER)) == TIME_OVER and self.software:
            pass  # a large picture on a slow processor may take that long
        self._delete(fence)
        if answer in (TIME_OVER, FAILED):
            raise PhospheneError(f"the graphics driver hangs ({self.renderer}, {self.version})")

    def sent(self, size):
        """After each draw, of so many pixels: a small one may go on while the next is told."""
        if size[0] * size[1] > SMALL:
            self.settle()
        elif self.software:
            self._flush()

    def settle(self):
        """After what takes long: a software rasteriser would finish it inside the next call, with the lock held."""
        if self.software:
            self.wait(self.fence())

    def about(self):
        """What it turned out to be, as reports tell it."""
        return {
            "vendor": self.vendor,
            "renderer": self.renderer,
            "version": self.version,
            "hardware": not self.software,
            "compute": self.computes,
        }

    def release(self):
        self.timing.release()
        self.__exit__()  # one that is current would live on
        self.gl.release()


def offscreen():
    """A context without a window: by EGL on Linux, by the system's own means elsewhere.

    Raises
    ------
    PhospheneError
        If there is no OpenGL, or none that is new enough.
    """
    try:
        loader = _loader()
    except Exception as fault:
        raise PhospheneError(f"no OpenGL 3.3 without a window ({_why(fault)}); {_mend()}") from fault
    return Context(loader)


def _loader():
    backend = glcontext.get_backend_by_name("egl") if sys.platform.startswith("linux") else glcontext.default_backend()
    for version in (COMPUTING, OLDEST):
        with contextlib.suppress(Exception):  # glcontext raises bare ones
            return backend(glversion=version, mode="standalone")
    return backend(glversion=ANY, mode="standalone")  # Context will say that it is too old


def _why(fault):
    return str(fault).strip().splitlines()[0] if str(fault).strip() else type(fault).__name__


def _mend():
    if sys.platform.startswith("linux"):
        return "install a driver with EGL, or Mesa: apt-get install libegl1 libgl1-mesa-dri"
    return "install the graphics card's driver"


@contextlib.contextmanager
def opened():
    """An offscreen context for as long as the block lasts."""
    context = offscreen()
    try:
        yield context
    finally:
        context.release()
