"""Writes PNG files."""

import struct
import zlib
from pathlib import Path

import numpy as np

from phosphene.engine.common.atomic_files import write_atomically

SIGNATURE = b"\x89PNG\r\n\x1a\n"
TRUE_COLOUR = 8, 2, 0, 0, 0  # bits, colour type; compression, filter and interlace methods
UNFILTERED = 0


def write_png(path: str | Path, picture: np.ndarray) -> None:
    """Write a uint8 (height, width, 3) picture, the top row first."""
    height, width, _ = picture.shape
    rows = np.full((height, 1 + 3 * width), UNFILTERED, np.uint8)
    rows[:, 1:] = picture.reshape(height, -1)
    header = struct.pack(">2I5B", width, height, *TRUE_COLOUR)
    chunks = _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(rows)) + _chunk(b"IEND", b"")
    with write_atomically(path) as (file,):
        file.write_bytes(SIGNATURE + chunks)


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
