"""The core: one block of sound through the genome, in compiled code that any clock may drive.

The device's callback and the offline clock both call `play`, by its address; nothing else plays sound.
"""

from typing import NamedTuple

import numpy as np
from numba import typeof

from phosphene.engine.audio import meters
from phosphene.engine.audio.meters import Meter
from phosphene.engine.audio.param_intake import COUNTER, ENDS, PLAYS, RINGS, SETTLED, UNTAPED, apply_changes, count
from phosphene.engine.effects.chain import limiter
from phosphene.engine.effects.chain import plan as chain
from phosphene.engine.effects.chain.guard import scrub
from phosphene.engine.effects.chain.plan import BLOCK, LATE, RINGING
from phosphene.engine.native import (
    FILL_SIGNATURE,
    address_of,
    aligned_zeros,
    audio_at,
    copy_rows,
    descriptor_reader,
    flush_denormals,
    kernel,
    native_function,
    restore_denormals,
)
from phosphene.engine.rings import allocate, board, board_layout, mailbox, ring, timeline
from phosphene.engine.rings.board import Board, get, put
from phosphene.engine.rings.mailbox import Mailbox
from phosphene.engine.rings.ring import Ring
from phosphene.engine.rings.timeline import Timeline

CHANNELS = 2
CROSSFADE = 0.02  # seconds between two plans
SILENT = 1e-5  # of full scale: a tail below it
REST = 2.5  # seconds for each gene that rings, more than between two repeats of the longest echo, is over

STARVED, UNHEARD = int(Meter.STARVED), int(Meter.UNHEARD)
SCRUBBED, MUTED = int(Meter.SCRUBBED), int(Meter.MUTED)


class Core(NamedTuple):
    """All that the audio thread knows. Every array is made before it starts."""

    params: Board  # parameters as hands want them
    moves: Board  # (share, toward) by slot of a genome: what rows make of them
    heard: np.ndarray  # (slots,) int64, both together, as this thread last took them
    plans: Mailbox
    plan: np.ndarray  # (3, chain.WORDS) int64: what plays, what rings on, what rang on before that
    fade: np.ndarray  # (2,) int64: frames into the crossfade, frames of it; equal when there is none
    posted: np.ndarray  # (1, chain.WORDS) int64: a plan that arrives
    rest: np.ndarray  # (2,) int64: frames for which what rings was silent, frames after which it is over
    returns: Ring  # sound from the worker, added behind the genome
    tap: Ring  # sound behind the genome, for the worker
    gaps: Ring  # (row of tap, frames lost before it)
    tape: Ring  # what came in: source and return side by side
    events: Ring  # (sample, slot, value): what changed
    hands: Ring  # the same of tempo, for the worker
    film: Ring  # what is heard, for who films it
    joins: Timeline  # (row of film, sample): from there on they go together
    join: np.ndarray  # (2,): the last of them
    switches: np.ndarray  # (8,) int64: [0] a take is recorded, [1] it is filmed
    spare: np.ndarray  # (BLOCK, CHANNELS) float32: a plan that rings
    total: np.ndarray  # (BLOCK, CHANNELS) float32: the sum of all plans
    limit: limiter.State
    lag: np.ndarray  # (frames, CHANNELS) float32: what the genome made waits here while the limiter looks ahead
    turn: np.ndarray  # (1,) int64: row of lag to exchange next
    returned: np.ndarray  # (BLOCK, CHANNELS) float32: what came back from the worker
    pair: np.ndarray  # (BLOCK, 2 * CHANNELS) float32: a block of tape
    note: np.ndarray  # (1, 3) float64: an event
    gap: np.ndarray  # (1, 2) float64
    meters: Board


def make_core(rate, params, gauges, *, moves=None, seconds=1.0):
    """A core with empty rings of at least `seconds`; `params`, `gauges` and `moves` are the session's boards.

    Without `moves` it has one of its own, on which nothing moves.
    """
    frames = int(max(rate * seconds, 2 * BLOCK))
    plans = allocate(mailbox.layout(chain.WORDS))
    mailbox.reset(plans)
    length = max(int(round(rate * CROSSFADE)), 1)
    return Core(
        params=params,
        moves=moves or allocate(board.layout(2 * board_layout.GENOME_SLOTS)),
        heard=np.array(params.words),
        plans=plans,
        plan=aligned_zeros((3, chain.WORDS), np.int64),
        fade=np.array([length, length]),
        posted=aligned_zeros((1, chain.WORDS), np.int64),
        rest=np.array([0, round(rate * REST)]),
        returns=allocate(ring.layout(frames, CHANNELS)),
        tap=allocate(ring.layout(4 * frames, CHANNELS)),
        gaps=allocate(ring.layout(64, 2, np.float64)),
        tape=allocate(ring.layout(4 * frames, 2 * CHANNELS)),
        events=allocate(ring.layout(4096, 3, np.float64)),
        hands=allocate(ring.layout(1024, 3, np.float64)),
        film=allocate(ring.layout(2, CHANNELS)),
        joins=allocate(timeline.layout(2, 2)),
        join=np.array([0.0, np.nan]),
        switches=aligned_zeros((8,), np.int64),
        spare=aligned_zeros((BLOCK, CHANNELS), np.float32),
        total=aligned_zeros((BLOCK, CHANNELS), np.float32),
        limit=limiter.init(float(rate), CHANNELS),
        lag=aligned_zeros((limiter.latency(rate), CHANNELS), np.float32),
        turn=np.zeros(1, np.int64),
        returned=aligned_zeros((BLOCK, CHANNELS), np.float32),
        pair=aligned_zeros((BLOCK, 2 * CHANNELS), np.float32),
        note=aligned_zeros((1, 3), np.float64),
        gap=aligned_zeros((1, 2), np.float64),
        meters=gauges,
    )


@kernel
def advance(core, block):
    """Play one block in place, up to BLOCK frames: source in, what is heard out."""
    apply_changes(core)
    count(core.meters, SCRUBBED, scrub(block))
    back = ring.pull(core.returns, core.returned[: block.shape[0]])
    count(core.meters, SCRUBBED, scrub(core.returned[:back]))
    if core.switches[0]:
        record(core, block, back)
    start = 0
    while start < block.shape[0]:
        start += through(core, block, start)
    wait(core, block)
    tell(core, core.spare[: block.shape[0]])
    for n in range(back):
        for c in range(CHANNELS):
            block[n, c] += core.returned[n, c]
    limiter.process(core.limit, block, block)
    if core.switches[1]:
        film(core, block)
    count(core.meters, COUNTER, block.shape[0])


@kernel
def wait(core, block):
    """Put what the genome made aside for as long as the limiter looks ahead; what comes out is spare."""
    done, turn, size = 0, core.turn[0], core.lag.shape[0]
    while done < block.shape[0]:
        rows = min(block.shape[0] - done, size - turn)
        copy_rows(core.lag, turn, core.spare, done, rows)
        copy_rows(block, done, core.lag, turn, rows)
        done += rows
        turn = turn + rows if turn + rows < size else 0
    core.turn[0] = turn


@kernel
def tell(core, block):
    """Give the worker what is heard; once it has room again, tell it first how much it was too late for."""
    gap, came = core.gap, 0
    if gap[0, 1] > 0.0 and ring.writable(core.tap, 1) > 0 and ring.push(core.gaps, gap):
        gap[0, 1] = 0.0
    if gap[0, 1] == 0.0:
        came = ring.push(core.tap, block)
    lost = block.shape[0] - came
    if lost:
        count(core.meters, UNHEARD, float(lost))
        gap[0, 0], gap[0, 1] = core.tap.written[0], gap[0, 1] + lost


@kernel
def record(core, block, back):
    """Put what came in on the tape."""
    for n in range(block.shape[0]):
        for c in range(CHANNELS):
            core.pair[n, c] = block[n, c]
            core.pair[n, CHANNELS + c] = core.returned[n, c] if n < back else 0.0
    count(core.meters, UNTAPED, float(block.shape[0] - ring.push(core.tape, core.pair[: block.shape[0]])))


@kernel
def film(core, block):
    """Give whoever films it what is heard, a block whole or not at all; first, where it does not go on, from when."""
    frames, row, sample = block.shape[0], core.film.written[0], get(core.meters, COUNTER)
    if ring.writable(core.film, frames) < frames:
        return
    if sample - row != core.join[1] - core.join[0]:
        core.join[0], core.join[1] = row, sample
        timeline.publish(core.joins, core.join)
    ring.push(core.film, block)


@kernel
def through(core, block, start):
    """Send what is left of a block through the plans, as far as the crossfade goes; gives the frames done.

    The plan that plays fades in once it has filled up. The input of the one before fades out as much earlier as
    its output is late, and its tail rings on until it is silent, or until the next change fades it out too.
    """
    frames, rest = block.shape[0] - start, core.fade[1] - core.fade[0]
    if 0 < rest < frames:
        frames = rest
    part, sound, total = block[start : start + frames], core.spare[:frames], core.total[:frames]
    total[:] = 0.0
    for row in range(core.plan.shape[0]):
        if row != PLAYS and core.plan[row, 0] == 0:
            continue
        for n in range(frames):
            enters = 1.0 if row == PLAYS else (1.0 - share(core, n + core.plan[RINGS, LATE]) if row == RINGS else 0.0)
            for c in range(CHANNELS):
                sound[n, c] = part[n, c] * enters
        heard = address_of(core.heard)
        muted = chain.play(core.plan[row], heard, address_of(sound), frames, CHANNELS)
        count(core.meters, MUTED, float(muted))
        if row == RINGS and rest == 0:
            ring_out(core, sound)
        for n in range(frames):
            leaves = 1.0 if row == RINGS else (share(core, n) if row == PLAYS else 1.0 - share(core, n))
            for c in range(CHANNELS):
                total[n, c] += sound[n, c] * leaves
    copy_rows(total, 0, block, start, frames)
    if rest > 0:
        core.fade[0] += frames
        if core.fade[0] == core.fade[1]:
            core.plan[ENDS, 0] = 0
            put(core.meters, SETTLED, float(core.plan[PLAYS, 0]))
    return frames


@kernel
def share(core, n):
    """What the plan that plays has of the crossfade, some frames on."""
    at, length = core.fade[0] + n, core.fade[1]
    if at < 0 or at >= length:  # nearly always: no division then
        return 0.0 if at < 0 else 1.0
    x = (at + 0.5) / length
    return x * x * (3.0 - 2.0 * x)


@kernel
def ring_out(core, sound):
    """Let a plan go at the frame at which its tail has been silent for long enough."""
    for n in range(sound.shape[0]):
        loudest = 0.0
        for c in range(CHANNELS):
            loudest = max(loudest, abs(sound[n, c]))
        core.rest[0] = core.rest[0] + 1 if loudest < SILENT else 0
        if core.rest[0] > core.rest[1] * max(core.plan[RINGS, RINGING], 1):
            core.plan[RINGS, 0] = 0
            sound[n:] = 0.0
            break


read_core = descriptor_reader(
    typeof(make_core(1000.0, allocate(board.layout(board_layout.GENOME_SLOTS)), allocate(meters.plan())))
)
read_ring = descriptor_reader(typeof(allocate(ring.layout(2, CHANNELS))))


@native_function(FILL_SIGNATURE)
def play(core, block, frames):
    """Play a block, whose length is BLOCK at the most, through the core at an address."""
    mode = flush_denormals()  # here, not in the callback: every clock hears the same
    advance(read_core(core), audio_at(block, frames, CHANNELS))
    restore_denormals(mode)
    return frames


@native_function(FILL_SIGNATURE)
def supply(source, block, frames):
    """Fill a block from the ring at an address."""
    return ring.pull(read_ring(source), audio_at(block, frames, CHANNELS))
