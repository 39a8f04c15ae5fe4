"""Mailbox: the newest whole value of something too large for one word."""

from typing import NamedTuple

import numpy as np

from phosphene.engine.native import exchange, kernel, load_relaxed
from phosphene.engine.rings.shared_memory import Layout

DIRTY = 4  # set beside a slot's number in the middle word: posted, and not fetched yet
SLOT = 3  # mask of the slot's number


class Mailbox(NamedTuple):
    """A value from one writer to one reader through three slots: one being written, one being read, one between.

    Neither ever waits. A value that was overtaken before it was fetched is never seen.
    """

    slots: np.ndarray  # (3, words + 1) int64; the first word is how many follow
    middle: np.ndarray  # (8,) int64, a cache line: the slot between, and DIRTY
    back: np.ndarray  # (8,) int64, a cache line: the writer's slot
    front: np.ndarray  # (8,) int64, a cache line: the reader's slot


def layout(words):
    line = ((8,), np.int64)
    return Layout(Mailbox, (((3, words + 1), np.int64), line, line, line))


def reset(mailbox):
    """Empty it and give each end its slot. Nobody may be at either end."""
    mailbox.middle[0], mailbox.back[0], mailbox.front[0] = 1, 0, 2


@kernel
def post(mailbox, words):
    """Make a value the newest; False if it is too long."""
    if words.shape[0] >= mailbox.slots.shape[1]:
        return False
    slot = mailbox.slots[mailbox.back[0]]
    slot[0] = words.shape[0]
    for n in range(words.shape[0]):
        slot[n + 1] = words[n]
    mailbox.back[0] = exchange(mailbox.middle, 0, mailbox.back[0] | DIRTY) & SLOT
    return True


@kernel
def fetch(mailbox, words):
    """Copy a value that was not fetched before; gives its length, or -1 if there is none."""
    if load_relaxed(mailbox.middle, 0) & DIRTY == 0:  # the exchange acquires
        return -1
    mailbox.front[0] = exchange(mailbox.middle, 0, mailbox.front[0]) & SLOT
    slot = mailbox.slots[mailbox.front[0]]
    count = min(slot[0], words.shape[0])
    for n in range(count):
        words[n] = slot[n + 1]
    return count


def post_text(mailbox, text):
    """Post a text; False if it is too long."""
    raw = text.encode()
    words = np.zeros(1 + -(-len(raw) // 8), np.int64)
    words[0] = len(raw)
    words[1:].view(np.uint8)[: len(raw)] = np.frombuffer(raw, np.uint8)
    return bool(post(mailbox, words))


def fetch_text(mailbox):
    """The text posted since the last fetch, or None."""
    words = np.zeros(mailbox.slots.shape[1], np.int64)
    count = fetch(mailbox, words)
    return words[1:].view(np.uint8)[: words[0]].tobytes().decode() if count > 0 else None
