"""Parses a film's size and frame rate; imports no heavy library, so that the command line starts at once."""

import os
import re
from argparse import ArgumentTypeError
from fractions import Fraction

MIN_SIDE = 16  # pixels: a macroblock
MAX_SIDE = 16_384  # pixels: x264 refuses more
MAX_PIXELS = 16_384 * 16_000  # FFmpeg refuses more
BYTES_PER_PIXEL = 220  # that x264 at preset medium and the renderer hold together; measured at 8K
MIN_FPS, MAX_FPS = 1, 1000
NTSC_RATES = [Fraction(1000 * whole, 1001) for whole in (24, 30, 48, 60, 120)]
NTSC_TOLERANCE = Fraction(1, 200)  # frames per second: 23.98 means 24000/1001
MAX_DENOMINATOR = 1001  # of a rate; its clock then fits into every MP4


def parse_size(word: str) -> tuple[int, int]:
    """The (width, height) of "1280x720".

    Raises
    ------
    ArgumentTypeError
        If it is not a size, is out of range, or needs more memory than this machine has.
    """
    if not (found := re.fullmatch(r"(\d{1,6})x(\d{1,6})", word, re.ASCII)):
        raise ArgumentTypeError(f"'{word}' is not a size; write one like 1280x720")
    width, height = int(found[1]), int(found[2])
    if not (MIN_SIDE <= width <= MAX_SIDE and MIN_SIDE <= height <= MAX_SIDE):
        raise ArgumentTypeError(f"{word}: a side is outside {MIN_SIDE} to {MAX_SIDE}")
    if width % 2 or height % 2:
        raise ArgumentTypeError(f"{word}: both sides must be even; type {width + width % 2}x{height + height % 2}")
    if width * height > MAX_PIXELS:
        raise ArgumentTypeError(f"{word}: has more than {MAX_PIXELS} pixels")
    needed, memory = BYTES_PER_PIXEL * width * height, total_memory()
    if memory is not None and needed > memory:
        raise ArgumentTypeError(f"{word}: needs {needed / 1e9:.0f} GB of memory, this machine has {memory / 1e9:.0f}")
    return width, height


def total_memory() -> int | None:
    """Bytes of memory in this machine; None where the system does not report it."""
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return None


def parse_fps(word: str) -> Fraction:
    """The exact frame rate of "30", "12.5" or "30000/1001"; "29.97" is short for the last one.

    Raises
    ------
    ArgumentTypeError
        If it is not a frame rate, or is out of range.
    """
    try:
        rate = Fraction(word) if re.fullmatch(r"-?\d+([./]\d+)?", word, re.ASCII) else None
    except (ValueError, ZeroDivisionError):  # too many digits, or a zero denominator
        rate = None
    if rate is not None and "." in word:
        rate = next((ntsc for ntsc in NTSC_RATES if abs(ntsc - rate) < NTSC_TOLERANCE), rate)
    if rate is None or rate.denominator > MAX_DENOMINATOR:
        raise ArgumentTypeError(f"'{word}' is not a number of frames per second, such as 30, 29.97 or 30000/1001")
    if not MIN_FPS <= rate <= MAX_FPS:
        raise ArgumentTypeError(f"{word} is outside {MIN_FPS} to {MAX_FPS}")
    return rate
