"""Converts RGBA to YUV 4:2:0, BT.709 in limited range, in integers, so that every machine makes the same bytes."""

import numpy as np

from phosphene.engine.native import kernel

RED, GREEN, BLUE = 0.2126, 0.7152, 0.0722  # weights in luma, by BT.709
FRACTION_BITS = 16  # of the fixed-point weights; with fewer, the error of a sum of three is visible
CHROMA_BITS = FRACTION_BITS + 2  # for the sum of four pixels


def _fixed(number):
    return round(number / 255 * (1 << FRACTION_BITS))


Y_RED, Y_GREEN, Y_BLUE = (_fixed(219 * weight) for weight in (RED, GREEN, BLUE))
U_RED, U_BLUE = _fixed(-112 * RED / (1 - BLUE)), _fixed(112)
V_RED, V_BLUE = _fixed(112), _fixed(-112 * BLUE / (1 - RED))
U_GREEN, V_GREEN = -U_RED - U_BLUE, -V_RED - V_BLUE  # so that grey has no chroma at all
BLACK = (16 << FRACTION_BITS) + (1 << FRACTION_BITS >> 1)  # with half a step added, to round
NEUTRAL = (128 << CHROMA_BITS) + (1 << CHROMA_BITS >> 1)


def rgba_to_yuv420(frame: np.ndarray, out: np.ndarray) -> None:
    """Convert a frame and flip it, so that its top row comes first.

    Parameters
    ----------
    frame : uint8 array, shape (height, width, 4)
        RGBA, contiguous, the bottom row first, as OpenGL reads it; alpha is ignored. Both sides are even.
    out : uint8 array, shape (height * width * 3 // 2,)
        The Y plane from the top row down, then U, then V; each value of U and V is the mean of 2 x 2 pixels.
    """
    pixels = frame.view("<u4")[..., 0]
    pixels.flags.writeable = False  # so that the kernel is compiled for one type only
    _convert(pixels, out)


@kernel
def _convert(pixels, out):
    height, width = pixels.shape
    luma_size, half = height * width, width // 2
    for row in range(height):
        line, y = pixels[height - 1 - row], out[row * width : (row + 1) * width]
        for x in range(y.shape[0]):
            p = line[x]
            y[x] = (Y_RED * (p & 255) + Y_GREEN * (p >> 8 & 255) + Y_BLUE * (p >> 16 & 255) + BLACK) >> FRACTION_BITS
    for row in range(height // 2):
        over, under = pixels[height - 1 - 2 * row], pixels[height - 2 - 2 * row]
        start = luma_size + row * half
        u, v = out[start : start + half], out[start + luma_size // 4 : start + luma_size // 4 + half]
        for x in range(u.shape[0]):
            a, b, c, d = over[2 * x], over[2 * x + 1], under[2 * x], under[2 * x + 1]
            red = (a & 255) + (b & 255) + (c & 255) + (d & 255)
            green = (a >> 8 & 255) + (b >> 8 & 255) + (c >> 8 & 255) + (d >> 8 & 255)
            blue = (a >> 16 & 255) + (b >> 16 & 255) + (c >> 16 & 255) + (d >> 16 & 255)
            u[x] = (U_RED * red + U_GREEN * green + U_BLUE * blue + NEUTRAL) >> CHROMA_BITS
            v[x] = (V_RED * red + V_GREEN * green + V_BLUE * blue + NEUTRAL) >> CHROMA_BITS
