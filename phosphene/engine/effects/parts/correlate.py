"""How far to jump in a line so that it goes on as it was: first by its outline, then by its frames.

Two stretches a and b are alike by 2ab / (aa + bb): 1 where they are equal, 0 where they are strangers. Unlike a
correlation it asks for the same level too, and stays sharp where a stretch is shorter than a period.
"""

import math

from phosphene.engine.native import dot, kernel

POINTS = 96  # of the outline that are compared
FRAMES = 128  # that are compared to place the jump exactly
NEGLIGIBLE = 0.005  # unlikeness that makes no difference
TINY = 1e-20  # added to the energies, so that silence is like silence


@kernel
def find_lag(line, scores, end, side, shortest, longest, wanted, tolerance):
    """The lag, between two others, at which the line before `end` looks as it does there, and the likeness.

    `side` is 1 to look back and -1 to look ahead. The further a lag is from `wanted`, in tolerances, the more alike
    it must be.
    """
    grain, wrap, points = line.grain, line.size // line.grain - 1, line.outline
    first = math.ceil(shortest / grain)
    count = min(max(int(longest / grain) - first + 1, 1), scores.shape[0])
    here = end // grain - POINTS
    there = (here - side * first) & wrap
    own = dot(points, here & wrap, points, here & wrap, POINTS) + TINY
    power = float(dot(points, there, points, there, POINTS))
    gained, lost = (-1, POINTS - 1) if side > 0 else (POINTS, 0)  # as the stretch moves on by a point
    best, least = 0, math.inf
    for n in range(count):
        scores[n] = 2.0 * dot(points, here & wrap, points, there, POINTS) / (own + power)
        off = ((first + n) * grain - wanted) / tolerance
        cost = (1.0 + NEGLIGIBLE - scores[n]) * (1.0 + off * off)
        if cost < least:
            best, least = n, cost
        new, old = points[(there + gained) & wrap], points[(there + lost) & wrap]
        power = max(power + new * new - old * old, 0.0)
        there = (there - side) & wrap
    while best + 1 < count and scores[best + 1] > scores[best]:  # what is wanted chooses a period, but bends none
        best += 1
    while best > 0 and scores[best - 1] > scores[best]:
        best -= 1
    return refine_lag(line, scores, end, side, (first + best) * grain)


@kernel
def refine_lag(line, scores, end, side, near):
    """The best lag within a point of the outline, to a part of a frame."""
    around, own = line.grain // 2 + 1, inner_product(line, end, end)
    best = around
    for n in range(2 * around + 1):
        scores[n] = similarity(line, end, end - side * (near - around + n), own)
        if scores[n] > scores[best]:
            best = n
    part = 0.0
    if 0 < best < 2 * around:
        before, after = scores[best] - scores[best - 1], scores[best] - scores[best + 1]
        if before + after > 0.0:
            part = 0.5 * (before - after) / (before + after)
    return near - around + best + part, scores[best]


@kernel
def similarity(line, one, other, own):
    """How much the frames before two places are alike, all channels together; `own` is the energy of the first."""
    return 2.0 * inner_product(line, one, other) / (own + inner_product(line, other, other) + TINY)


@kernel
def inner_product(line, one, other):
    total, a, b = 0.0, (one - FRAMES) & (line.size - 1), (other - FRAMES) & (line.size - 1)
    for c in range(line.channels):
        total += dot(line.sound, 2 * c * line.size + a, line.sound, 2 * c * line.size + b, FRAMES)
    return total
