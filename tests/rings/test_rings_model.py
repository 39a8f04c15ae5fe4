"""The rings are correct in every execution that weak memory allows, and need every memory order they use.

Readers of a timeline write nothing, so one reader stands for any number.
"""

from typing import NamedTuple

import pytest

from tests.support import ring_models as model
from tests.support.ring_models import DIRTY, SIZE, SLOT_MASK, WORDS
from tests.support.weak_memory import explore, let

LAST = 4  # number of posts: the last one reuses a slot that the reader had
WEAKER = {
    "acquire": ("relaxed",),
    "release": ("relaxed",),
    "acq_rel": ("acquire", "release", "relaxed"),
    "relaxed": ("plain",),
}


class Case(NamedTuple):
    writer: tuple  # of calls
    reader: tuple
    error_of: object  # function of an End: the error, or an empty text
    reached: tuple  # each must be true of some End, or the case would prove nothing
    memory: tuple = ()

    def programs(self):
        return [[op for call in calls for op in call] for calls in (self.writer, self.reader)]


def numbered(reader, name):
    """The values of a reader's registers `name 0`, `name 1` ..."""
    return [value for register, value in reader.items() if register.startswith(f"{name} ")]


def ring_error(end):
    reader, rows, taken = end.registers[1], numbered(end.registers[1], "row"), end.memory["taken",]
    if rows != list(range(1, taken + 1)):
        return f"rows {rows} where {taken} were taken"
    return "ended with rows unread" if reader.get("finished") and taken < end.memory["written",] else ""


def ring(writer, reader, *reached):
    return Case(writer, reader, ring_error, reached)


def is_whole(end):
    reader = end.registers[1]
    return reader.get("before") == reader.get("after") == 2 * reader["index"] + 2


def is_lapped(end):
    reader = end.registers[1]
    return max(reader.get("before", 0), reader.get("after", 0)) > 2 * reader["index"] + 2


def timeline_error(end):
    reader, words = end.registers[1], numbered(end.registers[1], "word")
    if is_whole(end) and words != [reader["index"] + 1] * WORDS:
        return f"record {reader['index']} torn: {words}"
    if "newest" in reader and "before" in reader and not is_whole(end) and not is_lapped(end):
        return f"record {reader['index']} missing, though counted"
    return "the count fell" if "later" in reader and reader["later"] < reader["newest"] else ""


def timeline(*reader, reached=(is_whole, is_lapped)):
    return Case(tuple(model.publish(n) for n in range(3)), reader, timeline_error, reached)


def mailbox_error(end):
    writer, reader = end.registers
    middle, words = end.memory["middle",], numbered(reader, "word")
    values = words[::WORDS]
    if any(words[w::WORDS] != values for w in range(WORDS)):
        return f"torn: {words}"
    if values != sorted(set(values)):
        return f"an older value after a newer: {values}"
    if {writer["back"], reader["front"], middle & SLOT_MASK} != {0, 1, 2}:
        return "a slot with two owners"
    last = end.memory["slots", middle & SLOT_MASK, 0] if middle & DIRTY else max(values)
    return "" if last == LAST else f"the last value is {last}"


def mailbox(*reader):
    reached = [lambda end, n=n: len(numbered(end.registers[1], "word")) == WORDS * n for n in (1, len(reader))]
    posts = [let("back", 0)], *(model.post(value) for value in range(1, LAST + 1))
    return Case(posts, ([let("front", 2)], *reader), mailbox_error, reached, ((("middle",), 1),))


def board_error(end):
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
    "ring reads the other count once for two rows": ring(
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
    "timeline polled": timeline(model.read(lambda: 2), reached=(is_whole,)),
    "timeline polled for a record that is overwritten": timeline(model.read(lambda: 0)),
    "timeline followed": timeline(
        model.record_count(),
        model.read(lambda newest: newest - 1, when=lambda newest: newest > 0),
        model.record_count("later"),
    ),
    "timeline followed from the first": timeline(
        model.record_count(), model.read(lambda: 0, when=lambda newest: newest > 0)
    ),
    "mailbox": mailbox(model.fetch(0), model.fetch(1), model.fetch(2)),
    "board": Case(
        (model.put(1), model.put(2)),
        (model.get(0), model.get(1)),
        board_error,
        (lambda end: numbered(end.registers[1], "got") == [1, 2],),
    ),
}


def site_of(op):
    return op.site, op.kind, op.order, op.address[0]


def sites(case):
    return {site_of(op): None for program in case.programs() for op in program if op.order in WEAKER}


def failures(case, site=None, order=None):
    """The errors of a case when the operations of one site have another memory order."""
    programs = [
        [op._replace(order=order) if op.site and site_of(op) == site else op for op in program]
        for program in case.programs()
    ]
    for end in explore(programs, case.memory):
        if end.race or case.error_of(end):
            yield case.error_of(end) or "a race"


SITES = dict.fromkeys(site for case in CASES.values() for site in sites(case))
MUTATIONS = [(site, order) for site in SITES for order in WEAKER[site[2]]]


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_every_execution_is_correct(case):
    assert not list(failures(case))
    ends = list(explore(case.programs(), case.memory))
    assert all(any(map(reached, ends)) for reached in case.reached), (
        "an expected outcome never happened, so this proved nothing"
    )


@pytest.mark.parametrize("site, order", MUTATIONS, ids=["-".join((*site, order)) for site, order in MUTATIONS])
def test_every_memory_order_is_needed(site, order):
    cases = [case for case in CASES.values() if site in sites(case)]
    assert any(failure for case in cases for failure in failures(case, site, order))
