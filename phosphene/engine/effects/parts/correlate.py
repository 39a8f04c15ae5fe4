"""Finds the lag at which a signal continues most like itself: first in its decimated copy, then in its frames.

The similarity of two segments a and b is 2ab / (aa + bb): 1 if they are equal, 0 if they are unrelated. Unlike a
normalised correlation it also compares levels, and it stays sharp where a segment is shorter than a period.
"""

import math

from phosphene.engine.native import dot, kernel

POINTS = 96  # of the decimated signal in a compared segment
FRAMES = 128  # in a compared segment, to refine the lag
NEGLIGIBLE = 0.005  # dissimilarity that makes no difference
TINY = 1e-20  # added to energies, so that silence is similar to silence


@kernel
def find_lag(history, scores, end, side, shortest, longest, wanted, tolerance):
    """Find the lag at which the signal is most similar to the one before `end`; returns (lag, similarity).

    The lag is between `shortest` and `longest` frames. `side` is 1 to search backwards and -1 to search forwards.
    The further a lag is from `wanted`, in units of `tolerance`, the more similar it must be.
    """
    decimation, wrap, points = history.decimation, history.size // history.decimation - 1, history.decimated
    first_point = math.ceil(shortest / decimation)
    count = min(max(int(longest / decimation) - first_point + 1, 1), scores.shape[0])
    reference = end // decimation - POINTS
    candidate = (reference - side * first_point) & wrap
    own_energy = dot(points, reference & wrap, points, reference & wrap, POINTS) + TINY
    energy = float(dot(points, candidate, points, candidate, POINTS))
    entering, leaving = (-1, POINTS - 1) if side > 0 else (POINTS, 0)  # points, as the segment moves by one
    best, least = 0, math.inf
    for n in range(count):
        scores[n] = 2.0 * dot(points, reference & wrap, points, candidate, POINTS) / (own_energy + energy)
        deviation = ((first_point + n) * decimation - wanted) / tolerance
        cost = (1.0 + NEGLIGIBLE - scores[n]) * (1.0 + deviation * deviation)
        if cost < least:
            best, least = n, cost
        new, old = points[(candidate + entering) & wrap], points[(candidate + leaving) & wrap]
        energy = max(energy + new * new - old * old, 0.0)
        candidate = (candidate - side) & wrap
    while best + 1 < count and scores[best + 1] > scores[best]:  # `wanted` chooses a peak, and does not shift it
        best += 1
    while best > 0 and scores[best - 1] > scores[best]:
        best -= 1
    return refine_lag(history, scores, end, side, (first_point + best) * decimation)


@kernel
def refine_lag(history, scores, end, side, lag):
    """Refine a lag, known to one decimated point, to a fraction of a frame."""
    radius, own_energy = history.decimation // 2 + 1, inner_product(history, end, end)
    best = radius
    for n in range(2 * radius + 1):
        scores[n] = similarity(history, end, end - side * (lag - radius + n), own_energy)
        if scores[n] > scores[best]:
            best = n
    fraction = 0.0
    if 0 < best < 2 * radius:
        rise, fall = scores[best] - scores[best - 1], scores[best] - scores[best + 1]
        if rise + fall > 0.0:
            fraction = 0.5 * (rise - fall) / (rise + fall)
    return lag - radius + best + fraction, scores[best]


@kernel
def similarity(history, first_end, second_end, own_energy):
    """Similarity of the frames before two positions over all channels; `own_energy` is the energy of the first."""
    common, energy = inner_product(history, first_end, second_end), inner_product(history, second_end, second_end)
    return 2.0 * common / (own_energy + energy + TINY)


@kernel
def inner_product(history, first_end, second_end):
    total, a, b = 0.0, (first_end - FRAMES) & (history.size - 1), (second_end - FRAMES) & (history.size - 1)
    for c in range(history.channels):
        total += dot(history.samples, 2 * c * history.size + a, history.samples, 2 * c * history.size + b, FRAMES)
    return total
