"""A lesson: sounds in files, and the genome that is learnt from them in another."""

import csv
import io
import json
from pathlib import Path
from typing import NamedTuple

from phosphene.engine.audio.sources.base import RATE
from phosphene.engine.audio.sources.file import FileSource
from phosphene.engine.common.atomic_files import check_writable, write_text
from phosphene.engine.common.errors import PhospheneError, UsageError
from phosphene.engine.effects.chain import genome
from phosphene.engine.encode.sound_file import FORMATS
from phosphene.engine.evolution.descriptors import HEARD, RMS, portray
from phosphene.engine.evolution.search import evolve
from phosphene.engine.offline.apply import read_whole, write_whole

TABLES = ".json", ".csv"
LONGEST = 600.0  # seconds of a file; what is learnt from is a stretch of them


class LearnOutputs(NamedTuple):
    """Where to put what was learnt; None where it is not wanted."""

    genome: Path
    preview: Path | None
    metrics: Path | None

    def claim(self, *, overwrite):
        """Check, before any work is done, that all of it can be written."""
        if self.genome.suffix.lower() != ".json":
            raise UsageError(f"--genome-out {self.genome}: ends in '{self.genome.suffix}', can end in .json")
        if self.metrics and self.metrics.suffix.lower() not in TABLES:
            raise UsageError(f"--metrics-out {self.metrics}: ends in '{self.metrics.suffix}', can end in .json or .csv")
        endings = sorted({ending for ending, _ in FORMATS})
        if self.preview and self.preview.suffix.lower() not in endings:
            allowed = " or ".join(endings)
            raise UsageError(f"--preview-out {self.preview}: ends in '{self.preview.suffix}', can end in {allowed}")
        wanted = [path for path in self if path is not None]
        if len(set(wanted)) < len(wanted):
            raise UsageError(f"{wanted[-1]}: is named twice; each result needs a file of its own")
        for path in wanted:
            check_writable(path, overwrite=overwrite)


def learn(inputs, outs, *, target=None, remark=lambda sentence: None, **how):
    """Learn a genome and write it; gives the Result of engine.evolve.evolve.

    Parameters
    ----------
    inputs : list of Path
        Files, and folders of files.
    outs : LearnOutputs
        Claimed.
    target : Path, optional
        What the inputs shall come near.
    remark : callable(str)
        Told what a user should know.
    how
        As evolve takes it.

    Raises
    ------
    UsageError, PhospheneError
    """
    sounds = list(_sounds(inputs, remark))
    aim = None if target is None else _read(target)
    result = evolve(sounds, RATE, target=aim, **how)
    write_text(outs.genome, genome.text(result.genome))
    if outs.preview:
        made = genome.limited(genome.render(result.genome, sounds[0], RATE, remark=remark), RATE)
        write_whole(outs.preview, made, RATE)
    if outs.metrics:
        write_text(outs.metrics, table(result.rows, outs.metrics.suffix.lower()))
    return result


def table(rows, ending):
    """A row an iteration, as JSON or CSV."""
    plain = [row._asdict() for row in rows]
    if ending == ".json":
        return json.dumps(plain, indent=2) + "\n"
    text = io.StringIO()
    writer = csv.DictWriter(text, type(rows[0])._fields if rows else ("iteration",), lineterminator="\n")
    writer.writeheader()
    for row in plain:
        writer.writerow({name: json.dumps(cell) if isinstance(cell, dict) else cell for name, cell in row.items()})
    return text.getvalue()


def _sounds(inputs, remark):
    for path in inputs:
        if not path.is_dir():
            yield _read(path)
            continue
        found = 0
        for file in sorted(each for each in path.rglob("*") if each.is_file() and not each.name.startswith(".")):
            try:
                sound = _read(file)
            except PhospheneError as fault:
                remark(f"{fault}; it is left out")
                continue
            found += 1
            yield sound
        if not found:
            raise UsageError(f"{path}: there is no sound in it that FFmpeg can read")


def _read(path):
    sound = read_whole(FileSource(path, RATE), LONGEST)
    if portray(sound, RATE).features[RMS] <= HEARD:
        raise UsageError(f"{path}: is silent; nothing can be learnt from it")
    return sound
