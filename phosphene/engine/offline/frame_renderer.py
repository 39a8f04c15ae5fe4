"""The camera and the darkroom: pictures of what is heard, one for each frame of a film."""

from phosphene.engine.common.errors import PhospheneError
from phosphene.engine.encode.yuv420 import rgba_to_yuv420
from phosphene.engine.gl.readback import DEPTH
from phosphene.engine.rings import allocate, board
from phosphene.engine.rings.board import put
from phosphene.engine.takes.file import Change, Patch
from phosphene.engine.visuals.catalogue import BOARD_SLOTS, settings
from phosphene.engine.visuals.renderer import Renderer


class FrameRenderer:
    """Paints the picture of each frame at its very sample, and fetches the one before it.

    Parameters
    ----------
    context : Context
        Current on no thread: ours whenever it steps.
    screen : Readback
        Lent; what is drawn on, and fetched.
    fps : Fraction
    preset : Preset
    ear, player
        Nodes: who listens, and who knows how long the sound was in the end.
    script : deque of Begin, Swap, Change, Patch
        What happens to the picture, each there before the frames of its sample.
    outlet : Slides
        Of pictures as the screen gives them.
    """

    name = "camera"

    def __init__(self, context, screen, fps, preset, ear, player, script, outlet):
        self.context, self.screen, self.fps = context, screen, fps
        self.ear, self.player, self.script, self.outlet = ear, player, script, outlet
        self.taken, self.done = 0, False
        self.board = allocate(board.layout(BOARD_SLOTS))
        for slot, value in settings(preset.params()):
            put(self.board, slot, value)
        with context:
            self.painter = Renderer(
                context,
                screen.size,
                frames=ear.frames,
                board=self.board,
                rate=player.rate,
                screen=screen,
                look=preset.look(),
            )
        ear.followers.append(self.painter.signals)

    def step(self):
        over = self.ear.done  # asked first: what is there afterwards is all there is
        sample = float(self.taken * self.player.rate / self.fps)
        ready = self.painter.reach(sample)
        if not (over or ready):
            return 0
        slide = self.outlet.blank()
        if slide is None:
            return 0
        with self.context:
            more = ready or sample < self.player.heard
            if more:
                self._obey(sample)
                self.painter.paint(sample)
                self.screen.ask()
                self.taken += 1
            if self.screen.waiting and (not more or len(self.screen.waiting) == DEPTH):
                self.screen.fetch(slide)
                self.outlet.give(slide)
            else:
                self.outlet.give_back(slide)
        if not (more or self.screen.waiting):
            self.outlet.end()
            self.done = True
        return 1

    def _obey(self, sample):
        while self.script and self.script[0].sample <= sample:
            match self.script.popleft():
                case Change(_, slot, value) if slot < BOARD_SLOTS:
                    put(self.board, slot, value)
                case Patch() as patch:
                    self.painter.play(patch.preset.look(patch.look))
                    if self.painter.fault:
                        raise PhospheneError(self.painter.fault)
                case _:
                    pass

    def release(self):
        with self.context:
            self.painter.release()


class Yuv420Node:
    """Makes of each picture what an encoder takes."""

    name = "darkroom"

    def __init__(self, inlet, outlet):
        self.inlet, self.outlet, self.done = inlet, outlet, False

    def step(self):
        if self.inlet.ended:
            self.outlet.end()
            self.done = True
            return 0
        if not self.inlet.filled or (blank := self.outlet.blank()) is None:
            return 0
        slide = self.inlet.take()
        rgba_to_yuv420(slide, blank)
        self.inlet.give_back(slide)
        self.outlet.give(blank)
        return 1


class FilmNode:
    """Gives the pictures to a film."""

    name = "film"

    def __init__(self, inlet, film):
        self.inlet, self.film, self.shown, self.done = inlet, film, 0, False

    def step(self):
        if self.inlet.ended:
            self.film.end_picture()
            self.done = True
            return 0
        if (slide := self.inlet.take()) is None:
            return 0
        self.film.picture(slide)
        self.inlet.give_back(slide)
        self.shown += 1
        return 1
