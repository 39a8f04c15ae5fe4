"""A picture as a PNG file."""

import struct
import zlib

import numpy as np

from phosphene.engine.common.atomic_files import write_atomically

SIGNATURE = b"\x89PNG\r\n\x1a\n"
TRUE_COLOUR = 8, 2, 0, 0, 0  # bits, kind, and the only way there is to compress, filter and interlace
UNFILTERED = 0


def write_png(path, picture):
    """Write uint8 (height, width, 3), the top row first."""
    height, width, _ = picture.shape
    rows = np.full((height, 1 + 3 * width), UNFILTERED, np.uint8)
    rows[:, 1:] = picture.reshape(height, -1)
    parts = (b"IHDR", struct.pack(">2I5B", width, height, *TRUE_COLOUR)), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")
    with write_atomically(path) as (file,):
        file.write_bytes(SIGNATURE + b"".join(_part(*part) for part in parts))


def _part(name, content):
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
