"""Learns a genome from recordings and writes it, with a preview and a table of metrics."""

import csv
import io
import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from phosphene.engine.audio.sources.base import DEFAULT_RATE
from phosphene.engine.audio.sources.file import FileSource
from phosphene.engine.common.atomic_files import check_writable, write_text
from phosphene.engine.common.errors import PhospheneError, UsageError
from phosphene.engine.common.output_paths import check_ending, check_not_input
from phosphene.engine.effects.chain import genome
from phosphene.engine.encode.sound_file import ENDINGS
from phosphene.engine.evolution.descriptors import AUDIBLE, RMS, describe
from phosphene.engine.evolution.search import EvolutionResult, evolve
from phosphene.engine.offline.apply import read_samples, write_samples

TABLE_ENDINGS = ".json", ".csv"
MAX_SECONDS_READ = 600.0  # of a file; the search uses an excerpt of it


class LearnOutputs(NamedTuple):
    """Where to write the results; None for one that is not wanted."""

    genome: Path
    preview: Path | None
    metrics: Path | None

    def check(self, sources: Iterable[Path], *, overwrite: bool) -> None:
        """Check, before any work is done, that every result can be written and replaces none of the sources.

        Raises
        ------
        UsageError, PhospheneError
        """
        check_ending("--genome-out", self.genome, (".json",))
        if self.metrics:
            check_ending("--metrics-out", self.metrics, TABLE_ENDINGS)
        if self.preview:
            check_ending("--preview-out", self.preview, ENDINGS)
        paths = [path for path in self if path is not None]
        if len(set(paths)) < len(paths):
            raise UsageError(f"{paths[-1]}: is named twice; each result needs a file of its own")
        inputs = list(sources)
        for option, path in zip(("--genome-out", "--preview-out", "--metrics-out"), self):
            for source in inputs:
                check_not_input(option, path, source)
        for path in paths:
            check_writable(path, overwrite=overwrite)


def learn(
    inputs: Sequence[Path],
    outputs: LearnOutputs,
    *,
    target: Path | None = None,
    warn: Callable[[str], None] = lambda sentence: None,
    **search_options: Any,
) -> EvolutionResult:
    """Learn a genome and write it.

    Parameters
    ----------
    inputs : list of Path
        Files, and folders of files.
    outputs : LearnOutputs
        Checked.
    target : Path, optional
        A sound that the inputs should come to resemble.
    warn : callable(str)
        Receives sentences for the user.
    **search_options
        Keyword arguments of phosphene.engine.evolution.search.evolve.

    Returns
    -------
    EvolutionResult

    Raises
    ------
    UsageError, PhospheneError
    """
    sounds = list(_read_inputs(inputs, warn))
    target_sound = None if target is None else _read(target)
    result = evolve(sounds, DEFAULT_RATE, target=target_sound, **search_options)
    write_text(outputs.genome, genome.to_json(result.genome))
    if outputs.preview:
        preview = genome.apply_limiter(genome.render(result.genome, sounds[0], DEFAULT_RATE, warn=warn), DEFAULT_RATE)
        write_samples(outputs.preview, preview, DEFAULT_RATE)
    if outputs.metrics:
        write_text(outputs.metrics, format_table(result.rows, outputs.metrics.suffix.lower()))
    return result


def format_table(rows: Sequence[Any], ending: str) -> str:
    """The metrics, one row per iteration, as JSON or CSV text."""
    plain = [row._asdict() for row in rows]
    if ending == ".json":
        return json.dumps(plain, indent=2) + "\n"
    text = io.StringIO()
    writer = csv.DictWriter(text, type(rows[0])._fields if rows else ("iteration",), lineterminator="\n")
    writer.writeheader()
    for row in plain:
        writer.writerow({name: json.dumps(cell) if isinstance(cell, dict) else cell for name, cell in row.items()})
    return text.getvalue()


def _read_inputs(inputs, warn):
    """The sounds of files and folders; a file in a folder that cannot be used is skipped with a warning."""
    for path in inputs:
        if not path.is_dir():
            yield _read(path)
            continue
        found = 0
        for file in sorted(each for each in path.rglob("*") if each.is_file() and not each.name.startswith(".")):
            try:
                sound = _read(file)
            except PhospheneError as fault:
                warn(f"{fault}; it is left out")
                continue
            found += 1
            yield sound
        if not found:
            raise UsageError(f"{path}: there is no sound in it that FFmpeg can read")


def _read(path):
    sound = read_samples(FileSource(path, DEFAULT_RATE), MAX_SECONDS_READ)
    if describe(sound, DEFAULT_RATE).features[RMS] <= AUDIBLE:
        raise UsageError(f"{path}: is silent; nothing can be learned from it")
    return sound
