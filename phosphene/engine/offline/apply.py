"""A genome on a whole file: its channels and its rate stay, and how long it is is told."""

import contextlib
import math

import numpy as np

from phosphene.engine.audio.sources.file import FileSource
from phosphene.engine.common.atomic_files import check_writable, write_atomically
from phosphene.engine.common.errors import PhospheneError, UsageError
from phosphene.engine.documents.schema import active_genes
from phosphene.engine.effects.chain import genome
from phosphene.engine.encode.sound_file import FORMATS, SoundFile

MOST = 8  # channels
PIECE = 65_536  # frames read and written at once


def apply(path, out, genes, *, depth=None, tail=0.0, overwrite=False, watch=lambda: None):
    """Make the file; gives what there is to tell the user, a line each.

    Parameters
    ----------
    path, out : Path
        `out` ends in .wav or .flac.
    genes : Path
        Of the genome.
    depth : str, optional
        Of a sample: "24", which is the default, or "float".
    tail : float
        Seconds for which what rings on is kept, at the most.
    watch : callable()
        Called now and then; may raise to end it.

    Raises
    ------
    UsageError, PhospheneError
        With nothing left behind.
    """
    form = out.suffix.lower(), depth or "24"
    if form not in FORMATS:
        endings = sorted({ending for ending, _ in FORMATS})
        if form[0] in endings:
            raise UsageError(f"--depth {depth}: {form[0]} holds {', '.join(d for e, d in FORMATS if e == form[0])}")
        raise UsageError(f"-o {out}: ends in '{out.suffix}', can end in {' or '.join(endings)}")
    check_writable(out, overwrite=overwrite)
    told = active_genes(genome.load(genes)[0])
    source = FileSource(path, fold=False)
    if source.channels > MOST:
        raise UsageError(f"{path}: has {source.channels} channels; {MOST} are the most")
    x, remarks = read_whole(source), []
    if source.broken:
        remarks.append(f"{source.broken} damaged packets of {path} were left out")
    made = genome.render(told, x, source.rate, tail=tail, remark=remarks.append, watch=watch)
    y = genome.limited(made, source.rate)
    watch()
    write_whole(out, y, source.rate, depth=form[1], layout=source.layout)
    length = f"{len(y) / source.rate:.2f} s"
    if len(y) != len(x):
        length = f"{len(x) / source.rate:.2f} s became {length}"
    channels = f"{source.channels} channel{'s' * (source.channels > 1)}"
    return [
        *(f"{out}: {remark}" for remark in remarks),
        f"{out}: {length}, {source.rate} Hz, {channels}, {' '.join(form)[1:]}",
    ]


def read_whole(source, longest=None):
    """All the sound of a file, or its first `longest` seconds.

    Raises
    ------
    PhospheneError
        If there is none.
    """
    pieces, left = [], math.inf if longest is None else max(round(longest * source.rate), 1)
    while left:
        piece = np.zeros((int(min(PIECE, left)), source.channels), np.float32)
        count = source.read(piece)
        pieces.append(piece[:count])
        left = left - count if count == len(piece) else 0
    if not any(map(len, pieces)):
        raise PhospheneError(f"{source.path}: holds no sound")
    return np.concatenate(pieces)


def write_whole(out, x, rate, *, depth="24", layout="stereo"):
    """A sound to a file, by whose ending it is of one kind or another."""
    form = out.suffix.lower(), depth
    with write_atomically(out) as (part,), contextlib.closing(SoundFile(part, form, rate, layout)) as file:
        for start in range(0, len(x), PIECE):
            file.write(x[start : start + PIECE])
        file.finish()
