"""The graph of a bounce: the live nodes, joined by rings, on the offline clock."""

from collections import deque
from typing import NamedTuple

from phosphene.engine.audio import meters
from phosphene.engine.audio.clocks import OfflineClock
from phosphene.engine.audio.core import CHANNELS
from phosphene.engine.audio.sources.varispeed import VariableSpeedSource, speed_of
from phosphene.engine.common.errors import UsageError
from phosphene.engine.effects.chain import limiter, plan
from phosphene.engine.graph.listen_node import ListenNode
from phosphene.engine.graph.lookahead_node import LookaheadNode
from phosphene.engine.graph.nodes import CHUNK, PlayNode, SourceNode, TakeSource
from phosphene.engine.listening import analyser
from phosphene.engine.listening.rhythm import tempo_board
from phosphene.engine.modulation.audio_mover import AudioMover, sounding
from phosphene.engine.modulation.matrix import STILL
from phosphene.engine.rings import allocate, board, ring
from phosphene.engine.takes.file import Begin
from phosphene.engine.takes.translate import checked_records
from phosphene.engine.visuals.catalogue import BOARD_SLOTS

FIRST = 1  # serial number of the plan of a source
LASTS = 60.0  # seconds of a source without an end, where nothing else is said
AHEAD = 16 * CHUNK  # frames that may wait between two nodes
REMEMBERED = 8.0  # seconds of what was heard, for those who look at it


class Graph(NamedTuple):
    """The nodes of a bounce, joined."""

    feeder: object
    player: PlayNode
    ear: ListenNode
    sink: object
    eyes: tuple  # nodes that look at what the ear heard
    rate: int
    frames: int | None  # in all; None where only the end of the source tells
    tempo: str = "causal"  # how the eyes know the rhythm: by what came, or "lookahead", by what follows

    def run(self, *, threads=True, watch=None):
        nodes = [self.feeder, self.player, self.ear, self.sink, *self.eyes]
        OfflineClock(nodes, threads=threads).run(watch)


def join(feeder_of, sink_of, rate, frames, *, wide=False, acts=(), eyes_of=None, late=0, modulation=STILL):
    """Join a feeder, the core, an ear and a sink by rings.

    Parameters
    ----------
    feeder_of : callable(ring, *scripts)
        Makes the node that fills the core's inlet, four columns if `wide`, else two, and may append what
        happens to the scripts.
    sink_of : callable(ring)
        Makes the node that takes what is heard.
    acts : iterable of Begin, Swap, Change
        What happens, where the feeder does not say.
    eyes_of : callable(ear, player, script), optional
        Makes nodes that look at what is heard.
    late : int
        Frames by which what is heard trails the source, and which are taken off.
    modulation : Modulation
        What moves the sound.
    """
    params, gauges, acts, seen = allocate(board.layout(BOARD_SLOTS)), allocate(meters.plan()), deque(acts), deque()
    tempo_board.want(params, tempo_board.DEFAULTS)
    scripts = (acts, seen) if eyes_of else (acts,)
    inlet = allocate(ring.layout(AHEAD, CHANNELS * (2 if wide else 1)))
    outlet = allocate(ring.layout(AHEAD, CHANNELS))
    player = PlayNode(rate, params, gauges, inlet, outlet, acts, late)
    ear = ListenNode(rate, player.core, allocate(analyser.plan(REMEMBERED)), start=-late)
    if sounding(modulation):
        moves, hop = player.core.moves, ear.listener.hop
        player.mover = AudioMover(modulation, ear.frames, moves, hop=hop, rate=rate, serial=FIRST)
    eyes = eyes_of(ear, player, seen) if eyes_of else ()
    return Graph(feeder_of(inlet, *scripts), player, ear, sink_of(outlet), tuple(eyes), rate, frames)


def from_source(source, preset, sink_of, *, seconds=None, eyes_of=None):
    """The graph that plays a source through a preset's genome; what is heard begins when the source does.

    Who looks at it knows its rhythm by what follows; but where rows move the sound, which hear only what came, by
    that, so that both keep one beat. With a take likewise: as whoever was there.
    """
    genes = preset.active_genes()
    if (pace := speed_of(genes)) != 1.0:
        source = VariableSpeedSource(source, lambda: pace)
    frames = source.length if seconds is None else round(seconds * source.rate)
    if frames is None:
        frames = round(LASTS * source.rate)
    limit = frames if seconds is not None or source.length is None else None

    def feeder(inlet, *_):
        return SourceNode(source, inlet, frames=limit)

    def eyes(ear, player, script):
        foreseer = LookaheadNode(ear)
        return foreseer, *eyes_of(foreseer, player, script)

    late = limiter.latency(source.rate) + sum(plan.latency(op, source.rate) for op, _ in genes)
    how = {"acts": [Begin(0, FIRST, genes, [])], "modulation": preset.modulation()}
    if not eyes_of or sounding(how["modulation"]):
        return join(feeder, sink_of, source.rate, frames, eyes_of=eyes_of, late=late, **how)
    graph = join(feeder, sink_of, source.rate, frames, eyes_of=eyes, late=late, **how)
    return graph._replace(tempo="lookahead")


def from_take(reader, sink_of, *, eyes_of=None):
    """The graph that plays a take as it was heard."""
    if not (frames := reader.frames()):
        raise UsageError(f"{reader.path}: the take holds no sound")

    def feeder(inlet, *scripts):
        return TakeSource(checked_records(reader), inlet, *scripts)

    return join(feeder, sink_of, reader.rate, frames, wide=True, eyes_of=eyes_of)
