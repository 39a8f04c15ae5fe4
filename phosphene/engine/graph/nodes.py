"""The nodes that carry sound: a source, the core on the offline clock, a sink."""

from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from phosphene.engine.audio import core as sound
from phosphene.engine.audio.clocks import FILL_FUNCTION
from phosphene.engine.audio.core import BLOCK, CHANNELS, Core
from phosphene.engine.audio.meters import Meter
from phosphene.engine.audio.sources.base import Source
from phosphene.engine.audio.taps import TapPoint
from phosphene.engine.graph.plan_swap import PlanSwapper
from phosphene.engine.modulation.audio_mover import AudioMover
from phosphene.engine.native import make_descriptor
from phosphene.engine.rings import ring, tap
from phosphene.engine.rings.board import get, put
from phosphene.engine.rings.board_layout import TEMPO_SLOTS
from phosphene.engine.rings.ring import Ring
from phosphene.engine.takes.file import Begin, Change, Swap

CHUNK = 4096  # frames a node moves at once where nothing else is said


class SourceNode:
    """Reads a source into a ring, ahead of the core."""

    name, thread = "source", "source"

    def __init__(self, source: Source, outlet: Ring, *, frames: int | None = None) -> None:
        self.source, self.outlet = source, outlet
        self.left = np.inf if frames is None else frames
        self.block = np.zeros((CHUNK, outlet.rows.shape[1]), np.float32)
        self.done = False

    def step(self) -> int:
        room = int(min(CHUNK, ring.writable(self.outlet, CHUNK), self.left))
        if room < min(CHUNK, self.left):
            return 0  # whole chunks: a source is read faster that way
        came = self.source.read(self.block[:room])
        ring.push(self.outlet, self.block[:came])
        self.left -= came
        if came < room or self.left == 0:
            ring.end(self.outlet)
            self.done = True
        return came


class PlayNode:
    """The core on the offline clock: a ring in, a ring out, taps beside it that it waits for.

    Parameters
    ----------
    rate : int
    core : Core
        Its parameters, meters and taps; a script's Begin starts it anew.
    new_core : callable()
        Gives another core on the same memory.
    taps : sequence of TapPoint
        Those of the core.
    inlet : Ring
        Two columns, or four where a take holds what came back from the neural worker.
    outlet : Ring
    script : deque of Begin, Swap, Change
        Each is there before the sound of its sample.
    trim : int
        Frames of latency: so many are left out at the beginning, and as many are played behind the end.
    mover : AudioMover, optional
        Where rows move the sound.
    """

    name, thread = "core", "core"

    def __init__(
        self,
        rate: int,
        core: Core,
        new_core: Callable[[], Core],
        taps: tuple[TapPoint, ...],
        inlet: Ring,
        outlet: Ring,
        script: deque[Any],
        *,
        trim: int = 0,
        mover: AudioMover | None = None,
    ) -> None:
        self.rate, self.core, self.new_core, self.taps = rate, core, new_core, [each.tap for each in taps]
        self.inlet, self.outlet, self.script, self.mover = inlet, outlet, script, mover
        # only the rows of a tap may be full: without a gap there is one run
        self.outlets = [outlet, *(Ring(each.rows, each.rows_written, each.rows_read) for each in self.taps)]
        self.to_skip, self.to_flush = trim, trim  # frames
        self.frames = 0  # given so far
        self.block = np.zeros((BLOCK, inlet.rows.shape[1]), np.float32)
        self.stereo = np.zeros((BLOCK, CHANNELS), np.float32)
        self.play = FILL_FUNCTION(sound.play.address)
        self.plans: PlanSwapper | None = None  # and no words, before the first Begin
        self.words = np.zeros(0, np.int64)
        self.done = False

    @property
    def position(self) -> int:
        """Frames played, with those that are left out."""
        return int(get(self.core.meters, int(Meter.POSITION)))

    def step(self) -> int:
        total = 0
        while not self.done and total < CHUNK:
            frames = self._play_block()
            if frames == 0:
                break
            total += frames
        return total

    def _play_block(self) -> int:
        over = ring.ended(self.inlet)  # asked first: what is there afterwards is all there is
        frames = min(BLOCK, ring.readable(self.inlet, BLOCK), self._room())
        if over and not ring.readable(self.inlet, 1):
            return self._flush_latency()
        if frames <= 0:
            return 0
        frames = self._apply_script(frames)
        block = self.block[:frames]
        ring.pull(self.inlet, block)
        return self._play(block)

    def _flush_latency(self) -> int:
        """Play the frames that are late behind the end of the source."""
        if not self.to_flush or self.plans is None:  # a source without a sound has nothing late
            ring.end(self.outlet)
            for each in self.taps:
                tap.end(each)
            self.done = True
            return 0
        frames = min(BLOCK, self.to_flush, self._room())
        if frames <= 0:
            return 0
        self.to_flush -= frames
        self.block[:frames] = 0.0
        return self._play(self.block[:frames])

    def _play(self, block: np.ndarray) -> int:
        assert self.plans is not None, "sound before a Begin"
        frames, stereo = len(block), self.stereo[: len(block)]
        stereo[:] = block[:, :CHANNELS]
        if block.shape[1] > CHANNELS:
            ring.push(self.core.returns, np.ascontiguousarray(block[:, CHANNELS:]))
        self.play(self.words.ctypes.data, stereo.ctypes.data, frames)
        skipped = min(self.to_skip, frames)
        self.to_skip -= skipped
        self.frames += int(ring.push(self.outlet, stereo[skipped:]))
        self.plans.release_finished()
        return frames

    def _room(self) -> int:
        """Frames that the outlet and every tap have room for, up to what the modulation allows."""
        if ring.writable(self.core.tempo_moves, TEMPO_SLOTS) < TEMPO_SLOTS:  # as many as a block may bring
            return 0
        room = min(ring.writable(each, BLOCK) for each in self.outlets)
        return min(room, self.mover.step_until(self.position)) if self.mover else room

    def _apply_script(self, frames: int) -> int:
        """Apply what the script has for this sample; gives how far the next block may go."""
        while self.script and self.script[0].sample <= self.position:
            act = self.script.popleft()
            if isinstance(act, Begin):
                self._begin(act)
            elif isinstance(act, Swap):
                assert self.plans is not None, "a Swap before a Begin"
                self.plans.change(act.genome, act.serial, values=())
            elif isinstance(act, Change):
                put(self.core.params, act.slot, act.value)
        return int(min(frames, self.script[0].sample - self.position)) if self.script else frames

    def _begin(self, begin: Begin) -> None:
        for slot, value in enumerate(begin.values):
            put(self.core.params, slot, value)
        kept: Mapping[str, Any] = {"taps": self.core.taps, "tempo_moves": self.core.tempo_moves}
        self.core = self.new_core()._replace(**kept)
        self.words = make_descriptor(self.core)
        self.plans = PlanSwapper(self.core, self.rate)
        self.plans.change(begin.genome, begin.serial, values=None if not begin.values else ())


class NullSink:
    """Reads the sound and drops it."""

    name, thread = "sink", "sink"

    def __init__(self, inlet: Ring) -> None:
        self.inlet, self.done = inlet, False
        self.block = np.zeros((CHUNK, CHANNELS), np.float32)

    def step(self) -> int:
        self.done = bool(ring.ended(self.inlet))
        return int(ring.pull(self.inlet, self.block))
