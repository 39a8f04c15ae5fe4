"""Read-back: pictures from GL to memory, one frame behind, so that nothing waits for what was just drawn."""

import ctypes
import math
from collections import deque

READ_FRAMEBUFFER, PIXEL_PACK_BUFFER = 0x8CA8, 0x88EB
RGBA, UNSIGNED_BYTE, PACK_ALIGNMENT = 0x1908, 0x1401, 0x0D05
DEPTH = 2  # frames in flight


class Readback:
    """A screen of 8 bits a colour, whose pictures are fetched from it.

    All of it goes through functions that let the interpreter lock go. What is drawn elsewhere, of the same size
    and 8 bits a colour, may be its `source` instead of its own framebuffer.

    Parameters
    ----------
    context : Context
    size : (int, int)
    shape : tuple, optional
        Of the array that a picture is fetched into; else (height, width, 4).
    """

    def __init__(self, context, size, shape=None):
        self.context, self.size, self.shape = context, size, shape or (size[1], size[0], 4)
        self.texture = context.gl.texture(size, 4)
        self.framebuffer = self.source = context.gl.framebuffer([self.texture])
        room = -(-math.prod(self.shape) // 4) * 4
        self.buffers = [context.gl.buffer(reserve=room, dynamic=True) for _ in range(DEPTH)]
        self.waiting = deque()  # (buffer, fence), the oldest first
        word, whole = ctypes.c_uint, ctypes.c_int
        self._bind = context.function("glBindFramebuffer", None, word, word)
        self._pack = context.function("glBindBuffer", None, word, word)
        self._align = context.function("glPixelStorei", None, word, whole)
        self._read = context.function("glReadPixels", None, *[whole] * 4, word, word, ctypes.c_void_p)
        self._fetch = context.function(
            "glGetBufferSubData", None, word, ctypes.c_ssize_t, ctypes.c_ssize_t, ctypes.c_void_p
        )

    def turn(self):
        """There is one picture, drawn over again; what was asked for is copied by then."""

    def ask(self):
        """Ask for the picture as it is now."""
        buffer = self.buffers[0]
        self.buffers = [*self.buffers[1:], buffer]
        self.copy(buffer)
        self.waiting.append((buffer, self.context.fence()))

    def copy(self, buffer):
        """Have the picture put into a buffer, as it is to be fetched."""
        self._bind(READ_FRAMEBUFFER, self.source.glo)
        self._pack(PIXEL_PACK_BUFFER, buffer.glo)
        self._align(PACK_ALIGNMENT, 4)
        self._read(0, 0, *self.size, RGBA, UNSIGNED_BYTE, None)
        self._pack(PIXEL_PACK_BUFFER, 0)

    def fetch(self, picture):
        """The oldest picture asked for, into a uint8 array of `shape`, the bottom row first."""
        buffer, fence = self.waiting.popleft()
        self.context.wait(fence)
        self._pack(PIXEL_PACK_BUFFER, buffer.glo)
        self._fetch(PIXEL_PACK_BUFFER, 0, picture.nbytes, picture.ctypes.data)
        self._pack(PIXEL_PACK_BUFFER, 0)

    def release(self):
        while self.waiting:
            self.context.wait(self.waiting.popleft()[1])
        for owned in (self.framebuffer, self.texture, *self.buffers):
            owned.release()
