"""Clocks: they drive the nodes when no device does.

Live, the device pulls and everything else keeps up. Offline, nodes run as fast as they can and wait for each other.
Every ring has one writer and one reader, so the result does not depend on scheduling.
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

FILL_FUNCTION = ctypes.CFUNCTYPE(ctypes.c_int64, *[ctypes.c_int64] * 3)  # a call releases the interpreter lock


class StandbyClock:
    """Plays at the pace of the wall clock and drops the sound, while there is no loudspeaker.

    Like a device it publishes times to the `clock` timeline. What it plays counts as audible at once.
    """

    def __init__(self, player, filler, rate, clock, meters):
        self.player, self.filler, self.rate = _bind(player), filler[0] and _bind(filler), rate
        self.clock, self.meters = clock, meters
        self.block = aligned_zeros((BLOCK, CHANNELS), np.float32)
        self.last_time = time.perf_counter()

    def tick(self):
        """Play what is due since the last tick; returns the number of frames read from the filler."""
        frames_due, frames_read = int((time.perf_counter() - self.last_time) * self.rate), 0
        self.last_time += frames_due / self.rate
        frames_due = min(frames_due, self.rate)  # a long sleep is not caught up with
        published = frames_due > 0
        while frames_due > 0:
            frames = min(frames_due, BLOCK)
            self.block[:] = 0.0
            frames_read += self.filler(self.block.ctypes.data, frames) if self.filler else 0
            self.player(self.block.ctypes.data, frames)
            frames_due -= frames
        if published:
            timeline.publish(
                self.clock, np.array([get(self.meters, int(Meter.POSITION)), self.last_time, self.last_time])
            )
        return frames_read


def _bind(pair):
    function, state = FILL_FUNCTION(pair[0]), pair[1]
    return lambda block, frames: function(state, block, frames)


class OfflineClock:
    """Runs nodes (see graph/node.py) until all are done, each in a thread of its own or all in this one."""

    def __init__(self, nodes, *, threads):
        self.nodes, self.threads = nodes, threads
        self.moved = threading.Condition()
        self.moves, self.fault, self.stopped = 0, None, False
        self.running, self.waiting = (
            len(nodes),
            0,
        )  # threads at work, and those that could do nothing since the last progress

    def run(self, watch=None, every=0.1):
        """Run to the end, calling `watch()` every so often. An error in a node or in `watch` ends all."""
        if not self.threads:
            self._run_in_this_thread(watch, every)
            return
        workers = [threading.Thread(target=self._run_node, args=(node,), name=node.name) for node in self.nodes]
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

    def _run_in_this_thread(self, watch, every):
        last_time = time.monotonic()
        while running := [node for node in self.nodes if not node.done]:
            if not sum(node.step() or node.done for node in running):
                raise self._deadlock()
            if watch and time.monotonic() - last_time > every:
                last_time = time.monotonic()
                watch()

    def _run_node(self, node):
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
        except BaseException as fault:  # raised again in the thread that called `run`
            self.fault = self.fault or fault
            self._stop()

    def _deadlock(self):
        return RuntimeError(f"nodes wait for each other: {[node.name for node in self.nodes if not node.done]}")

    def _stop(self):
        with self.moved:
            self.stopped = True
            self.moved.notify_all()
