"""A genome on a whole file: its channels and its rate stay, and how long it is is told."""

import contextlib

import numpy as np

from engine.audio.file import FileSource
from engine.bounce.encode import FORMATS, SoundFile
from engine.bounce.whole import claim, written_whole
from engine.documents.schema import pairs
from engine.effects import genome
from engine.errors import PhospheneError, UsageError

MOST = 8  # channels
PIECE = 65_536  # frames read and written at once


def apply(path, out, genes, *, depth=None, tail=0.0, overwrite=False):
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
    claim(out, overwrite=overwrite)
    told = pairs(genome.load(genes)[0])
    source = FileSource(path, fold=False)
    if source.channels > MOST:
        raise UsageError(f"{path}: has {source.channels} channels; {MOST} are the most")
    x, remarks = read_whole(source), []
    y = genome.limited(genome.render(told, x, source.rate, tail=tail, remark=remarks.append), source.rate)
    with written_whole(out) as (part,), contextlib.closing(SoundFile(part, form, source.rate, source.layout)) as file:
        for start in range(0, len(y), PIECE):
            file.write(y[start : start + PIECE])
        file.finish()
    length = f"{len(y) / source.rate:.2f} s"
    if len(y) != len(x):
        length = f"{len(x) / source.rate:.2f} s became {length}"
    channels = f"{source.channels} channel{'s' * (source.channels > 1)}"
    return [
        *(f"{out}: {remark}" for remark in remarks),
        f"{out}: {length}, {source.rate} Hz, {channels}, {' '.join(form)[1:]}",
    ]


def read_whole(source):
    """All the sound of a source.

    Raises
    ------
    PhospheneError
        If there is none.
    """
    pieces = []
    while True:
        piece = np.zeros((PIECE, source.channels), np.float32)
        count = source.read(piece)
        pieces.append(piece[:count])
        if count < PIECE:
            break
    if not any(map(len, pieces)):
        raise PhospheneError(f"{source.path}: holds no sound")
    return np.concatenate(pieces)
