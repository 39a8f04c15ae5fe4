"""Overlay batch: boxes and text over a picture, all in one draw call."""

from typing import Any

import moderngl
import numpy as np

from phosphene.engine.gl.context import Context
from phosphene.engine.gl.pass_spec import Pass
from phosphene.engine.gl.release_stack import ReleaseStack
from phosphene.engine.gl.shader_compile import compile_program
from phosphene.engine.gl.shader_source import ShaderSource
from phosphene.engine.visuals.hud.font import Font

BOX, TEXT, LARGE = 0.0, 1.0, 2.0  # kinds of marks; see shaders/hud/mark.vert
MARKS = Pass("marks", vertex="hud/mark.vert", fragment="hud/mark.frag", vertices=4)
MARK = np.dtype([("box", "f4", 4), ("color", "u1", 4), ("shape", "f4", 2)])
MARK_LAYOUT = "4f 4f1 2f /i"
TEXT_SHARE = 1 / 40  # height of a letter, as a share of the screen's
LARGE_FACTOR = 2.2  # height of a large letter, in letters
LINE_FACTOR = 1.4  # distance of lines, in letters
INITIAL_MARKS = 1024  # that the buffer has room for at first

Box = tuple[float, float, float, float]  # left, top, width, height


class OverlayBatch:
    """Collects boxes and text, then draws them once. Lengths are pixels from the upper left, colours 0xRRGGBBAA.

    Parameters
    ----------
    context : Context
        Current on this thread, as it must be in every method.
    """

    def __init__(self, context: Context) -> None:
        self.context, self.size = context, (0, 0)
        self.boxes: list[tuple[Box, int, float]] = []  # box, colour, radius
        self.texts: list[tuple[float, float, str, int, float]] = []  # left, top, text, colour, face
        self.fonts: dict[float, Font] = {}  # by face
        self.letter_width, self.line_height = 0, 0
        self.owned, self.font_textures = ReleaseStack(), ReleaseStack()
        self.textures: list[moderngl.TextureArray] = []
        with self.owned:
            program = compile_program(context, ShaderSource(MARKS.vertex), ShaderSource(MARKS.fragment))
            self.program: Any = self.owned.add(program)
            self.program["text"].value, self.program["large"].value = 0, 1
            self.buffer = self.owned.add(context.gl.buffer(reserve=INITIAL_MARKS * MARK.itemsize, dynamic=True))
            self.vertex_array = self.owned.add(self._create_vertex_array())

    def _create_vertex_array(self) -> moderngl.VertexArray:
        return self.context.gl.vertex_array(self.program, [(self.buffer, MARK_LAYOUT, *MARK.names)])

    def resize(self, size: tuple[int, int]) -> None:
        """Draw on a screen of this size, with the letters that suit it."""
        if size == self.size:
            return
        self._release_fonts()
        self.size, self.program["screen_size"].value = size, size
        text = Font(size[1] * TEXT_SHARE)
        self.fonts = {TEXT: text, LARGE: Font(text.size * LARGE_FACTOR)}
        for font in self.fonts.values():
            count, rows, columns = font.letters.shape
            texture = self.context.gl.texture_array((columns, rows, count), 1, font.letters.tobytes(), alignment=1)
            self.textures.append(self.font_textures.add(texture))
        self.letter_width, self.line_height = text.cell[0], round(LINE_FACTOR * text.size)

    def add_box(self, left: float, top: float, width: float, height: float, color: int, radius: float = 0.0) -> None:
        """Add a box with round corners."""
        self.boxes.append(((left, top, width, height), color, radius))

    def add_text(self, left: float, top: float, text: str, color: int, face: float = TEXT) -> float:
        """Add a line of text; returns its right end."""
        self.texts.append((left, top, text, color, face))
        return left + len(text) * self.fonts[face].cell[0]

    def draw(self) -> None:
        """Draw what was added on the current framebuffer, text on top, and forget it."""
        marks = np.concatenate([self._box_marks(), *(self._letter_marks(face) for face in self.fonts)])
        self.boxes, self.texts = [], []
        self._upload(marks)
        gl = self.context.gl
        for unit, texture in enumerate(self.textures):
            texture.use(unit)
        gl.enable(moderngl.BLEND)
        gl.blend_func = moderngl.SRC_ALPHA, moderngl.ONE_MINUS_SRC_ALPHA
        self.context.draw(self.program, self.vertex_array, MARKS._replace(instances=len(marks)))
        gl.disable(moderngl.BLEND)
        self.context.sync_software()

    def _upload(self, marks: np.ndarray) -> None:
        """Write the marks to the buffer, and make it larger where they do not fit."""
        if marks.nbytes > self.buffer.size:
            self.owned.release_one(self.vertex_array)
            self.buffer.orphan(2 * marks.nbytes)
            self.vertex_array = self.owned.add(self._create_vertex_array())
        else:
            self.buffer.orphan()  # the last draw may still read it; do not wait for that
        self.buffer.write(marks)

    def _box_marks(self) -> np.ndarray:
        marks = np.zeros(len(self.boxes), MARK)
        if self.boxes:
            boxes, colors, radii = zip(*self.boxes, strict=True)
            marks["box"], marks["color"], marks["shape"][:, 1] = boxes, _color_bytes(colors), radii
        return marks

    def _letter_marks(self, face: float) -> np.ndarray:
        """One mark per letter of the texts of a face."""
        of_face = [text for text in self.texts if text[4] == face]
        if not of_face:
            return np.zeros(0, MARK)
        left, top, texts, colors, _ = zip(*of_face, strict=True)
        lengths, font = [len(text) for text in texts], self.fonts[face]
        marks = np.zeros(sum(lengths), MARK)
        column = np.arange(len(marks)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        marks["box"][:, 0] = np.repeat(np.round(left), lengths) + column * font.cell[0]
        marks["box"][:, 1] = np.repeat(np.round(top), lengths)
        marks["box"][:, 2:] = font.cell
        marks["color"] = np.repeat(_color_bytes(colors), lengths, axis=0)
        marks["shape"][:, 0], marks["shape"][:, 1] = face, font.indices("".join(texts))
        return marks

    def release(self) -> None:
        self._release_fonts()
        self.owned.release()

    def _release_fonts(self) -> None:
        self.font_textures.release()
        self.textures = []


def _color_bytes(colors: tuple[int, ...]) -> np.ndarray:
    """(count, 4) uint8: red, green, blue and opacity of each."""
    return np.array(colors, ">u4").view(np.uint8).reshape(-1, 4)
