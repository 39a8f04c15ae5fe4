"""Read-back: pictures from GL to memory, one frame behind, so that nothing waits for what was just drawn."""

import ctypes
import math
from collections import deque

import moderngl
import numpy as np

from phosphene.engine.gl.context import Context
from phosphene.engine.gl.release_stack import ReleaseStack

READ_FRAMEBUFFER, PIXEL_PACK_BUFFER = 0x8CA8, 0x88EB
RGBA, UNSIGNED_BYTE, PACK_ALIGNMENT = 0x1908, 0x1401, 0x0D05
DEPTH = 2  # frames in flight


class Readback:
    """A Screen of 8 bits a channel, whose pictures are fetched into memory.

    Every call releases the interpreter lock. Another framebuffer of the same size and format may be set as `source`
    and is then read instead of its own.

    Parameters
    ----------
    context : Context
    size : (int, int)
    shape : tuple, optional
        Of the array that a picture is fetched into; default (height, width, 4).
    """

    def __init__(self, context: Context, size: tuple[int, int], shape: tuple[int, ...] | None = None) -> None:
        self.context, self.size, self.shape = context, size, shape or (size[1], size[0], 4)
        self.owned = ReleaseStack()
        with self.owned:
            self.texture = self.owned.add(context.gl.texture(size, 4))
            self.framebuffer = self.source = self.owned.add(context.gl.framebuffer([self.texture]))
            capacity = -(-math.prod(self.shape) // 4) * 4
            self.buffers = [self.owned.add(context.gl.buffer(reserve=capacity, dynamic=True)) for _ in range(DEPTH)]
        self.pending: deque[tuple[moderngl.Buffer, int]] = deque()  # (buffer, fence), oldest first
        uint, number = ctypes.c_uint, ctypes.c_int
        self._bind_framebuffer = context.function("glBindFramebuffer", None, uint, uint)
        self._bind_buffer = context.function("glBindBuffer", None, uint, uint)
        self._pixel_store = context.function("glPixelStorei", None, uint, number)
        self._read_pixels = context.function("glReadPixels", None, *[number] * 4, uint, uint, ctypes.c_void_p)
        self._get_buffer = context.function(
            "glGetBufferSubData", None, uint, ctypes.c_ssize_t, ctypes.c_ssize_t, ctypes.c_void_p
        )

    def begin_frame(self) -> None:
        """Nothing to do: there is one picture, which is drawn over; what was requested is copied by then."""

    def request(self) -> None:
        """Start to copy the picture as it is now; `fetch` returns it later."""
        buffer = self.buffers[0]
        self.buffers = [*self.buffers[1:], buffer]
        self.copy_into(buffer)
        self.pending.append((buffer, self.context.fence()))

    def copy_into(self, buffer: moderngl.Buffer) -> None:
        """Have GL copy the picture into a buffer, in the format that `fetch` returns."""
        self._bind_framebuffer(READ_FRAMEBUFFER, self.source.glo)
        self._bind_buffer(PIXEL_PACK_BUFFER, buffer.glo)
        self._pixel_store(PACK_ALIGNMENT, 4)
        self._read_pixels(0, 0, *self.size, RGBA, UNSIGNED_BYTE, None)
        self._bind_buffer(PIXEL_PACK_BUFFER, 0)

    def fetch(self, picture: np.ndarray) -> None:
        """Copy the oldest requested picture into a uint8 array of `shape`, bottom row first."""
        buffer, fence = self.pending.popleft()
        self.context.wait(fence)
        self._bind_buffer(PIXEL_PACK_BUFFER, buffer.glo)
        self._get_buffer(PIXEL_PACK_BUFFER, 0, picture.nbytes, picture.ctypes.data)
        self._bind_buffer(PIXEL_PACK_BUFFER, 0)

    def release(self) -> None:
        while self.pending:
            self.context.wait(self.pending.popleft()[1])
        self.owned.release()
