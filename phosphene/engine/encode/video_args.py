"""The words that name a film's size and rate; nothing here waits for a library."""

import os
import re
from argparse import ArgumentTypeError
from fractions import Fraction

SIDES = 16, 16_384  # a macroblock; more than which x264 refuses
PIXELS = 16_384 * 16_000  # more than which FFmpeg refuses
PIXEL = 220  # bytes that x264 at preset medium, and what draws for it, hold of each; measured at 8K
FPS = 1, 1000
NTSC = [Fraction(1000 * whole, 1001) for whole in (24, 30, 48, 60, 120)]
NEAR = Fraction(1, 200)  # pictures a second: 23.98 is meant to be 24000/1001
FINEST = 1001  # denominator of a rate; its clock then fits into every MP4


def size(word):
    """The (width, height) of "1280x720"."""
    if not (found := re.fullmatch(r"(\d{1,6})x(\d{1,6})", word, re.ASCII)):
        raise ArgumentTypeError(f"'{word}' is not a size; write one like 1280x720")
    width, height = int(found[1]), int(found[2])
    low, high = SIDES
    if not (low <= width <= high and low <= height <= high):
        raise ArgumentTypeError(f"{word}: a side is outside {low} to {high}")
    if width % 2 or height % 2:
        raise ArgumentTypeError(f"{word}: both sides must be even; type {width + width % 2}x{height + height % 2}")
    if width * height > PIXELS:
        raise ArgumentTypeError(f"{word}: has more than {PIXELS} pixels")
    needed, there = PIXEL * width * height, memory()
    if there is not None and needed > there:
        raise ArgumentTypeError(f"{word}: needs {needed / 1e9:.0f} GB of memory, this machine has {there / 1e9:.0f}")
    return width, height


def memory():
    """Bytes of memory in this machine; None where the system does not tell."""
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return None


def fps(word):
    """The exact rate of "30", "12.5", "30000/1001", or of "29.97", which is short for that."""
    try:
        rate = Fraction(word) if re.fullmatch(r"-?\d+([./]\d+)?", word, re.ASCII) else None
    except (ValueError, ZeroDivisionError):  # too many digits, or a rate over nothing
        rate = None
    if rate is not None and "." in word:
        rate = next((usual for usual in NTSC if abs(usual - rate) < NEAR), rate)
    if rate is None or rate.denominator > FINEST:
        raise ArgumentTypeError(f"'{word}' is not a number of pictures a second, such as 30, 29.97 or 30000/1001")
    low, high = FPS
    if not low <= rate <= high:
        raise ArgumentTypeError(f"{word} is outside {low} to {high}")
    return rate
