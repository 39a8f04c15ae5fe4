"""How far to jump in a line so that it goes on as it was: first by its outline, then by its frames.

Two stretches a and b are alike by 2ab / (aa + bb): 1 where they are equal, 0 where they are strangers. Unlike a
correlation it asks for the same level too, and stays sharp where a stretch is shorter than a period.
"""

import math

from engine.native import dot, kernel

POINTS = 96  # of the outline that are compared
FRAMES = 256  # that are compared to place the jump exactly
TOLD = 0.002  # of unlikeness: less is not told apart, and the lag that is wanted wins
NOTHING = 1e-20  # added to the energies, so that silence is like silence


@kernel
def match(line, scores, end, side, shortest, longest, wanted, bound):
    """The lag, between two others, at which the line before `end` looks as it does there, and the likeness.

    `side` is 1 to look back and -1 to look ahead. Of lags that are as good the one nearest to `wanted` is taken.
    """
    grain, wrap = line.grain, line.size // line.grain - 1
    here = end // grain - POINTS
    own = dot(line.outline, here & wrap, line.outline, here & wrap, POINTS) + NOTHING
    first = math.ceil(shortest / grain)
    count = max(int(longest / grain) - first + 1, 1)
    best, least = 0, math.inf
    for n in range(count):
        there = (here - side * (first + n)) & wrap
        power = own + dot(line.outline, there, line.outline, there, POINTS)
        scores[n] = 2.0 * dot(line.outline, here & wrap, line.outline, there, POINTS) / power
        off = ((first + n) * grain - wanted) / bound
        cost = (1.0 + TOLD - scores[n]) * (1.0 + off * off)  # half as alike is worth it, a bound away
        if cost < least:
            best, least = n, cost
    while best + 1 < count and scores[best + 1] > scores[best]:  # what is wanted chooses a period, but bends none
        best += 1
    while best > 0 and scores[best - 1] > scores[best]:
        best -= 1
    return place(line, scores, end, side, (first + best) * grain)


@kernel
def place(line, scores, end, side, near):
    """The best lag within a point of the outline, to a part of a frame."""
    around = line.grain // 2 + 1
    best = around
    for n in range(2 * around + 1):
        scores[n] = alike(line, end, side * (near - around + n))
        if scores[n] > scores[best]:
            best = n
    part = 0.0
    if 0 < best < 2 * around:
        before, after = scores[best] - scores[best - 1], scores[best] - scores[best + 1]
        if before + after > 0.0:
            part = 0.5 * (before - after) / (before + after)
    return near - around + best + part, scores[best]


@kernel
def alike(line, end, back):
    """How much the frames before `end` are like those `back` frames earlier, all channels together."""
    here, there = (end - FRAMES) & (line.size - 1), (end - FRAMES - back) & (line.size - 1)
    both, power = 0.0, NOTHING
    for c in range(line.channels):
        a, b = 2 * c * line.size + here, 2 * c * line.size + there
        both += dot(line.sound, a, line.sound, b, FRAMES)
        power += dot(line.sound, a, line.sound, a, FRAMES) + dot(line.sound, b, line.sound, b, FRAMES)
    return 2.0 * both / power
