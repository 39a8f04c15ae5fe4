"""Flash analyser: counts the flashes of WCAG 2.3.1 in pictures.

A general flash is a pair of opposing changes of relative luminance by a tenth or more, the darker below 0.8; a red
one is of (R - G - B) * 320 by more than 20, with one end saturated. They count where a quarter of a field of ten
degrees flashes at once: a third by a third of the picture, anywhere in it. Each pair rises once, so rises are counted.
"""

import numpy as np

MIN_CHANGE, MAX_DARK, QUARTER = 0.1, 0.8, 0.25
MIN_RED_CHANGE, SATURATED = 20.0, 0.8
FIELDS = 13  # along each side
ONE_FLASH_SECONDS = 0.05  # within which rises belong to one flash


def linear(frames):
    """Light of 8-bit frames, (..., 3), 0..1."""
    shown = np.asarray(frames)[..., :3] / 255.0
    return np.where(shown <= 0.04045, shown / 12.92, ((shown + 0.055) / 1.055) ** 2.4)


def luminance(light):
    return light @ (0.2126, 0.7152, 0.0722)


def rises(values, min_rise, counts):
    """(frames, height, width) bool: where a rise reaches `min_rise`, and `counts(low frame, frame)` agrees."""
    low, high = values[0].copy(), values[0].copy()
    low_frame = np.zeros(values[0].shape, int)  # frame of the low
    up = np.zeros(values[0].shape, bool)
    risen = np.zeros(values.shape, bool)
    for frame, now in enumerate(values):
        lower = ~up & (now <= low)
        low[lower], low_frame[lower] = now[lower], frame
        high = np.where(up, np.maximum(high, now), high)
        start, end = ~up & (now - low >= min_rise), up & (high - now >= min_rise)
        risen[frame] = start & counts(low_frame, frame)
        high[start], low[end], low_frame[end] = now[start], now[end], frame
        up = (up | start) & ~end
    return risen


def general_rises(light):
    values = luminance(light)
    return rises(values, MIN_CHANGE - 1e-9, lambda low_frame, frame: _values_at(values, low_frame) < MAX_DARK)


def red_rises(light):
    red, rest = light[..., 0], light[..., 1] + light[..., 2]
    saturated = (red >= SATURATED * (red + rest)) & (red > 0)
    values = 320 * np.maximum(red - rest, 0.0)
    one_end = lambda low_frame, frame: _values_at(saturated, low_frame) | saturated[frame]  # noqa: E731
    return rises(values, MIN_RED_CHANGE + 1e-9, one_end)


def _values_at(values, low_frame):
    rows, columns = np.indices(low_frame.shape)
    return values[low_frame, rows, columns]


def fields(risen):
    """The rises in every field of the picture: (frames, places) bool each."""
    _, height, width = risen.shape
    high, wide = round(height / 3), round(width / 3)
    for bottom in np.linspace(0, height - high, FIELDS).astype(int):
        for left in np.linspace(0, width - wide, FIELDS).astype(int):
            yield risen[:, bottom : bottom + high, left : left + wide].reshape(len(risen), -1)


def flash_frames(field, fps):
    """Frames at which a flash of a field begins; places that rise a little later belong to it, if they rise once."""
    found, begun_at = [], -np.inf
    waiting, member = np.full(field.shape[1], -np.inf), np.zeros(field.shape[1], bool)
    for frame in np.flatnonzero(field.any(axis=1)):
        is_late = field[frame] & ~member & (frame - begun_at <= ONE_FLASH_SECONDS * fps)
        member |= is_late
        waiting[field[frame] & ~is_late] = frame
        gathered = waiting >= frame - ONE_FLASH_SECONDS * fps
        if gathered.mean() >= QUARTER:
            found.append(frame)
            begun_at, member, waiting[:] = frame, gathered, -np.inf
    return np.array(found)


def max_per_second(frames, fps):
    """The largest number of frames, of those given, within a second."""
    return max((np.count_nonzero((frames >= at) & (frames < at + fps)) for at in frames), default=0)


def flashes(frames, fps):
    """The largest number of flashes of any field within a second: (general, red)."""
    light = linear(frames)
    kinds = general_rises(light), red_rises(light)
    return tuple(max(max_per_second(flash_frames(field, fps), fps) for field in fields(risen)) for risen in kinds)


def flashing_share(frames, fps):
    """The largest share of a field where every pixel flashes more than three times in the same second."""
    summed = np.cumsum(general_rises(linear(frames)), axis=0)
    second = summed.copy()
    second[fps:] -= summed[:-fps]
    return max(field.mean(axis=1).max() for field in fields(second > 3))
