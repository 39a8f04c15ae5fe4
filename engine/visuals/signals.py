"""Signals: what a picture moves to, at the sample that is audible when it is seen."""

import math
from collections import deque

import numpy as np

from engine.control.matrix import STILL, Matrix
from engine.listening.frame import BANDS, POINTS, WIDTH, as_frame
from engine.listening.listener import HOP
from engine.rings.timeline import newest, read
from engine.visuals.scenes import SLOTS

QUIET = 48.0  # dB below the loudest of late that count as nothing
GATE = -72.0  # dB of full scale that count as silence, however quiet the rest is
FORGET = 12.0  # seconds in which what was loudest falls by half of QUIET
RISE, FALL = 0.012, 0.18  # seconds to follow a band up, and down
TILT = np.linspace(0.0, 15.0, BANDS)  # dB by which a band counts for more: music grows weaker upwards
PAST = 0.1  # seconds after which who has only just begun to ask need not be told of an onset
GLOW = 0.16  # seconds in which an onset fades to 1/e
TURN = 6.0  # seconds of full loudness for a turn of audio.travel
PARTS = np.array([0, 12, 36, BANDS])  # where bass, middle and treble begin: 30 Hz, 450 Hz, 2.6 kHz
PLACES = np.linspace(0, 1, BANDS)
SEEN = 512  # points of waveform in a picture
SMOOTH, SOFT = 16, 6  # points, over which it is averaged to find where it crosses zero, and to be seen
BACK = 2 * POINTS + SMOOTH  # points back that a zero crossing is looked for: a turn of 50 Hz
KEPT = (SEEN + SOFT + BACK) // POINTS + 3  # hops of it to choose them from
LOWEST = 0.01  # of full scale: a waveform whose peaks are lower is not made larger
NAMES = "level bass middle treble centre onset travel".split()
WRAPS = NAMES.index("travel")


class State:
    """What is known after a hop: its time, NAMES, the 64 bands from 0 to 1, and what rows of the matrix move."""

    def __init__(self, moved):
        self.sample = -math.inf
        self.numbers = np.zeros(len(NAMES))
        self.bands = np.zeros(BANDS)
        self.moved = moved  # (SLOTS, 2)


class Signals:
    """Follows a timeline of frames to a sample, hop by hop, so that no onset falls between two pictures.

    Parameters
    ----------
    frames : Timeline
    rate : int
        Samples per second of its stamps.
    modulation : Modulation
    """

    def __init__(self, frames, rate, modulation=STILL):
        self.frames, self.rate = frames, rate
        self.matrix = Matrix(modulation, rate, SLOTS)
        self.index = 0  # of the record that is read next
        self.record = np.zeros(WIDTH)
        self.before, self.after = State(np.zeros((SLOTS, 2))), State(np.zeros((SLOTS, 2)))
        self.loudest, self.peak = GATE + QUIET, LOWEST
        self.last_onset, self.asked = -math.inf, False
        self.onsets = deque()  # samples at which one came, not yet seen
        self.waves = deque([np.zeros((POINTS, 2)) for _ in range(KEPT)], maxlen=KEPT)

    def reach(self, sample):
        """Read on until a record lies past the sample; False if there is none yet."""
        while self.after.sample <= sample:
            if not self._read():
                return False
            self._hear(as_frame(self.record))
        return True

    def _read(self):
        """The next record that is all numbers, or the oldest that is left."""
        last = newest(self.frames)
        slots = self.frames.words.shape[0]
        if self.index < last - slots:
            self.index = last - slots // 2  # lapped: it is long past seeing
        while self.index < last:
            self.index += 1
            if read(self.frames, self.index - 1, self.record) and np.isfinite(self.record).all():
                return True
        return False

    def _hear(self, frame):
        state, self.before = State(self.matrix.step(self.record).copy()), self.after
        state.sample = float(frame["sample"])
        gap = min(max((state.sample - self.before.sample) / self.rate, 0.0), 1.0)  # seconds; one at the first
        bands = frame["mel"] + TILT
        loud = 10 * np.log10(np.mean(10 ** (np.sort(bands)[-8:] / 10)))
        self.loudest = max(loud, GATE + QUIET, self.loudest - gap * QUIET / 2 / FORGET)
        self.peak = max(10 ** (frame["peak_db"] / 20), LOWEST, self.peak * 10 ** (-gap * QUIET / 40 / FORGET))
        wanted = np.clip((bands - self.loudest) / QUIET + 1, 0, 1)
        follow = 1 - np.exp(-gap / np.where(wanted > self.before.bands, RISE, FALL))
        state.bands = self.before.bands + follow * (wanted - self.before.bands)
        if frame["onset_event"]:
            self.last_onset = state.sample
            self.onsets.append(state.sample)
        self._sum_up(state, gap)
        self.waves.append(frame["wave"].copy())
        self.after = state

    def _sum_up(self, state, gap):
        bands, before = state.bands, self.before.numbers
        sums = np.add.reduceat(bands, PARTS[:-1])
        level, weight = float(sums.sum()) / BANDS, bands * bands
        whole = float(weight.sum())
        centre = float((weight * PLACES).sum()) / whole if whole else before[4]
        glow = 1.0 if self.last_onset == state.sample else before[5] * math.exp(-gap / GLOW)
        centre = before[4] + (1 - math.exp(-gap / 0.25)) * (centre - before[4])
        travel = before[WRAPS] + min(gap, 4 * HOP) * level / TURN
        state.numbers[:] = (level, *(sums / np.diff(PARTS)), centre, glow, travel)

    def at(self, sample):
        """What is heard at a sample that has been reached: numbers by name, bands, and the waveform before it.

        A sample that could not be reached gives what was last heard. `hit` is 1 where an onset came since
        the last call.
        """
        before, after, share = self.before, self.after, self._share(sample)
        numbers = before.numbers + share * (after.numbers - before.numbers)
        bands = before.bands + share * (after.bands - before.bands)
        hit = 0.0
        while self.onsets and self.onsets[0] <= sample:
            if self.onsets.popleft() > sample - PAST * self.rate or self.asked:
                hit = 1.0
        self.asked = True
        told = dict(zip(NAMES, numbers.tolist()))
        told["travel"] %= 1.0
        return {**told, "hit": hit}, bands, self._wave(sample)

    def moved(self, sample):
        """(SLOTS, 2): what rows make of the parameters at a sample that has been reached; see Matrix."""
        return self.before.moved + self._share(sample) * (self.after.moved - self.before.moved)

    def _share(self, sample):
        """How far a sample lies between the two frames that are known."""
        before, after = self.before.sample, self.after.sample
        return (sample - before) / (after - before) if math.isfinite(before) and before <= sample < after else 1.0

    def _wave(self, sample):
        """(SEEN, 2): the points that end at the sample, moved to where the sound last crossed zero upwards.

        As large as if the loudest of late were full scale.
        """
        wave = np.concatenate(self.waves)
        past = (self.after.sample - sample) / self.rate / HOP * POINTS if math.isfinite(self.after.sample) else 0.0
        end = len(wave) - POINTS - int(min(max(past, 0.0), POINTS))
        latest = end - SEEN - SOFT  # of starts
        first = latest - BACK
        sums = np.cumsum(wave[first:], axis=0)
        middle = (sums[SMOOTH : latest - first + 1 + SMOOTH] - sums[: latest - first + 1]).sum(axis=1)
        rising = np.flatnonzero((middle[:-1] < 0) & (middle[1:] >= 0))
        start = int(rising[-1]) if len(rising) else latest - first
        soft = sums[start + SOFT : start + SOFT + SEEN] - sums[start : start + SEEN]
        return soft / (SOFT * self.peak)
