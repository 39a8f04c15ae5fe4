"""AudioSignals: what a picture moves to, at the sample that is audible when it is seen."""

import math
from collections import deque

import numpy as np

from phosphene.engine.listening.analyser import HOP
from phosphene.engine.listening.frame import BANDS, POINTS, TONES, WIDTH, as_frame
from phosphene.engine.modulation.matrix import Matrix
from phosphene.engine.rings.board_layout import FIRST_PICTURE_SLOT
from phosphene.engine.rings.timeline import read, record_count
from phosphene.engine.visuals.catalogue import PARAM_COUNT

QUIET = 48.0  # dB below the loudest of late that count as nothing
GATE = -72.0  # dB of full scale that count as silence, however quiet the rest is
FORGET = 12.0  # seconds in which what was loudest falls by half of QUIET
RISE, FALL = 0.012, 0.18  # seconds to follow a band up, and down
TILT = np.linspace(0.0, 15.0, BANDS)  # dB by which a band counts for more: music grows weaker upwards
PAST = 0.1  # seconds after which who has only just begun to ask need not be told of an onset
GLOW = 0.16  # seconds in which an onset fades to 1/e
TURN = 6.0  # seconds of full loudness for a turn of audio.travel
PARTS = np.array([0, 12, 36, BANDS])  # where bass, middle and treble begin: 30 Hz, 450 Hz, 2.6 kHz
SIZES = np.diff(PARTS)
PLACES = np.linspace(0, 1, BANDS)
SEEN = 512  # points of waveform in a picture
SMOOTH, SOFT = 16, 6  # points, over which it is averaged to find where it crosses zero, and to be seen
BACK = 2 * POINTS + SMOOTH  # points back that a zero crossing is looked for: a turn of 50 Hz
KEPT = (SEEN + SOFT + BACK) // POINTS + 3  # hops of it to choose them from
LOWEST = 0.01  # of full scale: a waveform whose peaks are lower is not made larger
DRUMS = "kick", "snare", "hat"
STRUCK = 0.5  # likelihood from which on a drum is seen
DOUBT, TRUST = 0.1, 0.35  # confidence in the beat up to which it is not seen, and from which on it is in full
THROB = 0.15  # seconds in which a beat fades to 1/e
NAMES = "level bass middle treble spectral_centroid onset travel kick snare hat beat bar tempo trust".split()
AT = {name: at for at, name in enumerate(NAMES)}
TURNS = "travel", "beat", "bar"  # of which the part behind the point is told
SILENT = ({name: 0.0 for name in NAMES if name not in ("tempo", "trust")}) | {"hit": 0.0, "pulse": 0.0}
SILENT |= {"mel": np.zeros(BANDS, np.float32)}  # an array: `uniform float mel[64]`


class State:
    """What is known after a hop: its time, NAMES, the 64 bands and the twelve tones, from 0 to 1."""

    def __init__(self):
        self.sample = -math.inf
        self.numbers = np.zeros(len(NAMES))
        self.bands = np.zeros(BANDS)
        self.tones = np.zeros(TONES)


class Moves:
    """What the rows of one preset make of the picture's parameters, hop by hop.

    The places of rows are those of the board.
    """

    def __init__(self, modulation, rate):
        self.matrix = Matrix(modulation, rate, FIRST_PICTURE_SLOT + PARAM_COUNT)
        self.before = self.after = np.zeros((PARAM_COUNT, 2))

    def change(self, modulation):
        """Let other rows move them, from the next hop on."""
        self.matrix.change(modulation)

    def hear(self, record):
        self.before, self.after = self.after, self.matrix.step(record)[FIRST_PICTURE_SLOT:].copy()

    def at(self, share):
        """(COUNT, 2): a share of the way from one hop to the next; see Matrix."""
        return self.before + share * (self.after - self.before)


class AudioSignals:
    """Follows a timeline of frames to a sample, hop by hop, so that no onset falls between two pictures.

    Parameters
    ----------
    frames : Timeline
    rate : int
        Samples per second of its stamps.
    """

    def __init__(self, frames, rate):
        self.frames, self.rate = frames, rate
        self.followers = []  # Moves
        self.silent = True  # there is nothing to hear
        self.index = 0  # of the record that is read next
        self.record = np.zeros(WIDTH)
        self.before, self.after = State(), State()
        self.loudest, self.peak = GATE + QUIET, LOWEST
        self.last_onset, self.asked = -math.inf, False
        self.onsets = deque()  # samples at which one came, not yet seen
        self.waves = deque([np.zeros((POINTS, 2)) for _ in range(KEPT)], maxlen=KEPT)

    def follow(self, modulation):
        """What rows make of the picture's parameters, from what was heard last on."""
        moves = Moves(modulation, self.rate)
        if math.isfinite(self.after.sample):
            moves.hear(self.record)
            moves.before = moves.after
        self.followers.append(moves)
        return moves

    def reach(self, sample):
        """Read on until a record lies past the sample; False if there is none yet."""
        while self.after.sample <= sample:
            if not self._read():
                return False
            self._hear(as_frame(self.record))
        return True

    def _read(self):
        """The next record that is all numbers, or the oldest that is left."""
        last = record_count(self.frames)
        slots = self.frames.words.shape[0]
        if self.index < last - slots:
            self.index = last - slots // 2  # lapped: it is long past seeing
        while self.index < last:
            self.index += 1
            if read(self.frames, self.index - 1, self.record) and np.isfinite(self.record).all():
                return True
        return False

    def _hear(self, frame):
        state, self.before = State(), self.after
        for moves in self.followers:
            moves.hear(self.record)
        state.sample, self.silent = float(frame["sample"]), bool(frame["silence"])
        gap = min(max((state.sample - self.before.sample) / self.rate, 0.0), 1.0)  # seconds; one at the first
        bands = frame["mel"] + TILT
        loud = 10 * math.log10((10 ** (np.partition(bands, -8)[-8:] / 10)).sum() / 8)
        self.loudest = max(loud, GATE + QUIET, self.loudest - gap * QUIET / 2 / FORGET)
        self.peak = max(10 ** (frame["peak_db"] / 20), LOWEST, self.peak * 10 ** (-gap * QUIET / 40 / FORGET))
        rise, fall = 1 - math.exp(-gap / RISE), 1 - math.exp(-gap / FALL)
        more = np.minimum(np.maximum((bands - self.loudest) / QUIET + 1, 0), 1) - self.before.bands
        state.bands = self.before.bands + np.where(more > 0, rise, fall) * more
        if frame["onset_event"]:
            self.last_onset = state.sample
            self.onsets.append(state.sample)
        state.tones = self.before.tones + fall * (frame["chroma"] - self.before.tones)
        self._sum_up(state, gap)
        self._keep_time(state, frame, gap)
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
        travel = before[AT["travel"]] + min(gap, 4 * HOP) * level / TURN
        state.numbers[: AT["kick"]] = (level, *(sums / SIZES), centre, glow, travel)

    def _keep_time(self, state, frame, gap):
        for drum in DRUMS:
            struck = float(frame[drum]) if frame[drum] >= STRUCK else 0.0
            state.numbers[AT[drum]] = max(struck, self.before.numbers[AT[drum]] * math.exp(-gap / GLOW))
        trust = (float(frame["confidence"]) - DOUBT) / (TRUST - DOUBT)
        state.numbers[AT["beat"] :] = frame["beat"], frame["bar"], frame["tempo"], min(max(trust, 0.0), 1.0)

    def at(self, sample):
        """What is heard at a sample that has been reached: numbers by name, bands, tones, the waveform before it.

        A sample that could not be reached gives what was last heard. `hit` is 1 where an onset came since
        the last call, `pulse` 1 at a beat that is sure, then it fades.
        """
        before, after, share = self.before, self.after, self.share(sample)
        numbers = before.numbers + share * (after.numbers - before.numbers)
        bands = before.bands + share * (after.bands - before.bands)
        tones = before.tones + share * (after.tones - before.tones)
        hit = 0.0
        while self.onsets and self.onsets[0] <= sample:
            if self.onsets.popleft() > sample - PAST * self.rate or self.asked:
                hit = 1.0
        self.asked = True
        told = dict(zip(NAMES, numbers.tolist()))
        for name in TURNS:
            told[name] %= 1.0
        ago = told["beat"] * 60.0 / max(told.pop("tempo"), 1.0)
        pulse = told.pop("trust") * math.exp(-ago / THROB)
        return {**told, "hit": hit, "pulse": pulse, "mel": bands.astype(np.float32)}, bands, tones, self._wave(sample)

    def share(self, sample):
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
