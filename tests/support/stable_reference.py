"""The stable postprocess in float64, straight from its formulas: the reference that the passes are tested against."""

import numpy as np

REFERENCE_HEIGHT = 360.0  # lengths are given for this height
LUMA = np.array([0.299, 0.587, 0.114])


def display_rgb(light):
    """Light as a screen shows it: the shoulder, then sRGB."""
    linear = -np.expm1(-light)
    return np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)


def rgb_to_ycc(rgb):
    """Full-range BT.601, chroma around 0."""
    luma = rgb @ LUMA
    return np.stack((luma, (rgb[..., 2] - luma) / 1.772, (rgb[..., 0] - luma) / 1.402), axis=-1)


def ycc_to_rgb(ycc):
    """The inverse of `rgb_to_ycc`."""
    luma, blue, red = np.moveaxis(ycc, -1, 0)
    r, b = luma + 1.402 * red, luma + 1.772 * blue
    return np.stack((r, (luma - 0.299 * r - 0.114 * b) / 0.587, b), axis=-1)


def match(values, source, share):
    """A function that moves values towards the mean and the spread of others, by a share."""
    mean, wanted = values.mean(axis=(0, 1)), source.mean(axis=(0, 1))
    stretch = np.clip(source.std(axis=(0, 1)) / np.maximum(values.std(axis=(0, 1)), 1e-6), 0.5, 2.0)
    return lambda values: (1 - share) * values + share * ((values - mean) * stretch + wanted)


def resized(values, size, shift=(0, 0)):
    """Bilinear, as textures are sampled, with an offset in pixels of the source."""
    for axis, (side, off) in enumerate(zip(size, shift)):
        count = values.shape[axis]
        at = np.clip((np.arange(side) + 0.5) / side * count - 0.5 + off, 0, count - 1)
        low = np.minimum(at.astype(int), count - 1)
        share = (at - low).reshape(-1, *[1] * (2 - axis))
        values = (1 - share) * values.take(low, axis) + share * values.take(np.minimum(low + 1, count - 1), axis)
    return values


def taps(values, size, distance):
    """Four samples around each pixel, at a distance along both axes."""
    return [resized(values, size, (y, x)) for y in (-distance, distance) for x in (-distance, distance)]


def quarter(light):
    """Luma and chroma at a quarter of the size."""
    size = [max(round(side / 4), 1) for side in light.shape[:2]]
    return rgb_to_ycc(np.mean([display_rgb(each) for each in taps(light, size, 1.0)], axis=0))


def windowed(values, radius):
    """Means over windows of a radius; the edge is repeated."""
    distance = int(np.ceil(radius))
    weights = np.clip(radius + 0.5 - np.abs(np.arange(-distance, distance + 1)), 0, 1)
    for axis in (0, 1):
        wide = np.pad(values, [(distance, distance) if each == axis else (0, 0) for each in range(3)], "edge")
        slid = np.lib.stride_tricks.sliding_window_view(wide, len(weights), axis)
        values = slid @ (weights / weights.sum())
    return values


def smoothed(values, small, radius, edges):
    """Chroma through a guided filter at a quarter of the size, guided by luma."""
    window = max(radius / 4 - 0.5, 1.0)
    mean = windowed(small, window)
    covariance = windowed(small[..., :1] * small, window) - mean[..., :1] * mean
    slope = covariance[..., 1:] / (covariance[..., :1] + 0.25 / max(edges**2, 1e-4))
    lines = np.concatenate((slope, mean[..., 1:] - slope * mean[..., :1]), axis=-1)
    lines = resized(np.mean(taps(lines, lines.shape[:2], window * 2 / 3), axis=0), values.shape[:2])
    chroma = lines[..., :2] * values[..., :1] + lines[..., 2:]
    return values[..., 1:] + min(radius / 6.0, 1.0) * (chroma - values[..., 1:])


def gaussian(values, deviation):
    """A Gaussian blur; pixels beyond the edges have no weight."""
    for _ in range(2):
        apart = np.subtract.outer(np.arange(len(values)), np.arange(len(values)))
        weights = np.exp(-0.5 * (apart / max(deviation, 1e-3)) ** 2)
        values = (weights / weights.sum(axis=1, keepdims=True) @ values).T
    return values


def stable(light, scene, p):
    """The display values of (height, width, 3) light that was made from a scene, without dither.

    `p` are the parameters by name.
    """
    source, unit = rgb_to_ycc(display_rgb(scene)), len(light) / REFERENCE_HEIGHT
    drawn = rgb_to_ycc(display_rgb(light))
    matched = match(drawn, source, np.array([p["tone_match"], p["chroma_match"], p["chroma_match"]]))
    out = matched(drawn)
    out[..., 1:] = smoothed(out, matched(quarter(light)), 3.0 * p["chroma_smooth"] * unit, p["chroma_edge_strength"])
    out[..., 0] += p["detail_strength"] * (source[..., 0] - gaussian(source[..., 0], p["detail_radius"] * unit))
    grey = np.hypot(out[..., 1], out[..., 2])
    knee = np.quantile(np.hypot(source[..., 1], source[..., 2]), 0.98)
    compressed = np.where(grey > knee, knee + (1 - p["chroma_compress"]) * (grey - knee), grey)
    out[..., 1:] *= (compressed / np.maximum(grey, 1e-12))[..., None]
    pull = np.array([p["fidelity_luma_anchor"], p["fidelity_chroma_anchor"], p["fidelity_chroma_anchor"]])
    out = (1 - pull) * out + pull * source
    limit = np.array([p["max_luma_delta"], p["max_chroma_delta"], p["max_chroma_delta"]])
    return np.clip(ycc_to_rgb(source + np.clip(out - source, -limit, limit)), 0, 1)
