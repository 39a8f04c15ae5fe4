"""Yuv420Readback pictures: converted where they were drawn, so that less than half of them has to travel."""

from phosphene.engine.encode import yuv420
from phosphene.engine.gl.readback import Readback
from phosphene.engine.gl.shader_compile import computed
from phosphene.engine.gl.shader_source import Source

WIDE = 64  # words that a work group writes, as the shader says
ROW = 1024  # work groups in a row: no driver takes all that a large picture needs in one
NUMBERS = {
    "luma": (yuv420.Y_RED, yuv420.Y_GREEN, yuv420.Y_BLUE),
    "blue": (yuv420.U_RED, yuv420.U_GREEN, yuv420.U_BLUE),
    "red": (yuv420.V_RED, yuv420.V_GREEN, yuv420.V_BLUE),
    "offset": (yuv420.BLACK, yuv420.NEUTRAL),
    "point": (yuv420.BITS, yuv420.QUAD),
    "row": WIDE * ROW,
}


class Yuv420Readback(Readback):
    """A screen whose pictures are fetched as `to_i420` would make them, to the bit.

    It needs a context that computes, and should be a card's: where the processor draws, `to_i420` is thirty
    times as fast.
    """

    def __init__(self, context, size):
        self.program, self.words = None, -(-size[0] * size[1] * 3 // 8)
        super().__init__(context, size, (size[0] * size[1] * 3 // 2,))
        try:
            self.program = computed(context, Source("post/i420.comp"))
            for name, value in NUMBERS.items():
                self.program[name].value = value
        except BaseException:
            self.release()
            raise

    def copy(self, buffer):
        groups = -(-self.words // WIDE)
        self.texture.use(0)
        buffer.bind_to_storage_buffer(0)
        self.program.run(min(groups, ROW), -(-groups // ROW))
        self.context.gl.memory_barrier()
        self.context.settle()

    def release(self):
        super().release()
        if self.program:
            self.program.release()


def screen_of(context, size):
    """What a film is drawn on: an Yuv420Readback on a card that computes and has room for it, else a Readback."""
    room = context.gl.info.get("GL_MAX_SHADER_STORAGE_BLOCK_SIZE", 0)
    instant = context.computes and not context.software and 2 * size[0] * size[1] <= room
    return (Yuv420Readback if instant else Readback)(context, size)
