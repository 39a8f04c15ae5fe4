"""Converts frames to YUV 4:2:0 on the graphics card, so that less than half of the bytes are read back."""

import moderngl

from phosphene.engine.encode import yuv420
from phosphene.engine.gl.context import Context
from phosphene.engine.gl.readback import Readback
from phosphene.engine.gl.shader_compile import compile_compute
from phosphene.engine.gl.shader_source import ShaderSource

GROUP_SIZE = 64  # 32-bit words that a work group writes; the shader has the same number
GROUPS_PER_ROW = 1024  # no driver takes all work groups of a large frame in one row
UNIFORMS = {
    "luma": (yuv420.Y_RED, yuv420.Y_GREEN, yuv420.Y_BLUE),
    "blue": (yuv420.U_RED, yuv420.U_GREEN, yuv420.U_BLUE),
    "red": (yuv420.V_RED, yuv420.V_GREEN, yuv420.V_BLUE),
    "offset": (yuv420.BLACK, yuv420.NEUTRAL),
    "fraction_bits": (yuv420.FRACTION_BITS, yuv420.CHROMA_BITS),
    "row": GROUP_SIZE * GROUPS_PER_ROW,
}


class Yuv420Readback(Readback):
    """A Readback whose frames arrive as `rgba_to_yuv420` would convert them, bit for bit.

    It needs a context with compute shaders on a graphics card; with a software rasteriser, `rgba_to_yuv420` is thirty
    times as fast.
    """

    def __init__(self, context: Context, size: tuple[int, int]) -> None:
        self.words = -(-size[0] * size[1] * 3 // 8)
        super().__init__(context, size, (size[0] * size[1] * 3 // 2,))
        with self.owned:
            self.program = self.owned.add(compile_compute(context, ShaderSource("post/yuv420.comp")))
            for name, value in UNIFORMS.items():
                self.program[name].value = value

    def copy_into(self, buffer: moderngl.Buffer) -> None:
        groups = -(-self.words // GROUP_SIZE)
        self.texture.use(0)
        buffer.bind_to_storage_buffer(0)
        self.program.run(min(groups, GROUPS_PER_ROW), -(-groups // GROUPS_PER_ROW))
        self.context.gl.memory_barrier()
        self.context.sync_software()


def make_readback(context: Context, size: tuple[int, int]) -> Readback:
    """A Yuv420Readback on a card with compute shaders and enough memory, else a Readback."""
    max_bytes = context.gl.info.get("GL_MAX_SHADER_STORAGE_BLOCK_SIZE", 0)
    on_gpu = context.has_compute and not context.software and 2 * size[0] * size[1] <= max_bytes
    return (Yuv420Readback if on_gpu else Readback)(context, size)
