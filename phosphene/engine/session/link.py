"""Ableton Link: a tempo and a beat that all who play in a network share, followed and led."""

import asyncio
import time

from phosphene.engine.common import optional_deps
from phosphene.engine.common.errors import UsageError
from phosphene.engine.listening.rhythm.tempo_board import BPM
from phosphene.engine.listening.rhythm.tempo_override import BEATS

TRIES = 3  # readings of which the quickest counts


class Link:
    """A place in the network's session. Whoever joins takes over the tempo that is there.

    Raises
    ------
    UsageError
        If aalink is not installed.
    """

    def __init__(self, bpm=BPM.default):
        if why := missing_library():
            raise UsageError(f"--link: {why}")
        import aalink

        async def join():
            return aalink.Link(bpm)

        self.session = asyncio.run(join())  # it asks for a loop and runs without; there is nothing we have to await
        self.session.quantum, self.session.enabled = BEATS, True
        self.first = 0  # beat at which a bar of ours begins

    @property
    def peers(self):
        """How many there are beside us."""
        return self.session.num_peers

    def now(self):
        """A moment by `time.perf_counter()`, the beat there, and the tempo, in the range of ours.

        What is faster or slower is told at half or double time.
        """
        (moment, beat), bpm = self._look(), self.session.tempo
        share = _share(bpm)
        return moment, (beat - self.first) * share, bpm * share

    def _look(self):
        """A moment, and the session's beat there."""
        looks = []
        for _ in range(TRIES):
            before, beat, after = time.perf_counter(), self.session.beat, time.perf_counter()
            looks.append((after - before, (before + after) / 2, beat))
        return min(looks)[1:]

    def lead(self, bpm, moment=None):
        """Set everyone's tempo. Alone, also the beat: one lies at a moment of the past."""
        self.session.tempo = bpm
        if moment is not None and not self.peers:
            now, beat = self._look()
            since = (now - moment) * bpm / 60.0
            self.session.request_beat(round(beat - since) + since)

    def begin_bar(self, moment):
        """A bar of ours begins at the beat that is nearest to a moment of the past; others' stay where they are."""
        now, beat = self._look()
        self.first = round(beat - (now - moment) * self.session.tempo / 60.0)


def missing_library():
    """Why Link cannot be had, None if it can."""
    return optional_deps.missing_packages(aalink="aalink")


def _share(bpm):
    """1 for a tempo in our range; half or double that as often as brings it there."""
    share = 1.0
    while bpm * share > BPM.high:
        share /= 2.0
    while bpm * share < BPM.low:
        share *= 2.0
    return share
