"""Ableton Link: tempo and beat shared with other programs in the network."""

import asyncio
import time
from typing import Any

from phosphene.engine.common import optional_deps
from phosphene.engine.common.errors import UsageError
from phosphene.engine.listening.rhythm.tempo_override import BEATS_PER_BAR, BPM_PARAM

READINGS = 3  # of the beat; the quickest is the most exact


class Link:
    """A member of the network's Link session. It takes over the tempo that it finds there.

    Moments are those of `time.perf_counter()`.

    Parameters
    ----------
    bpm : float
        The tempo of a session without other members.

    Raises
    ------
    UsageError
        If aalink is not installed.
    """

    def __init__(self, bpm: float = BPM_PARAM.default) -> None:
        if why := missing_library():
            raise UsageError(f"--link: {why}")
        import aalink

        async def join() -> Any:
            return aalink.Link(bpm)

        self.session = asyncio.run(join())  # aalink wants a loop when it is made; later none is needed
        self.session.quantum, self.session.enabled = BEATS_PER_BAR, True
        self.first_beat = 0  # of our bars, as the session counts beats

    @property
    def peers(self) -> int:
        """Number of other members."""
        return self.session.num_peers

    def now(self) -> tuple[float, float, float]:
        """A moment, the beat at that moment, and the tempo in bpm.

        A tempo out of our range is given at half or double time.
        """
        (moment, beat), bpm = self._read_beat(), self.session.tempo
        factor = _octave_factor(bpm)
        return moment, (beat - self.first_beat) * factor, bpm * factor

    def _read_beat(self) -> tuple[float, float]:
        """A moment, and the session's beat at that moment."""
        readings = []
        for _ in range(READINGS):
            before, beat, after = time.perf_counter(), self.session.beat, time.perf_counter()
            readings.append((after - before, (before + after) / 2, beat))
        _, moment, beat = min(readings)
        return moment, beat

    def set_tempo(self, bpm: float, moment: float | None = None) -> None:
        """Set the tempo of all members. If we are alone, a beat is also put at a past moment."""
        self.session.tempo = bpm
        if moment is not None and not self.peers:
            now, beat = self._read_beat()
            since = (now - moment) * bpm / 60.0
            self.session.request_beat(round(beat - since) + since)

    def begin_bar(self, moment: float) -> None:
        """Begin our bars at the beat nearest to a past moment; bars of other members stay as they are."""
        now, beat = self._read_beat()
        self.first_beat = round(beat - (now - moment) * self.session.tempo / 60.0)


def missing_library() -> str | None:
    """Why Link is not available, None if it is."""
    return optional_deps.missing_packages(aalink="aalink")


def _octave_factor(bpm: float) -> float:
    """The power of 2 that brings a tempo into our range; 1 for one that is in range."""
    factor = 1.0
    while bpm * factor > BPM_PARAM.high:
        factor /= 2.0
    while bpm * factor < BPM_PARAM.low:
        factor *= 2.0
    return factor
