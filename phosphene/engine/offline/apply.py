"""Applies a genome to a whole sound file, which keeps its channels and its rate."""

import contextlib
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np

from phosphene.engine.audio.sources.file import FileSource
from phosphene.engine.common.atomic_files import check_writable, write_atomically
from phosphene.engine.common.errors import PhospheneError, UsageError
from phosphene.engine.common.output_paths import check_ending, check_not_input
from phosphene.engine.documents.schema import active_genes
from phosphene.engine.effects.chain import genome
from phosphene.engine.encode.sound_file import ENDINGS, FORMATS, SoundFile, depths

MAX_CHANNELS = 8
BLOCK = 65_536  # frames read or written at once


def apply(
    path: Path,
    out: Path,
    genome_path: Path,
    *,
    depth: str | None = None,
    tail: float = 0.0,
    overwrite: bool = False,
    on_progress: Callable[[], None] = lambda: None,
) -> list[str]:
    """Apply a genome to a file and write the result.

    Parameters
    ----------
    path, out : Path
        The input, any file that FFmpeg reads; the output, which ends in .wav or .flac.
    genome_path : Path
        A JSON file.
    depth : str, optional
        Format of a sample: "24", the default, or "float".
    tail : float
        Longest time, in seconds, for which a tail is kept behind the end of the input.
    overwrite : bool
        Replace `out` if it exists.
    on_progress : callable()
        Called now and then; it may raise to cancel.

    Returns
    -------
    list of str
        Lines for the user.

    Raises
    ------
    UsageError, PhospheneError
        No file is left behind.
    """
    file_format = check_output(path, out, depth=depth, overwrite=overwrite)
    genes = active_genes(genome.load(genome_path)[0])
    source = FileSource(path, fold=False)
    if source.channels > MAX_CHANNELS:
        raise UsageError(f"{path}: has {source.channels} channels; {MAX_CHANNELS} are the most")
    x, warnings = read_samples(source), []
    if source.broken:
        warnings.append(f"{source.broken} damaged packets of {path} were left out")
    rendered = genome.render(genes, x, source.rate, tail=tail, warn=warnings.append, on_progress=on_progress)
    y = genome.apply_limiter(rendered, source.rate)
    on_progress()
    write_samples(out, y, source.rate, depth=file_format[1], layout=source.layout)
    return [*(f"{out}: {warning}" for warning in warnings), _summary(out, source, len(x), len(y), file_format)]


def check_output(path: Path, out: Path, *, depth: str | None, overwrite: bool) -> tuple[str, str]:
    """Check, before any work is done, that the output can be written; returns its (ending, depth).

    Raises
    ------
    UsageError, PhospheneError
    """
    check_ending("-o", out, ENDINGS)
    ending = out.suffix.lower()
    if depth and (ending, depth) not in FORMATS:
        raise UsageError(f"--depth {depth}: {ending} holds {', '.join(depths(ending))}")
    check_not_input("-o", out, path)
    check_writable(out, overwrite=overwrite)
    return ending, depth or "24"


def _summary(out, source, frames_in, frames_out, file_format):
    """The line that says what was written."""
    length = f"{frames_out / source.rate:.2f} s"
    if frames_out != frames_in:
        length = f"{frames_in / source.rate:.2f} s became {length}"
    channels = f"{source.channels} channel{'s' * (source.channels > 1)}"
    return f"{out}: {length}, {source.rate} Hz, {channels}, {' '.join(file_format)[1:]}"


def read_samples(source: FileSource, max_seconds: float | None = None) -> np.ndarray:
    """All samples of a source, or those of its first `max_seconds`.

    Returns
    -------
    float32 array, shape (frames, channels)

    Raises
    ------
    PhospheneError
        If the file holds no sound.
    """
    blocks, left = [], math.inf if max_seconds is None else max(round(max_seconds * source.rate), 1)
    while left:
        block = np.zeros((int(min(BLOCK, left)), source.channels), np.float32)
        count = source.read(block)
        blocks.append(block[:count])
        left = left - count if count == len(block) else 0
    if not any(map(len, blocks)):
        raise PhospheneError(f"{source.path}: holds no sound")
    return np.concatenate(blocks)


def write_samples(out: Path, x: np.ndarray, rate: int, *, depth: str = "24", layout: str = "stereo") -> None:
    """Write float32 (frames, channels) samples to a file; its ending chooses the container."""
    file_format = out.suffix.lower(), depth
    with write_atomically(out) as (part,), contextlib.closing(SoundFile(part, file_format, rate, layout)) as file:
        for start in range(0, len(x), BLOCK):
            file.write(x[start : start + BLOCK])
        file.finish()
