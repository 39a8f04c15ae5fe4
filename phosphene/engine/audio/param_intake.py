"""Changes: what hands, rows and plans want of a core, taken at one sample and noted there."""

from phosphene.engine.audio.meters import Meter
from phosphene.engine.effects.chain.plan import LATE
from phosphene.engine.listening.rhythm import tempo_board
from phosphene.engine.native import bits_to_float, copy_rows, float_to_bits, kernel, load_relaxed
from phosphene.engine.rings import board_layout, mailbox, ring
from phosphene.engine.rings.board import get, put

PLAN_CHANGED = -1.0  # in an event, where a parameter's slot would be
PLAYS, RINGS, ENDS = range(3)  # rows of plans

COUNTER, SETTLED, UNTAPED = int(Meter.POSITION), int(Meter.SETTLED), int(Meter.UNTAPED)


@kernel
def count(gauges, slot, amount):
    put(gauges, slot, get(gauges, slot) + amount)


@kernel
def apply_changes(core):
    """Take the parameters and the plan that are wanted now, and note what changed and when."""
    arrived = False
    if core.fade[0] >= core.fade[1]:
        arrived = mailbox.fetch(core.plans, core.posted[0]) > 0
    for slot in range(core.heard.shape[0]):  # after the plan: its parameters were put on the board before it was posted
        word = wanted(core, slot)
        if word == core.heard[slot] or (
            tempo_board.FIRST <= slot < tempo_board.SLOTS and not hand_on(core, slot, bits_to_float(word))
        ):
            continue
        core.heard[slot] = word
        note(core, slot, bits_to_float(word))
    if arrived:
        copy_rows(core.plan, RINGS, core.plan, ENDS, 1)
        copy_rows(core.plan, PLAYS, core.plan, RINGS, 1)
        copy_rows(core.posted, 0, core.plan, PLAYS, 1)
        note(core, PLAN_CHANGED, core.posted[0, 0])
        # from then on, at the earliest, all that the one plays is in its place in time, and none of the other is missed
        core.fade[0] = -max(core.plan[PLAYS, LATE], core.plan[RINGS, LATE])
        core.rest[0] = 0
        if core.plan[RINGS, 0] == 0:  # the first plan has nothing to fade from
            core.fade[0] = core.fade[1]
            put(core.meters, SETTLED, float(core.posted[0, 0]))


@kernel
def wanted(core, slot):
    """A parameter as hands and rows together want it; where no row has a share, it is what hands want to the bit."""
    word = load_relaxed(core.params.words, slot)
    if slot < board_layout.GENOME_SLOTS:
        share, toward = get(core.moves, 2 * slot), get(core.moves, 2 * slot + 1)
        if share != 0.0 or toward != 0.0:
            base = bits_to_float(word)
            return float_to_bits(base + toward - share * base)
    return word


@kernel
def hand_on(core, slot, value):
    """Tell the worker from which sample on the tempo is another; 0 while it has no room."""
    core.note[0, 0], core.note[0, 1], core.note[0, 2] = get(core.meters, COUNTER), slot, value
    return ring.push(core.hands, core.note)


@kernel
def note(core, slot, value):
    if core.switches[0]:
        core.note[0, 0], core.note[0, 1], core.note[0, 2] = get(core.meters, COUNTER), slot, value
        count(core.meters, UNTAPED, 1.0 - ring.push(core.events, core.note))
