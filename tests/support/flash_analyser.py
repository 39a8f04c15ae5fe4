"""An analyser of flashes: WCAG 2.3.1, by the numbers of the pictures alone.

A general flash is a pair of opposing changes of relative luminance by a tenth or more, the darker below 0.8; a red
one, of (R - G - B) * 320 by more than 20, one end of it saturated. They count where a quarter of a field of ten
degrees flashes at once: a third by a third of the picture, anywhere in it. Each pair rises once, so rises are counted.
"""

import numpy as np

TENTH, BRIGHT, QUARTER = 0.1, 0.8, 0.25
REDDER, SATURATED = 20.0, 0.8
FIELDS = 13  # along each side
AT_ONCE = 0.05  # seconds


def linear(frames):
    """Light of 8-bit frames, (..., 3), 0..1."""
    shown = np.asarray(frames)[..., :3] / 255.0
    return np.where(shown <= 0.04045, shown / 12.92, ((shown + 0.055) / 1.055) ** 2.4)


def luminance(light):
    return light @ (0.2126, 0.7152, 0.0722)


def rises(values, least, counts):
    """(frames, height, width) bool: where a swing upward becomes `least`; counts(low frame, frame) says if it does."""
    low, high = values[0].copy(), values[0].copy()
    since = np.zeros(values[0].shape, int)  # frame of the low
    up = np.zeros(values[0].shape, bool)
    risen = np.zeros(values.shape, bool)
    for frame, now in enumerate(values):
        lower = ~up & (now <= low)
        low[lower], since[lower] = now[lower], frame
        high = np.where(up, np.maximum(high, now), high)
        start, end = ~up & (now - low >= least), up & (high - now >= least)
        risen[frame] = start & counts(since, frame)
        high[start], low[end], since[end] = now[start], now[end], frame
        up = (up | start) & ~end
    return risen


def general_rises(light):
    values = luminance(light)
    return rises(values, TENTH - 1e-9, lambda since, frame: _then(values, since) < BRIGHT)


def red_rises(light):
    red, rest = light[..., 0], light[..., 1] + light[..., 2]
    saturated = (red >= SATURATED * (red + rest)) & (red > 0)
    values = 320 * np.maximum(red - rest, 0.0)
    return rises(values, REDDER + 1e-9, lambda since, frame: _then(saturated, since) | saturated[frame])


def _then(values, since):
    rows, columns = np.indices(since.shape)
    return values[since, rows, columns]


def fields(risen):
    """The same, of every field of the picture."""
    _, height, width = risen.shape
    high, wide = round(height / 3), round(width / 3)
    for bottom in np.linspace(0, height - high, FIELDS).astype(int):
        for left in np.linspace(0, width - wide, FIELDS).astype(int):
            yield risen[:, bottom : bottom + high, left : left + wide].reshape(len(risen), -1)


def moments(field, fps):
    """Frames at which a flash of a field begins; what rises a little later belongs to it, if it rises once."""
    found, begun = [], -np.inf
    waiting, member = np.full(field.shape[1], -np.inf), np.zeros(field.shape[1], bool)
    for frame in np.flatnonzero(field.any(axis=1)):
        late = field[frame] & ~member & (frame - begun <= AT_ONCE * fps)
        member |= late
        waiting[field[frame] & ~late] = frame
        gathered = waiting >= frame - AT_ONCE * fps
        if gathered.mean() >= QUARTER:
            found.append(frame)
            begun, member, waiting[:] = frame, gathered, -np.inf
    return np.array(found)


def most(moments, fps):
    """The most of them in any one second."""
    return max((np.count_nonzero((moments >= at) & (moments < at + fps)) for at in moments), default=0)


def flashes(frames, fps):
    """The most flashes of any field in any one second: (general, red)."""
    light = linear(frames)
    kinds = general_rises(light), red_rises(light)
    return tuple(max(most(moments(field, fps), fps) for field in fields(risen)) for risen in kinds)


def flashing(frames, fps):
    """The largest part of any field whose every pixel flashes more than three times in the same second."""
    summed = np.cumsum(general_rises(linear(frames)), axis=0)
    second = summed.copy()
    second[fps:] -= summed[:-fps]
    return max(field.mean(axis=1).max() for field in fields(second > 3))
