"""A bounce: the live graph on the offline clock, into sound files and films."""

import contextlib
import hashlib
import json
import platform
import time
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import phosphene
from phosphene.engine.audio.core import CHANNELS
from phosphene.engine.audio.meters import Meter
from phosphene.engine.audio.sources.file import FileSource
from phosphene.engine.common.atomic_files import check_writable, write_atomically
from phosphene.engine.common.errors import UsageError
from phosphene.engine.common.output_paths import check_ending, check_not_input
from phosphene.engine.encode.mp4 import FilmSettings
from phosphene.engine.encode.sound_file import ENDINGS, FORMATS, SoundFile, SoundFileNode, depths
from phosphene.engine.graph.build import Graph, from_source, from_take
from phosphene.engine.presets.model import Preset
from phosphene.engine.presets.run_record import RunRecord
from phosphene.engine.rings.board import get

FILM_ENDING = ".mp4"
LIBRARIES = ("numpy", "numba", "llvmlite", "av", "soxr")  # whose versions the run record holds
FILM_LIBRARIES = (*LIBRARIES, "moderngl")


class BounceInput(NamedTuple):
    """What a bounce plays, opened and validated."""

    source: Any  # a source, or a TakeReader
    kind: str  # file, synth, silence, take
    preset: Preset
    file: Path | None = None  # the input or the take
    seconds: float | None = None

    def graph(self, make_sink: Callable[..., Any], make_viewers: Callable[..., Any] | None = None) -> Graph:
        """The graph that plays this input into the node that `sink_of` makes."""
        if self.kind == "take":
            return from_take(self.source, make_sink, make_viewers=make_viewers)
        return from_source(self.source, self.preset, make_sink, seconds=self.seconds, make_viewers=make_viewers)


def bounce(
    source: BounceInput,
    outputs: Sequence[Path],
    *,
    depth: str | None = None,
    film: FilmSettings | None = None,
    overwrite: bool = False,
    threads: bool = True,
    on_progress: Callable[[Graph], None] | None = None,
) -> tuple[RunRecord, list[str]]:
    """Render an input to files, and write run.json and timings.json beside the first one.

    Parameters
    ----------
    source : BounceInput
    outputs : list of Path
        Each ends in .wav, .flac or .mp4.
    depth : str, optional
        Format of a sample in a sound file: "24", the default, or "float".
    film : FilmSettings, optional
        Settings of the .mp4; the defaults if None.
    overwrite : bool
        Replace outputs that exist.
    threads : bool
        Run each node in a thread of its own, or all in this one. Changes speed, never sound or picture.
    on_progress : callable(Graph), optional
        Called now and then; it may raise to cancel.

    Returns
    -------
    record : RunRecord
    warnings : list of str
        Sentences for the user.

    Raises
    ------
    UsageError, PhospheneError
        No file is left behind.
    """
    started = time.perf_counter()
    formats = check_outputs(outputs, depth, source=source.file)
    paths = [*outputs, outputs[0].with_name("run.json"), outputs[0].with_name("timings.json")]
    for path in paths:
        check_writable(path, overwrite=overwrite or path not in outputs)
    digest = _file_digest(source.file)
    with write_atomically(*paths) as parts, contextlib.ExitStack() as stack:
        files = [
            stack.enter_context(contextlib.closing(SoundFile(part, file_format, source.source.rate)))
            for part, file_format in zip(parts, formats)
            if file_format
        ]
        job = None
        if None in formats:
            from phosphene.engine.offline.film_job import FilmJob  # here, since sound needs no GL

            part = parts[formats.index(None)]
            job = stack.enter_context(FilmJob(part, film or FilmSettings(), source.source.rate, source.preset))
        tracks = [*files, job.track] if job else files
        graph = source.graph(lambda outlet: SoundFileNode(outlet, tracks), job and job.nodes)
        graph.run(threads=threads, watch=on_progress and (lambda: on_progress(graph)))
        stack.close()
        record = _run_record(source, graph, formats, job, digest)
        parts[-2].write_text(record.to_json(), encoding="utf-8")
        timings = _timings(graph, job, time.perf_counter() - started, threads)
        parts[-1].write_text(json.dumps(timings, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    return record, _warnings(graph)


def check_outputs(
    outputs: Sequence[Path], depth: str | None, *, source: Path | None = None
) -> list[tuple[str, str] | None]:
    """Check the names of the outputs; returns the (ending, depth) of each, None for a film.

    Raises
    ------
    UsageError
        If an ending or a depth is not supported, two outputs have the same ending, or an output is the input.
    """
    endings = [out.suffix.lower() for out in outputs]
    for out, ending in zip(outputs, endings):
        check_ending("-o", out, (*ENDINGS, FILM_ENDING))
        check_not_input("-o", out, source)
        if endings.count(ending) > 1:
            raise UsageError(f"-o {out}: two outputs end in {ending}; name one of each")
        if depth and ending != FILM_ENDING and (ending, depth) not in FORMATS:
            raise UsageError(f"--depth {depth}: {ending} holds {', '.join(depths(ending))}")
    if depth and endings == [FILM_ENDING]:
        raise UsageError(f"--depth {depth}: applies to sound files; the sound in {outputs[0]} is AAC")
    return [None if ending == FILM_ENDING else (ending, depth or "24") for ending in endings]


def _file_digest(path):
    if path is None:
        return None
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _run_record(source, graph, formats, job, digest):
    """What the bounce was made of, and the hashes of what it made."""
    libraries = FILM_LIBRARIES if job else LIBRARIES
    return RunRecord(
        phosphene=phosphene.__version__,
        preset=source.preset.to_dict(),
        seed=source.preset.seed,
        versions={"python": platform.python_version(), **{name: version(name) for name in libraries}},
        source=source.kind,
        input_sha256=digest,
        samples_sha256=graph.sink.hash.hexdigest(),
        frames=graph.sink.frames,
        rate=graph.rate,
        channels=CHANNELS,
        tempo=graph.tempo,
        format=", ".join(" ".join(each)[1:] if each else job.format for each in formats),
        **(job.record_fields() if job else {}),
    )


def _timings(graph, job, seconds, threads):
    rendered = graph.sink.frames / graph.rate
    timings = {
        "seconds": seconds,
        "heard_seconds": rendered,
        "times_real_time": rendered / seconds,
        "threads": threads,
    }
    if job:
        timings["pictures_per_second"] = job.film_node.written / seconds
    return timings


def _warnings(graph):
    """Sentences about what went wrong without stopping the bounce."""
    warnings, scrubbed = [], int(get(graph.play.core.meters, int(Meter.SCRUBBED)))
    if scrubbed:
        warnings.append(f"{scrubbed} samples of the input were not numbers and became silence")
    if muted := int(get(graph.play.core.meters, int(Meter.MUTED))):
        warnings.append(f"{muted} genes made no sound, and were bypassed from there on")
    source = getattr(graph.source, "source", None)
    source = getattr(source, "source", source)  # the one inside a VariableSpeedSource
    if isinstance(source, FileSource) and source.broken:
        warnings.append(f"{source.broken} damaged packets of {source.path} were left out")
    return warnings
