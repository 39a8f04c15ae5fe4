"""A bounce: the live graph on the offline clock, into a file."""

import hashlib
import json
import platform
import time
from collections import deque
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import engine
from engine.audio import meters
from engine.audio.clock import OfflineClock
from engine.audio.core import CHANNELS
from engine.audio.file import FileSource
from engine.audio.meters import Meter
from engine.bounce.encode import FORMATS, Scribe, SoundFile
from engine.bounce.whole import claim, written_whole
from engine.control.take import Begin, Change, Swap
from engine.effects import chain
from engine.errors import PhospheneError, UsageError
from engine.graph import CHUNK, Ear, Feeder, Player, Reel
from engine.listening import listener
from engine.presets import Preset, RunRecord, restore_genome
from engine.rings import board, local, ring
from engine.rings.board import get

LASTS = 60.0  # seconds of a source without an end, where nothing else is said
AHEAD = 16 * CHUNK  # frames that may wait between two nodes
LIBRARIES = ("numpy", "numba", "llvmlite", "av", "soxr")


class Graph(NamedTuple):
    """The nodes of a bounce, joined."""

    feeder: object
    player: Player
    ear: Ear
    sink: object
    rate: int
    frames: int | None  # in all; None where only the end of the source tells

    def run(self, *, threads=True, watch=None):
        OfflineClock(self[:4], threads=threads).run(watch)


def join(feeder_of, sink_of, rate, frames, *, wide=False, acts=()):
    """Join a feeder, the core, an ear and a sink by rings.

    Parameters
    ----------
    feeder_of : callable(ring, script)
        Makes the node that fills the core's inlet: four columns if `wide`, else two.
    sink_of : callable(ring)
        Makes the node that takes what is heard.
    acts : iterable of Begin, Swap, Change
        What happens, where the feeder does not say.
    """
    params, gauges, acts = local(board.plan(chain.SLOTS)), local(meters.plan()), deque(acts)
    inlet = local(ring.plan(AHEAD, CHANNELS * (2 if wide else 1)))
    outlet = local(ring.plan(AHEAD, CHANNELS))
    player = Player(rate, params, gauges, inlet, outlet, acts)
    ear = Ear(rate, player.tap, player.core.gaps, local(listener.plan(2.0)))
    return Graph(feeder_of(inlet, acts), player, ear, sink_of(outlet), rate, frames)


def from_source(source, preset, sink_of, *, seconds=None):
    """The graph that plays a source through a preset's genome."""
    frames = source.length if seconds is None else round(seconds * source.rate)
    if frames is None:
        frames = round(LASTS * source.rate)
    limit = frames if seconds is not None or source.length is None else None

    def feeder(inlet, acts):
        return Feeder(source, inlet, frames=limit)

    return join(feeder, sink_of, source.rate, frames, acts=[Begin(0, 1, preset.genes(), [])])


def from_take(reader, sink_of):
    """The graph that plays a take as it was heard."""
    if not (frames := reader.frames()):
        raise UsageError(f"{reader.path}: the take holds no sound")

    def feeder(inlet, acts):
        return Reel(_believed(reader), inlet, acts)

    return join(feeder, sink_of, reader.rate, frames, wide=True)


def _believed(reader):
    """The records of a take that name what is there: a slot that is not would be memory of something else."""
    begun = False
    for record in reader:
        match record:
            case Begin():
                begun = fits = len(record.values) <= chain.SLOTS
            case Change():
                fits = begun and 0 <= record.slot < chain.SLOTS
            case _:
                fits = begun
        if not fits:
            raise PhospheneError(f"{reader.path}: the take is damaged: it moves what is not there")
        if isinstance(record, Begin | Swap):
            record = record._replace(genome=restore_genome(record.genome, reader.path))
        yield record


class Material(NamedTuple):
    """What a bounce is made of, opened and found good."""

    source: object  # a source, or a TakeReader
    kind: str  # file, synth, silence, take
    preset: Preset
    file: Path | None = None  # the input or the take
    seconds: float | None = None

    def graph(self, sink_of):
        if self.kind == "take":
            return from_take(self.source, sink_of)
        return from_source(self.source, self.preset, sink_of, seconds=self.seconds)


def bounce(material, out, *, depth=None, overwrite=False, threads=True, watch=None):
    """Make the file, with run.json and timings.json beside it; gives the run record and remarks for the user.

    Parameters
    ----------
    material : Material
    out : Path
        Ends in .wav or .flac.
    depth : str, optional
        "24", which is the default, or "float".
    threads : bool
        A thread a node, or all in this one. Changes speed, never sound.
    watch : callable(Graph), optional
        Called now and then.

    Raises
    ------
    UsageError, PhospheneError
        With nothing left behind.
    """
    begun, form = time.perf_counter(), _form(out, depth)
    wanted = [out, out.with_name("run.json"), out.with_name("timings.json")]
    for path in wanted:
        claim(path, overwrite=overwrite or path is not out)
    digest = _digest(material.file)  # now, since the result may take the input's place
    with written_whole(*wanted) as (part, record_part, timings_part):
        file = SoundFile(part, form, material.source.rate)
        try:
            graph = material.graph(lambda outlet: Scribe(outlet, file))
            graph.run(threads=threads, watch=watch and (lambda: watch(graph)))
        finally:
            file.close()
        record = RunRecord(
            phosphene=engine.__version__,
            preset=material.preset.full(),
            seed=material.preset.seed,
            versions={"python": platform.python_version(), **{name: version(name) for name in LIBRARIES}},
            source=material.kind,
            input_sha256=digest,
            samples_sha256=graph.sink.hash.hexdigest(),
            frames=graph.sink.frames,
            rate=graph.rate,
            channels=CHANNELS,
            format=" ".join(form)[1:],
        )
        record_part.write_text(record.text(), encoding="utf-8")
        spent, heard = time.perf_counter() - begun, graph.sink.frames / graph.rate
        timings = {"seconds": spent, "heard_seconds": heard, "times_real_time": heard / spent, "threads": threads}
        timings_part.write_text(json.dumps(timings, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    return record, _remarks(graph, file)


def _form(out, depth):
    endings = sorted({ending for ending, _ in FORMATS})
    form = out.suffix.lower(), depth or "24"
    if form[0] not in endings:
        raise UsageError(f"-o {out}: ends in '{out.suffix}', can end in {' or '.join(endings)}")
    if form not in FORMATS:
        raise UsageError(f"--depth {depth}: {form[0]} holds {', '.join(d for e, d in FORMATS if e == form[0])}")
    return form


def _digest(path):
    if path is None:
        return None
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _remarks(graph, file):
    """What the user should know of the result, a sentence each."""
    remarks, scrubbed = [], int(get(graph.player.gauges, int(Meter.SCRUBBED)))
    if scrubbed:
        remarks.append(f"{scrubbed} samples of the input were not numbers and became silence")
    if file.clipped:
        remarks.append(f"{file.clipped} samples were over full scale and were clipped; --depth float keeps them")
    source = getattr(graph.feeder, "source", None)
    if isinstance(source, FileSource) and source.broken:
        remarks.append(f"{source.broken} damaged packets of {source.path} were left out")
    return remarks
