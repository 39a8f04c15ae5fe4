"""Clocks: what drives the nodes when no device does.

Live, the device pulls and everything else keeps up. Offline, nodes run as fast as they can and wait for
each other; each has one reader and one writer a ring, so the result does not depend on who ran when.
"""

import ctypes
import threading
import time

import numpy as np

from phosphene.engine.audio.core import BLOCK, CHANNELS
from phosphene.engine.audio.meters import Meter
from phosphene.engine.native import aligned_zeros
from phosphene.engine.rings import timeline
from phosphene.engine.rings.board import get

FILLER = ctypes.CFUNCTYPE(ctypes.c_int64, *[ctypes.c_int64] * 3)  # calling one lets the interpreter lock go


class StandbyClock:
    """Plays into the void at the pace of the wall clock, while there is no loudspeaker.

    It tells the `clock` timeline when, as a device would: what it plays counts as heard at once.
    """

    def __init__(self, player, filler, rate, clock, meters):
        self.player, self.filler, self.rate = _bound(player), filler[0] and _bound(filler), rate
        self.clock, self.meters = clock, meters
        self.block = aligned_zeros((BLOCK, CHANNELS), np.float32)
        self.then = time.perf_counter()

    def tick(self):
        """Play what has become due since the last tick; gives the frames that came from the filler."""
        due, came = int((time.perf_counter() - self.then) * self.rate), 0
        self.then += due / self.rate
        due = min(due, self.rate)  # after a long sleep nothing is made good
        told = due > 0
        while due > 0:
            frames = min(due, BLOCK)
            self.block[:] = 0.0
            came += self.filler(self.block.ctypes.data, frames) if self.filler else 0
            self.player(self.block.ctypes.data, frames)
            due -= frames
        if told:
            timeline.publish(self.clock, np.array([get(self.meters, int(Meter.POSITION)), self.then, self.then]))
        return came


def _bound(pair):
    function, state = FILLER(pair[0]), pair[1]
    return lambda block, frames: function(state, block, frames)


class OfflineClock:
    """Runs nodes until all are done.

    A node has `step()`, which does what can be done now and gives how much that was, and `done`.
    """

    def __init__(self, nodes, *, threads):
        self.nodes, self.threads = nodes, threads
        self.moved = threading.Condition()
        self.moves, self.fault, self.stopped = 0, None, False
        self.running, self.waiting = len(nodes), 0  # threads at work, and those that found nothing since the last move

    def run(self, watch=None, every=0.1):
        """Run to the end, calling `watch()` now and then; an error in a node, or in `watch`, ends all."""
        if not self.threads:
            self._alone(watch, every)
            return
        workers = [threading.Thread(target=self._work, args=(node,), name=node.name) for node in self.nodes]
        for worker in workers:
            worker.start()
        try:
            for worker in workers:
                while worker.is_alive():
                    worker.join(every)
                    if watch:
                        watch()
        finally:
            self._stop()
            for worker in workers:
                worker.join()
        if self.fault:
            raise self.fault

    def _alone(self, watch, every):
        then = time.monotonic()
        while running := [node for node in self.nodes if not node.done]:
            if not sum(node.step() or node.done for node in running):
                raise self._deadlock()
            if watch and time.monotonic() - then > every:
                then = time.monotonic()
                watch()

    def _work(self, node):
        try:
            while not (node.done or self.stopped):
                seen = self.moves
                if node.step() or node.done:
                    with self.moved:
                        self.moves, self.waiting = self.moves + 1, 0
                        self.running -= node.done
                        self.moved.notify_all()
                else:
                    with self.moved:
                        if seen == self.moves and not self.stopped:
                            self.waiting += 1
                            if self.waiting == self.running:
                                raise self._deadlock()
                            self.moved.wait()
        except BaseException as fault:  # carried to the thread that waits for us
            self.fault = self.fault or fault
            self._stop()

    def _deadlock(self):
        return RuntimeError(f"nodes wait for each other: {[node.name for node in self.nodes if not node.done]}")

    def _stop(self):
        with self.moved:
            self.stopped = True
            self.moved.notify_all()
