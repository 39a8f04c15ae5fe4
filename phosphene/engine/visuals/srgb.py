"""Light: what the bytes of a picture stand for (sRGB), and pictures made smaller as light adds up."""

import numpy as np

_SHOWN = np.arange(256) / 255
LIGHT = np.where(_SHOWN <= 0.04045, _SHOWN / 12.92, ((_SHOWN + 0.055) / 1.055) ** 2.4).astype(np.float32)


def to_bytes(light):
    """The bytes nearest to linear light from 0 to 1."""
    shown = np.where(light <= 0.0031308, 12.92 * light, 1.055 * np.maximum(light, 0.0031308) ** (1 / 2.4) - 0.055)
    return np.clip(255 * shown + 0.5, 0, 255).astype(np.uint8)


def shrunk(picture, times=1):
    """A picture whose pixels each stand for `times` by `times` of before, darkened where it can be seen through.

    Parameters
    ----------
    picture : uint8 array, shape (height, width, 4)
        Red, green, blue, and how much it covers.

    Returns
    -------
    uint8 array, shape (height // times, width // times, 4)
        What does not fill a pixel at the right and the lower edge is left out.
    """
    height, width = picture.shape[0] // times, picture.shape[1] // times
    small = np.empty((height, width, 4), np.uint8)
    for row in range(height):  # all at once, a large photo would take a gigabyte
        cells = picture[row * times : (row + 1) * times, : width * times]
        cover = cells[..., 3:] * np.float32(1 / 255)
        light = np.concatenate((LIGHT[cells[..., :3]] * cover, cover), axis=-1)
        mean = light.reshape(times, width, times, 4).mean((0, 2))
        small[row, :, :3] = to_bytes(mean[:, :3])
        small[row, :, 3] = 255 * mean[:, 3] + 0.5
    return small
