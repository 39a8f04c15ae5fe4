"""The core: one block of sound through the genome, in compiled code that any clock may drive.

The device's callback and the offline clock both call `play` by its address. Nothing else makes sound.
"""

from typing import NamedTuple

import numpy as np
from numba import typeof

from phosphene.engine.audio import meters
from phosphene.engine.audio.meters import Meter
from phosphene.engine.audio.param_intake import ENDS, PLAYS, POSITION, RINGS, SETTLED, apply_changes, count
from phosphene.engine.audio.taps import CHAIN, CHANNELS, INPUT, OUTPUT, TapPoint, feed_taps, tap_table, tapped
from phosphene.engine.effects.chain import limiter
from phosphene.engine.effects.chain import plan as chain
from phosphene.engine.effects.chain.guard import scrub
from phosphene.engine.effects.chain.plan import BLOCK, LATENCY, TAIL_GENES
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
from phosphene.engine.rings import allocate, board, board_layout, mailbox, ring
from phosphene.engine.rings.board import Board, put
from phosphene.engine.rings.mailbox import Mailbox
from phosphene.engine.rings.ring import Ring

__all__ = ["BLOCK", "CHANNELS", "Core", "fill_from_ring", "make_core", "play"]

CROSSFADE = 0.02  # seconds between two plans
SILENT = 1e-5  # of full scale: a tail below it has ended
TAIL_REST = 2.5  # seconds of silence for each gene with a tail, longer than between two repeats of the longest echo

SCRUBBED, MUTED = int(Meter.SCRUBBED), int(Meter.MUTED)


class Core(NamedTuple):
    """All that the audio thread knows. Every array is made before it starts."""

    params: Board  # parameters as presets and performers set them
    moves: Board  # (share, toward) by slot of a genome: how the matrix moves them
    applied: np.ndarray  # (slots,) int64, the bits of both together, as this thread last applied them
    plans: Mailbox
    plan: np.ndarray  # (3, chain.WORDS) int64: what plays, what rings on, what rang on before that
    fade: np.ndarray  # (2,) int64: frames into the crossfade, frames of it; equal when there is none
    posted: np.ndarray  # (1, chain.WORDS) int64: a plan that arrives
    rest: np.ndarray  # (2,) int64: frames for which the tail was silent, frames after which it has ended
    returns: Ring  # sound from the neural worker, added behind the genome
    taps: np.ndarray  # (taps, words) int64: who reads the sound, and where; see audio/taps.py
    events: Ring  # (sample, slot, value): what changed, for a take
    log_events: np.ndarray  # (8,) int64: [0] 1 while a take is recorded
    tempo_moves: Ring  # (sample, slot, value): what changed of the tempo, for the analyser
    spare: np.ndarray  # (BLOCK, CHANNELS) float32: a plan that rings
    total: np.ndarray  # (BLOCK, CHANNELS) float32: the sum of all plans
    limit: limiter.State
    returned: np.ndarray  # (BLOCK, CHANNELS) float32: what came back from the neural worker
    pair: np.ndarray  # (BLOCK, 2 * CHANNELS) float32: source and return side by side
    event: np.ndarray  # (1, 3) float64
    meters: Board


def make_core(
    rate: int,
    params: Board,
    meters: Board,
    *,
    moves: Board | None = None,
    returns: Ring | None = None,
    taps: tuple[TapPoint, ...] = (),
    seconds: float = 1.0,
) -> Core:
    """A core with empty rings of at least `seconds`. Keep the taps for as long as it plays.

    `params`, `meters`, `moves` and `returns` are the session's. Without `moves` nothing modulates, without `returns`
    nothing comes back.
    """
    frames = int(max(rate * seconds, 2 * BLOCK))
    plans = allocate(mailbox.layout(chain.WORDS))
    mailbox.reset(plans)
    length = max(int(round(rate * CROSSFADE)), 1)
    return Core(
        params=params,
        moves=moves or allocate(board.layout(2 * board_layout.GENOME_SLOTS)),
        applied=np.array(params.words),
        plans=plans,
        plan=aligned_zeros((3, chain.WORDS), np.int64),
        fade=np.array([length, length]),
        posted=aligned_zeros((1, chain.WORDS), np.int64),
        rest=np.array([0, round(rate * TAIL_REST)]),
        returns=returns or allocate(ring.layout(frames, CHANNELS)),
        taps=tap_table(taps),
        events=allocate(ring.layout(4096, 3, np.float64)),
        log_events=aligned_zeros((8,), np.int64),
        tempo_moves=allocate(ring.layout(1024, 3, np.float64)),
        spare=aligned_zeros((BLOCK, CHANNELS), np.float32),
        total=aligned_zeros((BLOCK, CHANNELS), np.float32),
        limit=limiter.init(float(rate), CHANNELS),
        returned=aligned_zeros((BLOCK, CHANNELS), np.float32),
        pair=aligned_zeros((BLOCK, 2 * CHANNELS), np.float32),
        event=aligned_zeros((1, 3), np.float64),
        meters=meters,
    )


@kernel
def play_block(core, block):
    """Play one block in place, up to BLOCK frames: in goes the source, out comes what is heard."""
    apply_changes(core)
    count(core.meters, SCRUBBED, scrub(block))
    back = ring.pull(core.returns, core.returned[: block.shape[0]])
    count(core.meters, SCRUBBED, scrub(core.returned[:back]))
    if tapped(core, INPUT):
        feed_input(core, block, back)
    start = 0
    while start < block.shape[0]:
        start += play_plans(core, block, start)
    feed_taps(core, CHAIN, block)
    for n in range(back):
        for c in range(CHANNELS):
            block[n, c] += core.returned[n, c]
    limiter.process(core.limit, block, block)
    feed_taps(core, OUTPUT, block)
    count(core.meters, POSITION, block.shape[0])


@kernel
def feed_input(core, block, back):
    """Give source and return, side by side, to all who read the input."""
    for n in range(block.shape[0]):
        for c in range(CHANNELS):
            core.pair[n, c] = block[n, c]
            core.pair[n, CHANNELS + c] = core.returned[n, c] if n < back else 0.0
    feed_taps(core, INPUT, core.pair[: block.shape[0]])


@kernel
def play_plans(core, block, start):
    """Send the rest of a block through the plans, as far as the crossfade goes; gives the frames done.

    The plan that plays fades in once it has filled up. The input of the plan before it fades out earlier, by the
    latency of its output. Its tail rings on until it is silent, or until the next change fades it out too.
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
            enters = 1.0 if row == PLAYS else 0.0
            if row == RINGS:
                enters = 1.0 - crossfade_share(core, n + core.plan[RINGS, LATENCY])
            for c in range(CHANNELS):
                sound[n, c] = part[n, c] * enters
        applied = address_of(core.applied)
        muted = chain.play(core.plan[row], applied, address_of(sound), frames, CHANNELS)
        count(core.meters, MUTED, float(muted))
        if row == RINGS and rest == 0:
            end_tail(core, sound)
        for n in range(frames):
            leaves = 1.0
            if row != RINGS:
                leaves = crossfade_share(core, n) if row == PLAYS else 1.0 - crossfade_share(core, n)
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
def crossfade_share(core, n):
    """The share of the plan that plays in the crossfade, some frames on."""
    at, length = core.fade[0] + n, core.fade[1]
    if at < 0 or at >= length:  # nearly always: no division then
        return 0.0 if at < 0 else 1.0
    x = (at + 0.5) / length
    return x * x * (3.0 - 2.0 * x)


@kernel
def end_tail(core, sound):
    """End a plan at the frame at which its tail has been silent for long enough."""
    for n in range(sound.shape[0]):
        loudest = 0.0
        for c in range(CHANNELS):
            loudest = max(loudest, abs(sound[n, c]))
        core.rest[0] = core.rest[0] + 1 if loudest < SILENT else 0
        if core.rest[0] > core.rest[1] * max(core.plan[RINGS, TAIL_GENES], 1):
            core.plan[RINGS, 0] = 0
            sound[n:] = 0.0
            break


read_core = descriptor_reader(
    typeof(make_core(1000.0, allocate(board.layout(board_layout.GENOME_SLOTS)), allocate(meters.layout())))
)
read_ring = descriptor_reader(typeof(allocate(ring.layout(2, CHANNELS))))


@native_function(FILL_SIGNATURE)
def play(core, block, frames):
    """Play a block, whose length is BLOCK at the most, through the core at an address."""
    mode = flush_denormals()  # here, not in the callback: every clock hears the same
    play_block(read_core(core), audio_at(block, frames, CHANNELS))
    restore_denormals(mode)
    return frames


@native_function(FILL_SIGNATURE)
def fill_from_ring(source, block, frames):
    """Fill a block from the ring at an address."""
    return ring.pull(read_ring(source), audio_at(block, frames, CHANNELS))
