"""What the rings promise to one who calls both ends in turn."""

from collections import deque

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phosphene.engine.rings import allocate, board, mailbox, ring, timeline

steady = settings(deadline=None, derandomize=True)  # no deadline: the first call of a kernel may compile it


@steady
@given(st.integers(1, 9), st.lists(st.tuples(st.sampled_from(["push", "pull"]), st.integers(0, 20)), max_size=60))
def test_a_ring_is_a_queue_that_counts_short(frames, moves):
    thing, queue, sent = allocate(ring.layout(frames, 2)), deque(), 0
    size = thing.rows.shape[0]
    assert size >= frames and size & (size - 1) == 0
    for move, wanted in moves:
        if move == "push":
            block = np.repeat(np.arange(sent, sent + wanted, dtype=np.float32)[:, None], 2, axis=1)
            assert min(ring.writable(thing, wanted), wanted) == min(wanted, size - len(queue))
            count = ring.push(thing, block)
            assert count == min(wanted, size - len(queue))
            queue.extend(block[:count, 0])
            sent += count
        else:
            out = np.full((wanted, 2), -1, np.float32)
            assert min(ring.readable(thing, wanted), wanted) == min(wanted, len(queue))
            count = ring.pull(thing, out)
            assert count == min(wanted, len(queue))
            assert out[:count].tolist() == [[row, row] for row in [queue.popleft() for _ in range(count)]]
            assert (out[count:] == -1).all()
        assert (thing.written[0], thing.taken[0]) == (sent, sent - len(queue))


@steady
@given(st.integers(0, 4), st.integers(0, 4))
def test_a_ring_has_ended_when_all_was_read_after_the_end(pushed, pulled):
    thing = allocate(ring.layout(4, 1))
    ring.push(thing, np.ones((pushed, 1), np.float32))
    ring.pull(thing, np.ones((pulled, 1), np.float32))
    assert not ring.ended(thing)
    ring.end(thing)
    assert ring.ended(thing) == (pulled >= pushed)


@steady
@given(
    st.integers(1, 9),
    st.lists(st.tuples(st.integers(0, 40), st.floats(-1e6, 1e6)), max_size=30),
    st.lists(st.integers(-9, 180)),
)
def test_a_timeline_interpolates_what_it_keeps(slots, written, quarters):
    thing, record, spare = allocate(timeline.layout(slots, 2)), np.zeros(2), np.zeros(2)
    slots = thing.words.shape[0]
    written = sorted(written, key=lambda row: row[0])
    for row in written:
        timeline.publish(thing, np.array(row))
    times, values = np.array(written[-slots:], float).reshape(-1, 2).T
    for moment in (quarter / 4 for quarter in quarters):
        found = timeline.read_at(thing, moment, record, spare)
        if not written:
            assert found == timeline.EMPTY
        elif moment >= times[-1]:
            assert found == timeline.NEWEST and record.tolist() == [*written[-1]]
        elif moment < times[0]:
            assert found == timeline.LAPPED and record.tolist() == [times[0], values[0]]
        else:
            assert found == timeline.WITHIN
            np.testing.assert_allclose(record, [moment, np.interp(moment, times, values)], rtol=1e-9, atol=1e-6)


@steady
@given(st.integers(0, 20), st.integers(-2, 25))
def test_a_record_is_read_while_it_is_kept(written, index):
    thing, record = allocate(timeline.layout(4, 3)), np.zeros(3)
    for n in range(written):
        timeline.publish(thing, np.full(3, float(n)))
    assert timeline.record_count(thing) == written
    if index >= 0:
        assert timeline.read(thing, index, record) == (max(0, written - 4) <= index < written)
        assert record.tolist() == [index] * 3 or not max(0, written - 4) <= index < written


@pytest.mark.parametrize("written", range(1, 10))
def test_a_writer_that_died_in_a_record_keeps_no_reader_waiting(written):
    thing, record, spare = allocate(timeline.layout(4, 2)), np.zeros(2), np.zeros(2)
    for n in range(written):
        timeline.publish(thing, np.array([n, n], float))
    thing.marks[written % 4] = 2 * written + 1
    oldest = max(0, written - 3)
    for moment in np.arange(-1, written + 1, 0.5):
        found = timeline.read_at(thing, moment, record, spare)
        assert found == (
            timeline.LAPPED if moment < oldest else timeline.NEWEST if moment >= written - 1 else timeline.WITHIN
        )
        assert record[0] == np.clip(moment, oldest, written - 1)


@steady
@given(st.lists(st.one_of(st.none(), st.integers(0, 6)), max_size=40))
def test_a_mailbox_gives_the_newest_once(moves):
    thing, out = allocate(mailbox.layout(4)), np.zeros(4, np.int64)
    mailbox.reset(thing)
    waiting = None
    for number, length in enumerate(moves):
        if length is not None:
            words = np.arange(length) + 100 * number
            assert mailbox.post(thing, words) == (length <= 4)
            waiting = words.tolist() if length <= 4 else waiting
        else:
            count = mailbox.fetch(thing, out)
            assert count == (-1 if waiting is None else len(waiting))
            assert waiting is None or out[: len(waiting)].tolist() == waiting
            waiting = None


@steady
@given(st.lists(st.text(max_size=12), max_size=5))
def test_a_text_comes_back_as_it_was(texts):
    thing = allocate(mailbox.layout(4))
    mailbox.reset(thing)
    assert mailbox.fetch_text(thing) is None
    for text in texts:
        fits = len(text.encode()) <= 3 * 8  # the first word is the length
        assert mailbox.post_text(thing, text) == fits
        assert mailbox.fetch_text(thing) == (text if fits else None)
        if fits:
            assert mailbox.fetch_text(thing) is None


@steady
@given(st.lists(st.tuples(st.integers(0, 3), st.floats()), max_size=30))
def test_a_board_keeps_the_last_value_of_each_slot(writes):
    thing, kept = allocate(board.layout(4)), np.zeros(4)
    for slot, value in writes:
        board.put(thing, slot, value)
        kept[slot] = value
    assert np.array([board.get(thing, slot) for slot in range(4)]).tobytes() == kept.tobytes()
