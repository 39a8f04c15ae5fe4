"""Reads and writes .npz files whose arrays may be longer than memory."""

import contextlib
import json
import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

BLOCK = 1 << 20  # bytes that are read or copied at once
TIMESTAMP = (1980, 1, 1, 0, 0, 0)  # of every member, so that equal arrays are equal files


class NpzWriter:
    """Appends rows to arrays in temporary files, then joins them to one .npz; a context manager.

    Parameters
    ----------
    folder : Path
        Where the temporary files are.
    kinds : dict of str to (dtype, shape of a row)
        The arrays by name.
    """

    def __init__(self, folder: Path, kinds: Mapping[str, tuple[str, tuple[int, ...]]]) -> None:
        self.kinds, self.stack = kinds, contextlib.ExitStack()
        self.parts = {name: self.stack.enter_context(tempfile.TemporaryFile(dir=folder)) for name in kinds}  # noqa: SIM115

    def __enter__(self) -> "NpzWriter":
        return self

    def __exit__(self, *_: object) -> None:
        self.stack.close()

    def append(self, name: str, rows: np.ndarray) -> None:
        """Append rows to an array."""
        self.parts[name].write(np.ascontiguousarray(rows, self.kinds[name][0]))

    def write(self, path: Path, metadata: str) -> None:
        """Write the .npz with all arrays and a text `meta`; uncompressed, since such numbers hardly shrink."""
        with zipfile.ZipFile(path, "w") as archive:
            for name, part in self.parts.items():
                dtype, shape = np.dtype(self.kinds[name][0]), self.kinds[name][1]
                count = part.tell() // (dtype.itemsize * int(np.prod(shape)))
                header = {"descr": dtype.str, "fortran_order": False, "shape": (count, *shape)}
                part.seek(0)
                with _open_member(archive, name) as member:
                    np.lib.format.write_array_header_1_0(member, header)
                    shutil.copyfileobj(part, member, BLOCK)
            with _open_member(archive, "meta") as member:
                np.lib.format.write_array(member, np.array(metadata), allow_pickle=False)


def _open_member(archive, name):
    return archive.open(zipfile.ZipInfo(f"{name}.npy", TIMESTAMP), "w", force_zip64=True)


def iterate_rows(path: Path, name: str) -> Iterator[np.ndarray]:
    """An array in consecutive blocks of rows."""
    with zipfile.ZipFile(path) as archive, archive.open(f"{name}.npy") as member:
        np.lib.format.read_magic(member)
        (_, *shape), _, dtype = np.lib.format.read_array_header_1_0(member)
        row = dtype.itemsize * int(np.prod(shape))
        while block := member.read(BLOCK // row * row):
            yield np.frombuffer(block, dtype).reshape(-1, *shape)


def read_array(path: Path, name: str) -> np.ndarray:
    """A whole array."""
    with np.load(path, allow_pickle=False) as archive:
        return archive[name]


def row_count(path: Path) -> int:
    """The number of frames, which all arrays but `beats` have as rows."""
    with zipfile.ZipFile(path) as archive, archive.open("times.npy") as member:
        np.lib.format.read_magic(member)
        return np.lib.format.read_array_header_1_0(member)[0][0]


def read_metadata(path: Path) -> dict[str, Any]:
    """The metadata, as a dict."""
    return json.loads(str(read_array(path, "meta")))
