"""The graph: the nodes of a session or a bounce, put together from one description, whichever clock drives them.

    source ─▶ core ─▶ sink          live, the device is the sink and drives the core;
                │ taps              offline, a PlayNode does, and every ring and tap makes it wait
                ├─▶ listen ─▶ frames ─▶ modulation, lookahead, pictures
                ├─▶ take
                └─▶ recorder, meters, in any process

`assemble` makes what both have in common. Each node names the thread in which it runs live.
"""

from collections import deque
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from phosphene.engine.audio import taps
from phosphene.engine.audio.clocks import OfflineClock
from phosphene.engine.audio.core import CHANNELS, Core, make_core
from phosphene.engine.audio.meters import Meter
from phosphene.engine.audio.sources.base import Source
from phosphene.engine.audio.sources.varispeed import VariableSpeedSource, speed_of
from phosphene.engine.audio.taps import TapPoint
from phosphene.engine.common.errors import UsageError
from phosphene.engine.effects.chain import limiter
from phosphene.engine.effects.chain import plan as chain
from phosphene.engine.graph.listen_node import ListenNode
from phosphene.engine.graph.lookahead_node import LookaheadNode
from phosphene.engine.graph.memory import Memory, memory_layouts
from phosphene.engine.graph.node import Node
from phosphene.engine.graph.nodes import CHUNK, PlayNode, SourceNode
from phosphene.engine.listening.rhythm import tempo_override
from phosphene.engine.modulation.audio_mover import AudioMover, moves_sound
from phosphene.engine.modulation.matrix import NO_MODULATION, Modulation
from phosphene.engine.presets.model import Preset
from phosphene.engine.rings import allocate, ring
from phosphene.engine.rings.ring import Ring
from phosphene.engine.takes.file import Begin, TakeReader
from phosphene.engine.takes.nodes import TakeSource
from phosphene.engine.takes.translate import checked_records

FIRST_SERIAL = 1  # of the plan of a source
DEFAULT_SECONDS = 60.0  # of a source without an end
QUEUE = 16 * CHUNK  # frames that may wait between two nodes offline
TAP_SECONDS = 4.0  # that the analysis and a take may be behind


class Assembly(NamedTuple):
    """What live and offline have in common."""

    core: Core
    taps: tuple[TapPoint, ...]
    listen: ListenNode
    mover: AudioMover
    new_core: Callable[[], Core]


def assemble(
    memory: Memory,
    rate: int,
    modulation: Modulation,
    serial: int,
    *,
    readers: tuple[TapPoint, ...] = (),
    start: int = 0,
    trim: int = 0,
) -> Assembly:
    """The core with its taps, the node that listens, and the one that modulates.

    Parameters
    ----------
    memory : Memory
    rate : int
    modulation : Modulation
        What moves the plan with this serial number.
    readers : tuple of TapPoint
        Whoever else reads the sound.
    start : int
        The position of the core, where it goes on.
    trim : int
        Frames of latency that are left out of what is heard.
    """

    def new_core() -> Core:
        return make_core(
            rate,
            memory["params"],
            memory["meters"],
            moves=memory["moves"],
            returns=memory["returns"],
            taps=points,
        )

    analysis = TapPoint("output", new_tap("output", rate), int(Meter.UNHEARD))
    points = (analysis, *readers)
    core = new_core()
    listen = ListenNode(rate, core, analysis.tap, memory["frames"], start=start, trim=trim)
    mover = AudioMover(modulation, memory["frames"], memory["moves"], hop=listen.analyser.hop, rate=rate, serial=serial)
    return Assembly(core, points, listen, mover, new_core)


def new_tap(point: str, rate: int, seconds: float = TAP_SECONDS) -> Any:
    """A tap in this process's memory, whose reader may be so many seconds behind."""
    return allocate(taps.layout(point, round(seconds * rate)))


class Graph(NamedTuple):
    """The nodes of a bounce, joined."""

    source: Any  # SourceNode or TakeSource
    play: PlayNode
    listen: ListenNode
    sink: Any
    viewers: tuple[Any, ...]  # nodes that draw what the listen node heard
    rate: int
    frames: int | None  # in all; None where only the end of the source tells
    tempo: str = "causal"  # how viewers know the rhythm: by what came, or "lookahead", by what follows

    def run(self, *, threads: bool = True, watch: Callable[[], None] | None = None) -> None:
        nodes: list[Node] = [self.source, self.play, self.listen, self.sink, *self.viewers]
        OfflineClock(nodes, threads=threads).run(watch)


def join(
    make_source: Callable[..., Node],
    make_sink: Callable[[Ring], Node],
    rate: int,
    frames: int | None,
    *,
    wide: bool = False,
    acts: Iterable[Any] = (),
    make_viewers: Callable[..., Iterable[Node]] | None = None,
    trim: int = 0,
    modulation: Modulation = NO_MODULATION,
) -> Graph:
    """Join a source, the core, the listen node and a sink by rings.

    Parameters
    ----------
    make_source : callable(ring, *scripts)
        Makes the node that fills the core's inlet, four columns if `wide`, else two. It may append acts to the scripts.
    make_sink : callable(ring)
        Makes the node that takes what is heard.
    acts : iterable of Begin, Swap, Change
        What happens, where the source does not say.
    make_viewers : callable(listen, play, script), optional
        Makes the nodes that draw.
    trim : int
        Frames by which what is heard trails the source, and which are taken off.
    modulation : Modulation
        What moves the sound.
    """
    memory = {name: allocate(layout) for name, layout in memory_layouts().items()}
    tempo_override.write_tempo(memory["params"], tempo_override.DEFAULTS)
    script, view_script = deque(acts), deque[Any]()
    scripts = (script, view_script) if make_viewers else (script,)
    inlet = allocate(ring.layout(QUEUE, CHANNELS * (2 if wide else 1)))
    outlet = allocate(ring.layout(QUEUE, CHANNELS))
    core, points, listen, mover, new_core = assemble(memory, rate, modulation, FIRST_SERIAL, trim=trim)
    moving = mover if moves_sound(modulation) else None
    play = PlayNode(rate, core, new_core, points, inlet, outlet, script, trim=trim, mover=moving)
    viewers = tuple(make_viewers(listen, play, view_script)) if make_viewers else ()
    return Graph(make_source(inlet, *scripts), play, listen, make_sink(outlet), viewers, rate, frames)


def from_source(
    source: Source,
    preset: Preset,
    make_sink: Callable[[Ring], Node],
    *,
    seconds: float | None = None,
    make_viewers: Callable[..., Iterable[Node]] | None = None,
) -> Graph:
    """The graph that plays a source through a preset's genome. What is heard begins when the source does.

    Viewers know the rhythm by what follows. Where rows move the sound, both know it by what came, so that sound and
    picture keep one beat; the same goes for a take.
    """
    genes = preset.active_genes()
    if (speed := speed_of(genes)) != 1.0:
        source = VariableSpeedSource(source, lambda: speed)
    frames = source.length if seconds is None else round(seconds * source.rate)
    if frames is None:
        frames = round(DEFAULT_SECONDS * source.rate)
    limit = frames if seconds is not None or source.length is None else None

    def make_source(inlet: Ring, *_: Any) -> SourceNode:
        return SourceNode(source, inlet, frames=limit)

    def with_lookahead(listen: ListenNode, play: PlayNode, script: deque[Any]) -> tuple[Node, ...]:
        assert make_viewers is not None
        lookahead = LookaheadNode(listen)
        return lookahead, *make_viewers(lookahead, play, script)

    trim = limiter.latency(source.rate) + sum(chain.latency(op, source.rate) for op, _ in genes)
    modulation = preset.modulation()
    causal = not make_viewers or moves_sound(modulation)
    graph = join(
        make_source,
        make_sink,
        source.rate,
        frames,
        make_viewers=make_viewers if causal else with_lookahead,
        trim=trim,
        acts=[Begin(0, FIRST_SERIAL, genes, [])],
        modulation=modulation,
    )
    return graph if causal else graph._replace(tempo="lookahead")


def from_take(
    reader: TakeReader,
    make_sink: Callable[[Ring], Node],
    *,
    make_viewers: Callable[..., Iterable[Node]] | None = None,
) -> Graph:
    """The graph that plays a take as it was heard."""
    if not (frames := reader.frames()):
        raise UsageError(f"{reader.path}: the take holds no sound")

    def make_source(inlet: Ring, *scripts: deque[Any]) -> TakeSource:
        return TakeSource(checked_records(reader), inlet, *scripts)

    return join(make_source, make_sink, reader.rate, frames, wide=True, make_viewers=make_viewers)
