"""RGBA to I420, by BT.709 in limited range: whole numbers only, so that every machine makes the same bytes."""

from phosphene.engine.native import kernel

RED, GREEN, BLUE = 0.2126, 0.7152, 0.0722  # of white, by BT.709
BITS = 16  # after the point: fewer would be seen in the sum of three
QUAD = BITS + 2  # for the sum of four pixels


def _fixed(number):
    return round(number / 255 * (1 << BITS))


Y_RED, Y_GREEN, Y_BLUE = (_fixed(219 * weight) for weight in (RED, GREEN, BLUE))
U_RED, U_BLUE = _fixed(-112 * RED / (1 - BLUE)), _fixed(112)
V_RED, V_BLUE = _fixed(112), _fixed(-112 * BLUE / (1 - RED))
U_GREEN, V_GREEN = -U_RED - U_BLUE, -V_RED - V_BLUE  # so that grey has no colour at all
BLACK = (16 << BITS) + (1 << BITS >> 1)  # and half a step, to round
NEUTRAL = (128 << QUAD) + (1 << QUAD >> 1)


def rgba_to_yuv420(picture, out):
    """Convert a picture, and turn it the right way up.

    Parameters
    ----------
    picture : uint8 array, shape (height, width, 4)
        RGBA, contiguous, the bottom row first, as OpenGL gives it; alpha is ignored. Both sides are even.
    out : uint8 array, shape (height * width * 3 // 2,)
        Y from the top row down, then U, then V, of which each value is for the mean of 2 x 2 pixels.
    """
    words = picture.view("<u4")[..., 0]
    words.flags.writeable = False  # whoever owns the picture, there is one type to compile for
    _convert(words, out)


@kernel
def _convert(words, out):
    height, width = words.shape
    pixels, half = height * width, width // 2
    for row in range(height):
        line, y = words[height - 1 - row], out[row * width : (row + 1) * width]
        for x in range(y.shape[0]):
            p = line[x]
            y[x] = (Y_RED * (p & 255) + Y_GREEN * (p >> 8 & 255) + Y_BLUE * (p >> 16 & 255) + BLACK) >> BITS
    for row in range(height // 2):
        over, under = words[height - 1 - 2 * row], words[height - 2 - 2 * row]
        start = pixels + row * half
        u, v = out[start : start + half], out[start + pixels // 4 : start + pixels // 4 + half]
        for x in range(u.shape[0]):
            a, b, c, d = over[2 * x], over[2 * x + 1], under[2 * x], under[2 * x + 1]
            red = (a & 255) + (b & 255) + (c & 255) + (d & 255)
            green = (a >> 8 & 255) + (b >> 8 & 255) + (c >> 8 & 255) + (d >> 8 & 255)
            blue = (a >> 16 & 255) + (b >> 16 & 255) + (c >> 16 & 255) + (d >> 16 & 255)
            u[x] = (U_RED * red + U_GREEN * green + U_BLUE * blue + NEUTRAL) >> QUAD
            v[x] = (V_RED * red + V_GREEN * green + V_BLUE * blue + NEUTRAL) >> QUAD
