"""The stable postprocess in float64, straight from its formulas: what the passes are held to."""

import numpy as np

LINES = 360.0  # the height that lengths are told for
LUMA = np.array([0.299, 0.587, 0.114])


def shown(light):
    """What a screen shows of light: a shoulder, and sRGB."""
    linear = -np.expm1(-light)
    return np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)


def ycc(rgb):
    """Full-range BT.601, chroma around 0."""
    luma = rgb @ LUMA
    return np.stack((luma, (rgb[..., 2] - luma) / 1.772, (rgb[..., 0] - luma) / 1.402), axis=-1)


def rgb(ycc):
    luma, blue, red = np.moveaxis(ycc, -1, 0)
    r, b = luma + 1.402 * red, luma + 1.772 * blue
    return np.stack((r, (luma - 0.299 * r - 0.114 * b) / 0.587, b), axis=-1)


def match(values, like, share):
    """A function that brings to values the mean and the spread of others, so far."""
    mean, wanted = values.mean(axis=(0, 1)), like.mean(axis=(0, 1))
    stretch = np.clip(like.std(axis=(0, 1)) / np.maximum(values.std(axis=(0, 1)), 1e-6), 0.5, 2.0)
    return lambda values: (1 - share) * values + share * ((values - mean) * stretch + wanted)


def resized(values, size, shift=(0, 0)):
    """Bilinear, as textures are read, so many pixels off the middle."""
    for axis, (side, off) in enumerate(zip(size, shift)):
        count = values.shape[axis]
        at = np.clip((np.arange(side) + 0.5) / side * count - 0.5 + off, 0, count - 1)
        low = np.minimum(at.astype(int), count - 1)
        share = (at - low).reshape(-1, *[1] * (2 - axis))
        values = (1 - share) * values.take(low, axis) + share * values.take(np.minimum(low + 1, count - 1), axis)
    return values


def taps(values, size, far):
    return [resized(values, size, (y, x)) for y in (-far, far) for x in (-far, far)]


def quarter(light):
    """Luma and chroma at a quarter of the size."""
    size = [max(round(side / 4), 1) for side in light.shape[:2]]
    return ycc(np.mean([shown(each) for each in taps(light, size, 1.0)], axis=0))


def windowed(values, radius):
    """Means over windows that reach so far; the edge is repeated."""
    far = int(np.ceil(radius))
    weights = np.clip(radius + 0.5 - np.abs(np.arange(-far, far + 1)), 0, 1)
    for axis in (0, 1):
        wide = np.pad(values, [(far, far) if each == axis else (0, 0) for each in range(3)], "edge")
        slid = np.lib.stride_tricks.sliding_window_view(wide, len(weights), axis)
        values = slid @ (weights / weights.sum())
    return values


def smoothed(values, small, radius, edges):
    """Chroma through a guided filter at a quarter of the size; luma leads it."""
    window = max(radius / 4 - 0.5, 1.0)
    mean = windowed(small, window)
    together = windowed(small[..., :1] * small, window) - mean[..., :1] * mean
    slope = together[..., 1:] / (together[..., :1] + 0.25 / max(edges**2, 1e-4))
    lines = np.concatenate((slope, mean[..., 1:] - slope * mean[..., :1]), axis=-1)
    lines = resized(np.mean(taps(lines, lines.shape[:2], window * 2 / 3), axis=0), values.shape[:2])
    chroma = lines[..., :2] * values[..., :1] + lines[..., 2:]
    return values[..., 1:] + min(radius / 6.0, 1.0) * (chroma - values[..., 1:])


def bell(values, deviation):
    """A Gaussian blur; what is beyond the edges has no weight."""
    for _ in range(2):
        apart = np.subtract.outer(np.arange(len(values)), np.arange(len(values)))
        weights = np.exp(-0.5 * (apart / max(deviation, 1e-3)) ** 2)
        values = (weights / weights.sum(axis=1, keepdims=True) @ values).T
    return values


def stable(light, scene, p):
    """What is shown of (height, width, 3) light that came of a scene, without dither; `p` are the parameters."""
    like, unit = ycc(shown(scene)), len(light) / LINES
    made = ycc(shown(light))
    matched = match(made, like, np.array([p["tone_match"], p["chroma_match"], p["chroma_match"]]))
    out = matched(made)
    out[..., 1:] = smoothed(out, matched(quarter(light)), 3.0 * p["chroma_smooth"] * unit, p["chroma_edge_strength"])
    out[..., 0] += p["detail_strength"] * (like[..., 0] - bell(like[..., 0], p["detail_radius"] * unit))
    grey = np.hypot(out[..., 1], out[..., 2])
    knee = np.quantile(np.hypot(like[..., 1], like[..., 2]), 0.98)
    kept = np.where(grey > knee, knee + (1 - p["chroma_compress"]) * (grey - knee), grey)
    out[..., 1:] *= (kept / np.maximum(grey, 1e-12))[..., None]
    anchor = np.array([p["fidelity_luma_anchor"], p["fidelity_chroma_anchor"], p["fidelity_chroma_anchor"]])
    out = (1 - anchor) * out + anchor * like
    most = np.array([p["max_luma_delta"], p["max_chroma_delta"], p["max_chroma_delta"]])
    return np.clip(rgb(like + np.clip(out - like, -most, most)), 0, 1)
