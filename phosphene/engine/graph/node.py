"""A node: one step of work, the same whichever clock drives it."""

from typing import Protocol


class Node(Protocol):
    """Moves what it can from its inputs to its outputs, and never waits.

    Live, the nodes that name the same thread take turns in it. Offline, every node has a thread of its own, or all
    share one; the rings between them make the result the same.
    """

    name: str
    thread: str  # where it runs live: nodes that may block, on a disk or a decoder, have one of their own
    done: bool  # True when nothing is left to do

    def step(self) -> int:
        """Do what can be done now; gives how much that was, 0 for nothing."""
