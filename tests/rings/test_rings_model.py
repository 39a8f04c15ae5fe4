"""The rings are right in every execution that a weak memory allows, and need every order that they state.

The readers of a timeline write nothing, so one of them stands for any number.
"""

from typing import NamedTuple

import pytest

from tests.support import ring_models as model
from tests.support.ring_models import DIRTY, SIZE, SLOT, WORDS
from tests.support.weak_memory import explore, let

LAST = 4  # posts: the first whose slot the reader has had before
WEAKER = {
    "acquire": ("relaxed",),
    "release": ("relaxed",),
    "acq_rel": ("acquire", "release", "relaxed"),
    "relaxed": ("plain",),
}


class Case(NamedTuple):
    writer: tuple  # of calls
    reader: tuple
    wrong: object  # says what is wrong with an End, if anything is
    reached: tuple  # what must be true of some End each, or the case would prove nothing
    memory: tuple = ()

    def programs(self):
        return [[op for call in calls for op in call] for calls in (self.writer, self.reader)]


def numbered(reader, name):
    return [value for register, value in reader.items() if register.startswith(f"{name} ")]


def ring_wrong(end):
    reader, rows, taken = end.registers[1], numbered(end.registers[1], "row"), end.memory["taken",]
    if rows != list(range(1, taken + 1)):
        return f"rows {rows} where {taken} were taken"
    return "ended with rows unread" if reader.get("finished") and taken < end.memory["written",] else ""


def ring(writer, reader, *reached):
    return Case(writer, reader, ring_wrong, reached)


def whole(end):
    reader = end.registers[1]
    return reader.get("before") == reader.get("after") == 2 * reader["index"] + 2


def lapped(end):
    reader = end.registers[1]
    return max(reader.get("before", 0), reader.get("after", 0)) > 2 * reader["index"] + 2


def timeline_wrong(end):
    reader, words = end.registers[1], numbered(end.registers[1], "word")
    if whole(end) and words != [reader["index"] + 1] * WORDS:
        return f"record {reader['index']} torn: {words}"
    if "newest" in reader and "before" in reader and not whole(end) and not lapped(end):
        return f"record {reader['index']} not there, though counted"
    return "the count fell" if "later" in reader and reader["later"] < reader["newest"] else ""


def timeline(*reader, reached=(whole, lapped)):
    return Case(tuple(model.publish(n) for n in range(3)), reader, timeline_wrong, reached)


def mailbox_wrong(end):
    writer, reader = end.registers
    middle, words = end.memory["middle",], numbered(reader, "word")
    values = words[::WORDS]
    if any(words[w::WORDS] != values for w in range(WORDS)):
        return f"torn: {words}"
    if values != sorted(set(values)):
        return f"an older value after a newer: {values}"
    if {writer["back"], reader["front"], middle & SLOT} != {0, 1, 2}:
        return "a slot with two owners"
    last = end.memory["slots", middle & SLOT, 0] if middle & DIRTY else max(values)
    return "" if last == LAST else f"the last value is {last}"


def mailbox(*reader):
    reached = [lambda end, n=n: len(numbered(end.registers[1], "word")) == WORDS * n for n in (1, len(reader))]
    posts = [let("back", 0)], *(model.post(value) for value in range(1, LAST + 1))
    return Case(posts, ([let("front", 2)], *reader), mailbox_wrong, reached, ((("middle",), 1),))


def board_wrong(end):
    first, second = numbered(end.registers[1], "got")
    return f"{second} after {first}" if second < first else ""


CASES = {
    "ring wraps": ring(
        (model.push(1), model.push(2), model.push(2)),
        (model.pull(2, 0), model.pull(2, 1), model.pull(2, 2)),
        lambda end: end.memory["taken",] == 5,
        lambda end: end.memory["taken",] == 0,
        lambda end: end.memory["written",] == SIZE,  # the later pushes found it full
    ),
    "ring looks once for two rows": ring(
        (model.push(2), model.push(1)),
        (model.pull(1, 0), model.pull(1, 1), model.pull(1, 2)),
        lambda end: end.memory["taken",] == 3,
    ),
    "ring ends": ring(
        (model.push(1), model.push(1), model.end()),
        (model.pull(2, 0), model.ended(), model.pull(1, 1), model.ended()),
        lambda end: end.registers[1].get("finished"),
        lambda end: end.registers[1]["ended"] and not end.registers[1]["finished"],
    ),
    "ring ends before it is read": ring(
        (model.push(2), model.end()), (model.ended(), model.pull(2)), lambda end: end.memory["taken",] == 2
    ),
    "timeline polled": timeline(model.read(lambda: 2), reached=(whole,)),
    "timeline polled for a record that goes": timeline(model.read(lambda: 0)),
    "timeline followed": timeline(
        model.newest(), model.read(lambda newest: newest - 1, when=lambda newest: newest > 0), model.newest("later")
    ),
    "timeline followed from the first": timeline(model.newest(), model.read(lambda: 0, when=lambda newest: newest > 0)),
    "mailbox": mailbox(model.fetch(0), model.fetch(1), model.fetch(2)),
    "board": Case(
        (model.put(1), model.put(2)),
        (model.get(0), model.get(1)),
        board_wrong,
        (lambda end: numbered(end.registers[1], "got") == [1, 2],),
    ),
}


def site_of(op):
    return op.site, op.kind, op.order, op.place[0]


def sites(case):
    return {site_of(op): None for program in case.programs() for op in program if op.order in WEAKER}


def failures(case, site=None, order=None):
    """What goes wrong in a case, the operations of one site having another order."""
    programs = [
        [op._replace(order=order) if op.site and site_of(op) == site else op for op in program]
        for program in case.programs()
    ]
    for end in explore(programs, case.memory):
        if end.race or case.wrong(end):
            yield case.wrong(end) or "a race"


SITES = dict.fromkeys(site for case in CASES.values() for site in sites(case))
MUTATIONS = [(site, order) for site in SITES for order in WEAKER[site[2]]]


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_every_execution_is_right(case):
    assert not list(failures(case))
    ends = list(explore(case.programs(), case.memory))
    assert all(any(map(reached, ends)) for reached in case.reached), "something never happened, so this proved nothing"


@pytest.mark.parametrize("site, order", MUTATIONS, ids=["-".join((*site, order)) for site, order in MUTATIONS])
def test_every_order_is_needed(site, order):
    cases = [case for case in CASES.values() if site in sites(case)]
    assert any(failure for case in cases for failure in failures(case, site, order))
