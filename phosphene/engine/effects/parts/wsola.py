"""Waveform-similarity overlap-add (WSOLA): reads a history at one step while time advances at another speed.

The target is the frame that should sound now. The read head drifts away from it by up to `max_drift` frames, then
jumps by a lag after which the signal looks the same, and crossfades. An onset (a drum, a consonant) is never
repeated, skipped or faded over, as long as there is room to wait. All channels jump together, which keeps the stereo
image.
"""

import math
from typing import NamedTuple

import numpy as np

from phosphene.engine.effects.parts.correlate import POINTS, find_lag, inner_product, similarity
from phosphene.engine.effects.parts.history import MAX_ONSETS, QUANTUM, History, analyse, make_history
from phosphene.engine.effects.parts.sinc import READ_AHEAD, make_tables, read_resampled
from phosphene.engine.native import kernel

MIN_JUMP = 0.004  # seconds; shortest jump
ONSET_LEAD, ONSET_TAIL = 0.001, 0.006  # seconds around an onset that no crossfade touches
ONSET_TOLERANCE = 0.006  # seconds by which an onset may be early or late before the head jumps for it
SLACK = 0.003  # seconds beyond the maximum drift, while the head waits for an onset to pass
NEVER = 1 << 60
TARGET, HEAD, FADED_HEAD = range(3)  # in Stretcher.positions


class Stretcher(NamedTuple):
    history: History
    output: np.ndarray  # (QUANTUM, channels) float32, the rendered quantum
    faded: np.ndarray  # (QUANTUM, channels) float32, the same from the head that is faded out
    weights: np.ndarray  # (2, QUANTUM) float32, of these two
    scores: np.ndarray  # similarity of each lag compared, work space
    positions: np.ndarray  # (3,), frames of the history: target, read head, head that is faded out
    fade: np.ndarray  # (2,) int64, frames of the crossfade that are done, and all of them
    fade_similarity: np.ndarray  # (1,), of the two heads
    handled_onset: np.ndarray  # (1,) int64, the onset that the last jump was for
    tables: np.ndarray
    lookahead: int  # frames after the target that must be written
    max_drift: float  # frames
    fade_length: float  # frames of the history in a crossfade
    rate: float


def read_ahead(max_drift, fade_length, rate):
    """Frames of the history after the target that may be read, for a drift and a crossfade in seconds."""
    return math.ceil((max_drift + SLACK + fade_length) * rate) + QUANTUM + READ_AHEAD


def make_stretcher(max_drift, fade_length, lookahead, rate, channels):
    """Make a stretcher.

    Parameters
    ----------
    max_drift, fade_length : float
        Seconds.
    lookahead : int
        Frames of the history that are known after the target.
    """
    points = (POINTS + 2 * QUANTUM) / min(rate, 6000.0)
    seconds = 2.0 * (max_drift + SLACK) + 3.0 * fade_length + points + lookahead / rate
    history = make_history(seconds, rate, channels)
    return Stretcher(
        history,
        np.zeros((QUANTUM, channels), np.float32),
        np.zeros((QUANTUM, channels), np.float32),
        np.zeros((2, QUANTUM), np.float32),
        np.zeros(history.size // history.decimation),
        np.zeros(3),  # float64 is enough: after a month, positions are still exact to 1e-5 frames
        np.zeros(2, np.int64),
        np.zeros(1),
        np.full(1, -NEVER),
        make_tables(),
        lookahead,
        max_drift * rate,
        fade_length * rate,
        rate,
    )


@kernel
def required_end(stretcher, target):
    """How many frames must have been written to render a quantum at a target; no later frame is read."""
    return (math.floor(target) + stretcher.lookahead) // QUANTUM * QUANTUM


@kernel
def render_quantum(stretcher, step, speed):
    """Render the next quantum. For each of its frames, the head advances `step` frames and the target `speed`."""
    positions, fade = stretcher.positions, stretcher.fade
    analyse(stretcher.history, required_end(stretcher, positions[TARGET]))
    if fade[0] == fade[1]:
        jump_if_due(stretcher, step, speed)
    read_resampled(stretcher.history, stretcher.tables, positions[HEAD], step, stretcher.output)
    if fade[0] < fade[1]:
        read_resampled(stretcher.history, stretcher.tables, positions[FADED_HEAD], step, stretcher.faded)
        crossfade(stretcher)
    positions[TARGET] += QUANTUM * speed
    positions[HEAD] += QUANTUM * step
    positions[FADED_HEAD] += QUANTUM * step


@kernel
def crossfade(stretcher):
    """Crossfade with equal gain where the heads are similar, with equal power where they are not."""
    done, frames = stretcher.fade[0], stretcher.fade[1]
    loss = 2.0 * (1.0 - stretcher.fade_similarity[0])
    rise, fall = stretcher.weights[0], stretcher.weights[1]
    for n in range(QUANTUM):
        t = (done + n + 0.5) / frames
        t *= t * (3.0 - 2.0 * t)
        gain = 1.0 / math.sqrt(1.0 - loss * t * (1.0 - t))
        rise[n], fall[n] = gain * t, gain * (1.0 - t)
    for n in range(QUANTUM):
        for c in range(stretcher.output.shape[1]):
            stretcher.output[n, c] = rise[n] * stretcher.output[n, c] + fall[n] * stretcher.faded[n, c]
    stretcher.fade[0] += QUANTUM


@kernel
def jump_if_due(stretcher, step, speed):
    """Start a jump, if the drift or the next onset needs one."""
    history, target, head = stretcher.history, stretcher.positions[TARGET], stretcher.positions[HEAD]
    max_drift = stretcher.max_drift
    offset, drift = head - target, step - speed
    if offset == 0.0 and drift == 0.0:
        return
    quanta = max(round(stretcher.fade_length / (QUANTUM * max(step, 1.0))), 1)
    end = math.floor(head + QUANTUM * quanta * step)  # last frame that the head reads while it fades out
    next_onset, max_back, max_forward = find_onsets(history, head, end)
    if drift == 0.0:
        if abs(offset) <= (max_back if offset > 0.0 else max_forward):
            fade_similarity = similarity(history, end, end - round(offset), inner_product(history, end, end))
            start_jump(stretcher, target, fade_similarity, quanta)
        return
    side, landing, max_jump = jump_for_onset(stretcher, step, speed, end, next_onset, max_back)
    tolerance = ONSET_TOLERANCE * stretcher.rate * speed
    if side == 0.0:
        next_onset, tolerance, side = stretcher.handled_onset[0], max_drift, math.copysign(1.0, drift)
        landing, max_jump = -side * max_drift, max_drift + side * offset
        if side * (offset + QUANTUM * drift) < max_drift:
            return
    min_jump = MIN_JUMP * stretcher.rate + abs(drift) * QUANTUM * quanta
    available = min(max_jump, max_back if side > 0.0 else max_forward)
    if available < min_jump:
        if side * (offset + QUANTUM * drift) < max_drift + SLACK * stretcher.rate:
            return
        available = max(max_jump, min_jump)  # no time left: an onset is skipped or repeated
    wanted = side * (offset - landing)
    lag, fade_similarity = find_lag(history, stretcher.scores, end, int(side), min_jump, available, wanted, tolerance)
    stretcher.handled_onset[0] = next_onset
    start_jump(stretcher, head - side * lag, fade_similarity, quanta)


@kernel
def find_onsets(history, head, end):
    """The next onset after the head, and the longest jumps back and forward that repeat and skip no onset."""
    lead, tail = ONSET_LEAD * history.rate + READ_AHEAD, ONSET_TAIL * history.rate + QUANTUM + READ_AHEAD
    next_onset, max_back, max_forward = NEVER, float(history.size), float(history.size)
    for n in range(MAX_ONSETS):
        onset = history.onsets[n]
        if onset >= head:
            next_onset = min(next_onset, onset)
        if onset < end + lead:
            max_back = min(max_back, head - onset - tail)
        if onset > head - tail:
            max_forward = min(max_forward, onset - lead - end)
    return next_onset, max_back, max_forward


@kernel
def jump_for_onset(stretcher, step, speed, end, next_onset, max_back):
    """The jump that puts the next onset in time; returns (side, landing, max_jump).

    `side` is 1 for a jump back, -1 forward, 0 for none.
    """
    target, head, max_drift = stretcher.positions[TARGET], stretcher.positions[HEAD], stretcher.max_drift
    tolerance = ONSET_TOLERANCE * stretcher.rate * speed
    drift = step - speed
    miss = head - target + drift * (next_onset - head) / step  # offset of the head when it reaches the onset
    if next_onset == stretcher.handled_onset[0] or abs(miss) <= tolerance:
        return 0.0, 0.0, 0.0
    landing = min(max(-drift * (next_onset - target) / speed, -max_drift), max_drift)
    remaining = landing + drift * (next_onset - target - landing) / step
    imminent = next_onset - end < tolerance + 2 * QUANTUM  # last chance to jump
    blocked = miss > 0.0 and head - target - landing > max_back  # by the previous onset, soon out of reach
    if not imminent and (blocked or abs(remaining) > tolerance):
        return 0.0, 0.0, 0.0
    side = math.copysign(1.0, miss)
    mirror_lag = 2.0 * abs(miss) * step / speed  # the lag that leads to the same offset on the other side
    return side, landing, min(max_drift + side * (head - target), mirror_lag)


@kernel
def start_jump(stretcher, position, fade_similarity, quanta):
    stretcher.positions[FADED_HEAD] = stretcher.positions[HEAD]
    stretcher.positions[HEAD] = position
    stretcher.fade_similarity[0] = fade_similarity if fade_similarity > 0.0 else 0.0  # also false for NaN
    stretcher.fade[0], stretcher.fade[1] = 0, QUANTUM * quanta
