"""Node threads: the nodes of a live session, each in the thread that it names."""

import threading
import time
from collections.abc import Iterable, Sequence

from phosphene.engine.graph.node import Node

IDLE = 0.003  # seconds that a thread rests when none of its nodes has anything to do


class NodeThreads:
    """Runs nodes until `stopped` is set. A node that raises ends its thread, which `alive` shows.

    Parameters
    ----------
    nodes : iterable of Node
        Those of one thread take turns in the order given.
    stopped : threading.Event
    """

    def __init__(self, nodes: Iterable[Node], stopped: threading.Event) -> None:
        self.stopped = stopped
        by_thread: dict[str, list[Node]] = {}
        for node in nodes:
            by_thread.setdefault(node.thread, []).append(node)
        self.threads = [
            threading.Thread(target=self._run, args=(group,), name=name) for name, group in by_thread.items()
        ]

    def start(self) -> None:
        for thread in self.threads:
            thread.start()

    def alive(self) -> bool:
        return all(thread.is_alive() for thread in self.threads)

    def join(self) -> None:
        for thread in self.threads:
            if thread.ident is not None:
                thread.join()

    def _run(self, nodes: Sequence[Node]) -> None:
        while not self.stopped.is_set():
            if not sum(node.step() for node in nodes):
                time.sleep(IDLE)
