"""A head that reads a line at one pace while the sound in it goes on at another, and jumps unheard.

`aim` is the frame of the line that ought to sound now; the head strays from it as far as the bound lets it,
then jumps by a lag after which the line looks the same, and fades over. What begins (a drum, a consonant) is
never heard twice, left out or faded over, as long as there is room to wait. All channels jump together, so
the stereo image stays.
"""

import math
from typing import NamedTuple

import numpy as np

from phosphene.engine.effects.parts.correlate import POINTS, find_lag, inner_product, similarity
from phosphene.engine.effects.parts.history import MAX_ONSETS, QUANTUM, History, analyse, make_history
from phosphene.engine.effects.parts.sinc import READ_AHEAD, make_tables, read_resampled
from phosphene.engine.native import kernel

MIN_JUMP = 0.004  # seconds a jump gains at least
ONSET_LEAD, ONSET_TAIL = 0.001, 0.006  # seconds around an onset that are left in one piece
ONSET_TOLERANCE = 0.006  # seconds an onset may sound off its time before the head jumps for it
SLACK = 0.003  # seconds beyond the bound that the head may stray while it waits for an onset to pass
NEVER = 1 << 60


class Wsola(NamedTuple):
    line: History
    made: np.ndarray  # (QUANTUM, channels) float32, what sounds next
    leaving: np.ndarray  # (QUANTUM, channels) float32, what the head would have read that is faded out
    weights: np.ndarray  # (2, QUANTUM) float32, of the two
    scores: np.ndarray  # of the lags that are compared
    places: np.ndarray  # (3,), frames of the line: aim, head, the head that is faded out
    fade: np.ndarray  # (2,) int64, frames done and in all
    likeness: np.ndarray  # (1,), of the two that are faded
    served: np.ndarray  # (1,) int64, the onset that the head jumped for
    tables: np.ndarray
    ahead: int  # frames after the aim that must be written
    bound: float  # frames
    span: float  # frames of the line that a jump fades through
    rate: float


def read_ahead(bound, span, rate):
    """Frames of the line beyond its aim that a head may read, which strays `bound` seconds and fades through `span`."""
    return math.ceil((bound + SLACK + span) * rate) + QUANTUM + READ_AHEAD


def make_wsola(bound, span, ahead, rate, channels):
    """A head that strays `bound` seconds, fades through `span`, and knows the line `ahead` frames beyond its aim."""
    seconds = 2.0 * (bound + SLACK) + 3.0 * span + (POINTS + 2 * QUANTUM) / min(rate, 6000.0) + ahead / rate
    line = make_history(seconds, rate, channels)
    return Wsola(
        line,
        np.zeros((QUANTUM, channels), np.float32),
        np.zeros((QUANTUM, channels), np.float32),
        np.zeros((2, QUANTUM), np.float32),
        np.zeros(line.size // line.grain),
        np.zeros(3),  # exact enough: after a month, a fraction of a frame still is to 1e-5
        np.zeros(2, np.int64),
        np.zeros(1),
        np.full(1, -NEVER),
        make_tables(),
        ahead,
        bound * rate,
        span * rate,
        rate,
    )


@kernel
def frames_needed(splice, aim):
    """How many frames must have been written before a turn from an aim; it looks at no others."""
    return (math.floor(aim) + splice.ahead) // QUANTUM * QUANTUM


@kernel
def render_quantum(splice, step, pace):
    """Make the next quantum: the head goes on by `step` frames for each of its frames, the aim by `pace`."""
    places, fade = splice.places, splice.fade
    analyse(splice.line, frames_needed(splice, places[0]))
    if fade[0] == fade[1]:
        jump_if_due(splice, step, pace)
    read_resampled(splice.line, splice.tables, places[1], step, splice.made)
    if fade[0] < fade[1]:
        read_resampled(splice.line, splice.tables, places[2], step, splice.leaving)
        crossfade(splice)
    places[0] += QUANTUM * pace
    places[1] += QUANTUM * step
    places[2] += QUANTUM * step


@kernel
def crossfade(splice):
    """Equal gain for what is alike, equal power for what is not."""
    done, frames = splice.fade[0], splice.fade[1]
    loss = 2.0 * (1.0 - splice.likeness[0])
    rise, fall = splice.weights[0], splice.weights[1]
    for n in range(QUANTUM):
        t = (done + n + 0.5) / frames
        t *= t * (3.0 - 2.0 * t)
        gain = 1.0 / math.sqrt(1.0 - loss * t * (1.0 - t))
        rise[n], fall[n] = gain * t, gain * (1.0 - t)
    for n in range(QUANTUM):
        for c in range(splice.made.shape[1]):
            splice.made[n, c] = rise[n] * splice.made[n, c] + fall[n] * splice.leaving[n, c]
    splice.fade[0] += QUANTUM


@kernel
def jump_if_due(splice, step, pace):
    """Jump, if it is time to."""
    line, aim, head, bound = splice.line, splice.places[0], splice.places[1], splice.bound
    astray, drift = head - aim, step - pace
    if astray == 0.0 and drift == 0.0:
        return
    quanta = max(round(splice.span / (QUANTUM * max(step, 1.0))), 1)
    end = math.floor(head + QUANTUM * quanta * step)  # of what the head reads while it fades out
    due, back, forward = find_onsets(line, head, end)
    if drift == 0.0:
        if abs(astray) <= (back if astray > 0.0 else forward):
            likeness = similarity(line, end, end - round(astray), inner_product(line, end, end))
            start_jump(splice, aim, likeness, quanta)
        return
    side, landing, longest = jump_for_onset(splice, step, pace, end, due, back)
    tolerance = ONSET_TOLERANCE * splice.rate * pace
    if side == 0.0:
        due, tolerance, side = splice.served[0], bound, math.copysign(1.0, drift)
        landing, longest = -side * bound, bound + side * astray
        if side * (astray + QUANTUM * drift) < bound:
            return
    shortest = MIN_JUMP * splice.rate + abs(drift) * QUANTUM * quanta
    free = min(longest, back if side > 0.0 else forward)
    if free < shortest:
        if side * (astray + QUANTUM * drift) < bound + SLACK * splice.rate:
            return
        free = max(longest, shortest)  # no time left: an onset is lost, or heard twice
    wanted = side * (astray - landing)
    lag, likeness = find_lag(line, splice.scores, end, int(side), shortest, free, wanted, tolerance)
    splice.served[0] = due
    start_jump(splice, head - side * lag, likeness, quanta)


@kernel
def find_onsets(line, head, end):
    """The onset that the head meets next, and how far back and forward it can jump and repeat or leave out none."""
    before, after = ONSET_LEAD * line.rate + READ_AHEAD, ONSET_TAIL * line.rate + QUANTUM + READ_AHEAD
    due, back, forward = NEVER, float(line.size), float(line.size)
    for n in range(MAX_ONSETS):
        onset = line.onsets[n]
        if onset >= head:
            due = min(due, onset)
        if onset < end + before:
            back = min(back, head - onset - after)
        if onset > head - after:
            forward = min(forward, onset - before - end)
    return due, back, forward


@kernel
def jump_for_onset(splice, step, pace, end, due, back):
    """The jump after which the head meets an onset in time: its side (1 back, -1 forward, 0 none), landing, longest."""
    aim, head, bound, timely = splice.places[0], splice.places[1], splice.bound, ONSET_TOLERANCE * splice.rate * pace
    drift = step - pace
    miss = head - aim + drift * (due - head) / step  # how far astray the head is when it gets there
    if due == splice.served[0] or abs(miss) <= timely:
        return 0.0, 0.0, 0.0
    landing = min(max(-drift * (due - aim) / pace, -bound), bound)
    rest = landing + drift * (due - aim - landing) / step
    near = due - end < timely + 2 * QUANTUM  # now or never
    blocked = miss > 0.0 and head - aim - landing > back  # by the onset before, which soon is out of the way
    if not near and (blocked or abs(rest) > timely):
        return 0.0, 0.0, 0.0
    side = math.copysign(1.0, miss)
    opposite = 2.0 * abs(miss) * step / pace  # the lag that would leave it as far astray on the other side
    return side, landing, min(bound + side * (head - aim), opposite)


@kernel
def start_jump(splice, place, likeness, quanta):
    splice.places[2] = splice.places[1]
    splice.places[1] = place
    splice.likeness[0] = likeness if likeness > 0.0 else 0.0  # nor one that is not a number
    splice.fade[0], splice.fade[1] = 0, QUANTUM * quanta
