"""The graph: nodes joined by rings, the same whichever clock drives them."""

from collections import deque

import numpy as np

from phosphene.engine.audio import core as sound
from phosphene.engine.audio.clocks import FILLER
from phosphene.engine.audio.core import BLOCK, CHANNELS, make_core
from phosphene.engine.audio.meters import Meter
from phosphene.engine.audio.param_intake import PLAN_CHANGED
from phosphene.engine.effects.chain import plan as chain
from phosphene.engine.listening.rhythm import tempo_board
from phosphene.engine.native import make_descriptor
from phosphene.engine.rings import ring
from phosphene.engine.rings.board import get, put
from phosphene.engine.rings.mailbox import post
from phosphene.engine.takes.file import Begin, Change, Swap

CHUNK = 4096  # frames a node moves at once where nothing says otherwise


class PlanSwapper:
    """The plans of a core: builds them, and keeps each until its tail has rung out."""

    def __init__(self, core, rate):
        self.core, self.rate, self.plans = core, rate, []

    def change(self, genome, serial, *, values=None):
        """Play another genome from the next block on.

        With `values` its parameters are put on the board first; without, they are there already.
        """
        plan = chain.build(genome, serial, self.rate, CHANNELS)
        if values is None:
            values = plan.values
        for slot, value in enumerate(values):
            if not np.isnan(value):
                put(self.core.params, slot, float(value))
        self.plans.append(plan)
        post(self.core.plans, plan.words)

    def settle(self):
        """Let go of plans that no longer sound: all before the first that the core still holds."""
        held = [serial for serial in self.core.plan[:, 0] if serial]
        first = min([get(self.core.meters, int(Meter.SETTLED)) - 1, *held])
        self.plans = [plan for plan in self.plans if plan.words[0] >= first]

    def latencies(self):
        """Frames by node, of the newest plan and of the limiter behind it."""
        return {**(self.plans[-1].latencies if self.plans else {}), "limiter": len(self.core.lag)}


class SourceNode:
    """Reads a source into a ring, ahead of who plays it."""

    name = "source"

    def __init__(self, source, outlet, *, frames=None):
        self.source, self.outlet = source, outlet
        self.left = np.inf if frames is None else frames
        self.block = np.zeros((CHUNK, outlet.rows.shape[1]), np.float32)
        self.done = False

    def step(self):
        room = int(min(CHUNK, ring.writable(self.outlet, CHUNK), self.left))
        if room < min(CHUNK, self.left):
            return 0  # whole chunks: a source is read faster so
        came = self.source.read(self.block[:room])
        ring.push(self.outlet, self.block[:came])
        self.left -= came
        if came < room or self.left == 0:
            ring.end(self.outlet)
            self.done = True
        return came


class PlayNode:
    """The core on the offline clock: a ring in, a ring out, the worker's tap beside it.

    `inlet` has two columns, or four where a take tells what came back from the worker. `script` holds
    the Begin, Swap and Change of a take, each there before the sound of its sample. The first `late` frames of what
    is heard are left out, and as many are played behind the end.
    """

    name = "core"

    def __init__(self, rate, params, gauges, inlet, outlet, script, late=0):
        self.rate, self.params, self.gauges = rate, params, gauges
        self.inlet, self.outlet, self.script = inlet, outlet, script
        self.skipped, self.behind = late, late  # frames to leave out yet, and to play behind the end
        self.heard = 0  # frames
        self.block = np.zeros((BLOCK, inlet.rows.shape[1]), np.float32)
        self.stereo = np.zeros((BLOCK, CHANNELS), np.float32)
        self.play = FILLER(sound.play.address)
        self.core = make_core(rate, params, gauges)
        self.tap, self.mover = self.core.tap, None  # a Mover, where rows move what is played
        self.plans, self.words = None, None
        self.done = False

    @property
    def position(self):
        return int(get(self.gauges, int(Meter.POSITION)))

    def step(self):
        total = 0
        while not self.done and total < CHUNK:
            frames = self._block()
            if frames == 0:
                break
            total += frames
        return total

    def _block(self):
        over = ring.ended(self.inlet)  # asked first: what is there afterwards is all there is
        frames = min(BLOCK, ring.readable(self.inlet, BLOCK), self._room())
        if over and not ring.readable(self.inlet, 1):
            return self._ring_out()
        if frames <= 0:
            return 0
        frames = self._obey(frames)
        block = self.block[:frames]
        ring.pull(self.inlet, block)
        return self._perform(block)

    def _ring_out(self):
        """Play what is late behind the end."""
        if not self.behind or self.plans is None:  # of a source without a sound nothing is late
            ring.end(self.outlet)
            ring.end(self.tap)
            self.done = True
            return 0
        frames = min(BLOCK, self.behind, self._room())
        if frames <= 0:
            return 0
        self.behind -= frames
        self.block[:frames] = 0.0
        return self._perform(self.block[:frames])

    def _perform(self, block):
        frames, stereo = len(block), self.stereo[: len(block)]
        stereo[:] = block[:, :CHANNELS]
        if block.shape[1] > CHANNELS:
            ring.push(self.core.returns, np.ascontiguousarray(block[:, CHANNELS:]))
        self.play(self.words.ctypes.data, stereo.ctypes.data, frames)
        early = min(self.skipped, frames)
        self.skipped -= early
        self.heard += ring.push(self.outlet, stereo[early:])
        self.plans.settle()
        return frames

    def _room(self):
        moves = len(tempo_board.PARAMS)  # that a block may bring
        if ring.writable(self.core.hands, moves) < moves:
            return 0
        room = min(ring.writable(self.outlet, BLOCK), ring.writable(self.tap, BLOCK))
        return min(room, self.mover.until(self.position)) if self.mover else room

    def _obey(self, frames):
        """Do what the script says for this sample; gives how far the next block may go."""
        while self.script and self.script[0].sample <= self.position:
            act = self.script.popleft()
            if isinstance(act, Begin):
                self._begin(act)
            elif isinstance(act, Swap):
                self.plans.change(act.genome, act.serial, values=())
            elif isinstance(act, Change):
                put(self.params, act.slot, act.value)
        return int(min(frames, self.script[0].sample - self.position)) if self.script else frames

    def _begin(self, begin):
        for slot, value in enumerate(begin.values):
            put(self.params, slot, value)
        kept = {"tap": self.tap, "hands": self.core.hands}
        self.core = make_core(self.rate, self.params, self.gauges, moves=self.core.moves)._replace(**kept)
        self.words = make_descriptor(self.core)
        self.plans = PlanSwapper(self.core, self.rate)
        self.plans.change(begin.genome, begin.serial, values=None if not begin.values else ())


class TakeSource:
    """Plays a take: its sound into a ring of four columns, its events into every script."""

    name = "take"

    def __init__(self, reader, outlet, *scripts):
        self.records, self.outlet, self.scripts = iter(reader), outlet, scripts
        self.left, self.sample, self.done = np.zeros((0, 2 * CHANNELS), np.float32), 0, False

    def step(self):
        moved = 0
        while not len(self.left):
            record = next(self.records, None)
            if record is None:
                ring.end(self.outlet)
                self.done = True
                return 1
            if isinstance(record, np.ndarray):
                self.left = np.ascontiguousarray(record)
                self.sample += len(record)
                continue
            if isinstance(record, Begin) and record.sample > self.sample:  # a crash lost what was on its way
                self.left = np.zeros((record.sample - self.sample, 2 * CHANNELS), np.float32)
                self.sample = record.sample
            for script in self.scripts:
                script.append(record)
            moved += 1
        count = ring.push(self.outlet, self.left)
        self.left = self.left[count:]
        return moved + count


class TakeRecorder:
    """Writes a take while it is played."""

    name = "take"

    def __init__(self, core, writer, swaps):
        self.core, self.writer = core, writer
        self.swaps = swaps  # genomes by serial, as they were asked for
        self.patches = deque()  # Patch, to be written before the sound that comes next
        self.block = np.zeros((CHUNK, 2 * CHANNELS), np.float32)
        self.notes = np.zeros((CHUNK, 3))

    def step(self):
        count = min(ring.readable(self.core.tape, CHUNK), CHUNK)  # first: what changed before is noted by now
        patches = [
            self.patches.popleft() for _ in range(len(self.patches))
        ]  # no change of before them is still to come
        notes = self.notes[: ring.pull(self.core.events, self.notes)]
        self._write(notes)
        for patch in patches:
            self.writer.patch(patch)
        if count:
            ring.pull(self.core.tape, self.block[:count])
            self.writer.sound(self.block[:count])
        return count + len(notes)

    def _write(self, notes):
        swaps = np.flatnonzero(notes[:, 1] == PLAN_CHANGED)
        start = 0
        for at in swaps:
            if at > start:
                self.writer.changes(notes[start:at])
            serial = int(notes[at, 2])
            self.writer.swap(Swap(int(notes[at, 0]), serial, self.swaps[serial]))
            start = at + 1
        if len(notes) > start:
            self.writer.changes(notes[start:])


class NullSink:
    """Takes what is heard, and lets it go."""

    name = "ground"

    def __init__(self, inlet):
        self.inlet, self.done = inlet, False
        self.block = np.zeros((CHUNK, CHANNELS), np.float32)

    def step(self):
        self.done = bool(ring.ended(self.inlet))
        return ring.pull(self.inlet, self.block)
