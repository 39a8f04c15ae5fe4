"""Parameter intake: what presets, performers, the matrix and plans change, applied at one sample and logged there."""

from phosphene.engine.audio.meters import Meter
from phosphene.engine.effects.chain.plan import LATENCY
from phosphene.engine.native import bits_to_float, copy_rows, float_to_bits, kernel, load_relaxed
from phosphene.engine.rings import board_layout, mailbox, ring
from phosphene.engine.rings.board import get, put

PLAN_CHANGED = -1.0  # in an event, where a parameter's slot would be
PLAYS, RINGS, ENDS = range(3)  # rows of plans
FIRST_TEMPO_SLOT, FIRST_PICTURE_SLOT = board_layout.FIRST_TEMPO_SLOT, board_layout.FIRST_PICTURE_SLOT
GENOME_SLOTS = board_layout.GENOME_SLOTS

POSITION, SETTLED, UNTAPED = int(Meter.POSITION), int(Meter.SETTLED), int(Meter.UNTAPED)


@kernel
def count(meters, slot, amount):
    put(meters, slot, get(meters, slot) + amount)


@kernel
def apply_changes(core):
    """Apply the parameters and the plan that are wanted now, and log what changed and when."""
    arrived = False
    if core.fade[0] >= core.fade[1]:
        arrived = mailbox.fetch(core.plans, core.posted[0]) > 0
    for slot in range(core.applied.shape[0]):  # after the plan: its parameters were on the board before it was posted
        word = wanted(core, slot)
        if word == core.applied[slot]:
            continue
        is_tempo = FIRST_TEMPO_SLOT <= slot < FIRST_PICTURE_SLOT
        if is_tempo and not push_tempo(core, slot, bits_to_float(word)):
            continue
        core.applied[slot] = word
        log_event(core, slot, bits_to_float(word))
    if arrived:
        copy_rows(core.plan, RINGS, core.plan, ENDS, 1)
        copy_rows(core.plan, PLAYS, core.plan, RINGS, 1)
        copy_rows(core.posted, 0, core.plan, PLAYS, 1)
        log_event(core, PLAN_CHANGED, core.posted[0, 0])
        # the crossfade begins when the longer of both latencies has passed: the new plan is filled, the old one whole
        core.fade[0] = -max(core.plan[PLAYS, LATENCY], core.plan[RINGS, LATENCY])
        core.rest[0] = 0
        if core.plan[RINGS, 0] == 0:  # the first plan has nothing to fade from
            core.fade[0] = core.fade[1]
            put(core.meters, SETTLED, float(core.posted[0, 0]))


@kernel
def wanted(core, slot):
    """A parameter with its modulation. Where no row moves it, it is what was set, to the bit."""
    word = load_relaxed(core.params.words, slot)
    if slot < GENOME_SLOTS:
        share, toward = get(core.moves, 2 * slot), get(core.moves, 2 * slot + 1)
        if share != 0.0 or toward != 0.0:
            base = bits_to_float(word)
            return float_to_bits(base + toward - share * base)
    return word


@kernel
def push_tempo(core, slot, value):
    """Send the analyser a change of tempo and the sample it counts from; 0 while there is no room."""
    core.event[0, 0], core.event[0, 1], core.event[0, 2] = get(core.meters, POSITION), slot, value
    return ring.push(core.tempo_moves, core.event)


@kernel
def log_event(core, slot, value):
    if core.log_events[0]:
        core.event[0, 0], core.event[0, 1], core.event[0, 2] = get(core.meters, POSITION), slot, value
        count(core.meters, UNTAPED, 1.0 - ring.push(core.events, core.event))
