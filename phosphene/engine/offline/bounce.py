"""A bounce: the live graph on the offline clock, into sound files and films."""

import contextlib
import hashlib
import json
import platform
import time
from fractions import Fraction
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import phosphene
from phosphene.engine.audio.core import CHANNELS
from phosphene.engine.audio.meters import Meter
from phosphene.engine.audio.sources.file import FileSource
from phosphene.engine.common.atomic_files import check_writable, write_atomically
from phosphene.engine.common.errors import UsageError
from phosphene.engine.encode.sound_file import FORMATS, SoundFile, SoundFileNode
from phosphene.engine.graph.build import from_source, from_take
from phosphene.engine.presets.load import Preset, RunRecord
from phosphene.engine.rings.board import get

FILM = ".mp4"
LIBRARIES = ("numpy", "numba", "llvmlite", "av", "soxr")
PAINTING = ("moderngl",)


class FilmSettings(NamedTuple):
    """How a film is taken."""

    size: tuple = (1280, 720)
    fps: Fraction = Fraction(30)
    codec: str = "x264"
    crf: int = 16
    preset: str = "medium"  # of the encoder


class BounceInput(NamedTuple):
    """What a bounce is made of, opened and found good."""

    source: object  # a source, or a TakeReader
    kind: str  # file, synth, silence, take
    preset: Preset
    file: Path | None = None  # the input or the take
    seconds: float | None = None

    def graph(self, sink_of, eyes_of=None):
        if self.kind == "take":
            return from_take(self.source, sink_of, eyes_of=eyes_of)
        return from_source(self.source, self.preset, sink_of, seconds=self.seconds, eyes_of=eyes_of)


def bounce(material, outs, *, depth=None, shot=None, overwrite=False, threads=True, watch=None):
    """Make the files, with run.json and timings.json beside the first; gives the run record and remarks for the user.

    Parameters
    ----------
    material : BounceInput
    outs : list of Path
        Each ends in .wav, .flac or .mp4.
    depth : str, optional
        Of a sample in a sound file: "24", which is the default, or "float".
    shot : FilmSettings, optional
        Of the film.
    threads : bool
        A thread a node, or all in this one. Changes speed, never sound or picture.
    watch : callable(Graph), optional
        Called now and then.

    Raises
    ------
    UsageError, PhospheneError
        With nothing left behind.
    """
    begun = time.perf_counter()
    forms = check_outs(outs, depth)
    wanted = [*outs, outs[0].with_name("run.json"), outs[0].with_name("timings.json")]
    for path in wanted:
        check_writable(path, overwrite=overwrite or path not in outs)
    digest = _digest(material.file)  # now, since the result may take the input's place
    with write_atomically(*wanted) as parts, contextlib.ExitStack() as stack:
        files = [
            stack.enter_context(contextlib.closing(SoundFile(part, form, material.source.rate)))
            for part, form in zip(parts, forms)
            if form
        ]
        film = None
        if FILM in [out.suffix.lower() for out in outs]:
            from phosphene.engine.offline.film_job import FilmJob  # here, since sound needs no GL

            part = parts[forms.index(None)]
            film = stack.enter_context(FilmJob(part, shot or FilmSettings(), material.source.rate, material.preset))
        tracks = [*files, film.track] if film else files
        graph = material.graph(lambda outlet: SoundFileNode(outlet, tracks), film and film.nodes)
        graph.run(threads=threads, watch=watch and (lambda: watch(graph)))
        stack.close()
        libraries = LIBRARIES + PAINTING if film else LIBRARIES
        record = RunRecord(
            phosphene=phosphene.__version__,
            preset=material.preset.full(),
            seed=material.preset.seed,
            versions={"python": platform.python_version(), **{name: version(name) for name in libraries}},
            source=material.kind,
            input_sha256=digest,
            samples_sha256=graph.sink.hash.hexdigest(),
            frames=graph.sink.frames,
            rate=graph.rate,
            channels=CHANNELS,
            tempo=graph.tempo,
            format=", ".join(" ".join(form)[1:] if form else film.format for form in forms),
            **(film.told() if film else {}),
        )
        parts[-2].write_text(record.text(), encoding="utf-8")
        spent, heard = time.perf_counter() - begun, graph.sink.frames / graph.rate
        timings = {"seconds": spent, "heard_seconds": heard, "times_real_time": heard / spent, "threads": threads}
        if film:
            timings["pictures_per_second"] = film.projector.shown / spent
        parts[-1].write_text(json.dumps(timings, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    return record, _remarks(graph)


def check_outs(outs, depth):
    """The form of each result, None for a film.

    Raises
    ------
    UsageError
        For an ending or a depth that is not made here, and where two of one kind are asked for.
    """
    endings = [*sorted({ending for ending, _ in FORMATS}), FILM]
    suffixes = [out.suffix.lower() for out in outs]
    for out, suffix in zip(outs, suffixes):
        if suffix not in endings:
            allowed = f"{', '.join(endings[:-1])} or {endings[-1]}"
            raise UsageError(f"-o {out}: ends in '{out.suffix}', can end in {allowed}")
        if suffixes.count(suffix) > 1:
            raise UsageError(f"-o {out}: two results end in {suffix}; name one of each")
        if depth and suffix != FILM and (suffix, depth) not in FORMATS:
            raise UsageError(f"--depth {depth}: {suffix} holds {', '.join(d for e, d in FORMATS if e == suffix)}")
    if depth and suffixes == [FILM]:
        raise UsageError(f"--depth {depth}: is of sound files; the sound in {outs[0]} is AAC")
    return [None if suffix == FILM else (suffix, depth or "24") for suffix in suffixes]


def _digest(path):
    if path is None:
        return None
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _remarks(graph):
    """What the user should know of the results, a sentence each."""
    remarks, scrubbed = [], int(get(graph.player.gauges, int(Meter.SCRUBBED)))
    if scrubbed:
        remarks.append(f"{scrubbed} samples of the input were not numbers and became silence")
    if muted := int(get(graph.player.gauges, int(Meter.MUTED))):
        remarks.append(f"{muted} genes made no sound, and were passed over from there on")
    source = getattr(graph.feeder, "source", None)
    source = getattr(source, "source", source)  # that of one at another pace
    if isinstance(source, FileSource) and source.broken:
        remarks.append(f"{source.broken} damaged packets of {source.path} were left out")
    return remarks
