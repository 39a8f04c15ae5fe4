"""The nodes that make the frames of a film: render, convert, encode."""

import contextlib
from collections import deque
from fractions import Fraction
from typing import Any

from phosphene.engine.common.errors import PhospheneError
from phosphene.engine.encode.mp4 import Mp4Writer
from phosphene.engine.encode.yuv420 import rgba_to_yuv420
from phosphene.engine.gl.context import Context
from phosphene.engine.gl.readback import DEPTH, Readback
from phosphene.engine.graph.listen_node import ListenNode
from phosphene.engine.graph.lookahead_node import LookaheadNode
from phosphene.engine.graph.nodes import PlayNode
from phosphene.engine.offline.frame_pool import FramePool
from phosphene.engine.presets.model import Preset
from phosphene.engine.rings import allocate, board
from phosphene.engine.rings.board import put
from phosphene.engine.takes.file import Change, Patch
from phosphene.engine.visuals.catalogue import BOARD_SLOTS, slot_values
from phosphene.engine.visuals.renderer import Renderer


class FrameRenderer:
    """The node that draws each frame at its exact sample, and reads back the one before it.

    Parameters
    ----------
    context : Context
        Current on no thread; the node makes it current while it steps.
    readback : Readback
        Borrowed; frames are drawn on it and read back from it.
    fps : Fraction
    preset : Preset
    listen : ListenNode or LookaheadNode
        Has the feature frames.
    play : PlayNode
        Knows how long the sound was in the end.
    script : deque of Begin, Swap, Change, Patch
        Events for the picture; each is there before the feature frames of its sample.
    outlet : FramePool
        Takes the frames as the readback gives them.
    """

    name = thread = "renderer"

    def __init__(
        self,
        context: Context,
        readback: Readback,
        fps: Fraction | int,
        preset: Preset,
        listen: ListenNode | LookaheadNode,
        play: PlayNode,
        script: deque[Any],
        outlet: FramePool,
    ) -> None:
        self.context, self.readback, self.fps = context, readback, fps
        self.listen, self.play, self.script, self.outlet = listen, play, script, outlet
        self.drawn, self.done = 0, False
        self.board = allocate(board.layout(BOARD_SLOTS))
        for slot, value in slot_values(preset.params()):
            put(self.board, slot, value)
        with context:
            self.renderer = Renderer(
                context,
                readback.size,
                frames=listen.frames,
                board=self.board,
                rate=play.rate,
                screen=readback,
                look=preset.to_look(),
            )
        listen.readers.append(self.renderer.signals)

    def step(self) -> int:
        ended = self.listen.done  # read first: what is there afterwards is all there is
        sample = float(self.drawn * self.play.rate / self.fps)
        ready = self.renderer.advance_to(sample)
        if not (ended or ready):
            return 0
        buffer = self.outlet.acquire()
        if buffer is None:
            return 0
        with self.context:
            more = ready or sample < self.play.frames
            if more:
                self._draw(sample)
            if self.readback.pending and (not more or len(self.readback.pending) == DEPTH):
                self.readback.fetch(buffer)
                self.outlet.push(buffer)
            else:
                self.outlet.recycle(buffer)
        if not (more or self.readback.pending):
            self.outlet.end()
            self.done = True
        return 1

    def _draw(self, sample):
        self._apply_events(sample)
        self.renderer.render(sample)
        self.readback.request()
        self.drawn += 1

    def _apply_events(self, sample):
        """Apply the events up to a sample that concern the picture."""
        while self.script and self.script[0].sample <= sample:
            match self.script.popleft():
                case Change(_, slot, value) if slot < BOARD_SLOTS:
                    put(self.board, slot, value)
                case Patch() as patch:
                    self.renderer.show(patch.preset.to_look(patch.look))
                    if self.renderer.fault:
                        raise PhospheneError(self.renderer.fault)
                case _:
                    pass


def release_drawing(context: Context, readback: Readback | None, renderer: FrameRenderer | None) -> None:
    """Release what draws frames, and its context; a release that fails does not keep the others from running."""
    with context, contextlib.ExitStack() as stack:
        stack.callback(context.release)
        if readback:
            stack.callback(readback.release)
        if renderer:
            stack.callback(renderer.renderer.release)


class Yuv420Node:
    """The node that converts RGBA frames to YUV 4:2:0 on the processor."""

    name = thread = "yuv420"

    def __init__(self, inlet: FramePool, outlet: FramePool) -> None:
        self.inlet, self.outlet, self.done = inlet, outlet, False

    def step(self) -> int:
        if self.inlet.exhausted:
            self.outlet.end()
            self.done = True
            return 0
        if not self.inlet.filled or (converted := self.outlet.acquire()) is None:
            return 0
        frame = self.inlet.pull()
        assert frame is not None, "only this node pulls"
        rgba_to_yuv420(frame, converted)
        self.inlet.recycle(frame)
        self.outlet.push(converted)
        return 1


class FilmNode:
    """The node that writes YUV 4:2:0 frames to an Mp4Writer; `written` counts them."""

    name = thread = "film"

    def __init__(self, inlet: FramePool, film: Mp4Writer) -> None:
        self.inlet, self.film, self.written, self.done = inlet, film, 0, False

    def step(self) -> int:
        if self.inlet.exhausted:
            self.film.end_video()
            self.done = True
            return 0
        if (frame := self.inlet.pull()) is None:
            return 0
        self.film.write_frame(frame)
        self.inlet.recycle(frame)
        self.written += 1
        return 1
