"""sRGB: bytes to linear light and back, and downsampling in linear light."""

import numpy as np

_ENCODED = np.arange(256) / 255
LINEAR_LIGHT = np.where(_ENCODED <= 0.04045, _ENCODED / 12.92, ((_ENCODED + 0.055) / 1.055) ** 2.4).astype(np.float32)


def to_bytes(light: np.ndarray) -> np.ndarray:
    """The nearest sRGB bytes for linear light from 0 to 1."""
    encoded = np.where(light <= 0.0031308, 12.92 * light, 1.055 * np.maximum(light, 0.0031308) ** (1 / 2.4) - 0.055)
    return np.clip(255 * encoded + 0.5, 0, 255).astype(np.uint8)


def downsample(picture: np.ndarray, factor: int = 1) -> np.ndarray:
    """A picture, `factor` times smaller on each side, its colours multiplied by its alpha.

    Parameters
    ----------
    picture : uint8 array, shape (height, width, 4)
        Red, green, blue, alpha.

    Returns
    -------
    uint8 array, shape (height // factor, width // factor, 4)
        Rows and columns that do not fill a pixel are cut off at the right and the lower edge.
    """
    height, width = picture.shape[0] // factor, picture.shape[1] // factor
    small = np.empty((height, width, 4), np.uint8)
    for row in range(height):  # row by row: all of a large photo at once would take a gigabyte
        cells = picture[row * factor : (row + 1) * factor, : width * factor]
        alpha = cells[..., 3:] * np.float32(1 / 255)
        light = np.concatenate((LINEAR_LIGHT[cells[..., :3]] * alpha, alpha), axis=-1)
        mean = light.reshape(factor, width, factor, 4).mean((0, 2))
        small[row, :, :3] = to_bytes(mean[:, :3])
        small[row, :, 3] = 255 * mean[:, 3] + 0.5
    return small
