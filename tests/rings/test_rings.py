"""Rings called from one thread: each structure behaves as its plain Python counterpart."""

from collections import deque

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phosphene.engine.rings import allocate, board, mailbox, ring, timeline

repeatable = settings(deadline=None, derandomize=True)  # no deadline: the first call of a kernel may compile it


@repeatable
@given(st.integers(1, 9), st.lists(st.tuples(st.sampled_from(["push", "pull"]), st.integers(0, 20)), max_size=60))
def test_ring_is_a_queue_with_short_counts(frames, moves):
    shared, queue, sent = allocate(ring.layout(frames, 2)), deque(), 0
    size = shared.rows.shape[0]
    assert size >= frames and size & (size - 1) == 0
    for move, wanted in moves:
        if move == "push":
            block = np.repeat(np.arange(sent, sent + wanted, dtype=np.float32)[:, None], 2, axis=1)
            assert min(ring.writable(shared, wanted), wanted) == min(wanted, size - len(queue))
            count = ring.push(shared, block)
            assert count == min(wanted, size - len(queue))
            queue.extend(block[:count, 0])
            sent += count
        else:
            out = np.full((wanted, 2), -1, np.float32)
            assert min(ring.readable(shared, wanted), wanted) == min(wanted, len(queue))
            count = ring.pull(shared, out)
            assert count == min(wanted, len(queue))
            assert out[:count].tolist() == [[row, row] for row in [queue.popleft() for _ in range(count)]]
            assert (out[count:] == -1).all()
        assert (shared.written[0], shared.taken[0]) == (sent, sent - len(queue))


@repeatable
@given(st.integers(0, 4), st.integers(0, 4))
def test_ring_has_ended_when_every_row_was_read_after_the_end(pushed, pulled):
    shared = allocate(ring.layout(4, 1))
    ring.push(shared, np.ones((pushed, 1), np.float32))
    ring.pull(shared, np.ones((pulled, 1), np.float32))
    assert not ring.ended(shared)
    ring.end(shared)
    assert ring.ended(shared) == (pulled >= pushed)


@repeatable
@given(
    st.integers(1, 9),
    st.lists(st.tuples(st.integers(0, 40), st.floats(-1e6, 1e6)), max_size=30),
    st.lists(st.integers(-9, 180)),
)
def test_timeline_interpolates_the_records_it_keeps(slots, written, quarters):
    shared, record, scratch = allocate(timeline.layout(slots, 2)), np.zeros(2), np.zeros(2)
    slots = shared.words.shape[0]
    written = sorted(written, key=lambda row: row[0])
    for row in written:
        timeline.publish(shared, np.array(row))
    times, values = np.array(written[-slots:], float).reshape(-1, 2).T
    for time in (quarter / 4 for quarter in quarters):
        found = timeline.read_at(shared, time, record, scratch)
        if not written:
            assert found == timeline.EMPTY
        elif time >= times[-1]:
            assert found == timeline.NEWEST and record.tolist() == [*written[-1]]
        elif time < times[0]:
            assert found == timeline.LAPPED and record.tolist() == [times[0], values[0]]
        else:
            assert found == timeline.WITHIN
            np.testing.assert_allclose(record, [time, np.interp(time, times, values)], rtol=1e-9, atol=1e-6)


@repeatable
@given(st.integers(0, 20), st.integers(-2, 25))
def test_record_can_be_read_until_it_is_overwritten(written, index):
    shared, record = allocate(timeline.layout(4, 3)), np.zeros(3)
    for n in range(written):
        timeline.publish(shared, np.full(3, float(n)))
    assert timeline.record_count(shared) == written
    if index >= 0:
        assert timeline.read(shared, index, record) == (max(0, written - 4) <= index < written)
        assert record.tolist() == [index] * 3 or not max(0, written - 4) <= index < written


@pytest.mark.parametrize("written", range(1, 10))
def test_writer_that_died_within_a_record_blocks_no_reader(written):
    shared, record, scratch = allocate(timeline.layout(4, 2)), np.zeros(2), np.zeros(2)
    for n in range(written):
        timeline.publish(shared, np.array([n, n], float))
    shared.marks[written % 4] = 2 * written + 1
    oldest = max(0, written - 3)
    for time in np.arange(-1, written + 1, 0.5):
        found = timeline.read_at(shared, time, record, scratch)
        assert found == (
            timeline.LAPPED if time < oldest else timeline.NEWEST if time >= written - 1 else timeline.WITHIN
        )
        assert record[0] == np.clip(time, oldest, written - 1)


@repeatable
@given(st.lists(st.one_of(st.none(), st.integers(0, 6)), max_size=40))
def test_mailbox_returns_the_newest_value_once(moves):
    shared, out = allocate(mailbox.layout(4)), np.zeros(4, np.int64)
    mailbox.reset(shared)
    waiting = None
    for number, length in enumerate(moves):
        if length is not None:
            words = np.arange(length) + 100 * number
            assert mailbox.post(shared, words) == (length <= 4)
            waiting = words.tolist() if length <= 4 else waiting
        else:
            count = mailbox.fetch(shared, out)
            assert count == (-1 if waiting is None else len(waiting))
            assert waiting is None or out[: len(waiting)].tolist() == waiting
            waiting = None


@repeatable
@given(st.lists(st.text(max_size=12), max_size=5))
def test_text_comes_back_unchanged(texts):
    shared = allocate(mailbox.layout(4))
    mailbox.reset(shared)
    assert mailbox.fetch_text(shared) is None
    for text in texts:
        fits = len(text.encode()) <= 3 * 8  # the first word is the length
        assert mailbox.post_text(shared, text) == fits
        assert mailbox.fetch_text(shared) == (text if fits else None)
        if fits:
            assert mailbox.fetch_text(shared) is None


@repeatable
@given(st.lists(st.tuples(st.integers(0, 3), st.floats()), max_size=30))
def test_board_keeps_the_last_value_of_each_slot(writes):
    shared, kept = allocate(board.layout(4)), np.zeros(4)
    for slot, value in writes:
        board.put(shared, slot, value)
        kept[slot] = value
    assert np.array([board.get(shared, slot) for slot in range(4)]).tobytes() == kept.tobytes()
