"""The sheet: boxes and words that lie over a picture, all of them one draw."""

import moderngl
import numpy as np

from phosphene.engine.gl.pass_spec import Pass
from phosphene.engine.gl.shader_compile import compiled
from phosphene.engine.gl.shader_source import Source
from phosphene.engine.visuals.hud.font import Font

BOX, TEXT, LARGE = 0.0, 1.0, 2.0  # as shaders/hud/mark.vert has them
BOXES = Pass("marks", vertex="hud/mark.vert", fragment="hud/mark.frag", vertices=4)
MARK = np.dtype([("box", "f4", 4), ("ink", "u1", 4), ("shape", "f4", 2)])
LAYOUT = "4f 4f1 2f /i"
SHARE = 1 / 40  # of the screen's height: a letter of text
LARGER = 2.2  # times that: a large one
PITCH = 1.4  # of a letter's size: from line to line
ROOM = 1024  # marks at first


class OverlayBatch:
    """What is put on it is drawn once, and gone. Lengths are pixels from the upper left, inks 0xRRGGBBAA.

    Parameters
    ----------
    context : Context
        Current on this thread.
    """

    def __init__(self, context):
        self.context, self.room, self.boxes, self.words = context, (0, 0), [], []
        self.program = compiled(context, Source(BOXES.vertex), Source(BOXES.fragment))
        self.program["text"].value, self.program["large"].value = 0, 1
        self.fonts, self.textures = {}, []
        self.marks = context.gl.buffer(reserve=ROOM * MARK.itemsize, dynamic=True)
        self.strip = self._strip()

    def _strip(self):
        return self.context.gl.vertex_array(self.program, [(self.marks, LAYOUT, *MARK.names)])

    def fit(self, room):
        """Be of this size: letters are those that go with it."""
        if room == self.room:
            return
        self._let_go()
        self.room, self.program["room"].value = room, room
        text = Font(room[1] * SHARE)
        self.fonts = {TEXT: text, LARGE: Font(text.size * LARGER)}
        for font in self.fonts.values():
            count, rows, columns = font.letters.shape
            texture = self.context.gl.texture_array((columns, rows, count), 1, font.letters.tobytes(), alignment=1)
            self.textures.append(texture)
        self.letter, self.line = text.cell[0], round(PITCH * text.size)

    def box(self, left, top, width, height, ink, radius=0.0):
        self.boxes.append(((left, top, width, height), ink, radius))

    def say(self, left, top, words, ink, face=TEXT):
        """Words in a line; gives where they end."""
        self.words.append((left, top, words, ink, face))
        return left + len(words) * self.fonts[face].cell[0]

    def draw(self):
        """Draw all that was put on it, the words on top, on what is being drawn on."""
        marks = np.concatenate([self._boxes(), *(self._letters(face) for face in self.fonts)])
        self.boxes, self.words = [], []
        if marks.nbytes > self.marks.size:
            self.strip.release()
            self.marks.orphan(2 * marks.nbytes)
            self.strip = self._strip()
        else:
            self.marks.orphan()  # what is still being drawn from is not waited for
        self.marks.write(marks)
        gl = self.context.gl
        for unit, texture in enumerate(self.textures):
            texture.use(unit)
        gl.enable(moderngl.BLEND)
        gl.blend_func = moderngl.SRC_ALPHA, moderngl.ONE_MINUS_SRC_ALPHA
        self.context.draw(self.program, self.strip, BOXES._replace(instances=len(marks)))
        gl.disable(moderngl.BLEND)
        self.context.settle()

    def _boxes(self):
        marks = np.zeros(len(self.boxes), MARK)
        if self.boxes:
            places, inks, radii = zip(*self.boxes)
            marks["box"], marks["ink"], marks["shape"][:, 1] = places, _inks(inks), radii
        return marks

    def _letters(self, face):
        words = [line for line in self.words if line[4] == face]
        if not words:
            return np.zeros(0, MARK)
        left, top, said, inks, _ = zip(*words)
        lengths, font = [len(line) for line in said], self.fonts[face]
        marks = np.zeros(sum(lengths), MARK)
        within = np.arange(len(marks)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        marks["box"][:, 0] = np.repeat(np.round(left), lengths) + within * font.cell[0]
        marks["box"][:, 1] = np.repeat(np.round(top), lengths)
        marks["box"][:, 2:] = font.cell
        marks["ink"] = np.repeat(_inks(inks), lengths, axis=0)
        marks["shape"][:, 0], marks["shape"][:, 1] = face, font.numbers("".join(said))
        return marks

    def release(self):
        self._let_go()
        for owned in (self.strip, self.marks, self.program):
            owned.release()

    def _let_go(self):
        for texture in self.textures:
            texture.release()
        self.textures = []


def _inks(inks):
    return np.array(inks, ">u4").view(np.uint8).reshape(-1, 4)
