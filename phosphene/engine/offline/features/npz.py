"""An .npz whose arrays may be longer than memory: written as they grow, read some rows at a time."""

import contextlib
import json
import shutil
import tempfile
import zipfile

import numpy as np

PIECE = 1 << 20  # bytes that are moved at once
DATED = (1980, 1, 1, 0, 0, 0)  # every member: the same arrays are the same file


class Growing:
    """Arrays that grow on disk, each in a file without a name, until they are put together.

    Parameters
    ----------
    folder : Path
        Where there is room for them.
    kinds : dict of str to (dtype, shape of a row)
    """

    def __init__(self, folder, kinds):
        self.kinds, self.stack = kinds, contextlib.ExitStack()
        self.parts = {name: self.stack.enter_context(tempfile.TemporaryFile(dir=folder)) for name in kinds}  # noqa: SIM115

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stack.close()

    def add(self, name, rows):
        self.parts[name].write(np.ascontiguousarray(rows, self.kinds[name][0]))

    def write(self, path, meta):
        """Put them together, and a text `meta` with them; nothing is compressed: such numbers hardly get smaller."""
        with zipfile.ZipFile(path, "w") as archive:
            for name, part in self.parts.items():
                dtype, shape = np.dtype(self.kinds[name][0]), self.kinds[name][1]
                count = part.tell() // (dtype.itemsize * int(np.prod(shape)))
                header = {"descr": dtype.str, "fortran_order": False, "shape": (count, *shape)}
                part.seek(0)
                with _member(archive, name) as member:
                    np.lib.format.write_array_header_1_0(member, header)
                    shutil.copyfileobj(part, member, PIECE)
            with _member(archive, "meta") as member:
                np.lib.format.write_array(member, np.array(meta), allow_pickle=False)


def _member(archive, name):
    return archive.open(zipfile.ZipInfo(f"{name}.npy", DATED), "w", force_zip64=True)


def pieces(path, name):
    """An array in pieces, one after the other."""
    with zipfile.ZipFile(path) as archive, archive.open(f"{name}.npy") as member:
        np.lib.format.read_magic(member)
        (_, *shape), _, dtype = np.lib.format.read_array_header_1_0(member)
        row = dtype.itemsize * int(np.prod(shape))
        while piece := member.read(PIECE // row * row):
            yield np.frombuffer(piece, dtype).reshape(-1, *shape)


def whole(path, name):
    with np.load(path, allow_pickle=False) as archive:
        return archive[name]


def length(path):
    """Rows that the arrays have."""
    with zipfile.ZipFile(path) as archive, archive.open("times.npy") as member:
        np.lib.format.read_magic(member)
        return np.lib.format.read_array_header_1_0(member)[0][0]


def meta(path):
    return json.loads(str(whole(path, "meta")))
