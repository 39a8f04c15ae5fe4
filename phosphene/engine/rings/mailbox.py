"""Mailbox: the newest whole value of something too large for one word."""

from typing import NamedTuple

import numpy as np

from phosphene.engine.native import exchange, kernel, load_relaxed
from phosphene.engine.rings.shared_memory import Layout

DIRTY = 4  # set beside the slot's number in the middle word: posted, and not fetched yet
SLOT_MASK = 3  # of the slot's number


class Mailbox(NamedTuple):
    """A value from one writer to one reader through a triple buffer: one slot is written, one read, one between.

    Neither end ever waits. A value that is replaced before it is fetched is never seen.
    """

    slots: np.ndarray  # (3, words + 1) int64; the first word is the number of words that follow
    middle: np.ndarray  # (8,) int64, a cache line: the slot between, and DIRTY
    back: np.ndarray  # (8,) int64, a cache line: the writer's slot
    front: np.ndarray  # (8,) int64, a cache line: the reader's slot


def layout(words: int) -> Layout:
    """The memory of a mailbox for values of up to `words` words. Call `reset` before its first use."""
    line = ((8,), np.int64)
    return Layout(Mailbox, (((3, words + 1), np.int64), line, line, line))


def reset(mailbox: Mailbox) -> None:
    """Empty the mailbox and give each end its slot. Neither end may be in use."""
    mailbox.middle[0], mailbox.back[0], mailbox.front[0] = 1, 0, 2


@kernel
def post(mailbox: Mailbox, words: np.ndarray) -> bool:
    """Publish a value as the newest. Returns False if it is too long."""
    if words.shape[0] >= mailbox.slots.shape[1]:
        return False
    slot = mailbox.slots[mailbox.back[0]]
    slot[0] = words.shape[0]
    for n in range(words.shape[0]):
        slot[n + 1] = words[n]
    mailbox.back[0] = exchange(mailbox.middle, 0, mailbox.back[0] | DIRTY) & SLOT_MASK
    return True


@kernel
def fetch(mailbox: Mailbox, words: np.ndarray) -> int:
    """Copy the newest value into `words` if it was not fetched before. Returns its length, or -1 if there is none."""
    if load_relaxed(mailbox.middle, 0) & DIRTY == 0:  # the exchange acquires
        return -1
    mailbox.front[0] = exchange(mailbox.middle, 0, mailbox.front[0]) & SLOT_MASK
    slot = mailbox.slots[mailbox.front[0]]
    count = min(slot[0], words.shape[0])
    for n in range(count):
        words[n] = slot[n + 1]
    return count


def post_text(mailbox: Mailbox, text: str) -> bool:
    """Publish a text as the newest value. Returns False if it is too long."""
    raw = text.encode()
    words = np.zeros(1 + -(-len(raw) // 8), np.int64)
    words[0] = len(raw)
    words[1:].view(np.uint8)[: len(raw)] = np.frombuffer(raw, np.uint8)
    return bool(post(mailbox, words))


def fetch_text(mailbox: Mailbox) -> str | None:
    """The text posted since the last fetch, or None."""
    words = np.zeros(mailbox.slots.shape[1], np.int64)
    count = fetch(mailbox, words)
    return words[1:].view(np.uint8)[: words[0]].tobytes().decode() if count > 0 else None
